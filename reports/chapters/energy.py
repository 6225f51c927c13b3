"""Energy per scenario, gross and induced, and the baseline that is subtracted."""

from records.results import Row
from reports import notes
from reports.chapters.columns import ends_of, spread_column, with_u
from reports.chapters.contract import Block, Chapter, Heading
from reports.figures.energy import energy_sheet
from reports.numbers import count, finite, measured, plain, probability
from reports.tables import Column, Table, table
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show the energies of all scenarios and the baseline."""
    results = view.results
    how = " ".join((notes.window_note(results), notes.induced_note(results), notes.mean_note(results)))
    blocks: list[Block] = [
        energy_sheet(view, how),
        Heading("Scenarios"),
        scenarios_table(view),
        Heading("Baseline"),
        baseline_table(view),
    ]
    return Chapter("energy", "Energy", "Energy", blocks)


def scenarios_table(view: View) -> Table:
    """Tabulate the scenarios: duration, power, energy, induced energy, per epoch."""
    columns = (
        Column("Scenario", lambda row: str(row["name"]), numeric=False),
        Column("n", lambda row: count(row["n"])),
        with_u("Duration", "duration_s", "duration_sd_s", "s"),
        spread_column("sd", "duration_sd_s", "s"),
        Column("Mean power", lambda row: plain(row.get("mean_power_w")), "W"),
        with_u("Energy", "energy_wh", "energy_u_wh", "Wh"),
        spread_column("sd", "energy_sd_wh", "Wh"),
        Column("95 % interval", ends_of("energy_low_wh", "energy_high_wh"), "Wh"),
        with_u("Induced", "induced_wh", "induced_u_wh", "Wh"),
        spread_column("sd", "induced_sd_wh", "Wh"),
        Column("95 % interval", ends_of("induced_low_wh", "induced_high_wh"), "Wh"),
        Column("Per epoch", lambda row: plain(row.get("wh_per_epoch")), "Wh"),
        Column("Induced per epoch", lambda row: plain(row.get("induced_wh_per_epoch")), "Wh"),
    )
    rows = [{**item.row, "name": item.name, "n": item.n} for item in view.scenarios]
    return table(
        "scenarios",
        "Mean per run of each scenario",
        columns,
        rows,
        folded=False,
        note=notes.mean_note(view.results),
        nothing="No run was counted, so there is nothing to average.",
        source="scenarios",
    )


def baseline_table(view: View) -> Table:
    """Tabulate the baseline: its power and whether it drifted."""
    found = view.results.baseline
    columns = (
        Column("Runs", lambda row: count(row.get("n"))),
        with_u("Mean power", "mean_power_w", "mean_power_u_w", "W"),
        spread_column("u(mean)", "mean_power_u_w", "W"),
        spread_column("sd between runs", "sd_w", "W"),
        Column("Drift", _drift, "W/h"),
        Column("95 % interval", ends_of("drift_low_w_per_h", "drift_high_w_per_h"), "W/h"),
        Column("p", lambda row: probability(row.get("drift_p"))),
        Column("Change between blocks", lambda row: plain(row.get("block_change_w"), 3), "W"),
        Column("p", lambda row: probability(row.get("block_change_p"))),
    )
    return table(
        "baseline",
        "Baseline: the SUT with only its operating system",
        columns,
        [found] if finite(found.get("mean_power_w")) is not None else [],
        note=notes.induced_note(view.results),
        nothing="No baseline was measured, so no induced energy can be given.",
    )


def _drift(row: Row) -> str:
    low, high = finite(row.get("drift_low_w_per_h")), finite(row.get("drift_high_w_per_h"))
    u = None if low is None or high is None else (high - low) / 2
    return measured(row.get("drift_w_per_h"), u)
