"""Tolerance interval: where 95 % of all runs lie, at 95 % confidence."""

from math import sqrt

from analysis.agreement.bland_altman import spread_of
from analysis.agreement.pairs import Pairs, Scale
from analysis.maths.describe import WithInterval, satterthwaite, student_t

CONTENT = 0.95


def tolerance_interval(
    pairs: Pairs, scale: Scale, confidence: float, content: float = CONTENT
) -> WithInterval | None:
    """Return the interval of differences that holds a share of all runs, as observed.

    ``mean -+ z sqrt(1 + 1/n_e) sqrt(s^2 df / chi2)`` with chi2 the lower quantile at one minus the
    confidence (Howe 1969, J Am Stat Assoc 64:610). Where rows belong to groups, ``n_e`` is the variance of
    a single difference over that of the mean, and df that of the sum of the variance between and within
    (Francq, Berger and Boachie 2020, Stat Med 39:4284). Limits of agreement state where 95 % of the
    differences lie if mean and scatter are exactly known; this interval allows for their uncertainty.

    Args:
        pairs: the rows.
        scale: of the differences.
        confidence: that the interval holds the share.
        content: the share.

    Returns:
        The mean with the interval on the scale; ``None`` for too few rows or groups.
    """
    from scipy import stats

    spread = spread_of(pairs, scale)
    if spread is None:
        return None
    df = satterthwaite([(sqrt(var), df) for var, df in spread.parts]) if spread.var else pairs.units - 1
    mean_u = spread.mean_parts[0][0]
    chi2 = float(stats.chi2.ppf(1 - confidence, df))
    if chi2 <= 0:
        return None
    reach = student_t(content, float("inf")) * sqrt((spread.var + mean_u**2) * df / chi2)
    return WithInterval(spread.mean, spread.mean - reach, spread.mean + reach)
