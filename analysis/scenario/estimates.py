"""The mean of a quantity over repeated runs, with what the runs share and what they do not.

Every quantity is a ratio of sums over the runs, ``sum(a) / sum(m)``: a mean has ``m = 1``, energy per
epoch the number of epochs, an efficiency factor the useful work. How the runs scatter about it is
type A (for ratios by their residuals ``a - ratio * m``: Cochran 1977, section 6.4); what the meter and
the baseline do to all of them is carried by shared variables and does not shrink with their number.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np

from analysis.maths.benches import Benches
from analysis.run.measure import Measured, RunMeasure
from analysis.scenario.baseline import Baseline, BaselinePower
from analysis.scenario.rows import induced
from analysis.uncertainty.contributions import Budget
from analysis.uncertainty.estimate import Cause, Causes, Estimate
from analysis.uncertainty.meter_errors import combined, rounded_alike
from records.rows.families import USEFUL_WORK
from records.rows.runs import RunRow


@dataclass(frozen=True)
class Share:
    """What one measured energy brings to a sum.

    Attributes:
        budget: of the energy, in Wh; the quantity is ``factor`` times the energy.
        baseline: what was subtracted, or ``None``; ``time_h`` for how long.
    """

    budget: Budget
    baseline: BaselinePower | None = None
    time_h: float = 0.0
    factor: float = 1.0


@dataclass(frozen=True)
class Sample:
    """One run of the sample: its value ``a``, its weight ``m``, and where the value comes from.

    ``level_w`` is the mean gross power behind it; ``bench`` names the bench of a fleet.
    """

    value: float
    weight: float
    scenario: str
    shares: list[Share]
    level_w: float = 0.0
    bench: str | None = None


def samples_of(runs: list[RunMeasure], rows: list[RunRow], baseline: Baseline, column: str) -> list[Sample]:
    """Return the sample of a quantity; runs that do not have it are left out.

    Args:
        runs: of a group.
        rows: of the same runs.
        baseline: of the campaign.
        column: see `analysis.scenario.groups.Group.estimate`.

    Raises:
        KeyError: there is no such quantity.
    """
    make = _sampler(column)
    samples = []
    for run, row in zip(runs, rows, strict=True):
        reference = None if row.baseline_power_w is None else baseline.at(run.middle_utc_s, run.run.bench)
        sample = make(run, reference)
        if sample is not None and sample.weight > 0:
            samples.append(replace(sample, bench=run.run.bench))
    return samples


_Sampler = Callable[[RunMeasure, BaselinePower | None], Sample | None]


def _sampler(column: str) -> _Sampler:
    if column == "duration_s":
        return lambda run, _: Sample(run.whole.window.duration_s, 1.0, run.run.scenario, [])
    if column == "mean_power_w":
        return _mean_power
    if column == "induced_power_w":
        return _induced_power
    above = "induced" in column
    if column in ("energy_wh", "induced_wh"):
        return lambda run, reference: _sum(run, [run.whole], reference, above, 1.0)
    if column in ("wh_per_epoch", "induced_wh_per_epoch"):
        return lambda run, reference: _sum(run, run.epochs, reference, above, None)
    kind = column.removesuffix("_per_induced_wh" if above else "_per_wh")
    for work in USEFUL_WORK:
        if work == kind != column:
            return lambda run, reference: _sum(run, [run.whole], reference, above, run.work.get(work, 0.0))
    raise KeyError(f"no quantity {column!r} of a scenario")


def _sum(
    run: RunMeasure,
    windows: list[Measured],
    reference: BaselinePower | None,
    above: bool,
    weight: float | None,
) -> Sample | None:
    """Add up windows of a run; their number is the weight unless one is given."""
    total_wh, shares = 0.0, []
    for window in windows:
        if window.energy_wh is None:
            continue
        if not above:
            total_wh += window.energy_wh
            shares.append(Share(window.budget))
            continue
        found = induced(window, reference)
        if found is None:
            return None
        total_wh += found[0]
        shares.append(Share(found[1], reference, window.window.duration_s / 3600))
    if not shares:
        return None
    weight = float(len(shares)) if weight is None else weight
    return Sample(total_wh, weight, run.run.scenario, shares, _level_w(run))


def _mean_power(run: RunMeasure, _: BaselinePower | None) -> Sample | None:
    time_h = run.whole.window.duration_s / 3600
    if run.whole.energy_wh is None or time_h <= 0:
        return None
    share = Share(run.whole.budget, factor=1 / time_h)
    return Sample(run.whole.energy_wh / time_h, 1.0, run.run.scenario, [share], _level_w(run))


def _induced_power(run: RunMeasure, reference: BaselinePower | None) -> Sample | None:
    time_h = run.whole.window.duration_s / 3600
    above = induced(run.whole, reference)
    if above is None or time_h <= 0:
        return None
    share = Share(above[1], reference, time_h, factor=1 / time_h)
    return Sample(above[0] / time_h, 1.0, run.run.scenario, [share], _level_w(run))


def _level_w(run: RunMeasure) -> float:
    return (run.whole.energy.energy_j or 0.0) / run.whole.energy.window_s


def estimate_mean(
    samples: list[Sample], key: tuple[str, str], baseline: Baseline, causes: Causes, *, inverse: bool = False
) -> Estimate | None:
    """Return the ratio of sums over a sample, with its uncertainty; ``None`` of no sample.

    Args:
        samples: one per run.
        key: group and quantity; the scatter of its runs is a cause of its own.
        baseline: of the campaign.
        causes: what the campaign's groups share.
        inverse: return its inverse, as of energy per work; ``None`` where it is not positive.
    """
    if not samples:
        return None
    total_weight = sum(sample.weight for sample in samples)
    value = sum(sample.value for sample in samples) / total_weight
    shares = [share for sample in samples for share in sample.shares]
    quantity = value + causes.of_meters(
        combined((share.factor / total_weight, share.budget.exposures) for share in shares)
    )
    for cause, coefficient in _known(samples, key, total_weight):
        quantity = quantity + coefficient * causes.error(cause)
    weights = _baseline_weights(samples, len(baseline.runs))
    quantity = quantity + _scatter_of_baseline(weights, total_weight, baseline, causes)
    if len(samples) == 1:  # how its own background differs from the baseline, no repeat has shown
        cause = Cause("baseline", key, "student", baseline.scatter_df, pool="baseline")
        quantity = quantity + float(weights.sum()) / total_weight * baseline.scatter_w * causes.error(cause)
    own = _repeats(samples, value, weights, baseline)
    if own is not None:
        variance, df = own
        cause = Cause("repeats", key, "student", df)
        quantity = quantity + sqrt(len(samples) * variance) / total_weight * causes.error(cause)
    if not inverse:
        return Estimate(quantity)
    return Estimate(1 / quantity) if value > 0 else None


_CLOCK, _UNRESOLVED = Cause("clock", "campaign"), Cause("unresolved", "campaign", "two_point")


def _known(samples: list[Sample], key: tuple[str, str], total_weight: float) -> list[tuple[Cause, float]]:
    """Return the causes of known size, other than those of the meter's line, and their coefficients.

    What windows too short for the meter may have wrong is the same in all runs; at what level the
    display stands still is a property of the workload. What differs from run to run is seen in the
    repeats; of a single run it has to be known.
    """
    sums: dict[Cause, float] = {}
    single = len(samples) == 1
    spread_w = 0.0 if single else float(np.std([sample.level_w for sample in samples], ddof=1))
    for sample in samples:
        resolution = Cause("resolution", sample.scenario, "rectangular")
        for number, share in enumerate(sample.shares):
            budget = share.budget
            (meter, *_) = budget.exposures
            alike = rounded_alike(budget.exposures, spread_w)
            found = [
                (Cause("latency", (meter.maker, meter.model, meter.serial)), budget.latency_wh),
                (_CLOCK, budget.clock_wh),
                (_UNRESOLVED, budget.unresolved_wh),
                (resolution, budget.resolution_wh * alike),
            ]
            if single:
                found += [
                    (Cause("fit", key), budget.fit_wh),
                    (Cause("split", (key, number)), budget.split_wh),
                    (Cause("sampling", (key, number)), budget.sampling_wh),
                    (Cause("gap", key, "rectangular"), budget.gap_wh),
                ]
            for cause, u_wh in found:
                sums[cause] = sums.get(cause, 0.0) + share.factor * u_wh / total_weight
    return [(cause, u) for cause, u in sums.items() if u]


def _baseline_weights(samples: list[Sample], n_baselines: int) -> Any:
    """Return the hours for which each baseline run was subtracted from each run, ``(n, baselines)``."""
    hours = np.zeros((len(samples), n_baselines))
    for row, sample in zip(hours, samples, strict=True):
        for share in sample.shares:
            for j, weight in share.baseline.weights.items() if share.baseline else ():
                row[j] -= weight * share.time_h * share.factor
    return hours


def _scatter_of_baseline(hours: Any, total_weight: float, baseline: Baseline, causes: Causes) -> Any:
    total: Any = 0.0
    for j, coefficient in enumerate((hours.sum(axis=0) / total_weight).tolist()):
        if coefficient and baseline.scatter_w:
            cause = Cause("baseline", j, "student", baseline.scatter_df, pool="baseline")
            total = total + coefficient * baseline.scatter_w * causes.error(cause)
    return total


def _repeats(
    samples: list[Sample], value: float, hours: Any, baseline: Baseline
) -> tuple[float, float] | None:
    """Return the variance of the runs that is their own, and its degrees of freedom.

    Runs that had different baselines subtracted also scatter by those. That part is in the terms of
    the baseline already and is taken out here, not to be counted twice. On several benches it is the
    scatter between these that counts.
    """
    if len(samples) < 2:
        return None
    df = len(samples) - 1.0
    weights = np.array([sample.weight for sample in samples])
    residuals = np.array([sample.value for sample in samples]) - value * weights
    seen = float(residuals @ residuals) / df
    apart = hours - np.outer(weights, hours.sum(axis=0) / weights.sum())
    benches = Benches([sample.bench or "" for sample in samples])
    if benches.several:
        both = zip(benches.mean_squares(residuals), benches.mean_squares(apart), strict=True)
        between, within = (max(seen - baseline.scatter_w**2 * of_it, 0.0) for seen, of_it in both)
        return benches.variance(between, within)
    by_baseline = baseline.scatter_w**2 * float(np.square(apart).sum()) / df
    return max(seen - by_baseline, 0.0), df
