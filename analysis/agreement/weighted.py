"""Deming's line where errors grow in proportion to the level."""

import numpy as np

from analysis.agreement.pairs import Pairs
from analysis.agreement.regression import MOST_ROWS, Fit, Line, deming_fit, error_ratio_of, line_of
from analysis.maths.arrays import Floats

_FEWEST = 4
_SETTLED = 1e-10
_MOST_ROUNDS = 100


def weighted_deming(pairs: Pairs, confidence: float, error_ratio: float | None = None) -> Line | None:
    """Fit Deming's line with weights of one over the squared level (Linnet 1990, Stat Med 9:1463).

    The level is the mean of the row's two values upon the line, weighted as their errors are (Linnet 1993,
    Clin Chem 39:424); weights and line are found in turn until they agree. Intervals by the jackknife,
    leaving out one row, or one group where rows belong to groups.

    Args:
        pairs: the rows.
        confidence: of the intervals.
        error_ratio: variance of the estimator's error over that of the meter's; by default that
            of `error_ratio_of`.

    Returns:
        ``None`` for fewer than four rows or groups, for values that are not above zero, for more than
        `MOST_ROWS`, or where no line is found.
    """
    ratio = error_ratio_of(pairs) if error_ratio is None else error_ratio
    if ratio is None or not pairs.positive or pairs.units < _FEWEST or len(pairs) > MOST_ROWS:
        return None
    fit = weighted_fit(pairs, ratio)
    return None if fit is None else line_of(fit, confidence, ratio)


def weighted_fit(pairs: Pairs, ratio: float) -> Fit | None:
    """Return the line of `weighted_deming`, and the same of the rows without each unit in turn."""
    whole = _settled(pairs, ratio)
    if whole is None:
        return None
    rest = [_settled(pairs.without(unit), ratio) for unit in range(pairs.units)]
    lost = (np.nan, np.nan)
    lines = np.array([lost if line is None else line for line in rest])
    return Fit(*whole, lines[:, 0], lines[:, 1])


def _settled(pairs: Pairs, ratio: float) -> tuple[float, float] | None:
    """Return slope and intercept at which the weights are those of the line; ``None`` if they never are."""
    fit = deming_fit(pairs, ratio)
    for _ in range(_MOST_ROUNDS):
        if fit is None:
            return None
        new = deming_fit(pairs, ratio, _weights(pairs, ratio, fit))
        if new is not None and abs(new.slope - fit.slope) <= _SETTLED * abs(fit.slope):
            return new.slope, new.intercept
        fit = new
    return None


def _weights(pairs: Pairs, ratio: float, fit: Fit) -> Floats:
    off = pairs.estimated - fit.intercept - fit.slope * pairs.measured
    below = ratio + fit.slope**2
    x, y = pairs.measured + fit.slope * off / below, pairs.estimated - ratio * off / below
    level = (ratio * x + y) / (ratio + 1)
    least = 1e-6 * float(np.abs(level).max())  # a level at zero would outweigh all others
    weights = np.maximum(np.abs(level), least) ** -2.0
    even: Floats = weights / weights.mean()
    return even
