"""The sum of several meters' readings, each on its own cadence. Time comes from outside.

Every meter closes its intervals by its own clock. Of interval means alone, a row of the sum is the mean power
of one interval of the slowest meter; the others count with the time that they share with it. With one
instantaneous meter among them the sum is instantaneous, too, since what happens between two values is in no
row: it is the power at the end of each interval of the slowest meter, of instantaneous meters on the straight
line between two values, of the others as the mean of such an interval around that moment. Where a part of any
meter is missing, so is the row.
"""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from records.meter import Reading, Sampling

OVERDUE_INTERVALS = 2.5
"""So many of its own intervals a meter may be behind before a row is given up."""

# Share of a deviation by which a border follows an arrival. Delays jitter; the meter's clock does not.
_FOLLOW = 0.2
_BURST = 0.5  # readings closer than this share of the interval came late together
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class MeterCadence:
    """What has to be known of a meter to align its readings.

    Attributes:
        interval_s: time between readings.
        latency_s: from the end of a reading's interval to its arrival.
        sampling: what a reading is.
    """

    interval_s: float
    latency_s: float
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class _Piece:
    """Power from ``start_s`` to ``stop_s``, going straight from ``left_w`` to ``right_w``."""

    start_s: float
    stop_s: float
    left_w: float
    right_w: float

    def energy_j(self, from_s: float, to_s: float) -> tuple[float, float]:
        """Return shared time with a window and the energy within it."""
        from_s, to_s = max(from_s, self.start_s), min(to_s, self.stop_s)
        if to_s <= from_s:
            return 0.0, 0.0
        slope = (self.right_w - self.left_w) / (self.stop_s - self.start_s)
        middle_w = self.left_w + slope * ((from_s + to_s) / 2 - self.start_s)
        return to_s - from_s, middle_w * (to_s - from_s)


class _Track:
    """The pieces of one meter's power, as its readings come in."""

    def __init__(self, cadence: MeterCadence) -> None:
        self.cadence = cadence
        self.pieces: deque[_Piece] = deque()
        self.end_s = -math.inf
        """End of the last interval that a reading came of."""
        self._burst: list[Reading] = []
        self._last_w: float | None = None  # of the interval that ended at end_s

    def add(self, reading: Reading) -> list[_Piece | Reading]:
        """Take a reading; return what it completes: pieces, and readings without power."""
        complete = self.settle(reading.t_utc_s)
        if not reading.flag:
            self._burst.append(reading)
            return complete
        if reading.flag == "reconnected":  # its clock may have another phase now
            complete += self._close_burst()
            self.end_s, self._last_w = -math.inf, None
        return [*complete, reading]

    def settle(self, now_utc_s: float) -> list[_Piece | Reading]:
        """Return the pieces of the readings to which no late one can belong any more."""
        if self._burst and now_utc_s - self._burst[-1].t_utc_s >= _BURST * self.cadence.interval_s:
            return self._close_burst()
        return []

    def _close_burst(self) -> list[_Piece | Reading]:
        """Number the readings that came together: the last one ended now, those before it earlier."""
        burst, self._burst = self._burst, []
        if not burst:
            return []
        dt_s = self.cadence.interval_s
        arrived_s = burst[-1].t_utc_s - self.cadence.latency_s
        if math.isinf(self.end_s):
            self.end_s = arrived_s - len(burst) * dt_s
        intervals = max(1, round((arrived_s - self.end_s) / dt_s))
        expected_s = self.end_s + intervals * dt_s
        end_s = expected_s + _FOLLOW * (arrived_s - expected_s)
        step_s = (end_s - self.end_s) / intervals
        found: list[_Piece | Reading] = []
        if len(burst) < intervals:
            self._last_w = None
        for number, reading in zip(
            range(intervals - len(burst[-intervals:]) + 1, intervals + 1), burst[-intervals:], strict=True
        ):
            power_w = reading.power_w or 0.0
            start_s = self.end_s + (number - 1) * step_s
            stop_s = end_s if number == intervals else start_s + step_s
            left_w = power_w if self.cadence.sampling == "interval_mean" else self._last_w
            if left_w is not None:
                found.append(_Piece(start_s, stop_s, left_w, power_w))
            self._last_w = power_w
        self.end_s = end_s
        self.pieces.extend(piece for piece in found if isinstance(piece, _Piece))
        return found

    def mean_w(self, from_s: float, to_s: float) -> float | None:
        """Return the mean power of a window; ``None`` where a part of it is missing."""
        while self.pieces and self.pieces[0].stop_s <= from_s:
            self.pieces.popleft()
        shared_s = energy_j = 0.0
        for piece in self.pieces:
            if piece.start_s >= to_s:
                break
            piece_s, piece_j = piece.energy_j(from_s, to_s)
            shared_s, energy_j = shared_s + piece_s, energy_j + piece_j
        return energy_j / shared_s if shared_s >= to_s - from_s - _ROUNDING_S else None

    def value_w(self, t_s: float) -> float | None:
        """Return the power at a moment; ``None`` where it is missing."""
        while self.pieces and self.pieces[0].stop_s < t_s - _ROUNDING_S:
            self.pieces.popleft()
        if not self.pieces or self.pieces[0].start_s > t_s:
            return None
        piece = self.pieces[0]
        share = (t_s - piece.start_s) / (piece.stop_s - piece.start_s)
        return piece.left_w + min(share, 1.0) * (piece.right_w - piece.left_w)


