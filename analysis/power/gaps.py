"""Where a trace has no reading, and what the adjacent readings say of it.

See docs/explanation/method.md#energy-of-a-window.
"""

from dataclasses import dataclass

import numpy as np

from analysis.maths.arrays import Floats, finite
from analysis.power.pieces import Pieces

NEIGHBOURS = 5
"""How many readings on each side of a gap say what happened in it."""

SAME_TIME_S = 1e-6
"""Borders closer than this are one: the stamps have six decimals."""


@dataclass(frozen=True)
class Gap:
    """Time within a window of which there is no reading.

    Attributes:
        from_s, to_s: borders, on the time of the trace.
        power_w: mean of the adjacent readings, both sides with equal weight; ``None`` without any.
        bound_j: its length times the spread (largest minus smallest) of these readings; ``None``
            without any.
    """

    from_s: float
    to_s: float
    power_w: float | None
    bound_j: float | None

    @property
    def length_s(self) -> float:
        """Length of the gap."""
        return self.to_s - self.from_s


@dataclass(frozen=True, eq=False)
class Gaps:
    """The time between the pieces of a trace, before the first and after the last, ``(g,)`` each.

    Attributes:
        begin_s, end_s: borders; the first begins and the last ends at infinity.
        power_w: mean of the adjacent readings, both sides with equal weight; NaN without any.
        spread_w: their largest minus their smallest.
    """

    begin_s: Floats
    end_s: Floats
    power_w: Floats
    spread_w: Floats

    def filled_j(self, from_s: Floats, to_s: Floats) -> Floats:
        """Return the energy that stands in for the gaps of each window, ``(k,)``."""
        if len(from_s) == 0 or np.isnan(self.power_w).any():  # a trace without any reading
            return np.zeros_like(from_s)
        inside = np.clip((self.begin_s, self.end_s), from_s.min(), to_s.max())
        return Pieces.level(inside[0], inside[1], self.power_w).integral(from_s, to_s)

    def within(self, from_s: Floats, to_s: Floats) -> list[tuple[Gap, ...]]:
        """List the gaps of each window."""
        first = np.searchsorted(self.end_s, from_s, side="right")
        last = np.searchsorted(self.begin_s, to_s, side="left")
        gaps: list[tuple[Gap, ...]] = [()] * len(from_s)
        for i in np.flatnonzero(last > first).tolist():
            candidates = range(int(first[i]), int(last[i]))
            found = (self._gap(j, float(from_s[i]), float(to_s[i])) for j in candidates)
            gaps[i] = tuple(gap for gap in found if gap.length_s > SAME_TIME_S)
        return gaps

    def _gap(self, j: int, from_s: float, to_s: float) -> Gap:
        begin_s, end_s = max(float(self.begin_s[j]), from_s), min(float(self.end_s[j]), to_s)
        power_w, spread_w = finite(self.power_w[j]), finite(self.spread_w[j])
        return Gap(begin_s, end_s, power_w, None if spread_w is None else (end_s - begin_s) * spread_w)


def find_gaps(pieces: Pieces) -> Gaps:
    """Find the time between pieces that is longer than `SAME_TIME_S`."""
    begin_s = np.concatenate(([-np.inf], pieces.stop_s))
    end_s = np.concatenate((pieces.start_s, [np.inf]))
    after = np.flatnonzero(end_s - begin_s > SAME_TIME_S)  # number of the piece that follows
    if len(pieces) == 0:
        return Gaps(begin_s, end_s, np.array([np.nan]), np.array([np.nan]))
    place = after[:, np.newaxis] + np.arange(-NEIGHBOURS, NEIGHBOURS)
    there = (place >= 0) & (place < len(pieces))
    beside_w = pieces.mean[np.clip(place, 0, len(pieces) - 1)]
    sides = slice(None, NEIGHBOURS), slice(NEIGHBOURS, None)
    counts = np.array([there[:, side].sum(axis=1) for side in sides])
    totals_w = np.array([np.where(there, beside_w, 0.0)[:, side].sum(axis=1) for side in sides])
    means_w = totals_w / np.maximum(counts, 1)
    power_w = means_w.sum(axis=0) / (counts > 0).sum(axis=0)
    highest_w = np.where(there, beside_w, -np.inf).max(axis=1)
    lowest_w = np.where(there, beside_w, np.inf).min(axis=1)
    return Gaps(begin_s[after], end_s[after], power_w, highest_w - lowest_w)
