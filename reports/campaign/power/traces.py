"""Traces made fit to draw: fewer points without losing a peak, and the mean over runs."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from records.rows.traces import Trace
from reports.words.numbers import finite

Array = NDArray[np.float64]

POINTS_PER_RUN = 1000
"""A panel on paper is not wider than so many dots."""

POINTS_PER_REPORT = 24_000
"""Above this the page would weigh megabytes; with many runs each gets an equal share. All points are in
the interactive form of the figure (`reports.campaign.power.interactive`)."""


_ROOM = 0.06  # of what is drawn, left at either end of the power axis
_NEAR_ZERO = 0.25  # of the largest reading: with less an axis from zero costs little, and shows the ratio too


def trace_of(row: Trace, *, extremes: bool = False) -> tuple[Array, Array]:
    """Return a trace as (middle of each reading's interval in s, power in W), both ``(n,)``.

    A reading is the mean over the interval that ended at its stamp, so the middle is where it
    belongs in time. Readings without power are left out: the line then has a gap of its own.

    Args:
        row: the trace. Where it holds bins of readings, these are taken for readings.
        extremes: give the smallest and the largest reading of each bin instead of their mean.
    """
    middle_s = numbers_of(row.t_s) - (step_s(row) or 0.0) / 2
    power_w = [numbers_of(row.power_w)]
    if extremes and row.low_w:
        power_w = [numbers_of(row.low_w), numbers_of(row.high_w)]
    n = min(len(middle_s), *map(len, power_w))
    known = np.isfinite(middle_s[:n]) & np.isfinite([power[:n] for power in power_w]).all(axis=0)
    pairs = np.stack([power[:n][known] for power in power_w], axis=1)
    return np.repeat(middle_s[:n][known], len(power_w)), pairs.ravel()


def step_s(row: Trace) -> float | None:
    """Return the time from one point of a trace to the next: the meter's interval, or the width of a bin."""
    return row.bin_s or row.interval_s or None


def mean_step_s(rows: Sequence[Trace]) -> float:
    """Return the step in which the mean of runs is drawn: the longest of their steps."""
    return max((step_s(row) or 0.0 for row in rows), default=0.0) or 1.0


def numbers_of(values: Sequence[float | None]) -> Array:
    """Return a list of a row as numbers ``(n,)``, NaN where it holds none."""
    if set(map(type, values or ())) <= {float, int}:
        quick = np.array(values or (), dtype=float)
        return np.where(np.isfinite(quick), quick, np.nan)
    numbers = (finite(value) for value in values or ())
    return np.array([np.nan if number is None else number for number in numbers], dtype=float)


def readings_of(row: Trace) -> tuple[int, float | None, float | None, float | None]:
    """Return number, smallest, mean and largest of the readings of a trace."""
    _, power_w = trace_of(row)
    _, extremes_w = trace_of(row, extremes=True)
    if not len(power_w):
        return 0, None, None, None
    number, mean_w = (len(power_w), None) if row.bin_s is None else (row.readings, row.mean_w)
    mean_w = float(power_w.mean()) if mean_w is None else mean_w
    return number, float(extremes_w.min()), mean_w, float(extremes_w.max())


def power_ends_w(rows: Sequence[Trace]) -> tuple[float, float]:
    """Return where the power axis begins and ends in W: at the readings, or at zero where they come near it.

    From zero, a difference of a few watts upon a machine that idles at 80 W cannot be seen.
    """
    powers = [power_w for _, power_w in (trace_of(row, extremes=True) for row in rows) if len(power_w)]
    low = min((float(power_w.min()) for power_w in powers), default=0.0)
    high = max((float(power_w.max()) for power_w in powers), default=1.0)
    room = _ROOM * (high - low) or _ROOM * abs(high) or 1.0
    from_zero = 0 <= low < _NEAR_ZERO * high
    return 0.0 if from_zero else low - room, high + room


def points_per_run(runs: int) -> int:
    """Return how many points of each run are drawn when a report has so many runs."""
    return max(200, min(POINTS_PER_RUN, POINTS_PER_REPORT // max(runs, 1)))


def thin(t_s: Array, power_w: Array, limit: int) -> tuple[Array, Array]:
    """Return at most ``limit`` points that keep the smallest and largest of every stretch.

    Args:
        t_s: times, ``(n,)``.
        power_w: powers, ``(n,)``.
        limit: how many points may stay; at least 4.

    Returns:
        The points kept, in time order; first and last are always among them.
    """
    n = len(t_s)
    if n <= limit:
        return t_s, power_w
    edges = np.linspace(0, n, (limit - 2) // 2 + 1).astype(int)
    kept = {0, n - 1}
    for start, stop in itertools.pairwise(edges):
        stretch = power_w[start:stop]
        kept.update((start + int(stretch.argmin()), start + int(stretch.argmax())))
    order = np.array(sorted(kept))
    return t_s[order], power_w[order]


def drawable(row: Trace, limit: int) -> tuple[Array, Array]:
    """Return a trace as it is drawn: thinned, and broken where readings are missing.

    Args:
        row: the trace.
        limit: how many points may stay, about.

    Returns:
        (t_s, power_w), ``(m,)`` each, with a NaN in both at every gap.
    """
    t_s, power_w = trace_of(row, extremes=True)
    step = step_s(row)
    after_gaps = np.flatnonzero(np.diff(t_s) > 1.5 * step) + 1 if step else np.array([], dtype=int)
    gap = np.array([np.nan])
    parts_t, parts_p = [], []
    for piece_t, piece_p in zip(np.split(t_s, after_gaps), np.split(power_w, after_gaps), strict=True):
        kept_t, kept_p = thin(piece_t, piece_p, max(4, limit * len(piece_t) // max(len(t_s), 1)))
        parts_t += [kept_t, gap]
        parts_p += [kept_p, gap]
    return np.concatenate(parts_t[:-1]), np.concatenate(parts_p[:-1])


def mean_trace(traces: list[tuple[Array, Array]], step_s: float) -> tuple[Array, Array]:
    """Average several runs second by second (or whatever the step is) from their starts.

    Args:
        traces: (t_s, power_w) of each run.
        step_s: width of a bin.

    Returns:
        Middle of each bin and mean of the runs in it, ``(m,)`` each, as long as more than half
        of the runs are still running: beyond that a mean would show who is left, not what happens.
    """
    longest = max(float(t[-1]) for t, _ in traces if len(t))
    bins = int(np.floor(longest / step_s)) + 1
    per_run = np.full((len(traces), bins), np.nan)
    for line, (t_s, power_w) in enumerate(traces):
        place = np.clip(np.floor(t_s / step_s).astype(int), 0, bins - 1)
        total = np.bincount(place, weights=power_w, minlength=bins)
        number = np.bincount(place, minlength=bins)
        per_run[line, number > 0] = total[number > 0] / number[number > 0]
    present = np.isfinite(per_run).sum(axis=0)
    shown = present * 2 > len(traces)
    mean: Array = np.nansum(per_run[:, shown], axis=0) / present[shown]
    middle = (np.flatnonzero(shown).astype(np.float64) + 0.5) * np.float64(step_s)
    return middle, mean
