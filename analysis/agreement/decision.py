"""Within, outside or cannot say: a tolerance, a guard band, and a meter that must be good enough."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from analysis.agreement.bland_altman import mean_difference
from analysis.agreement.pairs import Pairs, Scale

Verdict = Literal["within", "outside", "cannot say"]

METER_SHARE = 1 / 3
"""No verdict where the meter's own expanded uncertainty is more than this share of the tolerance."""

_COVERAGE = 2.0


@dataclass(frozen=True)
class Decision:
    """A verdict on a tolerance.

    Attributes:
        verdict: ``within``, ``outside`` or ``cannot say``.
        reason: why, in words.
        meter_u: expanded uncertainty (k = 2) of the meter, in the unit of the tolerance.
    """

    verdict: Verdict
    reason: str
    meter_u: float


def decide(
    low: float | None, high: float | None, allowable: float, guard: float, meter_u: float, unit: str
) -> Decision:
    """Decide whether a bias lies within what is allowed, with a guard band on both sides of each limit.

    The tolerance is narrowed by the guard band for *within* and widened by it for *outside* (JCGM 106:2012,
    8.3.2 and 8.3.3; ILAC-G8:09/2019, w = U). Between the two there is no decision.

    Args:
        low: lower end of the interval of the bias by its scatter; ``None`` for too few rows.
        high: upper end of it.
        allowable: largest bias that is allowed, to both sides.
        guard: expanded uncertainty that all rows share.
        meter_u: expanded uncertainty of the meter as a whole; above a third of the tolerance no verdict.
        unit: of all of them, for the reason.
    """
    space = f" {unit}" if unit else ""
    if low is None or high is None:
        return Decision("cannot say", "too few independent rows for an interval", meter_u)
    if meter_u > METER_SHARE * allowable:
        reason = (
            f"the meter's own uncertainty, {meter_u:.3g}{space}, exceeds a third of the tolerance of "
            f"{allowable:.3g}{space}"
        )
        return Decision("cannot say", reason, meter_u)
    found = f"interval {low:.3g} to {high:.3g}{space}, tolerance {allowable:.3g}{space}"
    band = (
        f", guard band {guard:.2g}{space}"
        if guard
        else ", no guard band: no gain error of the meter is known"
    )
    if -allowable + guard <= low and high <= allowable - guard:
        return Decision("within", found + band, meter_u)
    if low > allowable + guard or high < -allowable - guard:
        return Decision("outside", found + band, meter_u)
    return Decision("cannot say", f"the {found}{band}: more runs or a better meter are needed", meter_u)


def decide_mean(pairs: Pairs, scale: Scale, margin_pct: float, confidence: float) -> Decision:
    """Decide on the mean difference, in percent of the measured value.

    Its interval is that of two one-sided tests, by scatter alone; what all rows share of the meter's
    uncertainty is the guard band.
    """
    if not (scale.logarithmic or scale.level):
        return Decision("cannot say", "the measured values are zero on the average", float("inf"))
    nothing = np.zeros(len(pairs))
    mean = mean_difference(replace(pairs, shared_u=nothing), scale, 2 * confidence - 1)[0]
    shown = scale.mapped(mean)
    level = abs(scale.level)
    own, shared = pairs.measured_u / level, pairs.shared_u / level
    guard = 100 * _COVERAGE * float(shared.mean())
    random = 100 * _COVERAGE * float(np.sqrt((own**2).sum())) / len(pairs)
    return decide(shown.low, shown.high, margin_pct, guard, float(np.hypot(guard, random)), "%")
