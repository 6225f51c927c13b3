"""Readings without a cadence: of loops that slow down under load, of polls, with stamps of whole seconds."""

import numpy as np

from analysis.maths.arrays import Floats


class OwnIntervals:
    """Readings each of which holds from the stamp before it to its own: such logs are complete, only uneven.

    Of readings under one stamp the order in time is unknown: they are one reading, their mean. A gap
    is a step of several times the steps around it, not a deviation from one interval for all.

    Attributes:
        part: which readings of the series.
        t_s: their stamps, each once, ``(m,)``.
        place: number of the stamp of each reading; ``count`` of readings under each stamp.
        step_s: from stamp to stamp, ``(m - 1,)``; ``usual_s`` the median step around each.
        gap: whether readings are missing in a step.
    """

    GAP_STEPS = 3.0
    AROUND = 5
    """Steps on each side that a step is compared with."""

    def __init__(self, part: slice, t_s: Floats) -> None:
        self.part = part
        self.t_s, self.place, self.count = np.unique(t_s, return_inverse=True, return_counts=True)
        self.step_s = np.diff(self.t_s)
        self.usual_s = self._usual_s()
        self.gap = self.step_s > self.GAP_STEPS * self.usual_s

    def _usual_s(self) -> Floats:
        if len(self.step_s) == 0:
            return self.step_s
        padded_s = np.pad(
            self.step_s, self.AROUND, mode="reflect" if len(self.step_s) > self.AROUND else "edge"
        )
        around_s = np.lib.stride_tricks.sliding_window_view(padded_s, 2 * self.AROUND + 1)
        usual_s: Floats = np.median(around_s, axis=1)
        return usual_s

    def pieces(self, value: Floats, *, joined: bool) -> tuple[Floats, ...]:
        """Return borders and values of the pieces: level up to each stamp, or joined from stamp to stamp."""
        mean = np.bincount(self.place, weights=value[self.part]) / self.count
        if len(self.step_s) == 0:
            nothing = np.array([], dtype=np.float64)
            return nothing, nothing, nothing, nothing
        if joined:
            kept = np.flatnonzero(~self.gap)
            return self.t_s[kept], self.t_s[kept + 1], mean[kept], mean[kept + 1]
        start_s = np.where(self.gap, self.t_s[1:] - self.usual_s, self.t_s[:-1])
        start_s = np.concatenate(([self.t_s[0] - self.usual_s[0]], start_s))
        return start_s, self.t_s, mean, mean

    @property
    def missing(self) -> int:
        """Readings that the gaps would hold at the usual step."""
        return int(np.rint(self.step_s[self.gap] / self.usual_s[self.gap] - 1).sum())
