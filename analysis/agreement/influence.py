"""Whether one group, or one row, makes the result: everything again without each of them."""

from dataclasses import dataclass, replace
from math import isfinite, nan

import numpy as np

from analysis.agreement.equivalence import total_ratio
from analysis.agreement.pairs import Pairs
from analysis.agreement.regression import deming_fit, error_ratio_of, jackknifed
from analysis.maths.describe import WithInterval

_FEWEST = 4
MOST_UNITS = 500
"""Above so many rows or groups no single one is looked for."""

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

    Args:
        pairs: the rows with the names of their units.
        margin_pct: what matters, in percent.
        confidence: of the interval of the rest.

    Returns:
        The units, those that stand out first, then by their shift; none for fewer than four units, units
        without names, or more than `MOST_UNITS`.
    """
    if not _FEWEST <= pairs.units <= MOST_UNITS or len(pairs.unit_names) != pairs.units:
        return []
    error_ratio = error_ratio_of(pairs)
    fit = None if error_ratio is None else deming_fit(pairs, error_ratio)
    total = total_ratio(pairs, confidence)
    if fit is None or error_ratio is None or total is None or not (fit.slope and total.value):
        return []
    without_meter = replace(pairs, shared_u=np.zeros(len(pairs)))  # all rows share it, it tells none apart
    units = []
    for i, name in enumerate(pairs.unit_names):
        rest = without_meter.without(i)
        line = deming_fit(rest, error_ratio)
        slope = WithInterval(nan) if line is None else jackknifed(line.slope, line.left_slopes, confidence)
        ratio = total_ratio(rest, confidence) or WithInterval(nan)
        shifts = [abs(slope.value / fit.slope - 1), abs(ratio.value / total.value - 1)]
        units.append(
            Without(
                name,
                slope.value,
                nan if line is None else line.intercept,
                ratio.value,
                max(shift if isfinite(shift) else np.inf for shift in shifts),
                _contradicted(fit.slope, slope, shifts[0], margin_pct),
                _contradicted(total.value, ratio, shifts[1], margin_pct),
            )
        )
    return sorted(units, key=lambda unit: (not unit.stands_out, -unit.shift))


def _contradicted(whole: float, rest: WithInterval, shift: float, margin_pct: float) -> bool:
    """Say whether a value of all rows differs from that of the rest, visibly and beyond its interval."""
    if not isfinite(shift):
        return True  # without this unit there is no value
    if rest.low is None or rest.high is None or shift <= _MARGIN_SHARE * margin_pct / 100:
        return False
    return not rest.low <= whole <= rest.high
