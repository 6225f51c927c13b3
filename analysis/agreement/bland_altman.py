"""Bias and limits of agreement, as observed and with the meter's own scatter taken out.

Bland and Altman (1986, Lancet 327:307; 1999, Stat Methods Med Res 8:135): the limits are
``bias -+ z s`` with s the standard deviation of the differences. Where rows are repeats within groups
the variance is put together from between and within (Bland and Altman 2007, J Biopharm Stat 17:571,
section 3, in the form of Zou 2013, Stat Methods Med Res 22:630).
"""

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from analysis.agreement.pairs import LEAST, Pairs, Scale
from analysis.maths.arrays import Floats
from analysis.maths.describe import WithInterval, satterthwaite, student_t

GROWS_BELOW_P = 0.05
"""The logarithmic scale is taken when a growth of the differences with the level is as unlikely as this."""

_FEWEST_TO_TELL_GROWTH = 4


@dataclass(frozen=True)
class Limits:
    """Bias and limits of agreement on one scale.

    Attributes:
        bias: mean difference, estimated minus measured.
        sd: standard deviation of single differences.
        lower, upper: limits of agreement; ``None`` where there are too few rows or groups.
    """

    bias: WithInterval
    sd: float | None
    lower: WithInterval | None
    upper: WithInterval | None


@dataclass(frozen=True)
class Spread:
    """Mean and variance of differences, with what their intervals need.

    Attributes:
        mean: of the rows, or of the means of the groups.
        parts: (variance, degrees of freedom), whose sum is the variance of a single difference.
        mean_parts: (standard uncertainty, degrees of freedom) of the mean.
        meter_var: the part of the variance that is the meter's own scatter.
    """

    mean: float
    parts: list[tuple[float, float]]
    mean_parts: list[tuple[float, float]]
    meter_var: float

    @property
    def var(self) -> float:
        """Variance of a single difference."""
        return sum(part for part, _ in self.parts)


def growth_p(pairs: Pairs) -> float | None:
    """Return how likely differences this growing would be by chance.

    Regression of the absolute differences on the means of the pairs (Bland and Altman 1986, 1999):
    the p value of a slope above zero, two-sided; 1 for a falling slope.

    Returns:
        ``None`` for too few rows, or rows that are all alike.
    """
    from scipy import stats

    level = (pairs.measured + pairs.estimated) / 2
    size = np.abs(pairs.estimated - pairs.measured)
    n = len(pairs)
    if n < _FEWEST_TO_TELL_GROWTH or not (_spreads(level) and _spreads(size)):
        return None
    r = float(np.corrcoef(level, size)[0, 1])
    if r <= 0:
        return 1.0
    t = r * sqrt((n - 2) / max(1 - r * r, 1e-300))
    return float(2 * stats.t.sf(t, n - 2))


def _spreads(values: Floats) -> bool:
    return bool(np.ptp(values) > 1e-12 * np.abs(values).max())


def scale_of(pairs: Pairs, p: float | None) -> Scale:
    """Choose the scale: logarithmic where the differences grow with the level and all values are positive."""
    grows = p is not None and p < GROWS_BELOW_P
    return Scale(grows and pairs.positive, float(pairs.measured.mean()))


def mean_difference(
    pairs: Pairs, scale: Scale, confidence: float
) -> tuple[WithInterval, float | None, float]:
    """Return the mean difference with its interval, its standard uncertainty, and the degrees of freedom.

    The scatter counts at least as much as the meter's own resolution makes it: differences that happen
    to be equal are no more certain than that. What all rows share is added
    (docs/explanation/method.md#uncertainty), with
    Student's t at the Welch-Satterthwaite degrees of freedom (JCGM 100:2008, G.4).
    """
    spread = spread_of(pairs, scale)
    if spread is None:
        return WithInterval(float(pairs.differences(scale).mean())), None, 0.0
    shared = float(np.mean(pairs.of_differences(pairs.shared_u, scale)))
    parts = [*spread.mean_parts, (shared, np.inf)]
    u, df = hypot(*(part for part, _ in parts)), satterthwaite(parts)
    reach = student_t(confidence, df) * u
    return WithInterval(spread.mean, spread.mean - reach, spread.mean + reach), u, df


def limits_of_agreement(pairs: Pairs, scale: Scale, confidence: float) -> Limits:
    """Return bias and limits as observed: estimator against this meter, its scatter included.

    Intervals of the limits are exact for independent rows (Carkeet 2015, Optom Vis Sci 92:e71: quantiles
    of the noncentral t distribution), and by the method of variance estimates recovery where rows belong
    to groups (Zou 2013).
    """
    bias, _, _ = mean_difference(pairs, scale, confidence)
    spread = spread_of(pairs, scale)
    if spread is None:
        return Limits(bias, None, None, None)
    if pairs.groups is None:
        return _exact(spread.mean, spread.var, len(pairs), bias, confidence)
    return _recovered(spread, _scatter_only(spread, confidence), bias, 0.0, confidence)


