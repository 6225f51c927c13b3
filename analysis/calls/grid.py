"""The rating interval cut so finely at the borders of the readings that these can be moved a little.

When a reading was taken is known as well as the meter's latency, the clocks and the stamps are, which matters
for calls that are shorter. `Grid.at` says what the readings cover if they were taken at other times.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.calls.covers import LEAST_S, Covers, Sparse
from analysis.calls.readings import Readings
from analysis.maths.arrays import Floats

REACH = 3.5
"""Readings are moved by so many standard uncertainties to either side."""

_STEPS, _STEPS_OF_MOMENTS = 8, 40
"""In so many steps; of instantaneous readings a step is all that the reading speaks for."""

_LEAST_STEP_S = 1e-3
_MOST_MOVED = 0.4
"""A reading is moved by this share of its length at most."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Parts of the rating interval.

    Attributes:
        readings: the readings.
        align_u_s: standard uncertainty of their time; ``blur_s`` the part that differs from run to run.
        length_s: of the rating interval.
    """

    readings: Readings
    align_u_s: float
    blur_s: float
    length_s: float

    @property
    def steps(self) -> int:
        """Steps to either side."""
        return _STEPS_OF_MOMENTS if self.readings.instantaneous else _STEPS

    @cached_property
    def step_s(self) -> float:
        """By how much the readings are moved in one step."""
        starts = self.readings.start_s
        usual_s = float(np.median(np.diff(starts))) if len(starts) > 1 else self.length_s
        return min(
            max(REACH * self.align_u_s / self.steps, _LEAST_STEP_S), _MOST_MOVED * usual_s / self.steps
        )

    @cached_property
    def _borders_s(self) -> Floats:
        """Ends of the parts: up to the first reading, those of each reading, behind the last one."""
        moved_s = self.step_s * np.arange(self.steps + 1)
        if self.readings.instantaneous:  # a part around each moment at which it may have been taken
            middle_s = (self.readings.start_s + self.readings.stop_s) / 2
            offsets_s = self.step_s * (np.arange(2 * self.steps + 2) - self.steps - 0.5)
            inner_s = middle_s[:, np.newaxis] + offsets_s
        else:
            start_s, stop_s = self.readings.start_s[:, np.newaxis], self.readings.stop_s[:, np.newaxis]
            inner_s = np.concatenate((start_s + moved_s, stop_s - moved_s[:0:-1]), axis=1)
            inner_s = np.clip(inner_s, start_s, stop_s)
        borders_s = np.concatenate(([0.0], inner_s.ravel(), [self.length_s]))
        return np.asarray(np.maximum.accumulate(np.clip(borders_s, 0.0, self.length_s)))

    def covers(self) -> Covers:
        """Return sums of time over the parts, still empty."""
        return Covers(self._borders_s[:-1], self._borders_s[1:])

    def shared(self, parts_s: Sparse, segments_s: Floats) -> Sparse:
        """Return the exclusive time in each part, with a column for the time outside all calls last.

        Calls that ran at once in several threads share the time.

        Args:
            parts_s: exclusive time of each site in the parts, ``(parts, sites)``.
            segments_s: the time that calls cover, ``(k, 2)``.
        """
        from scipy import sparse

        # A part is below 0 where the record of a caller is lost and another one stands for it.
        parts_s = parts_s.maximum(0)
        covers = self.covers()
        covers.add(np.zeros(len(segments_s), dtype=np.int64), segments_s[:, 0], segments_s[:, 1])
        covered_s = covers.matrix(1).toarray().ravel()
        busy_s = np.asarray(parts_s.sum(axis=1)).ravel()
        share = np.where(busy_s > covered_s, covered_s / np.where(busy_s > 0, busy_s, 1.0), 1.0)
        shared_s = sparse.diags(share) @ parts_s
        rest_s = np.diff(self._borders_s) - np.asarray(shared_s.sum(axis=1)).ravel()
        rest_s[rest_s < LEAST_S] = 0.0
        return sparse.csr_matrix(sparse.hstack([shared_s, rest_s[:, np.newaxis]]))

    def limited(self, parts_s: Sparse) -> Sparse:
        """Return inclusive time in each part, at most its length: several threads may be in one site."""
        limited = parts_s.tocoo()
        limited.data = np.minimum(limited.data, np.diff(self._borders_s)[limited.row])
        return limited.tocsr()

    def at(self, parts_s: Sparse, late_s: float) -> Sparse:
        """Return the time in each reading if all were taken later (negative: earlier) by some time.

        Args:
            parts_s: time in the parts, ``(parts, columns)``.
            late_s: by how much; `REACH` standard uncertainties at most.
        """
        steps = float(np.clip(late_s / self.step_s, -self.steps, self.steps))
        below = int(np.floor(steps))
        if steps == below:
            return self._moved(below) @ parts_s
        above = steps - below
        return (1 - above) * (self._moved(below) @ parts_s) + above * (self._moved(below + 1) @ parts_s)

    def _moved(self, steps: int) -> Sparse:
        """Return which parts each reading covers if it was taken so many steps later, ``(n, parts)``."""
        from scipy import sparse

        n, shape = len(self.readings.start_s), (len(self.readings.start_s), len(self._borders_s) - 1)
        per_reading = 2 * self.steps + (2 if self.readings.instantaneous else 1)
        begin = 1 + per_reading * np.arange(n)
        if self.readings.instantaneous:
            return sparse.csr_matrix((np.ones(n), (np.arange(n), begin + self.steps + steps)), shape=shape)
        first, last = begin, begin + per_reading
        moved_first, moved_last = first + steps, last + steps
        if n:  # outside the rating interval nothing is known
            moved_first[0], moved_last[-1] = max(first[0], moved_first[0]), min(last[-1], moved_last[-1])
        width = np.arange(per_reading + abs(steps))
        places = moved_first[:, np.newaxis] + width
        rows = np.repeat(np.arange(n), len(width)).reshape(places.shape)
        inside = places < moved_last[:, np.newaxis]
        ones = np.ones(int(inside.sum()))
        return sparse.csr_matrix((ones, (rows[inside], places[inside])), shape=shape)
