"""A correction of an estimator: a factor or a line, with what single values are off by after it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Literal, NamedTuple

import numpy as np

from analysis.agreement.equivalence import total_ratio
from analysis.agreement.pairs import LEAST, Pairs
from analysis.agreement.regression import deming_fit, error_ratio_of, jackknifed
from analysis.maths.arrays import Floats
from analysis.maths.describe import WithInterval, student_t
from records.tracker_correction import TrackerCorrection

Kind = Literal["factor", "line"]

_FEWEST_ROWS_FOR_LINE = 4
_EXACT = 1e12  # ratio of error variances at which one side is as good as exact


class Coefficients(NamedTuple):
    """``measured = intercept + slope * estimated``; the intercept of a factor is zero."""

    intercept: float
    slope: float


@dataclass(frozen=True, eq=False)
class HeldOut:
    """How a correction does on values that it was not made from.

    Attributes:
        corrected: each row by the correction that the other units give ``(n,)``.
        raw_pct: mean absolute error of the estimator in percent of the meter; ``corrected_pct`` after it.
        raw_bias_pct: mean error of the estimator; ``corrected_bias_pct`` after it.
    """

    corrected: Floats
    raw_pct: float
    corrected_pct: float
    raw_bias_pct: float
    corrected_bias_pct: float


@dataclass(frozen=True, eq=False)
class Correction:
    """A correction and what is known of it.

    Attributes:
        kind: ``factor`` or ``line``.
        intercept, slope: with their intervals; the intercept of a factor is zero.
        held_out: what leaving out each unit shows.
        u: standard uncertainty of a single corrected value, from the held-out rows: of a factor a share of
            the value, of a line in the unit of the values; ``df`` its degrees of freedom.
        shared_u: standard uncertainty of the meter that all rows share, as a share of the value.
    """

    kind: Kind
    intercept: WithInterval
    slope: WithInterval
    held_out: HeldOut
    u: float
    df: float
    shared_u: float


def correct(pairs: Pairs, kind: Kind, confidence: float) -> Correction | None:
    """Make a correction, and try it on every unit (group, or row) as the others give it.

    The factor is the sum of the measured over the sum of the estimated values, the line Deming's with the
    estimator as the level. What a single corrected value is off by is taken from the held-out rows, so that
    scatter, differences between the groups and the uncertainty of the coefficients are all in it.

    Args:
        pairs: the rows.
        kind: of the correction.
        confidence: of the intervals of the coefficients.

    Returns:
        ``None`` for fewer than three units (a line through rows without groups: four), values that are not
        above zero, or where there is no line.
    """
    held_out = hold_out(pairs, kind)
    if held_out is None:
        return None
    off = held_out.corrected - pairs.measured
    if kind == "factor":
        off = off / held_out.corrected
    of_units = pairs.group_sums(off**2) / pairs.group_sums(np.ones(len(pairs)))
    intercept, slope = _with_intervals(pairs, kind, confidence)
    return Correction(
        kind,
        intercept,
        slope,
        held_out,
        u=sqrt(float(of_units.mean())),
        df=pairs.units - (1 if kind == "factor" else 2),
        shared_u=float(np.mean(pairs.shared_u / pairs.measured)),
    )


def best_correction(pairs: Pairs, confidence: float) -> Correction | None:
    """Return a line where one is needed and helps, else a factor.

    A line is needed where the interval of its intercept excludes zero, and helps where it comes nearer to the
    meter than the factor on held-out rows.
    """
    factor, line = correct(pairs, "factor", confidence), correct(pairs, "line", confidence)
    if factor is None or line is None:
        return factor or line
    low, high = line.intercept.low, line.intercept.high
    is_needed = low is not None and high is not None and not low <= 0 <= high
    return line if is_needed and line.held_out.corrected_pct < factor.held_out.corrected_pct else factor


def hold_out(pairs: Pairs, kind: Kind) -> HeldOut | None:
    """Correct each unit as the others say.

    Returns:
        See `correct`.
    """
    least = _FEWEST_ROWS_FOR_LINE if kind == "line" and pairs.groups is None else LEAST
    if pairs.units < least or not pairs.positive:
        return None
    corrected = np.empty(len(pairs))
    for unit in range(pairs.units):
        rest = _FITS[kind](pairs.without(unit))
        if rest is None:
            return None
        own = pairs.unit_of_row == unit
        corrected[own] = rest.intercept + rest.slope * pairs.estimated[own]
    raw, after = pairs.estimated / pairs.measured - 1, corrected / pairs.measured - 1
    return HeldOut(
        corrected,
        float(100 * np.abs(raw).mean()),
        float(100 * np.abs(after).mean()),
        float(100 * raw.mean()),
        float(100 * after.mean()),
    )


def corrected_value(correction: TrackerCorrection, estimated: float) -> WithInterval:
    """Return a corrected value, and the interval in which the meter's is expected.

    Args:
        correction: as it was written.
        estimated: in its unit.
    """
    value = correction.intercept + correction.slope * estimated
    own = correction.u * abs(value) if correction.kind == "factor" else correction.u
    reach = hypot(
        student_t(correction.confidence, correction.df) * own,
        student_t(correction.confidence, float("inf")) * correction.shared_u * value,
    )
    return WithInterval(value, value - reach, value + reach)


def with_estimator_as_level(pairs: Pairs) -> tuple[Pairs, float] | None:
    """Return the pairs with both sides exchanged, and their ratio of error variances.

    Deming's line through them is ``measured = a + b estimated``: the same line, read the other way.
    """
    ratio = error_ratio_of(pairs)
    if ratio is None:
        return None
    nothing = np.zeros(len(pairs))
    swapped = Pairs(pairs.estimated, pairs.measured, nothing, nothing, pairs.groups, pairs.unit_names)
    return swapped, _EXACT if ratio * _EXACT <= 1 else 1 / ratio


def _factor(pairs: Pairs) -> Coefficients | None:
    return Coefficients(0.0, float(pairs.measured.sum() / pairs.estimated.sum()))


def _line(pairs: Pairs) -> Coefficients | None:
    swapped = with_estimator_as_level(pairs)
    fit = None if swapped is None else deming_fit(*swapped)
    return None if fit is None or not fit.slope > 0 else Coefficients(fit.intercept, fit.slope)


_FITS: dict[Kind, Callable[[Pairs], Coefficients | None]] = {"factor": _factor, "line": _line}


def _with_intervals(pairs: Pairs, kind: Kind, confidence: float) -> tuple[WithInterval, WithInterval]:
    swapped = with_estimator_as_level(pairs)
    fit = None if swapped is None or kind == "factor" else deming_fit(*swapped)
    if fit is not None:
        return (
            jackknifed(fit.intercept, fit.left_intercepts, confidence),
            jackknifed(fit.slope, fit.left_slopes, confidence),
        )
    ratio = total_ratio(pairs, confidence)
    low, high = (None, None) if ratio is None else (ratio.low, ratio.high)
    ends = (1 / end if end else None for end in (high, low))
    return WithInterval(0.0), WithInterval(float(pairs.measured.sum() / pairs.estimated.sum()), *ends)
