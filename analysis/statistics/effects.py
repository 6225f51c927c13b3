"""WithInterval sizes: how large a difference is compared with the scatter, and how often it shows."""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

from analysis.maths.arrays import Floats
from analysis.maths.describe import WithInterval, student_t
from analysis.statistics.difference import has_enough, standard_error
from analysis.statistics.samples import Pair, scattered


def hedges_g(pair: Pair, confidence: float) -> WithInterval | None:
    """Return Hedges' g of b against a: the difference of means in standard deviations, without bias.

    In units of the root of the mean variance of the two scenarios, whatever the design, so that g does
    not grow because blocks were paired. Estimate and interval after Bonett (2008), which needs no equal
    variances; the interval is that of the raw difference and therefore not centred on g.

    Returns:
        The effect, or ``None`` without scatter or for fewer than three runs of either.
    """
    if min(len(pair.a), len(pair.b)) < 3 or not (scattered(pair.a) and scattered(pair.b)):
        return None
    difference = float(pair.b.mean() - pair.a.mean())
    a, b = (Spread(float(values.std(ddof=1)), len(values)) for values in (pair.a, pair.b))
    r = float(np.corrcoef(pair.a, pair.b)[0, 1]) if pair.paired else None
    return standardised(difference, a, b, r, confidence)


@dataclass(frozen=True)
class Spread:
    """Standard deviation of a sample and its size."""

    sd: float
    n: int


def standardised(difference: float, a: Spread, b: Spread, r: float | None, confidence: float) -> WithInterval:
    """Return g from the summary of two samples (Bonett 2008, Psychological Methods 13(2), 99-109).

    Args:
        difference: of the means, b minus a.
        a: of the first sample; ``b`` of the second.
        b: see ``a``.
        r: correlation over the pairs, or ``None`` for samples apart.
        confidence: e.g. 0.95.
    """
    var_a, var_b, df_a, df_b = a.sd**2, b.sd**2, a.n - 1, b.n - 1
    unit2 = (var_a + var_b) / 2
    d = difference / sqrt(unit2)
    of_unit = (var_a**2 / df_a + var_b**2 / df_b) / (8 * unit2**2)
    of_means = (var_a / df_a + var_b / df_b) / unit2
    unbiased = 1 - 3 / (4 * (df_a + df_b) - 1)
    if r is not None:
        of_unit += 2 * r**2 * var_a * var_b / (8 * df_a * unit2**2)
        of_means -= 2 * r * a.sd * b.sd / (df_a * unit2)
        unbiased = sqrt((a.n - 2) / df_a)
    reach = student_t(confidence, inf) * sqrt(d**2 * of_unit + max(0.0, of_means))
    return WithInterval(unbiased * d, d - reach, d + reach)


_EXACT_UP_TO_T = 15.0
"""Beyond this the noncentral t distribution has no number in older versions of scipy."""


def paired_effect(pair: Pair, confidence: float) -> WithInterval | None:
    """Return Cohen's dz of pairs: the mean of their differences in standard deviations of these.

    The interval is that of the noncentral t distribution (Cumming and Finch 2001); for a very large t the
    parts of mean and standard deviation are put together by their own limits (MOVER, Zou and Donner 2008).

    Returns:
        The effect, or ``None`` where the runs are not paired, for fewer than three pairs or without scatter.
    """
    se, df = standard_error(pair, 1.0)
    if not pair.paired or se is None or not has_enough(pair):
        return None
    root_n = sqrt(len(pair.a))
    t = float((pair.b - pair.a).mean()) / se
    low, high = _noncentrality(abs(t), df, confidence)
    ends = (low, high) if t >= 0 else (-high, -low)
    return WithInterval(t / root_n, ends[0] / root_n, ends[1] / root_n)


def _noncentrality(t: float, df: float, confidence: float) -> tuple[float, float]:
    """Return the noncentralities at which a t of this size, not below 0, is just not improbable."""
    from scipy import optimize, special

    tail, z = (1 - confidence) / 2, student_t(confidence, inf)
    by_sd = [t * sqrt(float(special.chdtri(df, 1 - p)) / df) for p in (tail, 1 - tail)]
    low, high = t - sqrt((t - by_sd[0]) ** 2 + z**2), t + sqrt((by_sd[1] - t) ** 2 + z**2)
    if t > _EXACT_UP_TO_T:
        return low, high

    def end(p: float) -> float:
        return float(optimize.brentq(lambda nc: special.nctdtr(df, nc, t) - p, low - 3.0, high + 3.0))

    return end(1 - tail), end(tail)


def cliffs_delta(a: Floats, b: Floats, confidence: float) -> WithInterval | None:
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
        return WithInterval(delta, bound, 1.0) if delta > 0 else WithInterval(delta, -1.0, -bound)
    t, s2 = student_t(confidence, n_a + n_b - 2), _delta_variance(dominance, delta)
    root = t * sqrt(s2) * sqrt((1 - delta**2) ** 2 + t**2 * s2)
    below = 1 - delta**2 + t**2 * s2
    middle = delta - delta**3
    return WithInterval(delta, max(-1.0, (middle - root) / below), min(1.0, (middle + root) / below))


def _delta_variance(dominance: Floats, delta: float) -> float:
    """Return the unbiased variance of delta (Cliff 1993), not below ``(1 - delta2) / (n_a n_b - 1)``."""
    n_b, n_a = (int(n) for n in dominance.shape)
    of_b = float(((dominance.mean(axis=1) - delta) ** 2).sum())
    of_a = float(((dominance.mean(axis=0) - delta) ** 2).sum())
    whole = float(((dominance - delta) ** 2).sum())
    s2 = float(n_a**2 * of_b + n_b**2 * of_a - whole) / (n_a * n_b * (n_a - 1) * (n_b - 1))
    return max(s2, float((1 - delta**2) / (n_a * n_b - 1)))
