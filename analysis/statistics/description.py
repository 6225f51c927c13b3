"""Description of one quantity of one scenario over its runs."""

import numpy as np

from analysis.maths.arrays import finite
from analysis.maths.describe import describe, mean_interval, normality_p, outliers, student_t
from analysis.statistics.noted import noted
from analysis.statistics.samples import Sample, scattered
from records.results import Row


def statistics_row(sample: Sample, confidence: float) -> Row | None:
    """Describe a sample, or return ``None`` of no runs.

    The interval of the mean is that of the scatter alone (Student's t, n - 1 degrees of freedom), and
    empty without scatter; what the meter adds stands in ``scenarios.csv``. Outliers (Tukey 1977) are
    named, not dropped.

    Returns:
        A row by `records.result_columns.STATISTICS_COLUMNS`.
    """
    values = sample.values.tolist()
    found = describe(values)
    if found is None:
        return None
    interval = mean_interval(values, confidence) if scattered(sample.values) else None
    sd_pct = 100 * found.sd / found.mean if found.sd is not None and found.mean > 0 else None
    return {
        "scenario": sample.label,
        "quantity": sample.quantity,
        "n": found.n,
        "mean": found.mean,
        "sd": found.sd,
        "sd_pct": finite(sd_pct),
        "median": found.median,
        "min": found.min,
        "max": found.max,
        "iqr": found.iqr,
        "mean_low": interval and interval.low,
        "mean_high": interval and interval.high,
        "normality_p": normality_p(values),
        "outliers": " ".join(sample.run_dirs[i] for i in outliers(values)),
        **drift(sample, confidence),
    }


def drift(sample: Sample, confidence: float) -> dict[str, float | None]:
    """Say whether the values drift over the order of the runs.

    A straight line by least squares (change per run, with its t interval), and Kendall's tau against
    the order, which is the trend test of Mann (1945) and needs no straight line.

    Returns:
        ``drift_per_run``, ``drift_low``, ``drift_high``, ``drift_p``, ``drift_tau``, ``drift_tau_p``;
        ``None`` for fewer than four runs, or for values without scatter.
    """
    names = ("drift_per_run", "drift_low", "drift_high", "drift_p", "drift_tau", "drift_tau_p")
    if sample.n < 4 or not scattered(sample.values):
        return dict.fromkeys(names)
    from scipy import stats

    order = np.arange(sample.n, dtype=np.float64)
    line = stats.linregress(order, sample.values)
    reach = student_t(confidence, sample.n - 2) * float(line.stderr)
    slope = float(line.slope)
    (tau, tau_p), _ = noted(lambda: stats.kendalltau(order, sample.values))
    figures = (slope, slope - reach, slope + reach, line.pvalue, tau, tau_p)
    return dict(zip(names, map(finite, figures), strict=True))
