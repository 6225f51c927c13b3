"""The baseline: what the SUT draws with only its operating system.

See docs/explanation/method.md#baseline-and-what-the-software-induced.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import hypot, sqrt
from typing import Literal, NamedTuple

import numpy as np

from analysis.maths.arrays import Floats
from analysis.maths.describe import SAME_SHARE
from analysis.run.measure import RunMeasure
from analysis.uncertainty.meter_errors import Exposures, combined, rounded_alike

Reference = Literal["interpolated", "pooled"]
"""Neighbours in time, linearly interpolated; or the time-weighted mean of all baseline runs."""

SIGNIFICANT = 0.05
HIDDEN_STEP = 3 * sqrt(2)
"""A step between two baseline runs of more than so many times their scatter is not in it."""

LEAST_FOR_STEP = 3
"""From so many baseline runs on one of them at least shows how a level repeats."""

LEAST_FOR_LINE = 4
"""From so many baseline runs on a straight line can be told from their scatter."""


@dataclass(frozen=True)
class BaselineRun:
    """One baseline run.

    Attributes:
        middle_utc_s: middle of its rating interval; ``duration_s`` its length.
        power_w: mean power; ``readings_sd_w`` spread of the readings.
        block: of the plan.
        bench: on which it ran; ``None`` where there is one only.
        exposures: what the meter's shared errors act on, per hour.
        resolution_u_w: standard uncertainty by the rounding of its readings.
    """

    middle_utc_s: float
    duration_s: float
    power_w: float
    readings_sd_w: float
    block: int
    bench: str | None = None
    exposures: Exposures = field(default_factory=dict)
    resolution_u_w: float = 0.0


def baseline_run(run: RunMeasure) -> BaselineRun:
    """Return a measured run as a baseline run."""
    whole = run.whole
    return BaselineRun(
        middle_utc_s=run.middle_utc_s,
        duration_s=whole.window.duration_s,
        power_w=(whole.energy.energy_j or 0.0) / whole.energy.window_s,
        readings_sd_w=run.readings_sd_w,
        block=run.run.block,
        bench=run.run.bench,
        exposures=combined([(3600 / whole.energy.window_s, whole.budget.exposures)]),
        resolution_u_w=whole.budget.resolution_wh * 3600 / whole.energy.window_s,
    )


@dataclass(frozen=True)
class BaselinePower:
    """Baseline power for one run.

    Attributes:
        power_w: the power; ``power_u_w`` its standard uncertainty that comes from the scatter.
        background_u_w: standard deviation of the background of one run about it.
        weights: of the baseline runs that it is made of, by their position in `Baseline.runs`.
        exposures: what the meter's shared errors act on, per hour.
        resolution_u_w: standard uncertainty by rounding, which baseline runs of one level share.
    """

    power_w: float
    power_u_w: float
    background_u_w: float
    weights: dict[int, float]
    exposures: Exposures
    resolution_u_w: float


class Baseline:
    """All baseline runs of a campaign and the power they say for any moment on a bench.

    A bench of a fleet has a level, a drift and neighbours of its own; only the scatter is that of all.

    Args:
        runs: in any order; may be empty.
        reference: which rule gives the power.

    Attributes:
        runs: by bench, and in the order of time.
        places: by bench, where its runs are in ``runs``; in a campaign of one bench by ``None``.
    """

    def __init__(self, runs: list[BaselineRun], reference: Reference) -> None:
        self.runs = sorted(runs, key=lambda run: (run.bench or "", run.middle_utc_s))
        self.reference = reference
        self.places = {
            bench: [i for i, run in enumerate(self.runs) if run.bench == bench]
            for bench in dict.fromkeys(run.bench for run in self.runs)
        }
        self.scatter_w, self.scatter_df = self._scatter()
        self._known: dict[tuple[str | None, float], BaselinePower] = {}

    def _scatter(self) -> tuple[float, float]:
        """Return the standard deviation between baseline runs and its degrees of freedom.

        A single run cannot show how well it repeats; the spread of its readings stands in for it. The
        interpolation follows a drift, so what it is wrong by is the scatter about the drift: the
        residual standard deviation of a straight line through the runs.
        """
        if not self.runs:
            return 0.0, 1.0
        if len(self.runs) == 1:
            return self.runs[0].readings_sd_w, 1.0
        parts = [self._residuals([self.runs[i] for i in places]) for places in self.places.values()]
        squares, df = (sum(column) for column in zip(*parts, strict=True))
        if df == 0:  # one run on each bench
            return max(run.readings_sd_w for run in self.runs), 1.0
        return sqrt(squares / df), df

    def _residuals(self, runs: list[BaselineRun]) -> tuple[float, float]:
        """Return the sum of squared residuals of one bench and its degrees of freedom."""
        power_w = np.array([run.power_w for run in runs])
        apart_s = np.array([run.middle_utc_s for run in runs])
        apart_s = apart_s - apart_s.mean()
        spread = float(apart_s @ apart_s)
        df = len(runs) - 1.0
        residual_w = power_w - power_w.mean()
        if self.reference == "interpolated" and len(runs) >= LEAST_FOR_LINE and spread > 0:
            residual_w = residual_w - apart_s * float(apart_s @ residual_w) / spread
            df -= 1
        return float(residual_w @ residual_w), df

    @cached_property
    def pooled(self) -> BaselinePower | None:
        """Time-weighted mean of all baseline runs."""
        if not self.runs:
            return None
        return self._weighted(self._by_duration(range(len(self.runs))))

    def _by_duration(self, places: Sequence[int]) -> dict[int, float]:
        total_s = sum(self.runs[i].duration_s for i in places)
        return {i: self.runs[i].duration_s / total_s for i in places}

    def at(self, middle_utc_s: float, bench: str | None = None) -> BaselinePower | None:
        """Return the baseline power for a run around this moment, or ``None`` without baseline runs.

        Args:
            middle_utc_s: the moment.
            bench: on which the run was; only its baseline runs are used.
        """
        places = self.places.get(bench)
        if places is None:
            return None
        if self.reference == "pooled":
            middle_utc_s = 0.0  # at any time
        if (bench, middle_utc_s) not in self._known:  # every quantity asks for every run
            pooled = self.reference == "pooled"
            weights = self._by_duration(places) if pooled else self._neighbours(places, middle_utc_s)
            self._known[bench, middle_utc_s] = self._weighted(weights)
        return self._known[bench, middle_utc_s]

    def _neighbours(self, places: list[int], middle_utc_s: float) -> dict[int, float]:
        """Return the weights of the baseline runs before and after a moment."""
        after = bisect_right(places, middle_utc_s, key=lambda i: self.runs[i].middle_utc_s)
        if after in (0, len(places)):
            return {places[max(after - 1, 0)]: 1.0}
        before, behind = places[after - 1], places[after]
        before_s, after_s = self.runs[before].middle_utc_s, self.runs[behind].middle_utc_s
        share = (middle_utc_s - before_s) / (after_s - before_s)
        return {before: 1 - share, behind: share}

    def _step_u_w(self, weights: dict[int, float]) -> float:
        """Return what a step between two neighbours leaves open of a power between them.

        Baselines of two days lie on one straight line whatever happened overnight, so that the scatter about
        it has nothing of a step. When the level changed is not known: by the weights w and 1 - w it did so
        before or after the run, which gives a standard deviation of ``|step| sqrt(w (1 - w))``.
        """
        step = self.step
        if step is None or step.p >= SIGNIFICANT or len(weights) != 2:
            return 0.0
        before, after = sorted(weights)
        change_w = abs(self.runs[after].power_w - self.runs[before].power_w)
        if after != step.before or change_w <= HIDDEN_STEP * self.scatter_w:
            return 0.0
        return change_w * sqrt(weights[before] * weights[after])

    @cached_property
    def step(self) -> "Step | None":
        """The place where the baseline runs, in the order of time, divide best into two levels.

        ``None`` of too few runs, of several benches, which have levels of their own, and where a straight
        line over their order describes them better. The p value is that of a t test with one variance, times
        the number of places that it was chosen among (Bonferroni); the rounding of the readings is the least
        that a level scatters by.
        """
        n = len(self.runs)
        if n < LEAST_FOR_STEP or len(self.places) > 1:
            return None
        power_w = np.array([run.power_w for run in self.runs])
        before, rest = min(((k, _about(power_w[:k]) + _about(power_w[k:])) for k in range(1, n)), key=_rest)
        order = np.arange(n) - (n - 1) / 2
        slope = float(order @ power_w) / float(order @ order)
        change_w = float(power_w[before:].mean() - power_w[:before].mean())
        same = abs(change_w) <= SAME_SHARE * float(np.abs(power_w).max())
        if same or _about(power_w - slope * order) <= rest:
            return None
        scatter_w = max(sqrt(rest / (n - 2)), *(run.resolution_u_w for run in self.runs))
        if scatter_w == 0:
            return Step(before, change_w, 0.0)
        from scipy import stats

        t = abs(change_w) / (scatter_w * sqrt(1 / before + 1 / (n - before)))
        return Step(before, change_w, min(1.0, 2 * (n - 1) * float(stats.t.sf(t, n - 2))))

    def _weighted(self, weights: dict[int, float]) -> BaselinePower:
        return BaselinePower(
            power_w=sum(weight * self.runs[i].power_w for i, weight in weights.items()),
            power_u_w=hypot(self.scatter_w * hypot(*weights.values()), self._step_u_w(weights)),
            background_u_w=self.scatter_w,
            weights=weights,
            exposures=combined((weight, self.runs[i].exposures) for i, weight in weights.items()),
            resolution_u_w=sum(
                weight * self.runs[i].resolution_u_w * rounded_alike(self.runs[i].exposures, self.scatter_w)
                for i, weight in weights.items()
            ),
        )


class Step(NamedTuple):
    """A step of the baseline: between the run of index ``before`` and the one before it, by ``change_w``."""

    before: int
    change_w: float
    p: float


def _about(values: Floats) -> float:
    """Return the sum of squares about the mean."""
    apart = values - values.mean()
    return float(apart @ apart)


def _rest(place: tuple[int, float]) -> float:
    return place[1]
