"""Intervals of difference and ratio that hold the meter's and the baseline's part beside the scatter."""

from dataclasses import replace

from analysis.statistics.difference import MeanTest, standard_error
from analysis.statistics.samples import Pair
from analysis.uncertainty.estimate import Estimate
from analysis.uncertainty.expansion import expanded
from records.results import Row

_NAMES = ("total_u", "total_low", "total_high", "ratio_total_low", "ratio_total_high")


def total_columns(pair: Pair, test: MeanTest, a: Estimate, b: Estimate, confidence: float) -> Row:
    """Return the standard uncertainty and the interval of difference and ratio by the whole budget.

    What both scenarios share acts once: a meter's gain on the difference only, and not at all on the
    ratio (METHOD section 5). Without pairs the scatter is that of the budget. With pairs it is that of the
    differences within blocks, which stands in for the scatter of the two means.

    Args:
        pair: what is compared; ``test`` its t test.
        test: see ``pair``.
        a: mean of the first with its budget; ``b`` of the second, from the same analysis.
        b: see ``a``.
        confidence: e.g. 0.95.

    Returns:
        ``total_u``, ``total_low``, ``total_high``, ``ratio_total_low``, ``ratio_total_high``; ``None`` for
        single runs, and for a ratio to what is not above zero.
    """
    row: Row = dict.fromkeys(_NAMES)
    if min(len(pair.a), len(pair.b)) < 2:
        return row
    u, reach = _reach(b - a, pair, 1.0, 1.0, confidence)
    if u == 0:  # equal times of a timer, say: that is not known to be without error
        return row
    row |= {"total_u": u, "total_low": test.difference - reach, "total_high": test.difference + reach}
    mean_a, mean_b = float(pair.a.mean()), float(pair.b.mean())
    if mean_a > 0 and a.value > 0:
        ratio = mean_b / mean_a
        _, reach = _reach(b / a, pair, ratio, 1 / mean_a, confidence)
        row |= {"ratio_total_low": ratio - reach, "ratio_total_high": ratio + reach}
    return row


def _reach(
    estimate: Estimate, pair: Pair, ratio: float, factor: float, confidence: float
) -> tuple[float, float]:
    """Return standard uncertainty and half-width of the interval.

    Args:
        estimate: of difference or ratio.
        pair: what is compared.
        ratio: the scatter is that of ``b - ratio a``, times ``factor``.
        factor: see ``ratio``.
        confidence: e.g. 0.95.
    """
    parts = estimate.parts()
    if pair.paired:
        se, df = standard_error(pair, ratio)
        known = estimate.without("repeats").parts()
        parts = replace(known, student=[*known.student, *([(factor * se, df)] if se is not None else [])])
    return parts.u, expanded(parts, confidence)
