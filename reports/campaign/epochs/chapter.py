"""Epochs: their energy, what they reached, and what their energy goes with."""

from analysis.maths.describe import upper_bound
from records.rows.runs import EpochRow
from records.rows.statistics import CorrelationRow
from records.settings.analysis import CONFIDENCE
from reports.blocks.columns import scenario_words, spread_column, with_u
from reports.blocks.contract import Block, Chapter, Fold, Heading, Text
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.epochs.correlations import HOW, correlations_sheet
from reports.campaign.epochs.figures import EpochEnergy, epoch_energy, epochs_sheet, temperature_of
from reports.campaign.epochs.progress import progress_sheet
from reports.campaign.epochs.temperature import correlation_of, r_within_words, r_words, temperature_sheet
from reports.campaign.view import ScenarioView, View
from reports.words import notes
from reports.words.numbers import ABSENT, count, given, plain
from reports.words.per_epoch import PerEpoch, per_epoch_of

_ABOUT_CORRELATION = (
    "A correlation says that two things rise and fall together, not that one makes the other. Epochs of one "
    "run follow each other and are not independent: r over all epochs claims more than it knows, and what "
    "differs between runs is mixed into it. r within runs sees only what happens inside a run; but even "
    "there all quantities that change with time correlate with each other: a chip that warms up while "
    "accuracy rises correlates both with energy."
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
            Fold("What correlates with energy", [Text(_ABOUT_CORRELATION), correlations_sheet(view)]),
        ]
    blocks += [Heading("Every epoch"), epochs_table(view)]
    return Chapter("epochs", "Epochs", "Epochs", blocks, "" if view.results.epochs else sheet.absent)


def _answers(view: View) -> list[Block]:
    """Say what an epoch needs, and whether the first one differs."""
    energy = epoch_energy(view)
    items = [item for item in view.scenarios if item.tracker is None and energy.of_all(item.epochs)]
    mean = per_epoch_of(view.results, view.unit)
    sentences = [_sentence(item, energy, mean) for item in items[:_MOST_SENTENCES]] if mean else []
    return _first([Text(words) for words in sentences], len(items))


def _first(sentences: list[Block], all_of_them: int) -> list[Block]:
    """Name how many scenarios have no sentence of their own."""
    more = all_of_them - len(sentences)
    left_out = [Text(f"Figure and tables have {more} further scenarios.", "small")] if more > 0 else []
    return [*sentences, *left_out]


def _sentence(item: ScenarioView, energy: EpochEnergy, mean: PerEpoch) -> str:
    counted = [row for row in item.epochs if energy.of(row) is not None]
    ends = mean.ends(item.row)
    ends = (
        f", 95 % interval {ends} {mean.unit.name}"
        if ends.startswith("[")
        else f", {ends}".removesuffix(f", {ABSENT}")
    )
    runs = len({row.run_dir for row in counted})
    words = (
        f"An epoch of {item.name} needs {mean.mean(item.row)} {mean.unit.name} of {mean.kind} energy on "
        f"average{ends} "
        f"({_plural(len(counted), 'epoch')} in {_plural(runs, 'run')})."
    )
    first_wh = _resolved_mean(energy, [row for row in counted if row.epoch == 1])
    later_wh = _resolved_mean(energy, [row for row in counted if row.epoch > 1])
    if first_wh is None or later_wh is None:
        return words
    share = 100 * (first_wh / later_wh - 1)
    if abs(share) < _LEAST_SHARE_PCT:
        return words
    side = "more" if share > 0 else "less"
    return f"{words} The first one needs {plain(abs(share), 2)} % {side} than the later ones (not tested)."


def _resolved_mean(energy: EpochEnergy, rows: list[EpochRow]) -> float | None:
    """Return the mean energy of epochs, ``None`` where it cannot be told from zero.

    What the epochs of a scenario have wrong is mostly the same in all: the mean uncertainty is taken.
    """
    values, us = energy.of_all(rows), [energy.u_of(row) or 0.0 for row in rows]
    if not values:
        return None
    mean_wh = sum(values) / len(values)
    resolved = upper_bound(mean_wh, sum(us) / len(us)) is None
    return mean_wh if resolved and mean_wh > 0 else None


def _plural(number: int, word: str) -> str:
    return f"{count(number)} {word}{'' if number == 1 else 's'}"


def _temperature_words(view: View) -> list[Block]:
    """Say of each scenario whether warmer epochs needed more energy."""
    column, chip = temperature_of(view)
    if column is None:
        return []
    rows = [
        (item, row)
        for item in view.scenarios
        if item.tracker is None and (row := correlation_of(view, item.key, column)) is not None
    ]
    correlated = [(item, row) for item, row in rows if row.r is not None]
    sentences: list[Block] = [
        Text(f"{item.name}: {_warmer(row, chip)}") for item, row in correlated[:_MOST_SENTENCES]
    ]
    return _first(sentences, len(correlated))


def _warmer(row: CorrelationRow, chip: str) -> str:
    within, p = row.r_within, row.r_within_p
    over_all = f"over all {count(row.epochs)} epochs r is {r_words(row.r, row.r_low, row.r_high)}"
    quoted = row.published_r
    beside = f"; quoted for comparison: r = {given(quoted)} on the bench of the paper" if quoted else ""
    if within is None or p is None:
        return f"{over_all}; within the runs the correlation is unknown{beside}."
    if p >= 1 - CONFIDENCE:
        words = f"within the runs energy and {chip} temperature do not correlate significantly"
    else:
        side = "more" if within > 0 else "less"
        words = f"within the runs, epochs with a warmer {chip} needed {side} energy"
    return f"{words} (r {r_within_words(row)}); {over_all}{beside}."


def epochs_table(view: View) -> Table:
    """Tabulate every epoch of every counted run."""
    columns: Columns[EpochRow] = (
        Column("Run", lambda row: row.run_dir, numeric=False, whole=True),
        Column("Scenario", scenario_words, numeric=False),
        Column("Epoch", lambda row: count(row.epoch)),
        Column("Duration", lambda row: plain(row.duration_s), "s"),
        Column("Coverage", lambda row: plain(row.coverage_pct), "%"),
        with_u("Energy", lambda row: (row.energy_wh, row.energy_u_wh), view.unit),
        spread_column("u(energy)", lambda row: row.energy_u_wh, view.unit),
        with_u("Induced", lambda row: (row.induced_wh, row.induced_u_wh), view.unit),
        spread_column("u(induced)", lambda row: row.induced_u_wh, view.unit),
        Column("Accuracy", lambda row: plain(row.accuracy, 3)),
        Column("Validation accuracy", lambda row: plain(row.val_accuracy, 3)),
        Column("Loss", lambda row: plain(row.loss, 3)),
        Column("Validation loss", lambda row: plain(row.val_loss, 3)),
        Column("CPU load", lambda row: plain(row.hardware.get("cpu_load_pct"), 3), "%"),
        Column("CPU", lambda row: plain(row.hardware.get("cpu_temperature_c"), 3), "°C"),
        Column("GPU", lambda row: plain(row.hardware.get("gpu_temperature_c"), 3), "°C"),
    )
    return table(
        "epoch-rows",
        "Epochs of all counted runs",
        columns,
        view.results.epochs,
        note=notes.epoch_note(view.results),
        source="epochs",
    )
