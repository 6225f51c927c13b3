"""Epochs: their energy, what they reached, and what their energy goes with."""

from analysis.maths.describe import mean_interval
from records.results import Row
from records.settings.analysis import CONFIDENCE
from reports.blocks.columns import scenario_words, spread_column, with_u
from reports.blocks.contract import Block, Chapter, Heading, Text
from reports.blocks.tables import Column, Table, table
from reports.campaign.epochs.correlations import HOW, correlations_sheet
from reports.campaign.epochs.figures import energy_column, epochs_sheet, temperature_of
from reports.campaign.epochs.progress import progress_sheet
from reports.campaign.epochs.temperature import correlation_of, r_words, temperature_sheet
from reports.campaign.view import ScenarioView, View, numbers
from reports.words import notes
from reports.words.numbers import count, finite, given, in_interval, interval, plain

"""Of more epochs the page shows the first ones; 12,000 rows would be six megabytes of it."""

_ABOUT_CORRELATION = (
    "A correlation says that two things rise and fall together, not that one makes the other. Epochs of one "
    "run follow each other and are not independent: r over all epochs claims more than it knows, and what "
    "differs between runs is mixed into it. r within runs sees only what happens inside a run; but even "
    "there whatever changes with time goes with whatever else does: a chip that warms up while accuracy "
    "rises correlates both with energy."
)


_MOST_SENTENCES = 4
_LEAST_SHARE_PCT = 0.1  # nobody tested the first epoch: less than this is not worth a sentence


def chapter(view: View) -> Chapter:
    """Show the epochs of all runs."""
    sheet = epochs_sheet(view, notes.epoch_note(view.results))
    blocks: list[Block] = [*_answers(view), sheet, progress_sheet(view)]
    blocks += [Heading("Energy and temperature"), *_temperature_words(view), temperature_sheet(view, HOW)]
    if view.results.correlations:
        blocks += [
            Heading("What energy goes with"),
            Text(_ABOUT_CORRELATION),
            correlations_sheet(view),
        ]
    blocks += [Heading("Every epoch"), epochs_table(view)]
    return Chapter("epochs", "Epochs", "Epochs", blocks, "" if view.results.epochs else sheet.absent)


def _answers(view: View) -> list[Block]:
    """Say what an epoch needs, and whether the first one differs."""
    column = energy_column(view)
    kind = "induced " if column == "induced_wh" else ""
    items = [item for item in view.scenarios if item.tracker is None and numbers(item.epochs, column)]
    return _first([Text(_sentence(item, column, kind)) for item in items[:_MOST_SENTENCES]], len(items))


def _first(said: list[Block], all_of_them: int) -> list[Block]:
    """Name how many scenarios have no sentence of their own."""
    more = all_of_them - len(said)
    return [*said, Text(f"Figure and tables have {more} further scenarios.", "small")] if more > 0 else said


def _sentence(item: ScenarioView, column: str, kind: str) -> str:
    energies = numbers(item.epochs, column)
    per_run: dict[str, list[float]] = {}
    for row in item.epochs:
        if (value := finite(row.get(column))) is not None:
            per_run.setdefault(str(row.get("run_dir")), []).append(value)
    found = mean_interval([sum(own) / len(own) for own in per_run.values()], CONFIDENCE)
    mean = in_interval(found.mean, found.low, found.high)
    ends = ""
    if found.low is not None:
        ends = f", 95 % interval by the scatter of the runs {interval(found.low, found.high)} Wh"
    said = (
        f"An epoch of {item.name} needs {mean} Wh of {kind}energy on average{ends} "
        f"({_plural(len(energies), 'epoch')} in {_plural(len(per_run), 'run')})."
    )
    first = [v for row in item.epochs if row.get("epoch") == 1 and (v := finite(row.get(column))) is not None]
    later = [
        v
        for row in item.epochs
        if (finite(row.get("epoch")) or 0) > 1 and (v := finite(row.get(column))) is not None
    ]
    if not first or not later or sum(later) <= 0:
        return said
    share = 100 * (sum(first) / len(first) / (sum(later) / len(later)) - 1)
    if abs(share) < _LEAST_SHARE_PCT:
        return said
    side = "more" if share > 0 else "less"
    return f"{said} The first one needs {plain(abs(share), 2)} % {side} than the later ones (not tested)."


def _plural(number: int, word: str) -> str:
    return f"{count(number)} {word}{'' if number == 1 else 's'}"


def _temperature_words(view: View) -> list[Block]:
    """Say of each scenario whether warmer epochs needed more energy."""
    column, chip = temperature_of(view)
    rows = [
        (item, row)
        for item in view.scenarios
        if item.tracker is None and (row := correlation_of(view, item.key, column))
    ]
    known = [(item, row) for item, row in rows if finite(row.get("r")) is not None]
    said: list[Block] = [Text(f"{item.name}: {_warmer(row, chip)}") for item, row in known[:_MOST_SENTENCES]]
    return _first(said, len(known))


def _warmer(row: Row, chip: str) -> str:
    within, p = finite(row.get("r_within")), finite(row.get("r_within_p"))
    over_all = f"over all {count(row.get('epochs'))} epochs r is {r_words(row, 'r')}"
    quoted = finite(row.get("published_r"))
    beside = f"; quoted for comparison: r = {given(quoted)} on the bench of the paper" if quoted else ""
    if within is None or p is None:
        return f"{over_all}; within the runs nothing can be said{beside}."
    if p >= 1 - CONFIDENCE:
        words = f"within the runs no connection of energy and {chip} temperature is shown"
    else:
        side = "more" if within > 0 else "less"
        words = f"within the runs, epochs with a warmer {chip} needed {side} energy"
    return f"{words} (r {r_words(row, 'r_within')}); {over_all}{beside}."


def epochs_table(view: View) -> Table:
    """Tabulate every epoch of every counted run."""
    columns = (
        Column("Run", lambda row: str(row.get("run_dir") or row.get("slot")), numeric=False, whole=True),
        Column("Scenario", scenario_words, numeric=False),
        Column("Epoch", lambda row: count(row.get("epoch"))),
        Column("Duration", lambda row: plain(row.get("duration_s")), "s"),
        Column("Coverage", lambda row: plain(row.get("coverage_pct")), "%"),
        with_u("Energy", "energy_wh", "energy_u_wh", "Wh"),
        spread_column("u(energy)", "energy_u_wh", "Wh"),
        with_u("Induced", "induced_wh", "induced_u_wh", "Wh"),
        spread_column("u(induced)", "induced_u_wh", "Wh"),
        Column("Accuracy", lambda row: plain(row.get("accuracy"), 3)),
        Column("Validation accuracy", lambda row: plain(row.get("val_accuracy"), 3)),
        Column("Loss", lambda row: plain(row.get("loss"), 3)),
        Column("Validation loss", lambda row: plain(row.get("val_loss"), 3)),
        Column("CPU load", lambda row: plain(row.get("cpu_load_pct"), 3), "%"),
        Column("CPU", lambda row: plain(row.get("cpu_temperature_c"), 3), "°C"),
        Column("GPU", lambda row: plain(row.get("gpu_temperature_c"), 3), "°C"),
    )
    return table(
        "epoch-rows",
        "Epochs of all counted runs",
        columns,
        view.results.epochs,
        note=notes.epoch_note(view.results),
        source="epochs",
    )
