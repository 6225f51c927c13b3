"""Calls that the program marked itself with the probe."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from records.rows.runs import RunRow, SpanRow
from reports.blocks.columns import spread_column, with_u
from reports.blocks.contract import Block, Text
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.span_means import SpanMeans, run_keys
from reports.campaign.view import ScenarioView, View, numbers, scenario_key
from reports.words import notes
from reports.words.numbers import count, finite, given, plain

MOST_NAMES = 40
"""Calls with the largest share are shown by name; the rest of a scenario is in one line."""

_REST = "all other calls"
_RESOLVED = 2.0
"""Least energy of a resolved call in standard uncertainties: its interval at k = 2 does not reach zero (JCGM
100:2008, 6.2.1)."""


def marked_blocks(view: View) -> list[Block]:
    """Show the marked calls by name, and how far the meter can tell them apart; nothing without any."""
    return [_resolution(view), calls_table(view)] if view.results.calls else []


def is_resolved(row: SpanRow, interval_s: float, coverage_min_pct: float) -> bool:
    """Say whether a call's energy is its own.

    A call that is shorter than a reading gets its share of that reading, whatever it did itself.

    Args:
        row: of the call.
        interval_s: of the meter's readings.
        coverage_min_pct: share of the call that readings have to cover.
    """
    energy_wh, u_wh = row.energy_wh, row.energy_u_wh
    if energy_wh is None or row.duration_s < interval_s or row.coverage_pct < coverage_min_pct:
        return False
    return u_wh is None or abs(energy_wh) >= _RESOLVED * u_wh


def _resolved(view: View, rows: Sequence[SpanRow]) -> int:
    interval_s = finite(view.results.meter.get("interval_s")) or 0.0
    limit = _coverage_min_pct(view)
    return sum(is_resolved(row, interval_s, limit) for row in rows)


def _resolution(view: View) -> Text:
    rows = view.results.calls
    resolved = _resolved(view, rows)
    interval = given(view.results.meter.get("interval_s"))
    share = f"{count(resolved)} of {count(len(rows))} calls"
    first = f"The meter, with a reading every {interval} s, resolves {share}"
    if resolved == len(rows):
        return Text(f"{first}.", "good")
    rest = (
        "The others are below its resolution: shorter than one reading, so that they share a reading with "
        "other calls; or less than twice their own standard uncertainty; or covered by readings for less "
        f"than {given(_coverage_min_pct(view))} %. A single energy of such a call means nothing, and a mean "
        "over many of them little."
    )
    return Text(f"{first}. {rest}", "warn")


def _coverage_min_pct(view: View) -> float:
    return finite(view.results.settings.get("coverage_min_pct")) or 0.0


def calls_table(view: View) -> Table:
    """Tabulate the calls by scenario and name, the largest share of the runs' energy first."""
    columns: Columns[_Calls] = (
        Column("Scenario", lambda calls: calls.scenario, numeric=False),
        Column("Call", lambda calls: calls.name, numeric=False),
        Column("n", lambda calls: count(calls.n)),
        Column("Resolved", lambda calls: count(_resolved(view, calls.rows))),
        with_u("Duration", lambda calls: calls.duration, "s"),
        spread_column("sd", lambda calls: calls.duration[1], "s"),
        with_u("Energy per call", lambda calls: calls.energy, view.unit),
        spread_column("sd", lambda calls: calls.energy[1], view.unit),
        with_u("Induced per call", lambda calls: calls.induced, view.unit),
        Column("Share of the runs", lambda calls: plain(calls.share_pct, 3), "%"),
        Column("Least coverage", lambda calls: plain(calls.least_coverage_pct), "%"),
    )
    return table(
        "call-rows",
        "Energy per call, mean over all calls of a name; the largest share of the runs first",
        columns,
        [calls for scenario in view.scenarios for calls in _of_scenario(view, scenario)],
        folded=False,
        note="Share: energy of all calls of the name over the energy of the scenario's runs. A call within "
        "a call "
        "is counted in both, so that shares may add up to more than 100 %. "
        + notes.window_note(view.results),
        nothing="No counted run has calls.",
        source="calls",
    )


@dataclass(frozen=True)
class _Calls(SpanMeans):
    """Calls of one name, and the energy of the scenario's runs in Wh."""

    runs_wh: float

    @property
    def share_pct(self) -> float | None:
        """Share of the energy of the runs."""
        return 100 * _energy_wh(self.rows) / self.runs_wh if self.runs_wh > 0 else None


def _energy_wh(rows: Iterable[SpanRow | RunRow]) -> float:
    return sum(numbers(row.energy_wh for row in rows))


def _of_scenario(view: View, scenario: ScenarioView) -> list[_Calls]:
    keys = run_keys(view)
    groups: dict[str, list[SpanRow]] = {}
    for row in view.results.calls:
        if keys.get(row.run_dir, scenario_key(row)) == scenario.key:
            groups.setdefault(row.name, []).append(row)
    runs_wh = _energy_wh(scenario.runs)
    by_energy = sorted(groups, key=lambda name: -_energy_wh(groups[name]))
    shown, rest = by_energy[:MOST_NAMES], by_energy[MOST_NAMES:]
    calls = [_Calls(scenario.name, name, groups[name], runs_wh) for name in shown]
    if rest:
        others = [row for name in rest for row in groups[name]]
        calls.append(_Calls(scenario.name, f"{_REST} ({len(rest)} names)", others, runs_wh))
    return calls
