"""Energy of a window of time from the readings of a meter (docs/explanation/method.md#energy-of-a-window)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.maths.arrays import Floats
from analysis.power.gaps import SAME_TIME_S, Gap
from analysis.power.pieces import Pieces
from analysis.power.trace import PowerTrace


@dataclass(frozen=True)
class Border:
    """How the power changes where a window begins or ends.

    Attributes:
        before_w, after_w: the readings before and after the one that holds the border.
        split_s: where the border cuts an interval mean, this time times the step is misplaced if the
            power changed in one step within it.
    """

    before_w: float
    after_w: float
    split_s: float

    @property
    def step_w(self) -> float:
        """Change of the power from before to after."""
        return self.after_w - self.before_w

    @property
    def level_w(self) -> float:
        """Power about the border."""
        return (self.before_w + self.after_w) / 2


@dataclass(frozen=True)
class WindowEnergy:
    """Energy of a window.

    Attributes:
        window_s: its length.
        measured_s: how much of it the readings cover.
        energy_j: measured energy plus that of the gaps at their neighbours' mean; ``None`` when
            nothing was measured.
        filled_j: the part of it that stands in for gaps.
        gaps: where nothing was measured.
        rounding_share: which share of one reading's rounding error is left in the mean.
        first, last: its borders.
        unseen_j: standard uncertainty by what happened between instantaneous readings.
    """

    window_s: float
    measured_s: float
    energy_j: float | None
    filled_j: float
    gaps: tuple[Gap, ...]
    rounding_share: float
    first: Border
    last: Border
    unseen_j: float = 0.0

    @property
    def coverage_pct(self) -> float:
        """Measured time over window, in percent; a window without length is covered or not at all."""
        if not self.gaps:
            return 100.0  # to the digit, which a sum of overlaps would miss
        if self.window_s <= 0:
            return 0.0
        return 100.0 * min(1.0, self.measured_s / self.window_s)


def window_energy(trace: PowerTrace, from_s: float, to_s: float) -> WindowEnergy:
    """Integrate the power over one window; see `window_energies`.

    Args:
        trace: power over time.
        from_s: start of the window, on the time of the trace.
        to_s: its end.
    """
    return window_energies(trace, np.array([from_s]), np.array([to_s]))[0]


def window_energies(trace: PowerTrace, from_s: Floats, to_s: Floats) -> list[WindowEnergy]:
    """Integrate the power over windows; borders are split exactly, never rounded to readings.

    Interval means add P_i times their overlap with the window, instantaneous values the trapezoids
    between them with interpolated borders. A gap is never filled with a reading of its own: it is
    listed, with the mean of the readings on both sides as its estimate and a bound of its error.

    Args:
        trace: power over time.
        from_s: starts of the windows, on the time of the trace, ``(k,)``.
        to_s: their ends.
    """
    measured_s, filled_j, energy_j = _sums(trace, from_s, to_s)
    columns = (
        from_s.tolist(),
        to_s.tolist(),
        measured_s.tolist(),
        filled_j.tolist(),
        energy_j.tolist(),
        trace.gaps.within(from_s, to_s),
        _rounding_shares(trace.power_w, from_s, to_s).tolist(),
        _borders(trace, from_s),
        _borders(trace, to_s),
        trace.power_w.unseen(from_s, to_s).tolist(),
    )
    return [
        WindowEnergy(
            window_s=to - begin,
            measured_s=measured,
            energy_j=None if np.isnan(energy) else energy,
            filled_j=filled,
            gaps=gaps,
            rounding_share=rounding,
            first=first,
            last=last,
            unseen_j=unseen,
        )
        for begin, to, measured, filled, energy, gaps, rounding, first, last, unseen in zip(
            *columns, strict=True
        )
    ]


def energies_j(trace: PowerTrace, from_s: Floats, to_s: Floats) -> Floats:
    """Return only the energies of windows, ``(k,)``, NaN where nothing was measured."""
    return _sums(trace, from_s, to_s)[2]


def _sums(trace: PowerTrace, from_s: Floats, to_s: Floats) -> tuple[Floats, Floats, Floats]:
    """Return measured time, energy in gaps and energy of all of each window, ``(k,)``."""
    measured_s = trace.power_w.covered_s(from_s, to_s)
    filled_j = trace.gaps.filled_j(from_s, to_s)
    known = (measured_s > 0) | (to_s - from_s <= SAME_TIME_S)
    return measured_s, filled_j, np.where(known, trace.power_w.integral(from_s, to_s) + filled_j, np.nan)


def _rounding_shares(pieces: Pieces, from_s: Floats, to_s: Floats) -> Floats:
    """Return which share of one reading's rounding error the mean of each window keeps, ``(k,)``.

    Where the power fluctuates by more than a digit, readings are rounded independently and the share
    is ``1 / sqrt(n)``; where the display stands still it is 1, however long. Between these it moves
    between two digits: with the share p of the readings at one of them the mean is wrong by up to
    ``|1/2 - p|`` digits, of which ``sqrt(1 - 2 m)`` is the double, m = 2 p (1 - p) being the share of the
    readings that differ from the one before.
    """
    if len(pieces) == 0:
        return np.ones_like(from_s)
    first = np.searchsorted(pieces.stop_s, from_s, side="right")
    last = np.searchsorted(pieces.start_s, to_s, side="left") - 1
    left, right = np.minimum(first, len(pieces) - 1), np.maximum(last, 0)
    moved = np.maximum(pieces.moves_before[right] - pieces.moves_before[left], 0)
    pairs = np.maximum(right - left, 1)
    alike2 = np.maximum(1 - 2 * moved / pairs, 0.0)
    shares: Floats = np.sqrt(alike2 + (1 - alike2) / (pairs + 1))
    return shares


def _borders(trace: PowerTrace, t_s: Floats) -> list[Border]:
    pieces = trace.power_w
    if len(pieces) == 0:
        return [Border(0.0, 0.0, 0.0)] * len(t_s)
    holder = np.clip(np.searchsorted(pieces.start_s, t_s, side="right") - 1, 0, len(pieces) - 1)
    before, after = np.maximum(holder - 1, 0), np.minimum(holder + 1, len(pieces) - 1)
    before_w, after_w = pieces.mean[before], pieces.mean[after]
    start_s, stop_s = pieces.start_s[holder], pieces.stop_s[holder]
    cut = (start_s < t_s) & (t_s < stop_s) & (trace.sampling == "interval_mean")
    split_s = np.where(cut, (stop_s - start_s) * _misplaced(pieces, holder, t_s), 0.0)
    columns = (before_w.tolist(), after_w.tolist(), split_s.tolist())
    return [Border(*values) for values in zip(*columns, strict=True)]


def _misplaced(pieces: Pieces, holder: NDArray[np.intp], t_s: Floats) -> Floats:
    """Return the share of an interval that a cut at ``t_s`` misplaces if the power stepped once within it.

    The mean tells where: between the powers before and after it lies as the step lay in time. With
    the step after the share ``x`` and the cut after ``f``, the mean gives ``min(x (1 - f), f (1 - x))``
    of the step to the wrong side.
    """
    before_w = pieces.mean[np.maximum(holder - 1, 0)]
    after_w = pieces.mean[np.minimum(holder + 1, len(pieces) - 1)]
    rise_w = after_w - before_w
    with np.errstate(over="ignore"):  # beside a rise of next to nothing; the limits say which side
        x = np.clip((after_w - pieces.mean[holder]) / np.where(rise_w == 0, 1.0, rise_w), 0.0, 1.0)
    f = (t_s - pieces.start_s[holder]) / (pieces.stop_s[holder] - pieces.start_s[holder])
    misplaced: Floats = np.minimum(x * (1 - f), f * (1 - x))
    return misplaced
