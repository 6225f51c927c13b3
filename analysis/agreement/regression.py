"""Lines through pairs in which both values err: Deming, and Passing and Bablok."""

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.agreement.pairs import Pairs
from analysis.maths.arrays import Floats
from analysis.maths.describe import SAME_SHARE, WithInterval, student_t

MOST_ROWS = 2000
"""Passing and Bablok's line looks at every pair of rows; above this many it is left out."""

_FEWEST = 4


@dataclass(frozen=True)
class Line:
    """``estimated = intercept + slope * measured``.

    Attributes:
        slope, intercept: with intervals, where they have any.
        error_ratio: variance of the estimator's error over that of the meter's (Deming).
        linearity_p: how likely so curved a cloud is around a straight line (Passing and Bablok).
    """

    slope: WithInterval
    intercept: WithInterval
    error_ratio: float | None = None
    linearity_p: float | None = None


def deming(pairs: Pairs, confidence: float, error_ratio: float | None = None) -> Line | None:
    """Fit a line with errors in both values (Deming 1943; Linnet 1993, Clin Chem 39:424).

    Intervals by the jackknife, leaving out one row, or one group where rows belong to groups, with
    Student's t at two degrees of freedom less than their number (Linnet 1990, Stat Med 9:1463).

    Args:
        pairs: the rows.
        confidence: of the intervals.
        error_ratio: variance of the estimator's error over that of the meter's; by default that
            of `error_ratio_of`.

    Returns:
        ``None`` for fewer than four rows or groups, or where the meter's values do not differ by more
        than its own scatter.
    """
    ratio = error_ratio_of(pairs) if error_ratio is None else error_ratio
    fit = None if pairs.units < _FEWEST or ratio is None else deming_fit(pairs, ratio)
    return None if fit is None or ratio is None else line_of(fit, confidence, ratio)


class Fit(NamedTuple):
    """A line, and the same of the rows without each unit in turn ``(units,)``."""

    slope: float
    intercept: float
    left_slopes: Floats
    left_intercepts: Floats


def deming_fit(pairs: Pairs, ratio: float, weights: Floats | None = None) -> Fit | None:
    """Fit Deming's line to all rows, and to the rest without each unit: a group, or a row.

    Args:
        pairs: the rows.
        ratio: variance of the estimator's error over that of the meter's.
        weights: of the rows ``(n,)``; all alike unless given.

    Returns:
        ``None`` where the meter's values do not differ.
    """
    origin_x, origin_y = float(pairs.measured.mean()), float(pairs.estimated.mean())
    x, y = pairs.measured - origin_x, pairs.estimated - origin_y
    if float(np.ptp(x)) <= SAME_SHARE * float(np.abs(pairs.measured).max()):
        return None  # what is left of it by rounding would give any slope
    sums = (np.ones(len(x)), x, y, x * x, x * y, y * y)
    by_group = np.array([pairs.group_sums(part if weights is None else weights * part) for part in sums])
    every = by_group.sum(axis=1)
    slope = float(_deming_slopes(every[:, None], ratio)[0])
    if not np.isfinite(slope):
        return None
    mean_x, mean_y = (0.0, 0.0) if weights is None else (every[1] / every[0], every[2] / every[0])
    left = every[:, None] - by_group
    left_slopes = _deming_slopes(left, ratio)
    with np.errstate(divide="ignore", invalid="ignore"):  # without one row there may be no line
        left_intercepts = origin_y + left[2] / left[0] - left_slopes * (origin_x + left[1] / left[0])
    return Fit(slope, origin_y + mean_y - slope * (origin_x + mean_x), left_slopes, left_intercepts)


def line_of(fit: Fit, confidence: float, ratio: float) -> Line:
    """Return a line with the intervals of its jackknife (Linnet 1990)."""
    return Line(
        jackknifed(fit.slope, fit.left_slopes, confidence),
        jackknifed(fit.intercept, fit.left_intercepts, confidence),
        error_ratio=ratio,
    )


def error_ratio_of(pairs: Pairs) -> float | None:
    """Return the ratio of the error variances, estimator over meter.

    With the meter's known: ``slope = s_xy / (s_xx - u2)``, and what the line leaves of ``s_yy`` is the
    estimator's (Fuller 1987, Measurement Error Models, section 1.2). One where it is not known.

    Returns:
        ``None`` where the measured values scatter no more than the meter itself does.
    """
    u2 = float(np.mean(pairs.measured_u**2))
    if u2 == 0:
        return 1.0
    (var_x, cov), (_, var_y) = np.cov(pairs.measured, pairs.estimated) if len(pairs) > 1 else np.zeros((2, 2))
    if var_x <= u2:
        return None
    return float(max(0.0, var_y - cov**2 / (var_x - u2)) / u2)


