"""Intervals of difference and ratio that hold the meter's and the baseline's part as well as the scatter."""

from typing import TypedDict

from analysis.maths.describe import SAME_SHARE
from analysis.statistics.difference import MeanTest, has_enough, standard_error
from analysis.statistics.samples import Pair
from analysis.uncertainty.estimate import Estimate
from analysis.uncertainty.expansion import expanded


class Totals(TypedDict, total=False):
    """The columns ``total_*`` and ``ratio_total_*`` of a comparison."""

    total_u: float
    total_low: float
    total_high: float
    ratio_total_low: float
    ratio_total_high: float


def total_columns(pair: Pair, test: MeanTest, a: Estimate, b: Estimate, confidence: float) -> Totals:
    """Return the standard uncertainty and the interval of difference and ratio by the whole budget.

    What both scenarios share acts once: a meter's gain on the difference only, and not at all on the
    ratio (docs/explanation/method.md#uncertainty). Without pairs the scatter is that of the budget. With
    pairs it is that of the
    differences within blocks, which stands in for the scatter of the two means.

    Args:
        pair: what is compared; ``test`` its t test.
        test: see ``pair``.
        a: mean of the first with its budget; ``b`` of the second, from the same analysis.
        b: see ``a``.
        confidence: e.g. 0.95.

    Returns:
        Nothing for single runs, no ratio to what is not above zero, and no interval for two runs or where
        the baseline has too few (`analysis.uncertainty.expansion.Parts.have_interval`).
    """
    totals = Totals()
    if min(len(pair.a), len(pair.b)) < 2:
        return totals
    difference = difference_of(pair, a, b)
    # Equal times of a timer, or equal readings of one meter: that is not known to be without error.
    if difference.u <= SAME_SHARE * max(abs(a.value), abs(b.value)):
        return totals
    totals["total_u"] = difference.u
    parts = difference.parts()
    if not (has_enough(pair) and parts.have_interval):
        return totals
    reach = expanded(parts, confidence)
    totals["total_low"], totals["total_high"] = test.difference - reach, test.difference + reach
    if pair.a.mean() > 0 and a.value > 0:
        ratio = float(pair.b.mean() / pair.a.mean())
        by_budget = ratio_of(pair, a, b)
        parts = by_budget.parts()
        if parts.have_interval and not by_budget.exact:
            reach = expanded(parts, confidence)
            totals["ratio_total_low"], totals["ratio_total_high"] = ratio - reach, ratio + reach
    return totals


def difference_of(pair: Pair, a: Estimate, b: Estimate) -> Estimate:
    """Return b minus a with its whole budget.

    With pairs the scatter of the differences within blocks stands in for that of the two means.

    Args:
        pair: what is compared.
        a: mean of the first; ``b`` of the second, from the same analysis.
        b: see ``a``.
    """
    return _by_pairs(b - a, pair, 1.0, 1.0)


def ratio_of(pair: Pair, a: Estimate, b: Estimate) -> Estimate:
    """Return b over a with its whole budget; for pairs the scatter is that of ``b - ratio a`` within blocks.

    Args:
        pair: what is compared, with a mean of the first above zero.
        a: see `difference_of`.
        b: see `difference_of`.
    """
    mean_a = float(pair.a.mean())
    return _by_pairs(b / a, pair, float(pair.b.mean()) / mean_a, 1 / mean_a)


def _by_pairs(estimate: Estimate, pair: Pair, ratio: float, factor: float) -> Estimate:
    if not pair.paired:
        return estimate
    se, df = standard_error(pair, ratio)
    return estimate.without("repeats") if se is None else estimate.scattered("pairs", factor * se, df)
