"""The energies of the calls of a scenario, each with how it is known."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.calls.covers import Booleans, Indices
from analysis.calls.labels import BOUNDED, LEAST_TOLERANCE, MEASURED, POOLED, Group, groups_of, is_measured
from analysis.calls.numbers import Number, Numbers, Quantity
from analysis.calls.scenario_calls import ScenarioCalls
from analysis.calls.sharing import Shares
from analysis.maths.arrays import Floats
from analysis.scenario.baseline import Baseline


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


class ScenarioEnergies:
    """The energies of the calls of a scenario and of the time outside them.

    Args:
        calls: of all its runs.
        baseline: of the campaign.
        confidence: of the intervals.
    """

    def __init__(self, calls: ScenarioCalls, baseline: Baseline, confidence: float) -> None:
        self.calls = calls
        self.baseline, self.confidence = baseline, confidence
        self._runs = len(calls.runs)
        self.numbers = Numbers(calls.runs, baseline, confidence)

    @cached_property
    def exclusive(self) -> tuple[Shares, Floats, Floats]:
        """Shares of all columns, the covariance of their means, and their change if readings were later."""
        calls = self.calls
        shares = calls.division.exclusive(calls.total_s)
        late = calls.late_division.exclusive(calls.total_s)
        covariance_j2 = shares.covariance_j2(calls.division.fitted)
        change_j = (late.energy_j - shares.energy_j).mean(axis=1)
        if calls.division.stacked.instantaneous:
            shares, covariance_j2 = self._reconciled(shares, covariance_j2)
        return shares, covariance_j2, change_j

    def _reconciled(self, shares: Shares, covariance_j2: Floats) -> tuple[Shares, Floats]:
        """Make the energies of instantaneous readings add up to that of the run, by their variances."""
        whole_j = np.array([run.whole.energy.energy_j or 0.0 for run in self.calls.runs])
        missing_j = whole_j - shares.energy_j.sum(axis=0)
        ones = np.ones(len(covariance_j2))
        given = covariance_j2 @ ones
        total = float(ones @ given)
        if total <= 0:
            return shares, covariance_j2
        gain = given / total
        u2 = float(np.mean([run.whole.energy.unseen_j**2 for run in self.calls.runs])) / self._runs
        energy_j = shares.energy_j + np.outer(gain, missing_j)
        reconciled = covariance_j2 - np.outer(gain, given) + u2 * np.outer(gain, gain)
        return replace(shares, energy_j=energy_j), reconciled

    @cached_property
    def measured(self) -> Booleans:
        """Which columns are long enough for the meter."""
        return is_measured(self.calls)

    @cached_property
    def tolerance(self) -> Floats:
        """Of each column, the share that no other explains; 1 of what fills readings by itself."""
        own = self.calls.division.fitted.tolerance[: self.calls.rest + 1]
        return np.where(self.measured, 1.0, own)

    @cached_property
    def groups(self) -> list[Group]:
        """Sites whose energies are only known together."""
        shares, covariance_j2, change_j = self.exclusive
        covariance_j2 = covariance_j2 + np.outer(change_j, change_j)
        candidates = np.flatnonzero(~self.measured[: self.calls.rest])
        kinds = np.array([self.calls.sites[i].kind for i in candidates.tolist()], dtype=object)
        energy_j = shares.energy_j.mean(axis=1)
        return groups_of(energy_j, covariance_j2, self.tolerance, candidates[kinds != "gate"])

    @cached_property
    def exclusive_known(self) -> list[Known]:
        """Exclusive energy of each column."""
        return [self.known(np.array([column]), column) for column in range(self.calls.rest + 1)]

    def known(self, columns: Indices, label_of: int | None) -> Known:
        """Return the sum of the exclusive energies of columns.

        Args:
            columns: which.
            label_of: the column that says how it is known; ``None`` of a group, which is pooled.
        """
        shares, covariance_j2, change_j = self.exclusive
        calls = self.calls
        quantity = Quantity(
            energy_j=shares.energy_j[columns].sum(axis=0),
            time_s=calls.total_s[columns].sum(axis=0),
            division_u_j=float(np.sqrt(max(covariance_j2[np.ix_(columns, columns)].sum(), 0.0))),
            df=calls.division.fitted.df,
            noise_j2=float(shares.noise_j2[columns].sum()),
            late_j=float(change_j[columns].sum()),
        )
        gross, induced = self.numbers.gross(quantity), self.numbers.induced(quantity)
        if label_of is not None and self.measured[label_of]:
            return Known(gross, induced, MEASURED)
        clear = label_of is None or self.tolerance[label_of] >= LEAST_TOLERANCE
        if clear and quantity.is_told:
            return Known(gross, induced, POOLED)
        bounds_j = [gross.upper_j] if clear else []
        bounds_j.append(float(self._most_j[columns].sum()))
        return Known(gross, induced, BOUNDED, max(min(bounds_j), 0.0))

    @cached_property
    def _most_j(self) -> Floats:
        """Energy that the readings leave each column at most, if the rest of each drew the least of all."""
        stacked = self.calls.division.stacked
        known_w = stacked.power_w[stacked.known]
        least_w = float(known_w.min()) if len(known_w) else 0.0
        share = stacked.share.tocoo()
        highest_w = float(known_w.max()) if len(known_w) else 0.0
        if stacked.instantaneous:
            return np.asarray(self.calls.total_s.mean(axis=1) * highest_w)
        left_j = (stacked.power_w - least_w)[share.row] + least_w * share.data
        most_j = np.bincount(share.col, left_j * stacked.length_s[share.row], share.shape[1])
        return np.asarray(most_j / self._runs, dtype=np.float64)

    @cached_property
    def inclusive_known(self) -> dict[int, Known]:
        """Inclusive energy of the sites within whose calls others run."""
        calls = self.calls
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
                time_s=self.calls.inclusive_total_s[site],
                division_u_j=float(np.sqrt(variance_j2[i])),
                df=calls.division.fitted.df,
                noise_j2=float(shares.noise_j2[i]),
                late_j=float(change_j[i]),
            )
            found[site] = self._labelled(quantity, bool(resolved_s[site] >= 0.9 * time_s[site]))
        return found

    def _inclusive_by_power(self) -> dict[int, Known]:
        """Return inclusive energies as times of the sites within, each at its mean power."""
        calls = self.calls
        shares, covariance_j2, change_j = self.exclusive
        found = {}
        for site in calls.callers.tolist():
            of = np.append(calls.part_within[site], 0.0)
            quantity = Quantity(
                energy_j=of @ shares.energy_j,
                time_s=self.calls.inclusive_total_s[site],
                division_u_j=float(np.sqrt(max(of @ covariance_j2 @ of, 0.0))),
                df=calls.division.fitted.df,
                noise_j2=float(np.square(of) @ shares.noise_j2),
                late_j=float(of @ change_j),
            )
            found[site] = self._labelled(quantity, bool(self.measured[site]))
        return found

    def _labelled(self, quantity: Quantity, resolved: bool) -> Known:
        gross, induced = self.numbers.gross(quantity), self.numbers.induced(quantity)
        if resolved:
            return Known(gross, induced, MEASURED)
        if quantity.is_told:
            return Known(gross, induced, POOLED)
        return Known(gross, induced, BOUNDED, max(gross.upper_j, 0.0))

    def by_time_j(self, column: int) -> float:
        """Return the exclusive energy of a site, that of a group divided by the time of its sites."""
        members = next((group.sites for group in self.groups if column in group.sites), None)
        if members is None:
            return max(self.exclusive_known[column].gross.value_j, 0.0)
        shares, _, _ = self.exclusive
        time_s = self.calls.total_s[members].sum()
        part = self.calls.total_s[column].sum() / time_s if time_s > 0 else 0.0
        return float(max(shares.energy_j[members].sum(axis=0).mean(), 0.0) * part)
