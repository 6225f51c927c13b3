"""The ratio of the totals, the calibration factor, and whether an estimator is right within a margin."""

from dataclasses import dataclass
from math import hypot, log1p, sqrt

import numpy as np

from analysis.agreement.bland_altman import mean_difference
from analysis.agreement.pairs import LEAST, Pairs, Scale
from analysis.maths.describe import WithInterval, satterthwaite, student_t


@dataclass(frozen=True)
class Equivalence:
    """Outcome of two one-sided tests.

    Attributes:
        margin_pct: the estimator shall be within this of the meter.
        p: of the hypothesis that it is not, the larger of both tests.
        interval_pct: interval of the mean difference in percent, at which the test decides (90 % for
            tests at 5 %).
        verdict: ``yes``: shown to be within; ``no``: shown to be outside; ``not shown``: neither.
    """

    margin_pct: float
    p: float | None
    interval_pct: WithInterval
    verdict: str


def total_ratio(pairs: Pairs, confidence: float) -> WithInterval | None:
    """Return the sum of the estimated over the sum of the measured values.

    Variance of the ratio estimator by the residuals ``y - R x`` (Cochran 1977, Sampling Techniques,
    section 6.4), of the groups where rows belong to groups (section 9.2 for clusters), at least the
    meter's own scatter; what all rows share of the meter's uncertainty is added.

    Returns:
        ``None`` where the measured values do not add up to more than zero.
    """
    total = float(pairs.measured.sum())
    if total <= 0:
        return None
    value, k = float(pairs.estimated.sum()) / total, pairs.units
    if k < LEAST:
        return WithInterval(value)
    residual = pairs.group_sums(pairs.estimated - value * pairs.measured)
    scatter = sqrt(k / (k - 1) * float((residual**2).sum()))
    least = abs(value) * sqrt(float((pairs.measured_u**2).sum()))
    shared = abs(value) * float(pairs.shared_u.sum())
    parts = [(max(scatter, least) / total, k - 1.0), (shared / total, np.inf)]
    reach = student_t(confidence, satterthwaite(parts)) * hypot(*(u for u, _ in parts))
    return WithInterval(value, value - reach, value + reach)


def calibration_factor(ratio: WithInterval | None) -> WithInterval | None:
    """Return what to multiply the estimated values with, so that their sum is the meter's: 1 / ratio.

    The ends are those of the ratio turned over (Fieller's interval in its simplest case); there are none
    where the ratio may be zero.
    """
    if ratio is None or ratio.value <= 0:
        return None
    if ratio.low is None or ratio.high is None or ratio.low <= 0:
        return WithInterval(1 / ratio.value)
    return WithInterval(1 / ratio.value, 1 / ratio.high, 1 / ratio.low)


def equivalence(pairs: Pairs, scale: Scale, margin_pct: float, confidence: float) -> Equivalence:
    """Test whether the mean difference lies within a margin: two one-sided t tests (Schuirmann 1987).

    On the linear scale the margin is a percentage of the mean measured value, on the logarithmic one the
    bounds are ``ln(1 - margin)`` and ``ln(1 + margin)``. Each test is made at ``1 - confidence``.
    """
    from scipy import stats

    mean, u, df = mean_difference(pairs, scale, 2 * confidence - 1)
    shown = scale.mapped(mean)
    if u is None or mean.low is None or mean.high is None:
        return Equivalence(margin_pct, None, shown, "not shown")
    share = margin_pct / 100
    low, high = -share * abs(scale.level), share * abs(scale.level)
    if scale.logarithmic:
        low, high = log1p(-share), log1p(share)
    if u == 0:
        p = float(not low < mean.value < high)
    else:
        t = np.array([mean.value - low, high - mean.value]) / u
        p = float(np.max(stats.norm.sf(t) if np.isinf(df) else stats.t.sf(t, df)))
    outside = mean.low > high or mean.high < low
    verdict = "yes" if p < 1 - confidence else "no" if outside else "not shown"
    return Equivalence(margin_pct, p, shown, verdict)
