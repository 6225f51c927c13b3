"""Where a border of a window cuts a reading: how much of its energy belongs to either side.

A reading says how much energy its interval held, not when. Shared out by time, an interval in which the
power steps gives energy to the wrong side, always the same way: a busy window loses at both ends. That error
is known well enough to be corrected (JCGM 100:2008, 3.2.4), from the readings next to the cut one that lie
wholly within the windows before and after the border. With b and a the powers before and after, f and
g = 1 - f the shares of the cut interval on the two sides, the mean P of a step exactly at the border would be
f b + g a. What the reading differs from that by, the misfit, is shared out in two ways:

- as noise: in proportion to what the mean power of either part is expected to scatter by (least squares);
- as an edge: a step that came after the border was on the later side, one that came before it on the earlier,
  so that the side that had not changed yet, or no longer changed, keeps the power of its neighbour. What lies
  beyond both neighbours is shared out by time.

Between two windows that follow each other a program takes some milliseconds. Borders so near to each other
are one step; where in between it was is not known, which is a term of its own.

The larger the misfit against the scatter, the more it is an edge. Energy is conserved: what one side gains
the other loses. Tried with ``python -m benchmarks.coverage --borders``; its figures are in
``docs/explanation/uncertainty.md``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.maths.arrays import Floats
from analysis.power.gaps import SAME_TIME_S
from analysis.power.trace import PowerTrace

MARKER_U_S = 0.002
"""How far the power may change from its marker without showing in the misfit, one standard deviation: what it
takes to write the marker, and edges that are as long before the border as behind it."""

_TOGETHER = 0.25
"""Borders nearer to each other than this share of a reading are one step."""

_NEIGHBOURS = 8
"""Readings on each side whose scatter is taken for that of the cut one."""

_PRIOR = 3
"""Of so many readings is the scatter of the whole trace worth, next to that of the readings on one side."""

_CLEAR = 2.0
"""A misfit of so many standard deviations is as much an edge as it is noise."""

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Cuts:
    """What is known of the power about borders, ``(k,)`` each.

    Attributes:
        before_w, after_w: the readings before and after the one that holds the border.
        to_left_j, to_right_j: energy that the part before and after the border has beyond its share by time
            (beyond the trapezoid, where readings are instantaneous).
        u_j: standard uncertainty of these.
        bound_j: where windows are too short to be told apart by the readings, largest possible error.
    """

    before_w: Floats
    after_w: Floats
    to_left_j: Floats
    to_right_j: Floats
    u_j: Floats
    bound_j: Floats


def cut(trace: PowerTrace, t_s: Floats, borders_s: Floats, windows_s: Floats) -> Cuts:
    """Share out the readings that borders cut.

    Args:
        trace: power over time.
        t_s: the borders asked for, ``(k,)``, on the time of the trace.
        borders_s: all borders of windows of this kind, in any order, ``(m,)``; a neighbour is taken from
            within the window next to the border.
        windows_s: lengths of the windows that have these borders, ``(k,)``. A border of a window below a
            reading is never one step with another, whatever other window has it, so that energy is conserved.
    """
    pieces = trace.power_w
    nothing = np.zeros_like(t_s)
    if len(pieces) == 0 or len(t_s) == 0:
        return Cuts(nothing, nothing, nothing, nothing, nothing, nothing)
    last = len(pieces) - 1
    holder = np.clip(np.searchsorted(pieces.start_s, t_s, side="right") - 1, 0, last)
    before, after = np.maximum(holder - 1, 0), np.minimum(holder + 1, last)
    before_w, after_w = pieces.mean[before], pieces.mean[after]
    start_s, stop_s = pieces.start_s[holder], pieces.stop_s[holder]
    inside = (start_s + SAME_TIME_S < t_s) & (t_s < stop_s - SAME_TIME_S)
    dt_s = stop_s - start_s
    of_short = np.isin(t_s, t_s[windows_s <= dt_s])
    low_s, high_s, spread_s = _next_to(t_s, borders_s, np.where(of_short, 0.0, _TOGETHER * dt_s))
    if trace.sampling == "instantaneous":
        resolved = (low_s <= start_s + SAME_TIME_S) & (stop_s - SAME_TIME_S <= high_s)
        shares = _stepped(trace, holder, t_s)
    else:
        left = _run_of(trace, before, low_s, step=-1)
        right = _run_of(trace, after, high_s, step=1)
        resolved = (left > 0) & (right > 0) & (before < holder) & (after > holder)
        shares = _shared_out(trace, holder, t_s, left, right)
    highest_w, lowest_w = (f(pieces.mean[holder], f(before_w, after_w)) for f in (np.maximum, np.minimum))
    known, unknown = inside & resolved, inside & ~resolved
    to_left_j, to_right_j, u_j = (np.where(known, values, 0.0) for values in shares)
    u_j = np.where(known, np.hypot(u_j, np.abs(after_w - before_w) * spread_s / np.sqrt(3)), 0.0)
    bound_j = np.where(unknown, dt_s * (highest_w - lowest_w), 0.0)
    return Cuts(before_w, after_w, to_left_j, to_right_j, u_j, bound_j)


def _next_to(t_s: Floats, borders_s: Floats, together_s: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the nearest border before and after each that is no part of the same step, ``(k,)``.

    Infinity without one; and how far the borders of the same step lie from each.
    """
    sorted_s = np.concatenate(([-np.inf], np.unique(borders_s), [np.inf]))
    near_s = np.maximum(together_s, SAME_TIME_S)
    low = np.searchsorted(sorted_s, t_s - near_s, side="left") - 1
    high = np.searchsorted(sorted_s, t_s + near_s, side="right")
    first_s = np.minimum(sorted_s[np.minimum(low + 1, len(sorted_s) - 1)], t_s)
    last_s = np.maximum(sorted_s[np.maximum(high - 1, 0)], t_s)
    return sorted_s[low], sorted_s[high], np.maximum(t_s - first_s, last_s - t_s)


