"""Actions: the parts of a run that the workload marked, and calls where they were recorded."""

from records.rows.runs import SpanRow
from reports.blocks.columns import spread_column, with_u
from reports.blocks.contract import Block, Chapter, Text
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.actions.figures import actions_sheet, share_of_largest
from reports.campaign.span_means import SpanMeans, run_keys
from reports.campaign.view import View, scenario_key
from reports.words import notes
from reports.words.numbers import count, plain

_MOST_SENTENCES = 4
_INDENT = "\u00a0\u00a0\u00a0"


def chapter(view: View) -> Chapter:
    """Show what each action takes of a run's energy."""
    absent = "" if view.results.actions else "no run reported actions."
    blocks: list[Block] = [Text(words) for words in _answers(view)]
    blocks.append(actions_sheet(view, actions_table(view)))
    return Chapter("actions", "Actions", "Actions", blocks, absent)


def _answers(view: View) -> list[str]:
    """Say of the workloads without a tracker which action takes most."""
    sentences = []
    for item in view.scenarios:
        largest = share_of_largest(view, item) if item.tracker is None else None
        bound_wh = item.row.induced_bound_wh
        if largest is None and item.tracker is None and bound_wh is not None:
            sentences.append(
                f"{item.name}: shares of the induced energy are not resolved; a run's is at most "
                f"{view.unit.plain(bound_wh, 2)} {view.unit.name}."
            )
        if largest is not None:
            name, share, energy = largest
            sentences.append(
                f"{item.name}: {name} takes most, {plain(100 * share, 2)} % of a run's {energy}."
            )
    return sentences[:_MOST_SENTENCES]


def actions_table(view: View) -> Table:
    """Tabulate the actions: mean over their occurrences in each scenario, in the order of appearance."""
    groups: dict[tuple[str, str, int], list[SpanRow]] = {}
    keys = run_keys(view)
    for row in view.results.actions:
        key = keys.get(row.run_dir, scenario_key(row))
        groups.setdefault((key, row.name, row.depth), []).append(row)
    places = {item.key: place for place, item in enumerate(view.scenarios)}
    rows = [
        SpanMeans(view.name_of(key), _INDENT * depth + name, spans)
        for (key, name, depth), spans in sorted(
            groups.items(), key=lambda group: places.get(group[0][0], len(places))
        )
    ]
    columns: Columns[SpanMeans] = (
        Column("Scenario", lambda spans: spans.scenario, numeric=False),
        Column("Action", lambda spans: spans.name, numeric=False),
        Column("n", lambda spans: count(spans.n)),
        with_u("Duration", lambda spans: spans.duration, "s"),
        spread_column("sd", lambda spans: spans.duration[1], "s"),
        with_u("Energy", lambda spans: spans.energy, view.unit),
        spread_column("sd", lambda spans: spans.energy[1], view.unit),
        with_u("Induced", lambda spans: spans.induced, view.unit),
        spread_column("sd", lambda spans: spans.induced[1], view.unit),
        Column("Least coverage", lambda spans: plain(spans.least_coverage_pct), "%"),
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
