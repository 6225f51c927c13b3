"""The profiler's result tables of a campaign."""

from dataclasses import dataclass, field

from analysis.calls.contexts import MOST_CONTEXTS
from analysis.calls.energies import ScenarioEnergies
from analysis.calls.folded import profile_rows
from analysis.calls.labels import BOUNDED
from analysis.calls.run_calls import RunCalls
from analysis.calls.scenario_calls import ScenarioCalls
from analysis.calls.scenario_rows import edge_rows, fit_row
from analysis.calls.site_rows import SiteRows
from analysis.scenario.groups import Group
from records.finding_codes.results import CALLS_BOUNDED, CALLS_CONTEXTS_LIMITED
from records.findings import Finding
from records.rows.calls import CallEdgeRow, CallFitRow, CallProfileRow, CallSiteRow


@dataclass
class CallTables:
    """Rows by table, the scenarios in their order."""

    sites: list[CallSiteRow] = field(default_factory=list)
    edges: list[CallEdgeRow] = field(default_factory=list)
    profile: list[CallProfileRow] = field(default_factory=list)
    fits: list[CallFitRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


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
        known = ScenarioEnergies(calls, group.baseline, confidence)
        sites = SiteRows(known).rows()
        tables.sites += sites
        tables.edges += edge_rows(known)
        tables.profile += profile_rows(calls, confidence)
        tables.fits.append(fit_row(known))
        tables.findings += _bounded(calls, sites) + _limited(calls)
    return tables


def _bounded(calls: ScenarioCalls, rows: list[CallSiteRow]) -> list[Finding]:
    """Say for how many sites only a bound is known."""
    sites = [row for row in rows if row.calls and row.kind not in ("group", "gate")]
    bounded = [row for row in sites if row.label == BOUNDED]
    if not bounded:
        return []
    time_s = sum(row.time_exclusive_s for row in bounded)
    length_s = sum(run.whole.window.to_s for run in calls.runs) / len(calls.runs)
    message = (
        f"{calls.label}: only an upper bound of the energy is known for {len(bounded)} of {len(sites)} call "
        f"sites, which take {100 * time_s / length_s:.3g} % of the time"
    )
    return [CALLS_BOUNDED.finding(message)]


def _limited(calls: ScenarioCalls) -> list[Finding]:
    """Say that calling contexts were too many to be kept apart."""
    runs = [run for run in calls.runs if run.folded]
    if not runs:
        return []
    message = (
        f"{calls.label}: {len(runs)} of {len(calls.runs)} runs have more than {MOST_CONTEXTS} calling "
        f"contexts; the time of calls in further ones is counted with their callers"
    )
    return [CALLS_CONTEXTS_LIMITED.finding(message)]
