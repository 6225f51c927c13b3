"""Bias at decision levels: what the estimator is off by at a stated measured value."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from analysis.agreement.decision import Decision, decide
from analysis.agreement.linearity import Linearity
from analysis.agreement.pairs import Pairs, Scale
from analysis.agreement.regression import Fit, deming_fit, error_ratio_of, jackknife_u
from analysis.agreement.weighted import weighted_fit
from analysis.maths.describe import WithInterval, satterthwaite, student_t

_FEWEST = 4


@dataclass(frozen=True)
class Level:
    """A measured value at which the bias is asked for, and the largest bias that is allowed there.

    Without one it is the margin, in percent of the level.
    """

    at: float
    allowable: float | None = None


@dataclass(frozen=True)
class BiasAt:
    """The bias at a level.

    Attributes:
        at: measured value.
        allowable: largest bias that is allowed there.
        bias: estimated minus measured upon the line, with its interval; ``None`` without a line.
        p_equal: of the hypothesis that there is none.
        p_within: of the hypothesis that it is at least what is allowed, the larger of two one-sided tests.
        decision: within, outside or cannot say.
    """

    at: float
    allowable: float
    bias: WithInterval | None
    p_equal: float | None
    p_within: float | None
    decision: Decision


def bias_at(
    pairs: Pairs,
    scale: Scale,
    levels: Sequence[Level],
    linearity: Linearity,
    margin_pct: float,
    confidence: float,
) -> list[BiasAt]:
    """Return the bias at each level by Deming's line, weighted where the differences grow with the level.

    ``a + (b - 1) x`` with the jackknife of this very value (CLSI EP09c, 2018: bias at medical decision
    levels; Linnet 1990), and with what all rows share of the meter's uncertainty. Equality by Student's t,
    equivalence by two one-sided tests (Schuirmann 1987). A level beyond the measured values, and a cloud
    that is no line, get no verdict.

    Args:
        pairs: the rows.
        scale: logarithmic where the differences grow with the level.
        levels: in the unit of the measured values.
        linearity: verdict on the cloud.
        margin_pct: allowed where a level names nothing, in percent of it.
        confidence: of the intervals.
    """
    if not levels:
        return []
    ratio = error_ratio_of(pairs)
    fit = None
    if ratio is not None and pairs.units >= _FEWEST:
        fit = weighted_fit(pairs, ratio) if scale.logarithmic else deming_fit(pairs, ratio)
    asked = [
        (level.at, level.at * margin_pct / 100 if level.allowable is None else level.allowable)
        for level in levels
    ]
    if fit is None:
        reason = "too few rows or groups for a line, or no spread of the measured values"
        nothing = Decision("cannot say", reason, 0.0)
        return [BiasAt(at, allowable, None, None, None, nothing) for at, allowable in asked]
    return [_at(at, allowable, pairs, fit, linearity, confidence) for at, allowable in asked]


def _at(
    at: float, allowable: float, pairs: Pairs, fit: Fit, linearity: Linearity, confidence: float
) -> BiasAt:
    from scipy import special

    value = fit.intercept + (fit.slope - 1) * at
    u = jackknife_u(fit.left_intercepts + (fit.left_slopes - 1) * at)
    if u is None:
        few = Decision("cannot say", "without one of the rows or groups there is no line", 0.0)
        return BiasAt(at, allowable, WithInterval(value), None, None, few)
    shared = at * float(np.mean(pairs.shared_u) / abs(pairs.measured.mean()))
    df = pairs.units - 2
    all_u, all_df = sqrt(u**2 + shared**2), satterthwaite([(u, df), (shared, np.inf)])
    reach = student_t(confidence, all_df) * all_u
    near = student_t(2 * confidence - 1, df) * u
    t = np.array([abs(value), value + allowable, allowable - value]) / max(all_u, 1e-300)
    equal, above, below = (float(p) for p in special.stdtr(min(all_df, 1e9), -t))
    decision = decide(value - near, value + near, allowable, 2 * shared, 2 * _meter_u(pairs, at), "")
    return BiasAt(
        at,
        allowable,
        WithInterval(value, value - reach, value + reach),
        2 * equal,
        max(above, below),
        _withheld(at, pairs, linearity) or decision,
    )


def _meter_u(pairs: Pairs, at: float) -> float:
    """Return the standard uncertainty of the meter at a level, that of the mean of the rows."""
    share = abs(float(pairs.measured.mean())) or np.inf
    own = float(np.sqrt((pairs.measured_u**2).sum())) / len(pairs)
    return at * float(np.hypot(own, pairs.shared_u.mean())) / share


def _withheld(at: float, pairs: Pairs, linearity: Linearity) -> Decision | None:
    low, high = float(pairs.measured.min()), float(pairs.measured.max())
    if not low <= at <= high:
        reason = f"{at:g} is beyond the measured values, {low:.4g} to {high:.4g}"
        return Decision("cannot say", reason, 0.0)
    if linearity.verdict == "rejected":
        return Decision("cannot say", "the rows do not lie on a line", 0.0)
    return None
