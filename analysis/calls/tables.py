"""Rows of the profiler's result tables for one scenario."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from analysis.calls.covers import Indices
from analysis.calls.labels import BOUNDED, LEAST_TOLERANCE, MEASURED, POOLED, Group, groups_of, is_measured
from analysis.calls.numbers import Number, Numbers, Quantity
from analysis.calls.scenario_calls import ScenarioCalls
from analysis.calls.sharing import Shares
from analysis.maths.arrays import Floats, finite
from analysis.scenario.baseline import Baseline
from records.rows.calls import CallEdgeRow, CallFitRow, CallSiteRow

QUANTILES = [0.5, 0.95]


@dataclass(frozen=True, eq=False)
class Known:
    """An energy, its share of the baseline taken away, and how it is known.

    Attributes:
        bound_j: upper bound, only where ``label`` is ``bounded``.
    """

    gross: Number
    induced: Number | None
    label: str
    bound_j: float | None = None


class ScenarioTables:
    """Makes the rows of a scenario.

    Args:
        calls: of all its runs.
        baseline: of the campaign.
        confidence: of the intervals.
    """

    def __init__(self, calls: ScenarioCalls, baseline: Baseline, confidence: float) -> None:
        self._calls = calls
        self._runs = len(calls.runs)
        self._numbers = Numbers(calls.runs, baseline, confidence)

    # --- energies

    @cached_property
    def _exclusive(self) -> tuple[Shares, Floats, Floats]:
        """Shares of all columns, the covariance of their means, and their change if readings were later."""
        calls = self._calls
        shares = calls.division.exclusive(calls.total_s)
        late = calls.late_division.exclusive(calls.total_s)
        covariance_j2 = shares.covariance_j2(calls.division.fitted)
        change_j = (late.energy_j - shares.energy_j).mean(axis=1)
        if calls.division.stacked.instantaneous:
            shares, covariance_j2 = self._reconciled(shares, covariance_j2)
        return shares, covariance_j2, change_j

    def _reconciled(self, shares: Shares, covariance_j2: Floats) -> tuple[Shares, Floats]:
        """Make the energies of instantaneous readings add up to that of the run, by their variances."""
        whole_j = np.array([run.whole.energy.energy_j or 0.0 for run in self._calls.runs])
        missing_j = whole_j - shares.energy_j.sum(axis=0)
        ones = np.ones(len(covariance_j2))
        given = covariance_j2 @ ones
        total = float(ones @ given)
        if total <= 0:
            return shares, covariance_j2
        gain = given / total
        u2 = float(np.mean([run.whole.energy.unseen_j**2 for run in self._calls.runs])) / self._runs
        energy_j = shares.energy_j + np.outer(gain, missing_j)
        reconciled = covariance_j2 - np.outer(gain, given) + u2 * np.outer(gain, gain)
        return replace(shares, energy_j=energy_j), reconciled

    @cached_property
    def _measured(self) -> Any:
        return is_measured(self._calls)

    @cached_property
    def _tolerance(self) -> Floats:
        """Of each column, the share that no other explains; 1 of what fills readings by itself."""
        own = self._calls.division.fitted.tolerance[: self._calls.rest + 1]
        return np.where(self._measured, 1.0, own)

    @cached_property
    def _groups(self) -> list[Group]:
        shares, covariance_j2, change_j = self._exclusive
        covariance_j2 = covariance_j2 + np.outer(change_j, change_j)
        candidates = np.flatnonzero(~self._measured[: self._calls.rest])
        kinds = np.array([self._calls.sites[i].kind for i in candidates.tolist()], dtype=object)
        energy_j = shares.energy_j.mean(axis=1)
        return groups_of(energy_j, covariance_j2, self._tolerance, candidates[kinds != "gate"])

    @cached_property
    def _exclusive_known(self) -> list[Known]:
        """Exclusive energy of each column."""
        return [self._known(np.array([column]), column) for column in range(self._calls.rest + 1)]

    def _known(self, columns: Indices, label_of: int | None) -> Known:
        """Return the sum of the exclusive energies of columns.

        Args:
            columns: which.
            label_of: the column that says how it is known; ``None`` of a group, which is pooled.
        """
        shares, covariance_j2, change_j = self._exclusive
        calls = self._calls
        quantity = Quantity(
            energy_j=shares.energy_j[columns].sum(axis=0),
            time_s=calls.total_s[columns].sum(axis=0),
            division_u_j=float(np.sqrt(max(covariance_j2[np.ix_(columns, columns)].sum(), 0.0))),
            df=calls.division.fitted.df,
            noise_j2=float(shares.noise_j2[columns].sum()),
            late_j=float(change_j[columns].sum()),
        )
        gross, induced = self._numbers.gross(quantity), self._numbers.induced(quantity)
        if label_of is not None and self._measured[label_of]:
            return Known(gross, induced, MEASURED)
        clear = label_of is None or self._tolerance[label_of] >= LEAST_TOLERANCE
        if clear and gross.lower_j > 0:
            return Known(gross, induced, POOLED)
        bounds_j = [gross.upper_j] if clear else []
        bounds_j.append(float(self._most_j[columns].sum()))
        return Known(gross, induced, BOUNDED, max(min(bounds_j), 0.0))

    @cached_property
    def _most_j(self) -> Floats:
        """Energy that the readings leave each column at most, if the rest of each drew the least of all."""
        stacked = self._calls.division.stacked
        known_w = stacked.power_w[stacked.known]
        least_w = float(known_w.min()) if len(known_w) else 0.0
        share = stacked.share.tocoo()
        highest_w = float(known_w.max()) if len(known_w) else 0.0
        if stacked.instantaneous:
            return np.asarray(self._calls.total_s.mean(axis=1) * highest_w)
        left_j = (stacked.power_w - least_w)[share.row] + least_w * share.data
        most_j = np.bincount(share.col, left_j * stacked.length_s[share.row], share.shape[1])
        return np.asarray(most_j / self._runs, dtype=np.float64)

    @cached_property
    def _inclusive_known(self) -> dict[int, Known]:
        """Inclusive energy of the sites within whose calls others run."""
        calls = self._calls
        if len(calls.callers) == 0:
            return {}
        if calls.division.stacked.instantaneous:
            return self._inclusive_by_power()
        late_s, u_s = calls.alignment.late_s, calls.alignment.u_s
        shares = calls.inclusive_of(calls.division, late_s)
        late = calls.inclusive_of(calls.late_division, late_s + u_s)
        variance_j2 = shares.covariance_j2(calls.division.fitted).diagonal()
        change_j = (late.energy_j - shares.energy_j).mean(axis=1)
        time_s, resolved_s = calls.summed("time_s"), calls.summed("resolved_s")
        found = {}
        for i, site in enumerate(calls.callers.tolist()):
            quantity = Quantity(
                energy_j=shares.energy_j[i],
                time_s=self._calls.inclusive_total_s[site],
                division_u_j=float(np.sqrt(variance_j2[i])),
                df=calls.division.fitted.df,
                noise_j2=float(shares.noise_j2[i]),
                late_j=float(change_j[i]),
            )
            found[site] = self._labelled(quantity, bool(resolved_s[site] >= 0.9 * time_s[site]))
        return found

    def _inclusive_by_power(self) -> dict[int, Known]:
        """Return inclusive energies as times of the sites within, each at its mean power."""
        calls = self._calls
        shares, covariance_j2, change_j = self._exclusive
        found = {}
        for site in calls.callers.tolist():
            of = np.append(calls.part_within[site], 0.0)
            quantity = Quantity(
                energy_j=of @ shares.energy_j,
                time_s=self._calls.inclusive_total_s[site],
                division_u_j=float(np.sqrt(max(of @ covariance_j2 @ of, 0.0))),
                df=calls.division.fitted.df,
                noise_j2=float(np.square(of) @ shares.noise_j2),
                late_j=float(of @ change_j),
            )
            found[site] = self._labelled(quantity, bool(self._measured[site]))
        return found

    def _labelled(self, quantity: Quantity, resolved: bool) -> Known:
        gross, induced = self._numbers.gross(quantity), self._numbers.induced(quantity)
        if resolved:
            return Known(gross, induced, MEASURED)
        if gross.lower_j > 0:
            return Known(gross, induced, POOLED)
        return Known(gross, induced, BOUNDED, max(gross.upper_j, 0.0))

    # --- rows

    def site_rows(self) -> list[CallSiteRow]:
        """Return a row for each site, the time outside all calls, and each group of sites."""
        rows = [self._site_row(site) for site in range(self._calls.rest)]
        rows.append(self._other_row(self._calls.rest, "uncovered", np.array([self._calls.rest])))
        for i, group in enumerate(self._groups):
            rows.append(self._other_row(self._group_number(i) - 1, "group", group.sites))
        return rows

    def _group_number(self, place: int) -> int:
        return self._calls.rest + 2 + place

    def _group_of(self, column: int) -> int | None:
        places = (i for i, group in enumerate(self._groups) if column in group.sites)
        return next((self._group_number(i) for i in places), None)

    def _site_row(self, column: int) -> CallSiteRow:
        calls, site = self._calls, self._calls.sites[column]
        exclusive, group = self._exclusive_known[column], self._group_of(column)
        inclusive = self._inclusive_known.get(column, exclusive)
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
            identifiability=float(self._tolerance[column]),
            intervals=int(calls.readings_with[column]),
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
        known = self._exclusive_known[number] if number == calls.rest else self._known(columns, None)
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
            identifiability=float(self._tolerance[number]) if number == calls.rest else None,
            intervals=int(max(calls.readings_with[columns])),
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

    def edge_rows(self) -> list[CallEdgeRow]:
        """Return a row for each calling context."""
        calls, contexts = self._calls, self._calls.contexts
        counted_s = np.zeros(calls.rest)
        np.add.at(counted_s, contexts.site, contexts.exclusive_s)
        mean_j = np.array([self._for_edges_j(column) for column in range(calls.rest)])
        per_s = np.divide(mean_j, counted_s / self._runs, out=np.zeros(calls.rest), where=counted_s > 0)
        own_j = per_s[contexts.site] * contexts.exclusive_s / self._runs
        whole_j = own_j.copy()
        for i in range(len(own_j) - 1, -1, -1):
            if contexts.parent[i] >= 0:
                whole_j[contexts.parent[i]] += whole_j[i]
        depth, exclusive_s = contexts.depth, contexts.exclusive_s / self._runs
        inclusive_s = contexts.inclusive_s / self._runs
        return [
            CallEdgeRow(
                scenario=calls.label,
                node=i + 1,
                parent=parent + 1 if parent >= 0 else None,
                site=int(contexts.site[i]) + 1,
                caller=int(contexts.site[parent]) + 1 if parent >= 0 else None,
                depth=int(depth[i]),
                calls=int(contexts.calls[i]),
                time_inclusive_s=float(inclusive_s[i]),
                time_exclusive_s=float(exclusive_s[i]),
                energy_inclusive_j=float(whole_j[i]),
                energy_exclusive_j=float(own_j[i]),
            )
            for i, parent in enumerate(contexts.parent.tolist())
        ]

    def _for_edges_j(self, column: int) -> float:
        """Return the energy of a site for the flame view, that of a group divided by time."""
        place = self._group_of(column)
        if place is None:
            return max(self._exclusive_known[column].gross.value_j, 0.0)
        members = self._groups[place - self._group_number(0)].sites
        shares, _, _ = self._exclusive
        time_s = self._calls.total_s[members].sum()
        part = self._calls.total_s[column].sum() / time_s if time_s > 0 else 0.0
        return float(max(shares.energy_j[members].sum(axis=0).mean(), 0.0) * part)

    def fit_row(self) -> CallFitRow:
        """Return the row that says how well the energies are known."""
        calls, fitted = self._calls, self._calls.division.fitted
        shares, _, _ = self._exclusive
        whole_j = np.array([run.whole.energy.energy_j or 0.0 for run in calls.runs])
        lengths_s = np.array([run.whole.window.to_s for run in calls.runs])
        energy = self._numbers.gross(Quantity(whole_j, lengths_s, 0.0, 1.0, 0.0, 0.0))
        gate = [i for i, site in enumerate(calls.sites) if site.kind == "gate"]
        gate_s, rest_s = (
            float(calls.total_s[gate].sum()) / self._runs,
            float(calls.total_s[calls.rest].mean()),
        )
        return CallFitRow(
            scenario=calls.label,
            runs=self._runs,
            calls=round(self._sums["calls"].sum()),
            sites=calls.rest - len(gate),
            interval_s=max(run.interval_s for run in calls.runs),
            resolved_s=max(run.resolved_s for run in calls.runs),
            intervals=fitted.readings,
            parameters=fitted.parameters,
            condition=fitted.condition,
            explained=fitted.explained,
            autocorrelation=fitted.autocorrelation,
            residual_sd_w=fitted.residual_sd_w,
            energy_j=energy.value_j,
            energy_u_j=energy.u_j,
            covered_s=float(lengths_s.mean()) - rest_s - gate_s,
            uncovered_s=rest_s,
            gate_s=gate_s,
            sum_j=float(shares.energy_j.sum(axis=0).mean()),
            lost_records=sum(run.lost for run in calls.runs),
        )
