"""The difference of two scenarios: t tests, rank tests, bootstrap; and their ratio.

b minus a throughout. A pair without any scatter can be described but not tested, and one run says
nothing about scatter: then the fields are ``None``.
"""

from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np

from analysis.maths.arrays import Floats, finite
from analysis.maths.benches import Benches
from analysis.maths.describe import LEAST_FOR_INTERVAL, has_interval, satterthwaite, student_t
from analysis.statistics.noted import noted
from analysis.statistics.samples import Pair, scattered

BOOTSTRAP_SEED = 14756
"""Seed of every bootstrap; it is recorded with the interval."""

BOOTSTRAP_LEAST = 5
"""Runs per scenario (or pairs) below which resampling has too few different samples to draw from."""

_RESAMPLES = 4999


@dataclass(frozen=True)
class MeanTest:
    """A difference of means with its t test.

    ``p`` and the interval are ``None`` without scatter, the interval also below three runs of each.
    """

    difference: float
    se: float | None = None
    df: float | None = None
    t: float | None = None
    p: float | None = None
    low: float | None = None
    high: float | None = None


def t_test(pair: Pair, confidence: float) -> MeanTest:
    """Test the difference of means: paired t (Student 1908) or Welch's t (1947), two-sided."""
    difference = float(pair.b.mean() - pair.a.mean())
    se, df = standard_error(pair, 1.0)
    if se is None:
        return MeanTest(difference)
    from scipy import stats

    t = difference / se
    p = float(2 * stats.t.sf(abs(t), df))
    if not (has_enough(pair) and has_interval(df)):
        return MeanTest(difference, se, df, t, p)
    reach = student_t(confidence, df) * se
    return MeanTest(difference, se, df, t, p, difference - reach, difference + reach)


def has_enough(pair: Pair) -> bool:
    """Say whether both have the runs (or there are the pairs) that an interval needs."""
    return min(len(pair.a), len(pair.b)) >= LEAST_FOR_INTERVAL


def standard_error(pair: Pair, ratio: float) -> tuple[float | None, float]:
    """Return the standard error of ``mean(b) - ratio mean(a)`` and its degrees of freedom.

    Of the differences within pairs, or by Welch and Satterthwaite; several benches by how they differ.
    ``None`` where nothing scatters, not even the means of the benches, or a scenario has a single run.
    """
    if min(len(pair.a), len(pair.b)) < 2:
        return None, inf
    level = float(max(np.abs(pair.a).max(), np.abs(pair.b).max()))
    if pair.paired:
        inside = pair.b - ratio * pair.a
        if not scattered(inside, level):
            return None, len(inside) - 1.0
        u, df = Benches(pair.benches_a).of_mean(inside)
        return u or None, df
    if not (scattered(pair.a, level) or scattered(pair.b, level)):
        return None, inf
    parts = [Benches(pair.benches_b).of_mean(pair.b), Benches(pair.benches_a).of_mean(pair.a, ratio)]
    return float(np.hypot(parts[0][0], parts[1][0])) or None, satterthwaite(parts)


def rank_test(pair: Pair) -> tuple[str, float | None, list[str]]:
    """Test without the assumption of normality: Wilcoxon (1945), or Mann and Whitney (1947).

    Returns:
        Name of the test, two-sided p value (``None`` where there is nothing to rank), and remarks.
    """
    from scipy import stats

    name = "wilcoxon" if pair.paired else "mann-whitney"
    if standard_error(pair, 1.0)[0] is None:
        return name, None, []
    if pair.paired:
        result, remarks = noted(lambda: stats.wilcoxon(pair.b - pair.a))
    else:
        result, remarks = noted(lambda: stats.mannwhitneyu(pair.b, pair.a))
    return name, finite(result.pvalue), [f"{name}: {text}" for text in remarks]


def bootstrap(pair: Pair, confidence: float) -> tuple[float | None, float | None, list[str]]:
    """Return the bias-corrected and accelerated interval of the difference (Efron 1987), and remarks.

    The samples are put in a fixed order before they are drawn from, so that neither the order of the
    runs nor which scenario is called a changes the interval. Where equal values are so many that whole
    resamples of nothing else make up a tail, its end is that one value whatever the confidence: then there is
    no interval.
    """
    enough = min(len(pair.a), len(pair.b)) >= BOOTSTRAP_LEAST
    if not enough or standard_error(pair, 1.0)[0] is None:
        return None, None, []
    samples, sign = _canonical(pair)
    if _all_alike_share(samples) > (1 - confidence) / 2:
        return None, None, ["bootstrap: too many equal values, so that resamples do not show the scatter"]
    low, high, remarks = _bca(samples, confidence)
    if low is None or high is None or not low < high:
        return None, None, remarks
    return (low, high, remarks) if sign > 0 else (-high, -low, remarks)


