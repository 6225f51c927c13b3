"""The profiler's result tables of a campaign."""

from dataclasses import dataclass, field

from analysis.calls.run_calls import RunCalls
from analysis.calls.scenario_calls import ScenarioCalls
from analysis.calls.tables import ScenarioTables
from analysis.scenario.groups import Group
from records.rows.calls import CallEdgeRow, CallFitRow, CallProfileRow, CallSiteRow


@dataclass
class CallTables:
    """Rows by table, the scenarios in their order."""

    sites: list[CallSiteRow] = field(default_factory=list)
    edges: list[CallEdgeRow] = field(default_factory=list)
    profile: list[CallProfileRow] = field(default_factory=list)
    fits: list[CallFitRow] = field(default_factory=list)


def call_tables(groups: list[Group], recorded: list[RunCalls], confidence: float) -> CallTables:
    """Return the tables of all scenarios that recorded their calls.

    Args:
        groups: the scenarios.
        recorded: runs with a record of calls.
        confidence: of the intervals.
    """
    by_run = {run.run_dir: run for run in recorded}
    tables = CallTables()
    for group in groups:
        runs = [by_run[run.run_dir] for run in group.runs if run.run_dir in by_run]
        calls = ScenarioCalls.of(group.label, runs)
        if not calls.sites:
            continue
        made = ScenarioTables(calls, group.baseline, confidence)
        tables.sites += made.site_rows()
        tables.edges += made.edge_rows()
        tables.fits.append(made.fit_row())
    return tables
