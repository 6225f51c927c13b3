"""Effect sizes: how large a difference is beside the scatter, and how often it shows."""

from dataclasses import dataclass
from math import exp, inf, lgamma, sqrt

import numpy as np

from analysis.arrays import Floats
from analysis.describe import student_t
from analysis.statistics.samples import Pair, scattered


@dataclass(frozen=True)
class Effect:
    """An effect size with the ends of its interval."""

    value: float
    low: float
    high: float


def hedges_g(pair: Pair, confidence: float) -> Effect | None:
    """Return Hedges' g of b against a: the difference of means in standard deviations.

    Formulas after Borenstein, Hedges, Higgins and Rothstein (2009), chapter 4: pooled standard
    deviation (4.18 to 4.24); for pairs that within the scenarios, ``s_difference / sqrt(2 (1 - r))``
    (4.26 to 4.31). The interval is the normal one with their variance; it is approximate below ten runs.

    Returns:
        The effect, or ``None`` without scatter or enough runs.
    """
    difference = float(pair.b.mean() - pair.a.mean())
    n_a, n_b = len(pair.a), len(pair.b)
    if min(n_a, n_b) < 3 or not (scattered(pair.a) and scattered(pair.b)):
        return None
    if not pair.paired:
        sd = sqrt(((n_a - 1) * pair.a.var(ddof=1) + (n_b - 1) * pair.b.var(ddof=1)) / (n_a + n_b - 2))
        return g_independent(difference, sd, n_a, n_b, confidence)
    level = float(max(np.abs(pair.a).max(), np.abs(pair.b).max()))
    r = float(np.corrcoef(pair.a, pair.b)[0, 1])
    if not scattered(pair.b - pair.a, level) or r >= 1:
        return None
    return g_paired(difference, float((pair.b - pair.a).std(ddof=1)), r, n_a, confidence)


def g_independent(difference: float, sd: float, n_a: int, n_b: int, confidence: float) -> Effect:
    """Return g of two independent samples from their summary (Borenstein et al. 2009, 4.18 to 4.24)."""
    d = difference / sd
    variance = (n_a + n_b) / (n_a * n_b) + d**2 / (2 * (n_a + n_b))
    return _corrected(d, variance, n_a + n_b - 2, confidence)


def g_paired(difference: float, sd_difference: float, r: float, n: int, confidence: float) -> Effect:
    """Return g of pairs from their summary (Borenstein et al. 2009, 4.26 to 4.31).

    Args:
        difference: mean of the differences.
        sd_difference: their standard deviation.
        r: correlation of the two scenarios over the pairs.
        n: number of pairs.
        confidence: e.g. 0.95.
    """
    d = difference / (sd_difference / sqrt(2 * (1 - r)))
    variance = (1 / n + d**2 / (2 * n)) * 2 * (1 - r)
    return _corrected(d, variance, n - 1, confidence)


def _corrected(d: float, variance: float, df: int, confidence: float) -> Effect:
    """Take out the bias of a small sample, with Hedges' exact factor (1981)."""
    factor = exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)
    g, reach = factor * d, student_t(confidence, inf) * factor * sqrt(variance)
    return Effect(g, g - reach, g + reach)


def cliffs_delta(a: Floats, b: Floats, confidence: float) -> Effect | None:
    """Return Cliff's delta: the share of pairs of runs in which b is above a, minus the share below.

    The interval is the asymmetric one of Feng and Cliff (2004) with Student's t and the unbiased variance
    of Cliff (1993). Where every run of one is above every run of the other that variance is zero; Wilson's
    limit (1927) for as many successes as the smaller sample has runs stands in.

    Returns:
        The effect, or ``None`` for fewer than two runs of either.
    """
    n_a, n_b = len(a), len(b)
    if min(n_a, n_b) < 2:
        return None
    dominance = np.sign(b[:, None] - a[None, :])
    delta = float(dominance.mean())
    if abs(delta) == 1:
        n, z = min(n_a, n_b), student_t(confidence, inf)
        bound = (n - z**2) / (n + z**2)
        return Effect(delta, bound, 1.0) if delta > 0 else Effect(delta, -1.0, -bound)
    t, s2 = student_t(confidence, n_a + n_b - 2), _delta_variance(dominance, delta)
    root = t * sqrt(s2) * sqrt((1 - delta**2) ** 2 + t**2 * s2)
    below = 1 - delta**2 + t**2 * s2
    middle = delta - delta**3
    return Effect(delta, max(-1.0, (middle - root) / below), min(1.0, (middle + root) / below))


def _delta_variance(dominance: Floats, delta: float) -> float:
    """Return the unbiased variance of delta (Cliff 1993), not below ``(1 - delta2) / (n_a n_b - 1)``."""
    n_b, n_a = (int(n) for n in dominance.shape)
    of_b = float(((dominance.mean(axis=1) - delta) ** 2).sum())
    of_a = float(((dominance.mean(axis=0) - delta) ** 2).sum())
    whole = float(((dominance - delta) ** 2).sum())
    s2 = float(n_a**2 * of_b + n_b**2 * of_a - whole) / (n_a * n_b * (n_a - 1) * (n_b - 1))
    return max(s2, float((1 - delta**2) / (n_a * n_b - 1)))
