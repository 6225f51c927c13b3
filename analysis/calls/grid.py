"""The readings cut so that the time in them is also known if all of them were a little later."""

import numpy as np

from analysis.calls.covers import Covers, Indices, Sparse
from analysis.calls.readings import Readings
from analysis.maths.arrays import Floats

_LEAST_S = 1e-9
"""Less time than a stamp of the record resolves is what rounding leaves."""


class Grid:
    """Parts of the rating interval.

    An interval mean is cut behind its start, by how far readings may be late: without that part, with that of
    the reading after it, it is what the reading would cover. A moment has such a part of its own behind its
    end, and then the time up to the next one.

    Args:
        readings: the readings.
        late_s: by how much later.
        length_s: of the rating interval.
    """

    def __init__(self, readings: Readings, late_s: float, length_s: float) -> None:
        self.readings = readings
        n = len(readings.start_s)
        late = np.minimum(late_s, readings.length_s / 4)
        edges = [readings.start_s, readings.start_s + late]
        if readings.instantaneous:
            edges += [readings.stop_s, readings.stop_s + late]
        borders_s = np.concatenate(([0.0], np.stack(edges, axis=1).ravel(), [length_s]))
        borders_s = np.maximum.accumulate(np.clip(borders_s, 0.0, length_s))
        self._start_s, self._stop_s = borders_s[:-1], borders_s[1:]
        begin = 1 + len(edges) * np.arange(n)
        self._now: list[Indices] = [begin, begin + 1]
        self._late: list[Indices] = [begin + 1, begin + 2]
        if n and not readings.instantaneous:  # behind the last one nothing is known
            self._late = [
                np.append(late[:-1], now[-1]) for late, now in zip(self._late, self._now, strict=True)
            ]

    def covers(self) -> Covers:
        """Return sums of time over the parts, still empty."""
        return Covers(self._start_s, self._stop_s)

    def exclusive(self, parts_s: Sparse, segments_s: Floats) -> tuple[Sparse, Sparse, Floats]:
        """Return the exclusive time in each reading, in each if it were late, and in all of the interval.

        Each has a column for the time outside all calls last. Calls that ran at once in several threads share
        the time.

        Args:
            parts_s: exclusive time of each site in the parts, ``(parts, sites)``.
            segments_s: the time that calls cover, ``(k, 2)``.
        """
        from scipy import sparse

        covers = self.covers()
        covers.add(np.zeros(len(segments_s), dtype=np.int64), segments_s[:, 0], segments_s[:, 1])
        covered_s = covers.matrix(1).toarray().ravel()
        busy_s = np.asarray(parts_s.sum(axis=1)).ravel()
        share = np.where(busy_s > covered_s, covered_s / np.where(busy_s > 0, busy_s, 1.0), 1.0)
        shared_s = sparse.diags(share) @ parts_s
        rest_s = self._stop_s - self._start_s - np.asarray(shared_s.sum(axis=1)).ravel()
        rest_s[rest_s < _LEAST_S] = 0.0
        shared_s = sparse.csr_matrix(sparse.hstack([shared_s, rest_s[:, np.newaxis]]))
        total_s = np.asarray(shared_s.sum(axis=0)).ravel()
        return _sum_of(shared_s, self._now), _sum_of(shared_s, self._late), total_s

    def inclusive(self, parts_s: Sparse) -> Sparse:
        """Return the inclusive time in each reading, at most its length."""
        inclusive_s = _sum_of(parts_s, self._now).tocoo()
        inclusive_s.data = np.minimum(inclusive_s.data, self.readings.length_s[inclusive_s.row])
        return inclusive_s.tocsr()


def _sum_of(parts_s: Sparse, places: list[Indices]) -> Sparse:
    first, second = places
    return parts_s[first] + parts_s[second]