def _deming_slopes(sums: NDArray[np.float64], ratio: float) -> Floats:
    """Return the slopes of many samples from their sums of 1, x, y, xx, xy, yy ``(6, k)``."""
    n, x, y, xx, xy, yy = sums
    s_xx, s_xy, s_yy = xx - x * x / n, xy - x * y / n, yy - y * y / n
    apart = s_yy - ratio * s_xx
    root = np.hypot(apart, 2 * sqrt(ratio) * s_xy)
    # Of the two forms of the same root the one that does not subtract nearly equal numbers.
    with np.errstate(divide="ignore", invalid="ignore"):
        steep, flat = (apart + root) / (2 * s_xy), 2 * ratio * s_xy / (root - apart)
    slopes: Floats = np.where(apart >= 0, steep, flat)
    return slopes


def jackknifed(value: float, left_out: Floats, confidence: float) -> WithInterval:
    """Return a value of a line with the interval of its jackknife, Student's t at k - 2 (Linnet 1990)."""
    u = jackknife_u(left_out)
    if u is None:
        return WithInterval(value)
    reach = student_t(confidence, len(left_out) - 2) * u
    return WithInterval(value, value - reach, value + reach)


def jackknife_u(left_out: Floats) -> float | None:
    """Return the standard uncertainty of a value from those without each unit; ``None`` if one is missing."""
    k = len(left_out)
    if k < 3 or not np.all(np.isfinite(left_out)):
        return None
    return sqrt((k - 1) / k * float(((left_out - left_out.mean()) ** 2).sum()))


def passing_bablok(pairs: Pairs, confidence: float) -> Line | None:
    """Fit the line of Passing and Bablok (1983, J Clin Chem Clin Biochem 21:709).

    The slope is the median of the slopes between all rows, shifted by the number of those below -1, so
    that both values are treated alike; the intercept the median of ``y - slope * x``. Neither outliers
    nor the form of the errors matter, but the slope is presumed to be near one or at least positive.
    There is no interval where rows belong to groups, because the ranks take them as independent.

    Returns:
        ``None`` for fewer than four rows, more than `MOST_ROWS`, or no two that differ.
    """
    x, y, n = pairs.measured, pairs.estimated, len(pairs)
    if not _FEWEST <= n <= MOST_ROWS:
        return None
    slopes = _slopes(x, y)
    below = int((slopes < -1).sum())
    value = _shifted_median(slopes, below)
    if value is None or not np.isfinite(value):
        return None
    low, high = (None, None) if pairs.groups is not None else _slope_ends(slopes, below, n, confidence)
    intercept = WithInterval(float(np.median(y - value * x)))
    if low is not None and high is not None:
        ends = (float(np.median(y - end * x)) for end in (high, low))
        intercept = WithInterval(intercept.value, *ends)
    slope = WithInterval(value, low, high)
    return Line(slope, intercept, linearity_p=linearity_p(x, y, value, intercept.value))


def _slopes(x: Floats, y: Floats) -> Floats:
    """Return the sorted slopes between all rows; without those of equal rows and those of -1."""
    first, second = np.triu_indices(len(x), k=1)
    dx, dy = x[second] - x[first], y[second] - y[first]
    known = (dx != 0) | (dy != 0)
    dx, dy = dx[known], dy[known]
    with np.errstate(divide="ignore"):
        slopes = np.where(dx == 0, np.copysign(np.inf, dy), dy / np.where(dx == 0, 1.0, dx))
    return np.sort(slopes[slopes != -1])


def _shifted_median(slopes: Floats, below: int) -> float | None:
    """Return the median, moved up by the number of slopes below -1."""
    count = len(slopes)
    middle = [(count - 1) // 2 + below, count // 2 + below]
    if count == 0 or middle[1] >= count:
        return None
    return float(slopes[middle].mean())


def _slope_ends(slopes: Floats, below: int, n: int, confidence: float) -> tuple[float | None, float | None]:
    count = len(slopes)
    reach = student_t(confidence, np.inf) * sqrt(n * (n - 1) * (2 * n + 5) / 18)
    first = round((count - reach) / 2)  # M1 of the paper, counted from 1
    last = count - first + 1
    if first < 1 or last + below > count:
        return None, None
    low, high = float(slopes[first + below - 1]), float(slopes[last + below - 1])
    return (low, high) if np.isfinite([low, high]).all() else (None, None)


def linearity_p(x: Floats, y: Floats, slope: float, intercept: float) -> float | None:
    """Return the p value of the test of linearity of Passing and Bablok (1983).

    Rows above the line count ``sqrt(below / above)``, those below it ``-sqrt(above / below)``, summed up
    along the line; the largest sum over ``sqrt(below + 1)`` is compared with Kolmogorov's distribution.

    Returns:
        ``None`` where all rows lie on one side of the line.
    """
    from scipy import special

    residual = y - intercept - slope * x
    above, below = int((residual > 0).sum()), int((residual < 0).sum())
    if above == 0 or below == 0:
        return None
    score = np.where(residual > 0, sqrt(below / above), np.where(residual < 0, -sqrt(above / below), 0.0))
    order = np.argsort(x + slope * (y - intercept), kind="stable")  # the foot of each row upon the line
    largest = float(np.abs(np.cumsum(score[order])).max())
    return float(special.kolmogorov(largest / sqrt(below + 1)))
