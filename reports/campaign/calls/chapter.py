"""Energy per API call, where the program marked its calls."""

from statistics import fmean, stdev

from records.results import Row
from reports.blocks.columns import spread_column, with_u
from reports.blocks.contract import Block, Chapter, Text
from reports.blocks.tables import Column, Table, table
from reports.campaign.view import View, numbers, scenario_key
from reports.words import notes
from reports.words.numbers import count, finite, given, plain

MOST_NAMES = 40
"""Calls with the largest share are shown by name; the rest of a scenario stands in one line."""

_REST = "all other calls"
_RESOLVED = 2.0
"""Least energy of a resolved call in standard uncertainties: its interval at k = 2 does not reach zero (JCGM
100:2008, 6.2.1)."""
_STAMP_DECIMALS = 6  # of the records; what is below is rounding and no scatter

_ABSENT = (
    "no run recorded calls. A program that writes spans of the kind “call” to its events gives the energy "
    "of each (docs/reference/records.md); a meter at the wall resolves calls that last some of its "
    "intervals."
)


def chapter(view: View) -> Chapter:
    """Show the calls by name, and how far the meter can tell them apart."""
    rows = view.results.calls
    if not rows:
        return Chapter("calls", "API calls", "Calls", [], _ABSENT)
    blocks: list[Block] = [_resolution(view), calls_table(view)]
    return Chapter("calls", "API calls", "Calls", blocks)


def is_resolved(row: Row, interval_s: float, coverage_min_pct: float) -> bool:
    """Say whether a call's energy is its own.

    A call that is shorter than a reading gets its share of that reading, whatever it did itself.

    Args:
        row: by `records.rows.runs.SpanRow`.
        interval_s: of the meter's readings.
        coverage_min_pct: share of the call that readings have to cover.
    """
    energy, u = finite(row.get("energy_wh")), finite(row.get("energy_u_wh"))
    coverage, duration_s = finite(row.get("coverage_pct")), finite(row.get("duration_s"))
    if energy is None or duration_s is None or duration_s < interval_s:
        return False
    if coverage is not None and coverage < coverage_min_pct:
        return False
    return u is None or abs(energy) >= _RESOLVED * u


def _resolved(view: View, rows: list[Row]) -> int:
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
        "The others are below its resolution: shorter than one reading, so that they get their share of a "
        "reading that others fill, too; or less than twice their own standard uncertainty; or covered by "
        f"readings for less than {given(_coverage_min_pct(view))} %. Of these, one energy says nothing, and "
        "a mean over many little."
    )
    return Text(f"{first}. {rest}", "warn")


def _coverage_min_pct(view: View) -> float:
    return finite(view.results.settings.get("coverage_min_pct")) or 0.0


def calls_table(view: View) -> Table:
    """Tabulate the calls by scenario and name, the largest share of the runs' energy first."""
    columns = (
        Column("Scenario", lambda row: str(row["scenario"]), numeric=False),
        Column("Call", lambda row: str(row["name"]), numeric=False),
        Column("n", lambda row: count(row["n"])),
        Column("Resolved", lambda row: count(row["resolved"])),
        with_u("Duration", "duration_s", "duration_sd_s", "s"),
        spread_column("sd", "duration_sd_s", "s"),
        with_u("Energy per call", "energy_wh", "energy_sd_wh", "Wh"),
        spread_column("sd", "energy_sd_wh", "Wh"),
        with_u("Induced per call", "induced_wh", "induced_sd_wh", "Wh"),
        Column("Share of the runs", lambda row: plain(row["share_pct"], 3), "%"),
        Column("Least coverage", lambda row: plain(row["coverage_pct"]), "%"),
    )
    return table(
        "call-rows",
        "Energy per call, mean over all calls of a name; the largest share of the runs first",
        columns,
        [row for scenario in view.scenarios for row in _of_scenario(view, scenario.key, scenario.name)],
        folded=False,
        note="Share: energy of all calls of the name over the energy of the scenario's runs. A call within "
        "a call "
        "is counted in both, so that shares may add up to more than 100 %. "
        + notes.window_note(view.results),
        nothing="No counted run has calls.",
        source="calls",
    )


def _of_scenario(view: View, key: str, scenario: str) -> list[Row]:
    run_key = {str(row.get("run_dir")): scenario_key(row) for row in view.results.runs}
    groups: dict[str, list[Row]] = {}
    for row in view.results.calls:
        if run_key.get(str(row.get("run_dir")), scenario_key(row)) == key:
            groups.setdefault(str(row.get("name")), []).append(row)
    runs_wh = sum(numbers([row for row in view.results.runs if scenario_key(row) == key], "energy_wh"))
    by_energy = sorted(groups, key=lambda name: -sum(numbers(groups[name], "energy_wh")))
    shown, rest = by_energy[:MOST_NAMES], by_energy[MOST_NAMES:]
    rows = [_row(view, scenario, name, groups[name], runs_wh) for name in shown]
    if rest:
        name = f"{_REST} ({len(rest)} names)"
        rows.append(_row(view, scenario, name, [row for item in rest for row in groups[item]], runs_wh))
    return rows


def _row(view: View, scenario: str, name: str, found: list[Row], runs_wh: float) -> Row:
    row: Row = {"scenario": scenario, "name": name, "n": len(found)}
    row["resolved"] = _resolved(view, found)
    for quantity, unit in (("duration", "s"), ("energy", "wh"), ("induced", "wh")):
        values = numbers(found, f"{quantity}_{unit}")
        row[f"{quantity}_{unit}"] = fmean(values) if values else None
        sd = stdev(values) if len(values) > 1 else None
        row[f"{quantity}_sd_{unit}"] = round(sd, _STAMP_DECIMALS) if sd is not None and unit == "s" else sd
    row["share_pct"] = 100 * sum(numbers(found, "energy_wh")) / runs_wh if runs_wh > 0 else None
    row["coverage_pct"] = min(numbers(found, "coverage_pct"), default=None)
    return row
