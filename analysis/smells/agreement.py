"""Whether a tracker and the meter agree about what a smell costs: a difference of differences."""

from math import sqrt
from typing import Literal, NamedTuple

from analysis.maths.arrays import Floats
from analysis.maths.describe import LEAST_FOR_INTERVAL, WithInterval, student_t
from analysis.smells.measures import Measure
from analysis.smells.parts import mean_of
from analysis.statistics.samples import Pair, pair_of, scattered
from analysis.uncertainty.estimate import Estimate
from analysis.uncertainty.expansion import expanded

Agrees = Literal["no difference found", "differ", "too few repeats"]


class Excess(NamedTuple):
    """What a tracker says of the cost of a smell beyond what the meter says.

    Attributes:
        meter_difference: smelly minus clean by the meter, in Wh; ``meter_pct`` in percent of clean.
        wh: difference by the tracker minus that by the meter.
        points: percentage by the tracker minus that by the meter; ``None`` where a mean is not above zero.
        agrees: verdict on the percentage, which the gain of the meter does not touch.
    """

    meter_difference: float
    meter_pct: float | None
    wh: WithInterval
    points: WithInterval | None
    agrees: Agrees


def excess(clean: Measure, smelly: Measure, confidence: float) -> Excess | None:
    """Compare the cost of a smell by a tracker with that by the meter, in the same runs and windows.

    Args:
        clean: energies by the tracker.
        smelly: likewise.
        confidence: of the intervals.

    Returns:
        ``None`` where both are not known in two blocks that hold both scenarios.
    """
    ends = clean.own, smelly.own, clean.beside, smelly.beside
    if any(sample is None or not sample.n for sample in ends):
        return None
    own_a, own_b, beside_a, beside_b = (sample for sample in ends if sample is not None)
    tracker, meter = pair_of(own_a, own_b), pair_of(beside_a, beside_b)
    if not (tracker.paired and meter.paired):
        return None
    by_block = (tracker.b - tracker.a) - (meter.b - meter.a)
    wh = _with_meter(by_block, clean.beside_estimate, smelly.beside_estimate, confidence)
    mean_a, mean_b = float(meter.a.mean()), float(meter.b.mean())
    pct = 100 * (mean_b / mean_a - 1) if mean_a > 0 else None
    points = points_beyond(tracker, meter, confidence)
    return Excess(mean_b - mean_a, pct, wh, points, _verdict(points or wh))


def _with_meter(
    by_block: Floats, clean: Estimate | None, smelly: Estimate | None, confidence: float
) -> WithInterval:
    """Return the mean with an interval by its scatter and by the error of the meter's difference."""
    scatter = mean_of(by_block, confidence)
    if scatter.low is None or clean is None or smelly is None:
        return scatter
    u = float(by_block.std(ddof=1)) / sqrt(len(by_block))
    whole = (smelly - clean).scattered("smell", u, len(by_block) - 1.0)
    reach = expanded(whole.parts(), confidence)
    return WithInterval(scatter.value, scatter.value - reach, scatter.value + reach)


def points_beyond(tracker: Pair, meter: Pair, confidence: float) -> WithInterval | None:
    """Return the difference of two percentages, each of means, with its interval by linearisation.

    The ratio of means ``r`` varies as the mean of ``(b - r a) / mean(a)`` (Cochran 1977, section 6.4).
    """
    if min(tracker.a.mean(), meter.a.mean()) <= 0:
        return None
    ratios = [float(pair.b.mean() / pair.a.mean()) for pair in (tracker, meter)]
    value = 100 * (ratios[0] - ratios[1])
    parts = [(p.b - r * p.a) / p.a.mean() for p, r in zip((tracker, meter), ratios, strict=True)]
    residuals = 100 * (parts[0] - parts[1])
    n = len(residuals)
    if n < LEAST_FOR_INTERVAL or not scattered(residuals, 100.0):
        return WithInterval(value)
    reach = student_t(confidence, n - 1) * float(residuals.std(ddof=1)) / sqrt(n)
    return WithInterval(value, value - reach, value + reach)


def _verdict(found: WithInterval) -> Agrees:
    if found.low is None or found.high is None:
        return "too few repeats"
    return "no difference found" if found.low <= 0 <= found.high else "differ"
