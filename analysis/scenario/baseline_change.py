"""How the baseline changed over a campaign: its drift, and its change from the earlier to the later blocks.

See docs/explanation/method.md#baseline-and-what-the-software-induced.
"""

from math import hypot, sqrt
from typing import NamedTuple

import numpy as np

from analysis.maths.arrays import Floats, finite
from analysis.maths.describe import satterthwaite, student_t
from analysis.scenario.baseline import Baseline
from records.rows.parts import BaselineSummary


def baseline_summary(baseline: Baseline, confidence: float) -> BaselineSummary:
    """Return the baseline as the results hold it."""
    pooled, drift = baseline.pooled, _drift(baseline, confidence)
    change_w, change_p = _block_change(baseline)
    power_w = _power_w(baseline)
    return BaselineSummary(
        reference=baseline.reference,
        n=len(power_w),
        mean_power_w=pooled.power_w if pooled else None,
        mean_power_u_w=pooled.power_u_w if pooled else None,
        sd_w=float(np.std(power_w, ddof=1)) if len(power_w) > 1 else None,
        drift_w_per_h=drift.value,
        drift_low_w_per_h=drift.low,
        drift_high_w_per_h=drift.high,
        drift_p=drift.p,
        block_change_w=change_w,
        block_change_p=change_p,
    )


class _Slope(NamedTuple):
    """A slope with its interval and p value."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None


def _drift(baseline: Baseline, confidence: float) -> _Slope:
    """Regress baseline power on time in hours; needs three runs at three times.

    Several benches have one slope and each its own level, which takes a degree of freedom.
    """
    n, benches = len(baseline.runs), len(baseline.places)
    df = n - 1 - benches
    if df < 1:
        return _Slope()
    hours = np.array([run.middle_utc_s for run in baseline.runs]) / 3600
    hours = _levelled(baseline, hours - hours[0])
    if hours.min() == hours.max():
        return _Slope()
    from scipy import stats

    fit = stats.linregress(hours, _levelled(baseline, _power_w(baseline)))
    slope, p = float(fit.slope), float(fit.pvalue)
    stderr = float(fit.stderr) * sqrt((n - 2) / df)
    if benches > 1 and stderr > 0:
        p = float(2 * stats.t.sf(abs(slope) / stderr, df))
    reach = student_t(confidence, df) * stderr
    return _Slope(*map(finite, (slope, slope - reach, slope + reach, p)))


def _block_change(baseline: Baseline) -> tuple[float | None, float | None]:
    """Compare the later half of the blocks with the earlier one: the change in W, and p (Welch's t test).

    The middle block of an odd number belongs to neither half.
    """
    blocks = sorted({run.block for run in baseline.runs})
    half = len(blocks) // 2
    power_w = _levelled(baseline, _power_w(baseline)).tolist()
    levelled = list(zip(baseline.runs, power_w, strict=True))
    early = [power_w for run, power_w in levelled if run.block in blocks[:half]]
    late = [power_w for run, power_w in levelled if run.block in blocks[len(blocks) - half :]]
    if not early or not late:
        return None, None
    return float(np.mean(late) - np.mean(early)), _welch_p(early, late)


def _power_w(baseline: Baseline) -> Floats:
    return np.array([run.power_w for run in baseline.runs])


def _levelled(baseline: Baseline, values: Floats) -> Floats:
    """Return values ``(n,)`` of the runs, about the mean of each bench where there are several."""
    levelled = values.copy()
    if len(baseline.places) > 1:
        for places in baseline.places.values():
            levelled[places] -= values[places].mean()
    return levelled


def _welch_p(a: list[float], b: list[float]) -> float | None:
    """Return the p value of Welch's t test (1947), or ``None`` where a sample has no spread to judge by."""
    if len(a) < 2 or len(b) < 2:
        return None
    from scipy import stats

    parts = [(float(np.std(x, ddof=1)) / sqrt(len(x)), len(x) - 1.0) for x in (a, b)]
    u = hypot(*(part for part, _ in parts))
    if u == 0:
        return None
    return finite(2 * stats.t.sf(abs(np.mean(b) - np.mean(a)) / u, satterthwaite(parts)))
