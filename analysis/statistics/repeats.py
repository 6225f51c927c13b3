"""How many repeats a difference needs to be seen, from the scatter that was found."""

from math import isnan, sqrt

from analysis.maths.describe import student_t
from analysis.statistics.difference import has_enough, standard_error
from analysis.statistics.samples import Pair

POWER = 0.8
"""Chance to see a difference that is there: the usual one (Cohen 1988)."""

MOST = 100_000
"""More repeats than this are of no use to know exactly."""


def repeats_for(pair: Pair, difference: float, confidence: float) -> int | None:
    """Return the repeats per scenario with which a t test sees a difference with a chance of `POWER`.

    From the scatter of the pair: of the differences within pairs, else the mean variance of the two.

    Args:
        pair: what was measured.
        difference: to be seen, in the unit of the quantity.
        confidence: of the test, e.g. 0.95.

    Returns:
        At least 2; ``None`` where the scatter is unknown, the difference is zero, or more than `MOST`
        would be needed.
    """
    if difference == 0 or standard_error(pair, 1.0)[0] is None:
        return None
    if pair.paired:
        sd = float((pair.b - pair.a).std(ddof=1))
    else:
        sd = sqrt((pair.a.var(ddof=1) + pair.b.var(ddof=1)) / 2)
    return repeats_needed(abs(difference) / sd, pair.paired, confidence)


def repeats_needed(effect: float, paired: bool, confidence: float, power: float = POWER) -> int | None:
    """Return the smallest n per scenario (or number of pairs) for an effect in standard deviations.

    From the noncentral t distribution (Cohen 1988, chapter 2).

    Args:
        effect: the difference over the standard deviation of one value, or of the differences in pairs.
        paired: whether the runs are paired.
        confidence: of the two-sided test.
        power: chance to see the difference.

    Returns:
        At least 2, or ``None`` when it is more than `MOST`.
    """
    enough = 2
    while not _sees(effect, enough, paired, confidence, power):
        if enough > MOST:
            return None
        enough *= 2
    too_few = enough // 2
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if _sees(effect, middle, paired, confidence, power):
            enough = middle
        else:
            too_few = middle
    return enough if enough <= MOST else None


def smallest_difference(pair: Pair, confidence: float) -> float | None:
    """Return the smallest difference that the pairs measured would have shown with a chance of `POWER`.

    By the paired t test at one minus the confidence, from the scatter that was found (`repeats_needed` turned
    round); a larger true difference would probably have been seen.

    Returns:
        In the unit of the quantity; ``None`` where the runs are not paired, for fewer than three pairs or
        without scatter.
    """
    n = len(pair.a)
    if not pair.paired or not has_enough(pair) or standard_error(pair, 1.0)[0] is None:
        return None
    low, high = 0.0, 1.0
    while not _sees(high, n, True, confidence, POWER):
        low, high = high, 2 * high
    while high - low > _CLOSE * high:
        middle = (low + high) / 2
        low, high = (low, middle) if _sees(middle, n, True, confidence, POWER) else (middle, high)
    return high * float((pair.b - pair.a).std(ddof=1))


_CLOSE = 1e-6


def _sees(effect: float, n: int, paired: bool, confidence: float, power: float) -> bool:
    from scipy import special

    # One tail at half the level: the chance of a significant difference in the wrong direction is
    # nothing that anyone plans for, and no number once the effect is large.
    df = n - 1 if paired else 2 * (n - 1)
    noncentrality = effect * sqrt(n if paired else n / 2)
    critical = student_t(confidence, df)
    found = 1 - float(special.nctdtr(df, noncentrality, critical))
    return isnan(found) or found >= power  # beyond a noncentrality of 37 scipy has no number: it is 1
