"""A quantity that is known piece by piece over time, and its exact integral over any window."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from analysis.maths.arrays import Floats


@dataclass(frozen=True, eq=False)
class Pieces:
    """Disjoint pieces in the order of time; within each the quantity is linear. Between them: nothing.

    An interval mean is a level piece (``left == right``), two instantaneous values make a sloping one.

    Attributes:
        start_s, stop_s: borders of the pieces, ``(n,)``.
        left, right: the quantity at these borders, ``(n,)``.
    """

    start_s: Floats
    stop_s: Floats
    left: Floats
    right: Floats

    @classmethod
    def level(cls, start_s: Floats, stop_s: Floats, value: Floats) -> Self:
        """Make pieces that are constant, as interval means are."""
        return cls(start_s, stop_s, value, value)

    def __len__(self) -> int:
        return len(self.start_s)

    @cached_property
    def mean(self) -> Floats:
        """Mean of the quantity over each piece, ``(n,)``."""
        return (self.left + self.right) / 2

    @cached_property
    def _length_s(self) -> Floats:
        return self.stop_s - self.start_s

    @cached_property
    def _area_before(self) -> Floats:
        return np.concatenate(([0.0], np.cumsum(self.mean * self._length_s)))

    @cached_property
    def _length_before_s(self) -> Floats:
        return np.concatenate(([0.0], np.cumsum(self._length_s)))

    @cached_property
    def moves_before(self) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
        """How often the mean differs from the one before, up to each piece, ``(n,)``."""
        return np.cumsum(np.diff(self.mean, prepend=self.mean[:1]) != 0)

    @cached_property
    def fluctuation(self) -> float:
        """Standard deviation of the mean of a piece about its neighbours', steps left out.

        Told by the median change: 1.4826 times the median is the standard deviation of normal values, and a
        difference has twice their variance.
        """
        change = np.abs(np.diff(self.mean))
        return 1.4826 * float(np.median(change)) / float(np.sqrt(2)) if len(change) else 0.0

    @cached_property
    def _unseen2(self) -> Floats:
        change = self.right - self.left
        fluctuation = 1.4826 * float(np.median(np.abs(change))) / np.sqrt(2)
        unseen2: Floats = np.square(self._length_s) * (np.square(change) / 12 + fluctuation**2)
        return unseen2

    @cached_property
    def _unseen2_before(self) -> Floats:
        return np.concatenate(([0.0], np.cumsum(self._unseen2)))

    def unseen(self, from_s: Floats, to_s: Floats) -> Floats:
        """Return the standard uncertainty of integrals by what instantaneous values do not see, ``(k,)``.

        A change of d between two of them may have happened at any moment: d / sqrt(12). A fluctuation that
        is faster than they are adds its own standard deviation, told by the median change (1.4826 times
        the median is the standard deviation of normal values; a difference has twice their variance).
        Level pieces know what happened in them.
        """
        if self.left is self.right:
            return np.zeros_like(from_s)
        unseen: Floats = np.sqrt(np.maximum(_between(self._unseen2_until, from_s, to_s), 0.0))
        return unseen

    def _unseen2_until(self, t_s: Floats) -> Floats:
        if len(self) == 0:
            return np.zeros_like(t_s)
        piece, inside_s = self._place(t_s)
        length_s = self._length_s[piece]
        share = inside_s / np.where(length_s > 0, length_s, 1.0)
        return self._unseen2_before[piece] + self._unseen2[piece] * share

    def integral(self, from_s: Floats, to_s: Floats) -> Floats:
        """Return the integral over windows; time outside the pieces adds nothing.

        Args:
            from_s: starts of the windows, ``(k,)``; a border splits a piece exactly where it falls.
            to_s: their ends, ``(k,)``.

        Returns:
            ``(k,)``, unit of the quantity times second. Linear in the number of pieces and windows.
        """
        return _between(self._area_until, from_s, to_s)

    def covered_s(self, from_s: Floats, to_s: Floats) -> Floats:
        """Return how much time of each window lies within pieces, ``(k,)``."""
        return _between(self._covered_until_s, from_s, to_s)

    def overlaps_s(self, from_s: float, to_s: float) -> Floats:
        """Return the overlap of one window with each piece that it touches."""
        first, last = self.touched(from_s, to_s)
        return np.minimum(self.stop_s[first:last], to_s) - np.maximum(self.start_s[first:last], from_s)

    def touched(self, from_s: float, to_s: float) -> tuple[int, int]:
        """Return the range ``[first, last)`` of the pieces that a window overlaps."""
        first = int(np.searchsorted(self.stop_s, from_s, side="right"))
        last = int(np.searchsorted(self.start_s, to_s, side="left"))
        return first, max(first, last)

    def _place(self, t_s: Floats) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.intp]], Floats]:
        index = np.searchsorted(self.start_s, t_s, side="right") - 1
        piece = np.maximum(index, 0)
        inside_s = np.clip(t_s - self.start_s[piece], 0.0, self._length_s[piece])
        return piece, inside_s

    def _area_until(self, t_s: Floats) -> Floats:
        if len(self) == 0:
            return np.zeros_like(t_s)
        piece, inside_s = self._place(t_s)
        length_s = self._length_s[piece]
        slope = (self.right[piece] - self.left[piece]) / np.where(length_s > 0, length_s, 1.0)
        area: Floats = (
            self._area_before[piece] + self.left[piece] * inside_s + slope * inside_s * inside_s / 2
        )
        return area

    def _covered_until_s(self, t_s: Floats) -> Floats:
        if len(self) == 0:
            return np.zeros_like(t_s)
        piece, inside_s = self._place(t_s)
        covered: Floats = self._length_before_s[piece] + inside_s
        return covered


def _between(until: Callable[[Floats], Floats], from_s: Floats, to_s: Floats) -> Floats:
    """Return what was added up from the starts of windows to their ends, ``(k,)``."""
    both = until(np.concatenate((from_s, to_s)))
    return both[len(from_s) :] - both[: len(from_s)]
