"""The readings of a run as a regression of calls takes them: intervals with an energy each."""

from dataclasses import dataclass

import numpy as np

from analysis.calls.covers import Booleans
from analysis.maths.arrays import Floats
from analysis.power.energy import energies_j
from analysis.power.gaps import SAME_TIME_S
from analysis.power.trace import PowerTrace

_HALF_S = 5e-4
"""Half the time that an instantaneous reading speaks for; stamps are hardly better."""


@dataclass(frozen=True, eq=False)
class Readings:
    """Intervals in the order of time, ``(n,)`` each.

    Of interval means they follow each other over the whole rating interval, gaps included, and their energies
    add up to that of the run. Of instantaneous readings they are the moments at which the meter looked; their
    energies add up to nothing.

    Attributes:
        start_s, stop_s: ends, after the start of the rating interval.
        energy_j: what the meter says.
        known: whether there is a reading, not only the mean of its neighbours.
        follows: whether it is a reading that follows the one before.
        instantaneous: whether they are moments.
    """

    start_s: Floats
    stop_s: Floats
    energy_j: Floats
    known: Booleans
    follows: Booleans
    instantaneous: bool = False

    @property
    def length_s(self) -> Floats:
        """Length of each."""
        return self.stop_s - self.start_s


def readings_of(trace: PowerTrace, length_s: float) -> Readings:
    """Return the readings within a rating interval.

    Args:
        trace: power over time.
        length_s: of the rating interval.
    """
    if trace.sampling == "instantaneous":
        return _moments(trace, length_s)
    first, last = trace.power_w.touched(0.0, length_s)
    inner_s = np.concatenate((trace.power_w.start_s[first:last], trace.power_w.stop_s[first:last]))
    borders_s = np.unique(np.concatenate(([0.0, length_s], inner_s[(inner_s > 0) & (inner_s < length_s)])))
    keep = np.concatenate(([True], np.diff(borders_s) > SAME_TIME_S))
    borders_s = borders_s[keep]
    borders_s[-1] = length_s
    start_s, stop_s = borders_s[:-1], borders_s[1:]
    energy_j = trace.power_w.integral(start_s, stop_s) + trace.gaps.filled_j(start_s, stop_s)
    known = trace.power_w.covered_s(start_s, stop_s) > 0.5 * (stop_s - start_s)
    _share_out_ends(trace, start_s, stop_s, energy_j)
    follows = np.concatenate(([False], known[1:] & known[:-1]))
    return Readings(start_s, stop_s, energy_j, known, follows)


def _share_out_ends(trace: PowerTrace, start_s: Floats, stop_s: Floats, energy_j: Floats) -> None:
    """Give the first and last interval what the border of the run leaves them (`analysis.power.borders`)."""
    if len(start_s) < 3:
        return
    middle = len(start_s) // 2
    from_s, to_s = np.array([0.0, start_s[middle]]), np.array([start_s[middle], stop_s[-1]])
    halves_j = energies_j(trace, from_s, to_s)
    if np.isfinite(halves_j).all():
        energy_j[0] = halves_j[0] - energy_j[1:middle].sum()
        energy_j[-1] = halves_j[1] - energy_j[middle:-1].sum()


def _moments(trace: PowerTrace, length_s: float) -> Readings:
    pieces = trace.power_w
    t_s = np.concatenate((pieces.start_s, pieces.stop_s))
    value_w = np.concatenate((pieces.left, pieces.right))
    t_s, first = np.unique(t_s, return_index=True)
    value_w = value_w[first]
    inside = (t_s >= 0) & (t_s < length_s)
    t_s, value_w = t_s[inside], value_w[inside]
    if len(t_s) == 0:
        nothing = np.array([])
        return Readings(nothing, nothing, nothing, nothing > 0, nothing > 0, instantaneous=True)
    step_s = np.diff(t_s)
    usual_s = float(np.median(step_s)) if len(step_s) else 1.0
    follows = np.concatenate(([False], step_s < 1.5 * usual_s))
    known = np.ones(len(t_s), dtype=bool)
    return Readings(t_s - _HALF_S, t_s + _HALF_S, value_w * 2 * _HALF_S, known, follows, instantaneous=True)