def sampling_of_sum(samplings: Iterable[Sampling]) -> Sampling:
    """Return what a row of the sum of meters is."""
    return "instantaneous" if "instantaneous" in samplings else "interval_mean"


class Aligner:
    """Add up the power of several meters.

    Before the first row that has all its parts nothing is yielded: the meters do not begin together.
    The slowest meter's own rows without power are passed on as ``nodata`` or ``reconnected``.

    Args:
        cadences: of the meters; `add` counts them from 0.
    """

    def __init__(self, cadences: list[MeterCadence]) -> None:
        self._tracks = [_Track(cadence) for cadence in cadences]
        self._leading = max(self._tracks, key=lambda track: track.cadence.interval_s)
        sampling = sampling_of_sum([cadence.sampling for cadence in cadences])
        self._around_s = self._leading.cadence.interval_s / 2 if sampling == "instantaneous" else None
        self._waiting: deque[_Piece | Reading] = deque()
        self._begun = False

    def add(self, number: int, reading: Reading) -> None:
        """Take a reading of a meter."""
        track = self._tracks[number]
        complete = track.add(reading)
        if track is self._leading:
            self._waiting.extend(complete)

    def rows(self, now_utc_s: float) -> list[Reading]:
        """Return the rows that are complete, or given up, by now; stamped at the end of their interval."""
        self._settle(now_utc_s)
        return self._take(now_utc_s)

    def last_rows(self) -> list[Reading]:
        """Return the rows that are left when nothing more will come; what is incomplete is dropped."""
        self._settle(math.inf)
        return self._take(-math.inf)

    def _settle(self, now_utc_s: float) -> None:
        for track in self._tracks:
            complete = track.settle(now_utc_s)
            if track is self._leading:
                self._waiting.extend(complete)

    def _take(self, now_utc_s: float) -> list[Reading]:
        found = []
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, _Piece) and self._can_come(first.stop_s, now_utc_s):
                break
            self._waiting.popleft()
            found += self._row(first)
        return found

    def _can_come(self, end_s: float, now_utc_s: float) -> bool:
        """Tell whether a meter has not reached the end of a window, but may do so yet."""
        row_end_s = end_s
        for track in self._tracks:
            cadence = track.cadence
            end_s = row_end_s + (self._around_s or 0.0) * (cadence.sampling == "interval_mean")
            allowed_s = OVERDUE_INTERVALS * cadence.interval_s + cadence.latency_s
            if track.end_s < end_s - _ROUNDING_S and now_utc_s - end_s <= allowed_s:
                return True
        return False

    def _row(self, first: _Piece | Reading) -> list[Reading]:
        if isinstance(first, Reading):
            flag = "reconnected" if first.flag == "reconnected" else "nodata"
            worth_saying = self._begun and first.flag != "duplicate"
            return [Reading(first.t_utc_s, None, flag)] if worth_saying else []
        parts_w = [self._part_w(track, first) for track in self._tracks]
        known_w = [part_w for part_w in parts_w if part_w is not None]
        if len(known_w) == len(parts_w):
            self._begun = True
            return [Reading(first.stop_s, round(sum(known_w), 6))]
        return [Reading(first.stop_s, None, "nodata")] if self._begun else []

    def _part_w(self, track: _Track, row: _Piece) -> float | None:
        """Return what a meter adds to a row."""
        if self._around_s is None:
            return track.mean_w(row.start_s, row.stop_s)
        if track.cadence.sampling == "instantaneous":
            return track.value_w(row.stop_s)
        return track.mean_w(row.stop_s - self._around_s, row.stop_s + self._around_s)
