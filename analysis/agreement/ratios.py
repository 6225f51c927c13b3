"""The ratio of single rows: geometric mean, limits of agreement and tolerance interval as ratios."""

from dataclasses import dataclass
from math import exp

from analysis.agreement.bland_altman import Limits, limits_of_agreement
from analysis.agreement.pairs import Pairs, Scale
from analysis.maths.describe import WithInterval


@dataclass(frozen=True)
class Ratios:
    """Estimated over measured, row by row.

    Attributes:
        geometric: geometric mean of the ratios, with its interval.
        lower, upper: limits of agreement as ratios, with theirs; ``None`` for too few rows or groups.
    """

    geometric: WithInterval
    lower: WithInterval | None
    upper: WithInterval | None


def ratios(pairs: Pairs, confidence: float) -> Ratios | None:
    """Return the geometric mean of the ratios and their limits of agreement, as observed.

    Limits of the differences of logarithms, turned back (Bland and Altman 1999, Stat Methods Med Res 8:135,
    section 3). Unlike the ratio of the totals every row weighs the same.

    Returns:
        ``None`` where a value is not above zero.
    """
    if not pairs.positive:
        return None
    found: Limits = limits_of_agreement(pairs, Scale(True, float(pairs.measured.mean())), confidence)
    return Ratios(_ratio(found.bias), *(limit and _ratio(limit) for limit in (found.lower, found.upper)))


def _ratio(difference: WithInterval) -> WithInterval:
    ends = (None if end is None else exp(end) for end in (difference.low, difference.high))
    return WithInterval(exp(difference.value), *ends)
