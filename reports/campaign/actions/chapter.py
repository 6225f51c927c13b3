"""Actions: the parts of a run that the workload marked, and calls where they were recorded."""

from statistics import fmean, stdev

from records.results import Row
from reports.blocks.columns import spread_column, with_u
from reports.blocks.contract import Block, Chapter, Text
from reports.blocks.tables import Column, Table, table
from reports.campaign.actions.figures import actions_sheet, share_of_largest
from reports.campaign.view import View, numbers, scenario_key
from reports.words import notes
from reports.words.numbers import count, finite, plain

_MOST_SENTENCES = 4


def chapter(view: View) -> Chapter:
    """Show what each action takes of a run's energy."""
    absent = "" if view.results.actions else "no run reported actions."
    blocks: list[Block] = [Text(words) for words in _answers(view)]
    blocks.append(actions_sheet(view, actions_table(view)))
    return Chapter("actions", "Actions", "Actions", blocks, absent)


def _answers(view: View) -> list[str]:
    """Say of the workloads without a tracker which action takes most."""
    said = []
    for item in view.scenarios:
        largest = share_of_largest(view, item) if item.tracker is None else None
        if largest is not None:
            name, share, energy = largest
            said.append(f"{item.name}: {name} takes most, {plain(100 * share, 2)} % of a run's {energy}.")
    return said[:_MOST_SENTENCES]


def actions_table(view: View) -> Table:
    """Tabulate the actions: mean over their occurrences in each scenario, in the order of appearance."""
    groups: dict[tuple[str, str, float], list[Row]] = {}
    run_key = {str(row.get("run_dir")): scenario_key(row) for row in view.results.runs}
    for row in view.results.actions:
        key = run_key.get(str(row.get("run_dir")), scenario_key(row))
        groups.setdefault((key, str(row.get("name")), finite(row.get("depth")) or 0.0), []).append(row)
    names = {item.key: item.name for item in view.scenarios}
    order = [item.key for item in view.scenarios]
    rows = [
        _action_row(names.get(key, key), name, depth, found)
        for (key, name, depth), found in sorted(
            groups.items(), key=lambda item: order.index(item[0][0]) if item[0][0] in order else len(order)
        )
    ]
    columns = (
        Column("Scenario", lambda row: str(row["scenario"]), numeric=False),
        Column("Action", lambda row: str(row["name"]), numeric=False),
        Column("n", lambda row: count(row["n"])),
        with_u("Duration", "duration_s", "duration_sd_s", "s"),
        spread_column("sd", "duration_sd_s", "s"),
        with_u("Energy", "energy_wh", "energy_sd_wh", "Wh"),
        spread_column("sd", "energy_sd_wh", "Wh"),
        with_u("Induced", "induced_wh", "induced_sd_wh", "Wh"),
        spread_column("sd", "induced_sd_wh", "Wh"),
        Column("Least coverage", lambda row: plain(row["coverage_pct"]), "%"),
    )
    return table(
        "action-rows",
        "Mean over all occurrences of each action",
        columns,
        rows,
        note=notes.window_note(view.results),
        nothing="No run reported actions.",
        source="actions",
    )


def _action_row(scenario: str, name: str, depth: float, found: list[Row]) -> Row:
    row: Row = {"scenario": scenario, "name": "\u00a0\u00a0\u00a0" * int(depth) + name, "n": len(found)}
    for quantity, unit in (("duration", "s"), ("energy", "wh"), ("induced", "wh")):
        values = numbers(found, f"{quantity}_{unit}")
        row[f"{quantity}_{unit}"] = fmean(values) if values else None
        row[f"{quantity}_sd_{unit}"] = stdev(values) if len(values) > 1 else None
    coverage = numbers(found, "coverage_pct")
    row["coverage_pct"] = min(coverage) if coverage else None
    return row
