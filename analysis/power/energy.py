"""Energy of a window of time from the readings of a meter (docs/explanation/method.md#energy-of-a-window)."""

from dataclasses import dataclass

import numpy as np

from analysis.maths.arrays import Floats
from analysis.power.borders import cut
from analysis.power.gaps import SAME_TIME_S, Gap
from analysis.power.pieces import Pieces
from analysis.power.trace import PowerTrace


@dataclass(frozen=True)
class Border:
    """How the power changes where a window begins or ends (`analysis.power.borders`).

    Attributes:
        before_w, after_w: the readings before and after the one that holds the border.
        u_j: standard uncertainty of what the window gets of the reading that the border cuts.
        bound_j: the largest error of that where the window is too short for the meter, else 0.
    """

    before_w: float
    after_w: float
    u_j: float = 0.0
    bound_j: float = 0.0

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


def window_energies(
    trace: PowerTrace, from_s: Floats, to_s: Floats, borders_s: Floats | None = None
) -> list[WindowEnergy]:
    """Integrate the power over windows; borders are split exactly, never rounded to readings.

    Interval means add P_i times their overlap with the window, instantaneous values the trapezoids
    between them with interpolated borders. A reading that a border cuts is then shared out by the
    power before and after it (`analysis.power.borders`). A gap is never filled with a reading of its
    own: it is listed, with the mean of the readings on both sides as its estimate and a bound of its error.

    Args:
        trace: power over time.
        from_s: starts of the windows, on the time of the trace, ``(k,)``.
        to_s: their ends.
        borders_s: where else the power may step: borders of windows of the same kind, ``(m,)``.
    """
    borders = _Borders(trace, from_s, to_s, borders_s)
    measured_s, filled_j, energy_j = _sums(trace, from_s, to_s)
    columns = (
        from_s.tolist(),
        to_s.tolist(),
        measured_s.tolist(),
        filled_j.tolist(),
        (energy_j + borders.gained_j).tolist(),
        trace.gaps.within(from_s, to_s),
        _rounding_shares(trace.power_w, from_s, to_s).tolist(),
        borders.first(),
        borders.last(),
        _unseen_j(trace, from_s, to_s).tolist(),
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


def energies_j(trace: PowerTrace, from_s: Floats, to_s: Floats, borders_s: Floats | None = None) -> Floats:
    """Return only the energies of windows, ``(k,)``, NaN where nothing was measured."""
    return _sums(trace, from_s, to_s)[2] + _Borders(trace, from_s, to_s, borders_s).gained_j


def _sums(trace: PowerTrace, from_s: Floats, to_s: Floats) -> tuple[Floats, Floats, Floats]:
    """Return measured time, energy in gaps and energy of all of each window by time alone, ``(k,)``."""
    measured_s = trace.power_w.covered_s(from_s, to_s)
    filled_j = trace.gaps.filled_j(from_s, to_s)
    known = (measured_s > 0) | (to_s - from_s <= SAME_TIME_S)
    return measured_s, filled_j, np.where(known, trace.power_w.integral(from_s, to_s) + filled_j, np.nan)


class _Borders:
    """The borders of windows: first those of all starts, then those of all ends."""

    def __init__(self, trace: PowerTrace, from_s: Floats, to_s: Floats, borders_s: Floats | None) -> None:
        both_s = np.concatenate((from_s, to_s))
        more_s = np.array([]) if borders_s is None else borders_s
        lengths_s = np.tile(to_s - from_s, 2)
        self._cuts = cut(trace, both_s, np.concatenate((both_s, more_s)), lengths_s)
        self._k = len(from_s)
        self.gained_j: Floats = self._cuts.to_right_j[: self._k] + self._cuts.to_left_j[self._k :]

    def first(self) -> list[Border]:
        """Return where the windows begin."""
        return self._part(slice(None, self._k))

    def last(self) -> list[Border]:
        """Return where they end."""
        return self._part(slice(self._k, None))

    def _part(self, part: slice) -> list[Border]:
        cuts = self._cuts
        columns = (cuts.before_w, cuts.after_w, cuts.u_j, cuts.bound_j)
        return [Border(*values) for values in zip(*(c[part].tolist() for c in columns), strict=True)]


def _unseen_j(trace: PowerTrace, from_s: Floats, to_s: Floats) -> Floats:
    """Return the standard uncertainty by what happened between readings, or by when they hold, ``(k,)``."""
    unseen_j = trace.power_w.unseen(from_s, to_s)
    if trace.other_sum_w is None:
        return unseen_j
    apart_j = trace.power_w.integral(from_s, to_s) - trace.other_sum_w.integral(from_s, to_s)
    covered_s = trace.power_w.covered_s(from_s, to_s) - trace.other_sum_w.covered_s(from_s, to_s)
    both: Floats = np.hypot(unseen_j, np.where(covered_s > SAME_TIME_S, 0.0, apart_j))
    return both


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