def limits_without_meter(pairs: Pairs, scale: Scale, confidence: float) -> Limits:
    """Return bias and limits of the estimator against the true value.

    The meter's own scatter is independent of the estimator's, so that its variance is subtracted
    (variance components); what is left may be zero, when the differences scatter no more than the meter
    itself explains. Intervals by the method of variance estimates recovery (Zou 2013), the interval of
    the bias with what all rows share of the meter's uncertainty.
    """
    bias, _, _ = mean_difference(pairs, scale, confidence)
    spread = spread_of(pairs, scale)
    if spread is None:
        return Limits(bias, None, None, None)
    return _recovered(spread, bias, bias, spread.meter_var, confidence)


def meter_share(pairs: Pairs, scale: Scale) -> float | None:
    """Return the share of the variance of the differences that is the meter's own scatter, at most 1."""
    spread = spread_of(pairs, scale)
    if spread is None:
        return None
    return min(1.0, spread.meter_var / spread.var) if spread.var > 0 else float(spread.meter_var > 0)


def spread_of(pairs: Pairs, scale: Scale) -> Spread | None:
    """Return mean and variance of the differences on a scale; ``None`` for too few rows or groups."""
    if pairs.units < LEAST:
        return None
    differences = pairs.differences(scale)
    meter_var = pairs.of_differences(pairs.measured_u, scale) ** 2
    if pairs.groups is None:
        n = len(pairs)
        var, least = float(differences.var(ddof=1)), float(meter_var.mean())
        u = sqrt(max(var, least) / n)
        return Spread(float(differences.mean()), [(var, n - 1.0)], [(u, n - 1.0)], least)
    return _grouped(pairs, differences, meter_var)


def _grouped(pairs: Pairs, differences: Floats, meter_var: Floats) -> Spread:
    """Variance between and within groups (Zou 2013, true value varying; Bland and Altman 2007).

    ``s2 = s2(means of groups) + (1 - 1/m_h) s2(within)``, m_h the harmonic mean of the group sizes.
    """
    k, n = pairs.units, len(pairs)
    sizes = pairs.group_sums(np.ones(n))
    means = pairs.group_sums(differences) / sizes
    assert pairs.groups is not None
    within = float(((differences - means[pairs.groups]) ** 2).sum()) / (n - k)
    between = float(means.var(ddof=1))
    kept = 1 - float((1 / sizes).mean())
    of_groups = pairs.group_sums(meter_var) / sizes
    least = sqrt(float((of_groups / sizes).mean()) / k)
    u = max(sqrt(between / k), least)
    parts = [(between, k - 1.0), (kept * within, float(n - k))]
    return Spread(float(means.mean()), parts, [(u, k - 1.0)], float(of_groups.mean()))


def _exact(mean: float, var: float, n: int, bias: WithInterval, confidence: float) -> Limits:
    from scipy import stats

    sd, z = sqrt(var), student_t(confidence, np.inf)
    tail = (1 - confidence) / 2
    near, far = (float(stats.nct.ppf(p, n - 1, z * sqrt(n))) / sqrt(n) * sd for p in (tail, 1 - tail))
    lower = WithInterval(mean - z * sd, mean - far, mean - near)
    return Limits(bias, sd, lower, WithInterval(mean + z * sd, mean + near, mean + far))


def _scatter_only(spread: Spread, confidence: float) -> WithInterval:
    (u, df) = spread.mean_parts[0]
    reach = student_t(confidence, df) * u
    return WithInterval(spread.mean, spread.mean - reach, spread.mean + reach)


def _recovered(
    spread: Spread, mean: WithInterval, bias: WithInterval, without_var: float, confidence: float
) -> Limits:
    """Limits and their intervals from the intervals of mean and variance (MOVER, Zou 2013)."""
    z = student_t(confidence, np.inf)
    sd = sqrt(max(0.0, spread.var - without_var))
    low_var, high_var = _variance_ends(spread.parts, confidence)
    sd_low, sd_high = (sqrt(max(0.0, end - without_var)) for end in (low_var, high_var))
    assert mean.low is not None and mean.high is not None
    below, above = mean.value - mean.low, mean.high - mean.value
    narrow, wide = z * (sd - sd_low), z * (sd_high - sd)
    low, high = mean.value - z * sd, mean.value + z * sd
    lower = WithInterval(low, low - hypot(below, wide), low + hypot(above, narrow))
    return Limits(bias, sd, lower, WithInterval(high, high - hypot(below, narrow), high + hypot(above, wide)))


def _variance_ends(parts: list[tuple[float, float]], confidence: float) -> tuple[float, float]:
    """Return the interval of a sum of independent variance components (Zou 2013, equation for sums)."""
    from scipy import stats

    tail = (1 - confidence) / 2
    total = sum(var for var, _ in parts)
    down = hypot(*(var * (1 - df / float(stats.chi2.ppf(1 - tail, df))) for var, df in parts))
    up = hypot(*(var * (df / float(stats.chi2.ppf(tail, df)) - 1) for var, df in parts))
    return max(0.0, total - down), total + up
