"""Energies of calls with their uncertainty and interval, gross and above the baseline."""

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from analysis.calls.run_calls import RunCalls
from analysis.maths.arrays import Floats
from analysis.maths.benches import Benches
from analysis.maths.describe import LEAST_FOR_INTERVAL, has_interval
from analysis.scenario.baseline import Baseline, BaselinePower
from analysis.uncertainty.contributions import Budget, induced_budget
from analysis.uncertainty.expansion import Parts, expanded_closely
from analysis.uncertainty.meter_errors import Exposure, Exposures, combined
from records.units import wh_from_j


@dataclass(frozen=True)
class Number:
    """A mean over the runs; its interval is ``None`` of fewer than three."""

    value_j: float
    u_j: float
    low_j: float | None
    high_j: float | None

    @property
    def upper_j(self) -> float:
        """The value is below this with high probability."""
        return self.value_j + 2 * self.u_j if self.high_j is None else self.high_j


@dataclass(frozen=True, eq=False)
class Quantity:
    """An energy of a scenario.

    Attributes:
        energy_j: in each run, ``(runs,)``; ``time_s`` for how long.
        division_u_j: standard uncertainty of the mean by how readings were divided, and its ``df``.
        noise_j2: the part of it that differs from run to run, as a variance of the mean.
        late_j: change of the mean if the readings were later by their standard uncertainty.
    """

    energy_j: Floats
    time_s: Floats
    division_u_j: float
    df: float
    noise_j2: float
    late_j: float

    @property
    def is_told(self) -> bool:
        """Whether the readings tell it from zero, however much runs differ."""
        return float(self.energy_j.mean()) > 2 * hypot(self.division_u_j, self.late_j)


class Numbers:
    """Makes numbers of the quantities of a scenario.

    Args:
        runs: of the scenario.
        baseline: of the campaign.
        confidence: of the intervals.
    """

    def __init__(self, runs: list[RunCalls], baseline: Baseline, confidence: float) -> None:
        self._runs, self._baseline, self._confidence = runs, baseline, confidence
        powers = [baseline.at(run.middle_utc_s, run.bench) for run in runs]
        self._powers: list[BaselinePower] = [power for power in powers if power is not None]
        self._benches = Benches([run.bench or "" for run in runs])

    @property
    def has_baseline(self) -> bool:
        """Whether every run has a baseline."""
        return len(self._powers) == len(self._runs)

    def gross(self, of: Quantity) -> Number:
        """Return the energy."""
        return self._number(of, of.energy_j, self._budget(of), [])

    def induced(self, of: Quantity) -> Number | None:
        """Return the energy above the baseline; ``None`` without one."""
        if not self.has_baseline:
            return None
        runs = len(self._runs)
        hours = of.time_s / 3600 / runs
        below = combined((h, power.exposures) for h, power in zip(hours.tolist(), self._powers, strict=True))
        resolution_wh = sum(h * p.resolution_u_w for h, p in zip(hours.tolist(), self._powers, strict=True))
        budget = induced_budget(self._budget(of), below, 0.0, resolution_wh)
        weights = np.zeros(len(self._baseline.runs))
        for h, power in zip(hours.tolist(), self._powers, strict=True):
            for place, weight in power.weights.items():
                weights[place] += weight * h
        u_wh = self._baseline.scatter_w * float(np.sqrt(weights @ weights))
        if runs == 1:  # how its own background differs from the baseline, no repeat shows
            u_wh = hypot(u_wh, float(hours[0]) * self._powers[0].background_u_w)
        base_w = np.array([power.power_w for power in self._powers])
        student = [(u_wh, self._baseline.scatter_df)] if u_wh else []
        return self._number(of, of.energy_j - base_w * of.time_s, budget, student)

    def _number(
        self, of: Quantity, values_j: Floats, budget: Budget, student: list[tuple[float, float]]
    ) -> Number:
        runs = len(values_j)
        student = [*student, (wh_from_j(of.division_u_j), of.df)]
        df = runs - 1.0
        if runs > 1:
            apart_j2 = float(np.var(values_j, ddof=1)) / runs
            if self._benches.several:
                u_j, df = self._benches.of_mean(values_j)
                apart_j2 = u_j**2
            student.append((wh_from_j(sqrt(max(apart_j2 - of.noise_j2, 0.0))), df))
        known = budget.parts()
        parts = Parts([one for one in student if one[0] > 0], known.normal, known.rectangular)
        value_j, reach_j = float(values_j.mean()), 3600 * expanded_closely(parts, self._confidence)
        has_scatter = runs >= LEAST_FOR_INTERVAL and has_interval(df) and reach_j > 0
        return Number(
            value_j,
            3600 * parts.u,
            value_j - reach_j if has_scatter else None,
            value_j + reach_j if has_scatter else None,
        )

    def _budget(self, of: Quantity) -> Budget:
        """Return what the meter and the alignment do to the mean over the runs."""
        runs = len(self._runs)
        exposures = combined(
            (1 / runs, _exposures(run, energy_j, time_s))
            for run, energy_j, time_s in zip(
                self._runs, of.energy_j.tolist(), of.time_s.tolist(), strict=True
            )
        )
        return Budget(
            exposures=exposures,
            latency_wh=wh_from_j(abs(of.late_j)),
            clock_wh=0.0,
            fit_wh=0.0,
            split_wh=0.0,
            resolution_wh=0.0,
            gap_wh=0.0,
        )


def _exposures(run: RunCalls, energy_j: float, time_s: float) -> Exposures:
    """Return what the meter's errors act on in a part of a run."""
    whole_j = run.whole.energy.energy_j or 0.0
    share = energy_j / whole_j if whole_j else 0.0
    return {
        errors: Exposure(part.energy_wh * share, time_s / 3600, part.reactive_varh * share)
        for errors, part in run.whole.budget.exposures.items()
    }
