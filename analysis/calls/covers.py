"""How long each of many columns (call sites) was active in each of the meter's intervals."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.maths.arrays import Floats

Indices = NDArray[np.int64]
Booleans = NDArray[np.bool_]

Sparse = Any
"""A matrix of `scipy.sparse`, which has no types."""

LEAST_S = 1e-9
"""Less time than a stamp of the record resolves is what rounding leaves."""

_PENDING = 1_000_000


def summed(place: Indices, values: Floats, n: int) -> Floats:
    """Add up values ``(k,)`` by their places, ``(n,)``."""
    return np.asarray(np.bincount(place, values, n), dtype=np.float64)


@dataclass(eq=False)
class Covers:
    """Sums of time by interval and column, from segments in any order and number.

    The time of a segment in an interval is the difference of two sums "up to its end" and "up to its start",
    so that each end costs one entry however long the segment is.

    Args:
        start_s, stop_s: the intervals, ascending and disjoint, ``(n,)``.
    """

    start_s: Floats
    stop_s: Floats
    _keys: list[Indices] = field(default_factory=list)
    _part_s: list[Floats] = field(default_factory=list)
    _count: list[Floats] = field(default_factory=list)
    _held: int = 0

    def add(self, column: Indices, from_s: Floats, to_s: Floats, sign: float = 1.0) -> None:
        """Add segments.

        Args:
            column: which column each belongs to, ``(k,)``.
            from_s: their starts, ``(k,)``.
            to_s: their ends, ``(k,)``.
            sign: -1 takes them away.
        """
        n = len(self.start_s)
        if n == 0 or len(column) == 0:
            return
        t_s = np.concatenate((from_s, to_s))
        both = np.concatenate((column, column))
        signs = np.concatenate((np.full(len(from_s), -sign), np.full(len(to_s), sign)))
        place = np.searchsorted(self.start_s, t_s, side="right") - 1
        inside = place >= 0
        place = np.maximum(place, 0)
        part_s = np.clip(t_s - self.start_s[place], 0.0, self.stop_s[place] - self.start_s[place])
        keys, inverse = np.unique((both * n + place)[inside], return_inverse=True)
        self._keys.append(keys)
        self._part_s.append(summed(inverse, (signs * part_s)[inside], len(keys)))
        self._count.append(summed(inverse, signs[inside], len(keys)))
        self._held += len(keys)
        if self._held > _PENDING:
            self._consolidate()

    def _consolidate(self) -> tuple[Indices, Floats, Floats]:
        if not self._keys:
            return np.array([], dtype=np.int64), np.array([]), np.array([])
        keys, inverse = np.unique(np.concatenate(self._keys), return_inverse=True)
        part_s = summed(inverse, np.concatenate(self._part_s), len(keys))
        count = summed(inverse, np.concatenate(self._count), len(keys))
        self._keys, self._part_s, self._count = [keys], [part_s], [count]
        self._held = 0
        return keys, part_s, count

    def matrix(self, columns: int) -> Sparse:
        """Return the time of each column in each interval, in seconds, sparse ``(n, columns)``."""
        from scipy import sparse

        n = len(self.start_s)
        keys, part_s, count = self._consolidate()
        column, place = np.divmod(keys, max(n, 1))
        length_s = self.stop_s - self.start_s
        rows: list[Indices] = []
        cols: list[Indices] = []
        values: list[Floats] = []
        borders = np.searchsorted(column, np.arange(columns + 1))
        for number in range(columns):
            own = slice(borders[number], borders[number + 1])
            if own.start == own.stop:
                continue
            time_s = summed(place[own], part_s[own], n)
            counts = summed(place[own], count[own], n)
            time_s += length_s * (np.cumsum(counts[::-1])[::-1] - counts)
            seen = np.flatnonzero(np.abs(time_s) > LEAST_S)
            rows.append(seen)
            cols.append(np.full(len(seen), number))
            values.append(time_s[seen])
        if not rows:
            return sparse.csr_matrix((n, columns))
        parts = (np.concatenate(values), (np.concatenate(rows), np.concatenate(cols)))
        return sparse.csr_matrix(parts, shape=(n, columns))
