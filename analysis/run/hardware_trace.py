"""What the collectors saw over a run, made small enough for the results: for drawing, like the power."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.maths.arrays import Floats
from analysis.run.hardware import LONGEST_SAMPLE, Hardware, Samples, together
from records.cadence import median_of
from records.rows.families import HardwareColumn
from records.rows.traces import Sampled

MOST_POINTS = 500
"""Of one column of one run: what the hardware did is drawn next to the power, in smaller panels."""

FEWEST_POINTS = 20
_POWER_POINTS_PER_POINT = 8
_DIGITS = 5


@dataclass(frozen=True, eq=False)
class SampledTrace:
    """One column of `records.rows.families.HARDWARE_COLUMNS` over a run.

    Attributes:
        t_s: middle of the time that each sample speaks for, seconds after the start of the rating
            interval, ``(m,)``.
        values: the samples, NaN at a gap.
    """

    t_s: Floats
    values: Floats

    def to_json(self) -> Sampled:
        """Return the trace as it is in ``results.json``: five digits of the largest, a gap as null."""
        largest = float(np.nanmax(np.abs(self.values), initial=0.0))
        decimals = min(3, max(0, _DIGITS - len(str(int(largest)))))
        values = np.round(self.values, decimals).tolist()
        return Sampled(
            t_s=np.round(self.t_s, 3).tolist(),
            values=[None if value != value else value for value in values],
        )


def points_per_column(power_points: int) -> int:
    """Return how many points of a column are kept of a run of whose power so many points are."""
    return max(FEWEST_POINTS, min(MOST_POINTS, power_points // _POWER_POINTS_PER_POINT))


def sampled_traces(hardware: Hardware, length_s: float, limit: int) -> dict[HardwareColumn, SampledTrace]:
    """Return what was sampled within the rating interval, by column; unsampled columns are absent.

    Several cards are put together at the samples of the first as `Hardware.means` does over windows.

    Args:
        hardware: of the run.
        length_s: of the rating interval.
        limit: how many samples of a column may stay.
    """
    traces = {}
    for name in dict.fromkeys(name for samples in hardware.samples for name in samples.names):
        holders = [samples for samples in hardware.samples if name in samples.names]
        t_s = (holders[0].start_s + holders[0].stop_s) / 2
        values = _values(name, holders)
        known = np.isfinite(values) & (t_s >= 0) & (t_s <= length_s)
        if known.any():
            traces[name] = _thinned(t_s[known], values[known], limit)
    return traces


def _values(name: HardwareColumn, holders: list[Samples]) -> Floats:
    first, *others = holders
    values: Floats = first.values[first.names.index(name)]
    if not others:
        return values
    at_first = [other.means(first.start_s, first.stop_s)[other.names.index(name)] for other in others]
    return np.array(together(name, [values, *at_first], len(values)), dtype=np.float64)


def _thinned(t_s: Floats, values: Floats, limit: int) -> SampledTrace:
    """Keep the smallest and largest of every stretch, and a NaN in each gap."""
    kept = _extremes(values, limit)
    between_s = np.diff(t_s)
    gaps = between_s > LONGEST_SAMPLE * median_of(between_s) if len(between_s) else between_s
    if not gaps.any():
        return SampledTrace(t_s[kept], values[kept])
    gaps_before = np.concatenate(([0], np.cumsum(gaps)))
    after = np.flatnonzero(np.diff(gaps_before[kept])) + 1
    middle_s = (t_s[kept][after - 1] + t_s[kept][after]) / 2
    return SampledTrace(np.insert(t_s[kept], after, middle_s), np.insert(values[kept], after, np.nan))


def _extremes(values: Floats, limit: int) -> NDArray[np.intp]:
    """Return the places of the smallest and largest value of stretches of equal length, in order."""
    n = len(values)
    if n <= limit:
        return np.arange(n)
    each = -(-n // (limit // 2))
    rows = np.concatenate((values, np.repeat(values[-1:], -n % each))).reshape(-1, each)
    starts = np.arange(len(rows)) * each
    kept = np.zeros(n, dtype=bool)
    for places in (rows.argmin(axis=1), rows.argmax(axis=1)):
        kept[np.minimum(starts + places, n - 1)] = True
    return np.flatnonzero(kept)
