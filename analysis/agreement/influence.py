"""Whether one group, or one row, makes the result: everything again without each of them."""

from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import NamedTuple

import numpy as np

from analysis.agreement.equivalence import total_ratio
from analysis.agreement.pairs import Pairs
from analysis.agreement.regression import deming_fit, error_ratio_of, jackknifed
from analysis.maths.describe import WithInterval

_FEWEST = 4
MOST_UNITS = 500
"""Above so many rows or groups no single one is looked for."""

_FAR_OFF, _MAD_TO_SD = 3.5, 1.4826
_MOST_NAMED = 5
_MARGIN_SHARE = 0.5
"""A slope or ratio that moves by less than this share of the margin is not worth a word."""


@dataclass(frozen=True)
class Without:
    """The comparison without one unit.

    Attributes:
        unit: name of the group or row.
        slope, intercept: Deming's line of the rest; ``nan`` where it has none.
        ratio: ratio of the totals of the rest.
        shift: by what share of itself the slope or the ratio moves, the larger of both.
        bends: whether the slope of all rows contradicts that of the rest; ``moves`` whether the ratio does.
    """

    unit: str
    slope: float
    intercept: float
    ratio: float
    shift: float
    bends: bool
    moves: bool

    @property
    def stands_out(self) -> bool:
        """Whether a result depends on this unit."""
        return self.bends or self.moves


def influence(pairs: Pairs, margin_pct: float, confidence: float) -> list[Without]:
    """Leave out one unit after the other, and look which one moves the line or the ratio.

    A unit stands out where slope or ratio of the totals of all rows lie outside the interval that the rest
    gives them, and differ by more than half the margin. Deletion as in Belsley, Kuh and Welsch (1980,
    Regression Diagnostics, chapter 2); the scatter is that of the rest, which the unit has not widened.

    Several odd units hide each other, as leaving out one leaves the others. Those that lie off the repeated
    median line through the means of the units (Siegel 1982, Biometrika 69:242) by more than 3.5 scaled median
    deviations (Iglewicz and Hoaglin 1993) are therefore left out together, where no single one stands out.

    Args:
        pairs: the rows with the names of their units.
        margin_pct: what matters, in percent.
        confidence: of the interval of the rest.

    Returns:
        The units, those that stand out first, then by their shift; before them several together, where only
        they do; none for fewer than four units, units
        without names, or more than `MOST_UNITS`.
    """
    if not _FEWEST <= pairs.units <= MOST_UNITS or len(pairs.unit_names) != pairs.units:
        return []
    error_ratio = error_ratio_of(pairs)
    fit = None if error_ratio is None else deming_fit(pairs, error_ratio)
    total = total_ratio(pairs, confidence)
    if fit is None or error_ratio is None or total is None or not (fit.slope and total.value):
        return []
    whole = _Whole(fit.slope, total.value, error_ratio, margin_pct, confidence)
    without_meter = replace(pairs, shared_u=np.zeros(len(pairs)))  # all rows share it, it tells none apart
    units = [_without(without_meter, [unit], whole) for unit in range(pairs.units)]
    units.sort(key=lambda unit: (not unit.stands_out, -unit.shift))
    together = [] if units[0].stands_out else _odd_units(pairs)
    if 1 < len(together) <= pairs.units - _FEWEST:
        hidden = _without(without_meter, together, whole)
        if hidden.stands_out:
            units.insert(0, hidden)
    return units


class _Whole(NamedTuple):
    """What all rows give, and what is asked of the rest."""

    slope: float
    ratio: float
    error_ratio: float
    margin_pct: float
    confidence: float


def _without(pairs: Pairs, units: list[int], whole: _Whole) -> Without:
    rest = pairs.without(*units)
    line = deming_fit(rest, whole.error_ratio)
    slope = WithInterval(nan) if line is None else jackknifed(line.slope, line.left_slopes, whole.confidence)
    ratio = total_ratio(rest, whole.confidence) or WithInterval(nan)
    shifts = [abs(slope.value / whole.slope - 1), abs(ratio.value / whole.ratio - 1)]
    return Without(
        _names([pairs.unit_names[unit] for unit in units]),
        slope.value,
        nan if line is None else line.intercept,
        ratio.value,
        max(shift if isfinite(shift) else np.inf for shift in shifts),
        _contradicted(whole.slope, slope, shifts[0], whole.margin_pct),
        _contradicted(whole.ratio, ratio, shifts[1], whole.margin_pct),
    )


def _names(units: list[str]) -> str:
    more = len(units) - _MOST_NAMED
    return " and ".join([*units[:_MOST_NAMED], *([f"{more} more"] if more > 0 else [])])


def _odd_units(pairs: Pairs) -> list[int]:
    """Return the units whose means lie far off the line that most of them agree on."""
    from scipy import stats

    sizes = pairs.group_sums(np.ones(len(pairs)))
    measured, estimated = pairs.group_sums(pairs.measured) / sizes, pairs.group_sums(pairs.estimated) / sizes
    slope, intercept = stats.siegelslopes(estimated, measured)
    off = np.abs(estimated - intercept - slope * measured)
    scale = _MAD_TO_SD * float(np.median(off))
    return [int(unit) for unit in np.flatnonzero(off > _FAR_OFF * scale)] if scale > 0 else []


def _contradicted(whole: float, rest: WithInterval, shift: float, margin_pct: float) -> bool:
    """Say whether a value of all rows differs from that of the rest, visibly and beyond its interval."""
    if not isfinite(shift):
        return True  # without this unit there is no value
    if rest.low is None or rest.high is None or shift <= _MARGIN_SHARE * margin_pct / 100:
        return False
    return not rest.low <= whole <= rest.high
