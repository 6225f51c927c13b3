"""A trace made small enough for the results: they are for drawing, the readings stay in ``runs/``."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from analysis.maths.arrays import Floats

MOST_POINTS = 4000
"""Of one run; a screen has no more columns."""

FEWEST_POINTS = 100
POINTS_PER_CAMPAIGN = 500_000
"""Enough for every second of 120 runs of an hour. With many runs each gets an equal share, down to
`FEWEST_POINTS`: what is kept of them stays small."""


@dataclass(frozen=True, eq=False)
class ThinTrace:
    """The readings of a run, or of each bin of time their mean, smallest and largest.

    Attributes:
        bin_s: width of a bin; ``None`` where the readings themselves are kept.
        t_s: end of each reading's interval, or of each bin that has a reading, ``(m,)``.
        power_w: the readings, or their means by bin.
        low_w, high_w: smallest and largest reading of each bin; empty without bins.
        readings: how many there were; ``mean_w`` their mean, ``None`` of none.
    """

    bin_s: float | None
    t_s: Floats
    power_w: Floats
    low_w: Floats
    high_w: Floats
    readings: int
    mean_w: float | None


def points_per_run(runs: int) -> int:
    """Return how many points of each run are kept in a campaign of so many."""
    return max(FEWEST_POINTS, min(MOST_POINTS, POINTS_PER_CAMPAIGN // max(runs, 1)))


def thin(t_s: Floats, power_w: Floats, interval_s: float, limit: int) -> ThinTrace:
    """Put readings into bins of a whole number of intervals where there are more than ``limit``.

    A bin is drawn as two points, its smallest and its largest reading, so that half as many bins are made.

    Args:
        t_s: ends of the readings' intervals, ascending, ``(n,)``.
        power_w: their powers.
        interval_s: of the meter.
        limit: how many points may stay; at least 4.
    """
    nothing = np.array([], dtype=np.float64)
    mean_w = float(power_w.mean()) if len(power_w) else None
    if len(t_s) <= limit:
        return ThinTrace(None, t_s, power_w, nothing, nothing, len(t_s), mean_w)
    middle_s = t_s - interval_s / 2
    per_bin = ceil((middle_s[-1] - middle_s[0]) / interval_s / (limit // 2 - 1))
    bin_s = per_bin * interval_s
    place = np.floor(middle_s / bin_s).astype(np.int64)
    first = np.flatnonzero(np.diff(place, prepend=place[0] - 1))
    count = np.diff(np.append(first, len(t_s)))
    return ThinTrace(
        bin_s=bin_s,
        t_s=(place[first] + 1) * bin_s,
        power_w=np.add.reduceat(power_w, first) / count,
        low_w=np.minimum.reduceat(power_w, first),
        high_w=np.maximum.reduceat(power_w, first),
        readings=len(t_s),
        mean_w=mean_w,
    )