def _all_alike_share(samples: list[Floats]) -> float:
    """Return the share of resamples that hold nothing but the most frequent value of each sample."""
    share = 1.0
    for values in samples:
        most = int(np.unique(values, return_counts=True)[1].max())
        share *= (most / len(values)) ** len(values)
    return share


def _canonical(pair: Pair) -> tuple[list[Floats], int]:
    if pair.paired:
        up, down = np.sort(pair.b - pair.a), np.sort(pair.a - pair.b)
        return ([up], 1) if up.tolist() >= down.tolist() else ([down], -1)
    a, b = np.sort(pair.a), np.sort(pair.b)
    return ([b, a], 1) if b.tolist() >= a.tolist() else ([a, b], -1)


def _bca(samples: list[Floats], confidence: float) -> tuple[float | None, float | None, list[str]]:
    from scipy import stats

    def statistic(first: Floats, second: Floats | None = None, axis: int = -1) -> Floats:
        mean: Floats = first.mean(axis=axis)
        return mean if second is None else mean - second.mean(axis=axis)

    result, remarks = noted(
        lambda: stats.bootstrap(
            samples,
            statistic,
            method="BCa",
            n_resamples=_RESAMPLES,
            confidence_level=confidence,
            vectorized=True,
            rng=np.random.default_rng(BOOTSTRAP_SEED),
        )
    )
    interval = result.confidence_interval
    return finite(interval.low), finite(interval.high), [f"bootstrap: {text}" for text in remarks]


def fieller(pair: Pair, confidence: float) -> tuple[float | None, float | None]:
    """Return the interval of the ratio of means b/a after Fieller (1954).

    It holds every ratio r that a t test of ``mean(b) - r mean(a) = 0`` does not refuse, so it needs no
    logarithm and takes negative values of b. Without pairs the degrees of freedom are Satterthwaite's
    at the ratio that was found (Hasler, Vonk and Hothorn 2008), and so is what several benches add.

    Returns:
        Both ends, or ``None`` where the mean of a is not clearly above zero, so that no finite interval
        exists, and for fewer than three runs of either.
    """
    mean_a, mean_b = float(pair.a.mean()), float(pair.b.mean())
    if mean_a <= 0 or not has_enough(pair) or standard_error(pair, 1.0)[0] is None:
        return None, None
    se, df = standard_error(pair, mean_b / mean_a)
    if not has_interval(df):
        return None, None
    n_a, n_b = len(pair.a), len(pair.b)
    t2 = student_t(confidence, df) ** 2 * _more_by_benches(pair, se, mean_b / mean_a)
    cov = float(np.cov(pair.a, pair.b)[0, 1]) / n_a if pair.paired else 0.0
    below = mean_a**2 - t2 * float(pair.a.var(ddof=1)) / n_a
    middle = mean_a * mean_b - t2 * cov
    above = mean_b**2 - t2 * float(pair.b.var(ddof=1)) / n_b
    if below <= 0:
        return None, None
    reach = sqrt(max(0.0, middle**2 - below * above))
    return (middle - reach) / below, (middle + reach) / below


def _more_by_benches(pair: Pair, se: float | None, ratio: float) -> float:
    """Return how many times the variance of ``mean(b) - ratio mean(a)`` is what one bench would give it."""
    if se is None or not pair.benches_a:
        return 1.0
    alone, _ = standard_error(replace(pair, benches_a=(), benches_b=()), ratio)
    return 1.0 if alone is None else (se / alone) ** 2


def equivalence_p(pair: Pair, margin: float) -> float | None:
    """Return the p value of two one-sided t tests that b/a lies within ``1 - margin .. 1 + margin``.

    TOST (Schuirmann 1987) on the ratio of means (Sasabuchi 1988): the larger p value of the two limits.

    Args:
        pair: with a mean of a above zero.
        margin: as a share, e.g. 0.05.

    Returns:
        The p value, or ``None`` where nothing can be tested.
    """
    mean_a, mean_b = float(pair.a.mean()), float(pair.b.mean())
    if mean_a <= 0:
        return None
    from scipy import stats

    worst = 0.0
    for limit, side in ((1 - margin, 1), (1 + margin, -1)):
        se, df = standard_error(pair, limit)
        if se is None:
            return None
        worst = max(worst, float(stats.t.sf(side * (mean_b - limit * mean_a) / se, df)))
    return worst
