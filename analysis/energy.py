"""Energy of a window of time from the readings of a meter (METHOD section 2)."""

from dataclasses import dataclass

import numpy as np

from analysis.trace import PowerTrace

NEIGHBOURS = 5
"""How many readings on each side of a hole say what happened in it."""

SAME_TIME_S = 1e-6
"""Borders closer than this are one: the stamps have six decimals."""


@dataclass(frozen=True)
class Hole:
    """Time within a window of which there is no reading.

    Attributes:
        from_s, to_s: borders, on the time of the trace.
        power_w: mean of the readings beside it, both sides with equal weight; ``None`` without any.
        bound_j: its length times the spread (largest minus smallest) of these readings; ``None``
            without any.
    """

    from_s: float
    to_s: float
    power_w: float | None
    bound_j: float | None

    @property
    def length_s(self) -> float:
        """Length of the hole."""
        return self.to_s - self.from_s


@dataclass(frozen=True)
class Border:
    """How the power changes where a window begins or ends.

    Attributes:
        step_w: difference between the reading after and the reading before the one that holds it.
        split_s: ``f * (1 - f) * dt`` where the border cuts an interval mean at its share ``f``;
            if the whole step happened at the border, the cut misplaces this time times the step.
    """

    step_w: float
    split_s: float


@dataclass(frozen=True)
class WindowEnergy:
    """Energy of a window.

    Attributes:
        window_s: its length.
        measured_s: how much of it the readings cover.
        energy_j: measured energy plus that of the holes at their neighbours' mean; ``None`` when
            nothing was measured.
        filled_j: the part of it that stands in for holes.
        holes: where nothing was measured.
        overlap2_s2: sum of the squared overlaps of the readings with the window.
        first, last: its borders.
    """

    window_s: float
    measured_s: float
    energy_j: float | None
    filled_j: float
    holes: tuple[Hole, ...]
    overlap2_s2: float
    first: Border
    last: Border

    @property
    def coverage_pct(self) -> float:
        """Measured time over window, in percent; a window without length is covered or not at all."""
        if not self.holes:
            return 100.0  # to the digit, which a sum of overlaps would miss
        if self.window_s <= 0:
            return 0.0
        return 100.0 * min(1.0, self.measured_s / self.window_s)


def window_energy(trace: PowerTrace, from_s: float, to_s: float) -> WindowEnergy:
    """Integrate the power over a window; borders are split exactly, never rounded to readings.

    Interval means add P_i times their overlap with the window, momentary values the trapezoids
    between them with interpolated borders. A hole is never filled with a reading of its own: it is
    listed, with the mean of the readings on both sides as its estimate and a bound of its error.

    Args:
        trace: power over time.
        from_s: start of the window, on the time of the trace.
        to_s: its end.
    """
    a, b = np.array([from_s]), np.array([to_s])
    measured_s = float(trace.power_w.covered_s(a, b)[0])
    holes = find_holes(trace, from_s, to_s)
    filled_j = sum(hole.length_s * hole.power_w for hole in holes if hole.power_w is not None)
    known = measured_s > 0 or (to_s - from_s <= SAME_TIME_S and not holes)
    return WindowEnergy(
        window_s=to_s - from_s,
        measured_s=measured_s,
        energy_j=float(trace.power_w.integral(a, b)[0]) + filled_j if known else None,
        filled_j=filled_j,
        holes=holes,
        overlap2_s2=float(np.square(trace.power_w.overlaps_s(from_s, to_s)).sum()),
        first=_border(trace, from_s),
        last=_border(trace, to_s),
    )


def find_holes(trace: PowerTrace, from_s: float, to_s: float) -> tuple[Hole, ...]:
    """List the parts of a window that no reading covers."""
    first, last = trace.power_w.touched(from_s, to_s)
    begins = np.concatenate(([from_s], np.minimum(trace.power_w.stop_s[first:last], to_s)))
    ends = np.concatenate((np.maximum(trace.power_w.start_s[first:last], from_s), [to_s]))
    empty = np.flatnonzero(ends - begins > SAME_TIME_S)
    return tuple(_hole(trace, float(begins[i]), float(ends[i]), first + int(i)) for i in empty)


def _hole(trace: PowerTrace, from_s: float, to_s: float, after: int) -> Hole:
    """Describe a hole that ends where piece number ``after`` begins."""
    sides = [trace.power_w.mean[max(0, after - NEIGHBOURS) : after], trace.power_w.mean[after:][:NEIGHBOURS]]
    sides = [side for side in sides if len(side)]
    if not sides:
        return Hole(from_s, to_s, None, None)
    beside_w = np.concatenate(sides)
    return Hole(
        from_s,
        to_s,
        power_w=float(np.mean([side.mean() for side in sides])),
        bound_j=(to_s - from_s) * float(beside_w.max() - beside_w.min()),
    )


def _border(trace: PowerTrace, t_s: float) -> Border:
    pieces = trace.power_w
    if len(pieces) == 0:
        return Border(0.0, 0.0)
    holder = int(np.clip(np.searchsorted(pieces.start_s, t_s, side="right") - 1, 0, len(pieces) - 1))
    before, after = max(holder - 1, 0), min(holder + 1, len(pieces) - 1)
    step_w = abs(float(pieces.mean[after] - pieces.mean[before]))
    start_s, stop_s = float(pieces.start_s[holder]), float(pieces.stop_s[holder])
    if trace.sampling == "instantaneous" or not start_s < t_s < stop_s:
        return Border(step_w, 0.0)
    return Border(step_w, (t_s - start_s) * (stop_s - t_s) / (stop_s - start_s))
