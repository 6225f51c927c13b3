"""Rows of ``call_sites.csv``: sites, the time outside all calls, and groups of sites."""

from functools import cached_property
from typing import Any

import numpy as np

from analysis.calls.counter_energies import CounterEnergies
from analysis.calls.covers import Indices
from analysis.calls.energies import Known, ScenarioEnergies
from analysis.calls.labels import BOUNDED, POOLED
from analysis.maths.arrays import Floats, finite
from records.rows.calls import CallSiteRow

QUANTILES = [0.5, 0.95]


class SiteRows:
    """Makes the rows of a scenario.

    Args:
        known: its energies.
    """

    def __init__(self, known: ScenarioEnergies) -> None:
        self._known, self._calls, self._counters = known, known.calls, CounterEnergies(known)
        self._runs = len(known.calls.runs)

    def rows(self) -> list[CallSiteRow]:
        """Return a row for each site, the time outside all calls, and each group of sites."""
        rows = [self._site_row(site) for site in range(self._calls.rest)]
        rows.append(self._other_row(self._calls.rest, "uncovered", np.array([self._calls.rest])))
        for i, group in enumerate(self._known.groups):
            rows.append(self._other_row(self._group_number(i) - 1, "group", group.sites))
        return rows

    def _group_number(self, place: int) -> int:
        return self._calls.rest + 2 + place

    def _group_of(self, column: int) -> int | None:
        places = (i for i, group in enumerate(self._known.groups) if column in group.sites)
        return next((self._group_number(i) for i in places), None)

    def _site_row(self, column: int) -> CallSiteRow:
        calls, site = self._calls, self._calls.sites[column]
        exclusive, group = self._known.exclusive_known[column], self._group_of(column)
        inclusive = self._known.inclusive_known.get(column, exclusive)
        n = float(self._sums["calls"][column])
        within_s = float(self._calls.inclusive_total_s[column].mean())
        return CallSiteRow(
            scenario=calls.label,
            site=column + 1,
            kind=site.kind,
            api=site.api,
            file=site.file,
            line=site.line or None,
            column=site.column or None,
            end_line=site.end_line or None,
            cell=site.cell,
            execution_count=site.execution_count,
            function=site.function,
            expression=site.expression,
            runs=int(calls.in_runs[column]),
            **self._counts(column),
            time_inclusive_s=within_s,
            time_exclusive_s=float(calls.total_s[column].mean()),
            **self._durations(column),
            **self._energies(exclusive, inclusive, grouped=group is not None),
            energy_per_call_j=self._per_call_j(inclusive, n, grouped=group is not None),
            **self._power(column, exclusive, grouped=group is not None),
            group=group,
            identifiability=float(self._known.tolerance[column]),
            intervals=int(calls.readings_with[column]),
            **self._counters.columns(np.array([column])),
        )

    @cached_property
    def _sums(self) -> dict[str, Floats]:
        names = ("calls", "raised", "traced", "suspended", "sized", "bytes", "time_s")
        return {name: self._calls.summed(name) for name in names}

    @cached_property
    def _quantiles_s(self) -> dict[int, list[float]]:
        return self._calls.durations.quantiles_s(QUANTILES)

    def _counts(self, column: int) -> dict[str, Any]:
        sums = self._sums
        sized = sums["sized"][column]
        counts = {name: round(sums[name][column]) for name in ("calls", "raised", "traced", "suspended")}
        return {
            **counts,
            "calls_per_run": sums["calls"][column] / self._runs,
            "argument_bytes": float(sums["bytes"][column] / sized) if sized else None,
        }

    def _durations(self, column: int) -> dict[str, Any]:
        n = self._sums["calls"][column]
        median_s, p95_s = self._quantiles_s.get(column, [None, None])
        return {
            "duration_mean_s": float(self._sums["time_s"][column] / n) if n else None,
            "duration_median_s": median_s,
            "duration_p95_s": p95_s,
            "duration_min_s": finite(self._calls.extreme("min_s")[column]),
            "duration_max_s": finite(self._calls.extreme("max_s")[column]),
        }

    def _other_row(self, number: int, kind: str, columns: Indices) -> CallSiteRow:
        """Return the row of something that is no site: the time outside all calls, or a group."""
        calls = self._calls
        known = (
            self._known.exclusive_known[number] if number == calls.rest else self._known.known(columns, None)
        )
        time_s = float(calls.total_s[columns].sum(axis=0).mean())
        members = [column for column in columns.tolist() if column < calls.rest]
        sums = {name: sum(float(values[i]) for i in members) for name, values in self._sums.items()}
        return CallSiteRow(
            scenario=calls.label,
            site=number + 1,
            kind=kind,
            api="",
            file="",
            line=None,
            column=None,
            end_line=None,
            function="",
            expression="",
            runs=max((int(calls.in_runs[i]) for i in members), default=self._runs),
            calls=round(sums["calls"]),
            calls_per_run=sums["calls"] / self._runs,
            raised=round(sums["raised"]),
            traced=round(sums["traced"]),
            suspended=round(sums["suspended"]),
            time_inclusive_s=time_s,
            time_exclusive_s=time_s,
            duration_mean_s=None,
            duration_median_s=None,
            duration_p95_s=None,
            duration_min_s=None,
            duration_max_s=None,
            argument_bytes=None,
            **self._energies(known, known, grouped=False),
            energy_per_call_j=None,
            **self._power_of(known, time_s),
            group=None,
            identifiability=float(self._known.tolerance[number]) if number == calls.rest else None,
            intervals=int(max(calls.readings_with[columns])),
            **self._counters.columns(columns),
        )

    def _energies(self, exclusive: Known, inclusive: Known, *, grouped: bool) -> dict[str, Any]:
        """Return the columns of energy; those of a site that is in a group hold only bounds."""
        alike = inclusive is exclusive
        label = BOUNDED if grouped else exclusive.label
        columns: dict[str, Any] = {"label": label}
        for name, known, hidden in (
            ("exclusive", exclusive, grouped),
            ("inclusive", inclusive, grouped and alike),
        ):
            for what, number in (("energy", known.gross), ("induced", known.induced)):
                shown = None if hidden else number
                columns[f"{what}_{name}_j"] = shown and shown.value_j
                columns[f"{what}_{name}_u_j"] = shown and shown.u_j
                columns[f"{what}_{name}_low_j"] = shown and shown.low_j
                columns[f"{what}_{name}_high_j"] = shown and shown.high_j
            bound_j = known.bound_j
            if hidden and bound_j is None:
                bound_j = max(known.gross.upper_j, 0.0)
            columns[f"bound_{name}_j"] = bound_j
        return columns

    def _per_call_j(self, inclusive: Known, n: float, *, grouped: bool) -> float | None:
        if n == 0 or inclusive.label == BOUNDED or (grouped and inclusive.label == POOLED):
            return None
        return inclusive.gross.value_j * self._runs / n

    def _power(self, column: int, exclusive: Known, *, grouped: bool) -> dict[str, Any]:
        if grouped:
            return {"power_w": None, "power_u_w": None}
        return self._power_of(exclusive, float(self._calls.total_s[column].mean()))

    @staticmethod
    def _power_of(known: Known, time_s: float) -> dict[str, Any]:
        if time_s <= 0:
            return {"power_w": None, "power_u_w": None}
        return {"power_w": known.gross.value_j / time_s, "power_u_w": known.gross.u_j / time_s}