def _run_of(trace: PowerTrace, nearest: Indices, limit_s: Floats, step: int) -> Indices:
    """Count the readings from the nearest on, away from the border, that lie wholly within its window.

    They have to follow each other without a gap; at most `_NEIGHBOURS`.
    """
    pieces = trace.power_w
    if step < 0:
        first = np.searchsorted(pieces.start_s, limit_s - SAME_TIME_S, side="left")
        count = nearest - first + 1
    else:
        beyond = np.searchsorted(pieces.stop_s, limit_s + SAME_TIME_S, side="right")
        count = beyond - nearest
    gap = np.flatnonzero(pieces.start_s[1:] - pieces.stop_s[:-1] > SAME_TIME_S)  # after these
    if len(gap) and step < 0:
        earlier = np.searchsorted(gap, nearest + 1, side="left")  # gaps before nearest + 1, the holder
        first_after = np.where(earlier > 0, gap[np.maximum(earlier - 1, 0)] + 1, 0)
        count = np.minimum(count, nearest - first_after + 1)
    elif len(gap):
        later = np.searchsorted(gap, nearest - 1, side="left")  # gaps from the holder on
        last_before = np.where(later < len(gap), gap[np.minimum(later, len(gap) - 1)], len(pieces) - 1)
        count = np.minimum(count, last_before - nearest + 1)
    found: Indices = np.clip(count, 0, _NEIGHBOURS)
    return found


def _scatter2(trace: PowerTrace, nearest: Indices, count: Indices, step: int) -> Floats:
    """Return the variance of readings on one side, ``(k,)``, in W^2.

    A few readings say little of it: that of the whole trace, steps left out, is weighed in. It is never
    below that of the rounding.
    """
    place = nearest[:, np.newaxis] + step * np.arange(_NEIGHBOURS)
    used = np.arange(_NEIGHBOURS) < count[:, np.newaxis]
    values = np.where(used, trace.power_w.mean[np.clip(place, 0, len(trace.power_w) - 1)], 0.0)
    n = np.maximum(count, 1)
    apart = np.where(used, values - (values.sum(axis=1) / n)[:, np.newaxis], 0.0)
    squares = np.square(apart).sum(axis=1) + _PRIOR * trace.power_w.fluctuation**2
    variance: Floats = np.maximum(squares / (n - 1 + _PRIOR), max(trace.resolution_w, 1e-9) ** 2 / 12)
    return variance


