"""Energy per scenario, gross and induced, and the baseline that is subtracted."""

from collections.abc import Callable

from records.results import Row
from reports.blocks.columns import ends_of, spread_column, with_u
from reports.blocks.contract import Block, Chapter, Heading, Text
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.energy.figures import energy_sheet
from reports.campaign.view import View, mean_words
from reports.words import notes
from reports.words.numbers import ABSENT, count, finite, measured, plain, probability


def chapter(view: View) -> Chapter:
    """Show the energies of all scenarios and the baseline."""
    results = view.results
    how = " ".join((notes.window_note(results), notes.induced_note(results), notes.mean_note(results)))
    blocks: list[Block] = [
        *(Text(words) for words in _answers(view)),
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
        Column("Mean power", lambda row: plain(row.get("mean_power_w")), "W"),
        Column("Energy", lambda row: mean_words(row, "energy"), "Wh"),
        Column("95 % interval", _ends("energy"), "Wh"),
        spread_column("sd", "energy_sd_wh", "Wh"),
        Column("Induced", lambda row: mean_words(row, "induced"), "Wh"),
        Column("95 % interval", _ends("induced"), "Wh"),
        spread_column("sd", "induced_sd_wh", "Wh"),
        Column("Per epoch", lambda row: plain(row.get("wh_per_epoch"), 3), "Wh"),
    )
    rows = [{**item.row, "name": item.name, "n": item.n} for item in view.scenarios]
    return table(
        "scenarios",
        "Mean per run of each scenario",
        columns,
        rows,
        folded=False,
        note=f"{notes.mean_note(view.results)} sd: standard deviation between the runs.",
        nothing="No run was counted, so there is nothing to average.",
        source="scenarios",
    )


def _ends(quantity: str) -> Callable[[Row], str]:
    """Return what shows an interval; nothing where there is no value that it could be of."""
    show = ends_of(f"{quantity}_low_wh", f"{quantity}_high_wh")
    return lambda row: show(row) if finite(row.get(f"{quantity}_wh")) is not None else ABSENT


def _answers(view: View) -> list[str]:
    """Say from where to where the energies of the workloads without a tracker reach."""
    workloads = [item for item in view.scenarios if item.kind == "workload" and item.tracker is None]
    chosen = [item for item in workloads if item.base != view.control]
    items = chosen or view.scenarios
    said = []
    for quantity, words in (("energy", "energy"), ("induced", "energy above the baseline")):
        known = [item for item in items if finite(item.row.get(f"{quantity}_wh")) is not None]
        ends = sorted(known, key=lambda item: float(item.row[f"{quantity}_wh"]))
        ends = ends if len(ends) < 2 else [ends[0], ends[-1]]
        if named := [f"{mean_words(item.row, quantity)} Wh ({item.name})" for item in ends]:
            said.append(f"A run took {' to '.join(named)} of {words}.")
    return [" ".join(said)] if said else []


def baseline_table(view: View) -> Table:
    """Tabulate the baseline: its power and whether it drifted."""
    found = view.results.baseline
    columns = (
        text_column("Reference of a run", "reference"),
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
