"""Description of one quantity of one scenario over its runs."""

from typing import NamedTuple

import numpy as np

from analysis.maths.arrays import finite
from analysis.maths.benches import Benches
from analysis.maths.describe import (
    describe,
    has_interval,
    mean_interval,
    normality_p,
    outliers,
    student_t,
)
from analysis.statistics.noted import noted
from analysis.statistics.samples import Sample, scattered
from records.rows.statistics import StatisticsRow


def statistics_row(sample: Sample, confidence: float) -> StatisticsRow | None:
    """Describe a sample, or return ``None`` of no runs.

    The interval of the mean is that of the scatter alone (Student's t, n - 1 degrees of freedom; of
    several benches within and between them), and
    empty without scatter and for fewer than three runs; what the meter adds is in ``scenarios.csv``.
    Outliers (Tukey 1977) are named, not dropped.
    """
    values = sample.values.tolist()
    found = describe(values)
    if found is None:
        return None
    low, high = _interval(sample, confidence) if scattered(sample.values) else (None, None)
    sd_pct = 100 * found.sd / found.mean if found.sd is not None and found.mean > 0 else None
    trend = drift(sample, confidence)
    return StatisticsRow(
        scenario=sample.label,
        quantity=sample.quantity,
        n=found.n,
        mean=found.mean,
        sd=found.sd,
        sd_pct=finite(sd_pct),
        median=found.median,
        min=found.min,
        max=found.max,
        iqr=found.iqr,
        mean_low=low,
        mean_high=high,
        normality_p=normality_p(values),
        outliers=" ".join(sample.run_dirs[i] for i in outliers(values)),
        drift_per_run=trend.per_run,
        drift_low=trend.low,
        drift_high=trend.high,
        drift_p=trend.p,
        drift_tau=trend.tau,
        drift_tau_p=trend.tau_p,
    )


def _interval(sample: Sample, confidence: float) -> tuple[float | None, float | None]:
    benches = Benches(sample.benches)
    if not benches.several:
        interval = mean_interval(sample.values.tolist(), confidence)
        return interval.low, interval.high
    u, df = benches.of_mean(sample.values)
    if u == 0 or not has_interval(df):
        return None, None
    reach = student_t(confidence, df) * u
    return sample.mean - reach, sample.mean + reach


class Drift(NamedTuple):
    """How values change over the order of the runs.

    Attributes:
        per_run: slope of a straight line, with its interval and p value.
        tau: Kendall's tau against the order; ``tau_p`` its p value.
    """

    per_run: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    tau: float | None = None
    tau_p: float | None = None


def drift(sample: Sample, confidence: float) -> Drift:
    """Say whether the values drift over the order of the runs.

    A straight line by least squares (change per run, with its t interval), and Kendall's tau against
    the order, which is the trend test of Mann (1945) and needs no straight line.

    Returns:
        The drift; ``None`` throughout for fewer than four runs, or for values without scatter.
    """
    if sample.n < 4 or not scattered(sample.values):
        return Drift()
    from scipy import stats

    order = np.arange(sample.n, dtype=np.float64)
    line = stats.linregress(order, sample.values)
    reach = student_t(confidence, sample.n - 2) * float(line.stderr)
    slope = float(line.slope)
    (tau, tau_p), _ = noted(lambda: stats.kendalltau(order, sample.values))
    return Drift(*map(finite, (slope, slope - reach, slope + reach, line.pvalue, tau, tau_p)))
