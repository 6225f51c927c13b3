"""Energy per scenario, gross and induced, and the baseline that is subtracted."""

from collections.abc import Sequence

from records.rows.parts import BaselineSummary
from reports.blocks.columns import spread_column, with_u
from reports.blocks.contract import Block, Chapter, Heading, Text
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.energy.benches import benches_blocks
from reports.campaign.energy.figures import energy_sheet
from reports.campaign.view import EnergyKind, ScenarioView, View, energy_of, mean_words, two_values
from reports.words import notes
from reports.words.numbers import ABSENT, count, interval, measured, plain, probability
from reports.words.per_epoch import per_epoch_of


def chapter(view: View) -> Chapter:
    """Show the energies of all scenarios and the baseline."""
    results = view.results
    how = " ".join((notes.window_note(results), notes.induced_note(results), notes.mean_note(results)))
    blocks: list[Block] = [
        *(Text(words) for words in _answers(view)),
        energy_sheet(view, how),
        Heading("Scenarios"),
        scenarios_table(view),
        *benches_blocks(view),
        Heading("Baseline"),
        baseline_table(view),
    ]
    return Chapter("energy", "Energy", "Energy", blocks)


def scenarios_table(view: View) -> Table:
    """Tabulate the scenarios: duration, power, energy, induced energy, per epoch."""
    unit = view.unit
    columns: Columns[ScenarioView] = (
        Column("Scenario", lambda item: item.name, numeric=False),
        Column("n", lambda item: count(item.n)),
        with_u("Duration", lambda item: (item.row.duration_s, item.row.duration_sd_s), "s"),
        Column("Mean power", lambda item: plain(item.row.mean_power_w), "W"),
        Column("Energy", lambda item: mean_words(item.row, "energy", unit), unit.name),
        Column("95 % interval", lambda item: _ends(view, item, "energy"), unit.name),
        spread_column("sd", lambda item: item.row.energy_sd_wh, unit),
        Column("Induced", lambda item: mean_words(item.row, "induced", unit), unit.name),
        Column("95 % interval", lambda item: _ends(view, item, "induced"), unit.name),
        spread_column("sd", lambda item: item.row.induced_sd_wh, unit),
        *_per_epoch_columns(view),
    )
    return table(
        "scenarios",
        "Mean per run of each scenario",
        columns,
        view.scenarios,
        folded=False,
        note=f"{notes.mean_note(view.results)} sd: standard deviation between the runs.",
        nothing="No run was counted, so there is nothing to average.",
        source="scenarios",
    )


def _per_epoch_columns(view: View) -> Sequence[Column[ScenarioView]]:
    energy = per_epoch_of(view.results, view.unit)
    if energy is None:
        return ()
    return (
        Column(f"Per epoch, {energy.kind}", lambda item: energy.mean(item.row), view.unit.name),
        Column("95 % interval", lambda item: energy.ends(item.row) or ABSENT, view.unit.name),
    )


def _ends(view: View, item: ScenarioView, kind: EnergyKind) -> str:
    """Return the interval of a mean energy; nothing where there is no value that it could be of."""
    energy = energy_of(item.row, kind)
    if energy.value is None:
        return ABSENT
    return two_values(item, kind, view.unit) or view.unit.ends_words(energy.low, energy.high, item.n)


def _answers(view: View) -> list[str]:
    """Say from where to where the energies of the workloads without a tracker reach."""
    workloads = [item for item in view.scenarios if item.kind == "workload" and item.tracker is None]
    chosen = [item for item in workloads if item.base != view.control]
    items = chosen or view.scenarios
    kinds: dict[EnergyKind, str] = {"energy": "energy", "induced": "energy above the baseline"}
    sentences = []
    for kind, words in kinds.items():
        means = [(mean, item) for item in items if (mean := energy_of(item.row, kind).value) is not None]
        ends = [item for _, item in sorted(means, key=lambda pair: pair[0])]
        ends = ends if len(ends) < 2 else [ends[0], ends[-1]]
        unit = view.unit
        if named := [f"{mean_words(item.row, kind, unit)} {unit.name} ({item.name})" for item in ends]:
            sentences.append(f"One run used {' to '.join(named)} of {words}.")
    return [" ".join(sentences)] if sentences else []


def baseline_table(view: View) -> Table:
    """Tabulate the baseline: its power and whether it drifted."""
    baseline = view.results.baseline
    columns: Columns[BaselineSummary] = (
        text_column("Baseline used", lambda row: row.reference),
        Column("Runs", lambda row: count(row.n)),
        with_u("Mean power", lambda row: (row.mean_power_w, row.mean_power_u_w), "W"),
        spread_column("u(mean)", lambda row: row.mean_power_u_w, "W"),
        spread_column("sd between runs", lambda row: row.sd_w, "W"),
        Column("Drift", _drift, "W/h"),
        Column("95 % interval", lambda row: interval(row.drift_low_w_per_h, row.drift_high_w_per_h), "W/h"),
        Column("p", lambda row: probability(row.drift_p)),
        Column("Largest step between blocks", lambda row: plain(row.block_change_w, 3), "W"),
        Column("p", lambda row: probability(row.block_change_p)),
    )
    return table(
        "baseline",
        "Baseline: the SUT with only its operating system",
        columns,
        [baseline] if baseline.mean_power_w is not None else [],
        note=notes.induced_note(view.results),
        nothing="No baseline was measured, so no induced energy can be given.",
    )


def _drift(row: BaselineSummary) -> str:
    low, high = row.drift_low_w_per_h, row.drift_high_w_per_h
    u = None if low is None or high is None else (high - low) / 2
    return measured(row.drift_w_per_h, u)