def _shared_out(
    trace: PowerTrace, holder: Indices, t_s: Floats, left: Indices, right: Indices
) -> tuple[Floats, Floats, Floats]:
    """Return what the parts of cut interval means gain, and its uncertainty, ``(k,)``."""
    pieces = trace.power_w
    last = len(pieces) - 1
    before, after = np.maximum(holder - 1, 0), np.minimum(holder + 1, last)
    dt_s = pieces.stop_s[holder] - pieces.start_s[holder]
    f = np.clip((t_s - pieces.start_s[holder]) / dt_s, 1e-9, 1 - 1e-9)
    g = 1 - f
    before_w, after_w, power_w = pieces.mean[before], pieces.mean[after], pieces.mean[holder]
    # The mean over a share f of the interval scatters by f^2 as a forecast, by f more as a part of its own.
    left2 = _scatter2(trace, before, left, -1) * (f * f + f)
    right2 = _scatter2(trace, after, right, 1) * (g * g + g)
    rise_w = after_w - before_w
    misfit_w = power_w - f * before_w - g * after_w
    late = misfit_w * rise_w < 0
    as_noise_w = misfit_w * right2 / (left2 + right2)
    possible_w = np.minimum(np.abs(misfit_w), np.where(late, g, f) * np.abs(rise_w)) * np.sign(misfit_w)
    beyond_w = misfit_w - possible_w
    as_edge_w = np.where(late, possible_w, 0.0) + g * beyond_w
    z2 = np.square(misfit_w) / (left2 + right2)
    edge = np.square(z2) / (np.square(z2) + _CLEAR**4)
    right_has_w = g * after_w + (1 - edge) * as_noise_w + edge * as_edge_w
    right_has_w = _within_neighbours(right_has_w, f, power_w, before_w, after_w)
    to_right_j = dt_s * (right_has_w - g * power_w)
    variance = (
        # The misfit is an observation of the scatter, too: the larger of both, within a factor of two.
        (1 - edge) * (1 + z2) * left2 * right2 / (left2 + right2)
        + edge * (np.where(late, left2, right2) + f * g * np.square(beyond_w))
        + edge * (1 - edge) * np.square(as_noise_w - as_edge_w)
        + np.square(rise_w * MARKER_U_S / dt_s)
    )
    return -to_right_j, to_right_j, dt_s * np.sqrt(variance)


def _within_neighbours(
    right_has_w: Floats, f: Floats, power_w: Floats, before_w: Floats, after_w: Floats
) -> Floats:
    """Keep the power of both parts within that of the cut reading and its neighbours, ``(k,)``.

    Where none of these is negative no part is, either.
    """
    lowest_w = np.minimum(power_w, np.minimum(before_w, after_w))
    highest_w = np.maximum(power_w, np.maximum(before_w, after_w))
    right_w = np.clip(right_has_w / (1 - f), lowest_w, highest_w)
    left_w = np.clip((power_w - (1 - f) * right_w) / f, lowest_w, highest_w)
    kept: Floats = power_w - f * left_w
    return kept


def _stepped(trace: PowerTrace, holder: Indices, t_s: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what the parts of a trapezoid gain where the power steps at the border instead of sloping.

    What an instantaneous meter does not see between its readings is a term of its own (`Pieces.unseen`).
    """
    pieces = trace.power_w
    dt_s = pieces.stop_s[holder] - pieces.start_s[holder]
    f = (t_s - pieces.start_s[holder]) / dt_s
    rise_w = pieces.right[holder] - pieces.left[holder]
    u_j = np.abs(rise_w) * MARKER_U_S
    return -rise_w * dt_s * np.square(f) / 2, rise_w * dt_s * np.square(1 - f) / 2, u_j
