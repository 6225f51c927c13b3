"""The stream of a PowerSensor3: sets of levels, means of them, and when they were measured.

The instrument streams sets. A set is 18 bytes: a time stamp and the levels of eight sensors, which are
four pairs of current and voltage. Words of two bytes, ``1 iii aaaa 0 m bbbbbb``: sensor ``iii``, level
``aaaabbbbbb``, marker ``m``; the time stamp, microseconds modulo 1024, is in the word with the id 7 and
the marker set.
"""

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # numpy is loaded when a stream begins: whoever only lists drivers does without
    import numpy as np
    from numpy.typing import NDArray

SENSORS = 8
SET_BYTES = 2 * (1 + SENSORS)
SET_S = 50e-6

CONFIG = struct.Struct("<16s16sff?")
"""Of a sensor, as the instrument keeps it: type, name of the pair, volts at zero, volts per unit, in use."""

_SET_US = 50
_WRAP_US = 1024
_STAMP_TOLERANCE_US = 3  # of steps between sets: the interrupt that takes the time can be late
_FULL_LEVEL = 1023
_VOLTS_PER_LEVEL = 3.3 / _FULL_LEVEL
_MASK = bytes([0xF0, 0xC0, 0xF0, 0x80]) + bytes([0xF0, 0xC0]) * (SENSORS - 1)
_WANT = bytes([0xF0, 0x40]) + b"".join(bytes([0x80 | sensor << 4, 0]) for sensor in range(SENSORS))
# A stretch of the stream that comes twice is looked for in so many sets. The time stamps of 20 480 us
# are all different, and this is well below, so that a steady load does not look like a repetition.
_REMEMBERED_SETS = 400
_ALIKE_SETS = 8

# How fast the two clocks may drift apart, and how fast the stamps follow what was learnt of it.
_DRIFT = 200e-6
_FOLLOW = 0.01


@dataclass(frozen=True, slots=True)
class Sensor:
    """Calibration of a sensor: value = (volts - ``zero_v``) / ``volts_per_unit``, in A or V."""

    kind: str
    pair_name: str
    zero_v: float
    volts_per_unit: float
    in_use: bool

    @property
    def is_usable(self) -> bool:
        """Whether a value can be computed at all."""
        numbers = (self.zero_v, self.volts_per_unit)
        return all(math.isfinite(number) for number in numbers) and self.volts_per_unit != 0


def parse_sensor(data: bytes) -> Sensor:
    """Return the calibration in the 41 bytes of a sensor's configuration."""
    kind, name, zero_v, volts_per_unit, in_use = CONFIG.unpack(data)
    return Sensor(_text(kind), _text(name), zero_v, volts_per_unit, in_use)


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("ascii", "replace")


class Mean(NamedTuple):
    """What the stream gives: the mean power of so many sets, or a flag in its place.

    Attributes:
        number: of the last set, counted from the first of the stream.
        power_w: mean of the products of voltage and current, summed over the pairs.
        flag: as of a `Reading`.
    """

    number: int
    power_w: float | None
    flag: str = ""


class Stream:
    """Make means of a stream of bytes, however it was cut into reads.

    A set counts only with all nine words, each with the id that belongs in its place, so that a lost
    byte can never give a level to another sensor. Sets follow each other every 50 us by the
    instrument's own stamps; where they do not, sets were lost: they are counted, the mean that was
    under way becomes ``malformed``, and the next one begins after the gap. The set before a gap is
    counted as lost, too, as it may be made of the halves of two. A stretch that comes twice
    is left out, once flagged ``duplicate``. A mean with a level at the end of the converter's scale is
    flagged ``overrange``.

    Args:
        sensors: calibration of all eight.
        pairs: which of the four pairs count.
        sets: how many make a mean.
        settling: how many sets at the beginning are left out.

    Attributes:
        number: of the latest set that counts, from 1; lost ones are counted in.
        arrived: of the latest set that came.
        lost_sets: how many were lost.
    """

    def __init__(
        self, sensors: tuple[Sensor, ...], pairs: tuple[int, ...], sets: int, settling: int = 0
    ) -> None:
        import numpy as np

        self.number = self.arrived = 0
        self.lost_sets = 0
        self._sets = sets
        self._settling = settling
        self._currents = [1 + 2 * pair for pair in pairs]  # columns of a set; the time stamp is column 0
        self._voltages = [2 + 2 * pair for pair in pairs]
        used = [sensors[column - 1] for column in (*self._currents, *self._voltages)]
        self._gains = np.array([_VOLTS_PER_LEVEL / sensor.volts_per_unit for sensor in used])
        self._zeros = np.array([-sensor.zero_v / sensor.volts_per_unit for sensor in used])
        self._mask = np.frombuffer(_MASK, np.uint8)
        self._want = np.frombuffer(_WANT, np.uint8)
        self._held = b""  # bytes that are no whole set yet
        self._torn = False  # whether bytes before them were of no set
        self._stamp_us: int | None = None
        self._undecided = np.empty((0, SET_BYTES), np.uint8), np.empty(0, np.bool_)
        self._recent = b""
        self._repeated = 0  # sets still to come of a stretch that comes twice
        self._broken = False  # whether what does not fit was flagged already
        self._powers: list[NDArray[np.float64]] = []  # of the mean that is under way
        self._clipped: list[NDArray[np.bool_]] = []
        self._waiting = 0

    def feed(self, data: bytes, newest: int = 0) -> list[Mean]:
        """Take bytes in; return the means that are complete now.

        Args:
            data: what came.
            newest: highest number that the last set in it can have by the clock of the host; tells how
                many sets were lost where the stamps, which repeat, leave a choice.
        """
        import numpy as np

        # 1. Cut the bytes into sets, and put those before them that could not be judged yet.
        frames, torn = self._frames(self._held + data)
        if not len(frames):
            return self._flagged("malformed") if self._torn else []
        frames = np.concatenate([self._undecided[0], frames])
        torn = np.concatenate([self._undecided[1], torn])
        # 2. Find where a set does not follow the one before it: bytes between them, or another step of the
        # instrument's stamps than one set. The first set of a stream follows nothing.
        stamps = ((frames[:, 0] & 0x0F).astype(np.int64) << 6) | (frames[:, 1] & 0x3F)
        before_us = stamps[0] - _SET_US if self._stamp_us is None else self._stamp_us
        steps_us = np.diff(stamps, prepend=before_us) % _WRAP_US
        broken = torn | (abs(steps_us - _SET_US) > _STAMP_TOLERANCE_US)
        broken[0] &= self._stamp_us is not None
        # 3. Take one contiguous stretch after the other. The last set of all is kept until the next one
        # fits: bytes may be missing within it, as many as a set.
        last = len(frames) - 1
        ends = [*np.flatnonzero(broken).tolist(), len(frames)]
        means: list[Mean] = []
        done = 0
        while done < last:
            if self._repeated:
                dropped = min(self._repeated, last - done)
                self._repeated -= dropped
                done += dropped
                continue
            end = next(end for end in ends if end > done)
            if broken[done] and self._stamp_us is not None:
                if end > last and end - done < _ALIKE_SETS:  # too few to tell what they are
                    break
                # A stretch that begins with the bytes of sets just seen comes twice.
                self._repeated = self._repetition(frames[done:end].tobytes())
                if self._repeated:
                    means += self._flagged("duplicate", once=False)
                    continue
                if end - done > 1:
                    step_us = int(stamps[done] - self._stamp_us) % _WRAP_US
                    means += self._lose(step_us, newest - self.number - (len(frames) - done) + 1)
            # Of a stretch all but its last set count: that one may be made of the halves of two.
            if end - done > 1:
                self._broken = False
                means += self._collect(frames[done : end - 1])
                self._stamp_us = int(stamps[end - 2])
            done = min(end, last)
        self._undecided = frames[done:].copy(), torn[done:]
        self.arrived = self.number + int(done == last and not broken[last])
        return means

    def _frames(self, data: bytes) -> tuple["NDArray[np.uint8]", "NDArray[np.bool_]"]:
        """Return the whole sets in bytes, and before which of them there are bytes of none."""
        import numpy as np

        whole = len(data) - len(data) % SET_BYTES
        frames = np.frombuffer(data, np.uint8, whole).reshape(-1, SET_BYTES)
        if np.all((frames & self._mask) == self._want):
            self._held = data[whole:]
            torn = np.zeros(len(frames), np.bool_)
            if len(frames):
                torn[0], self._torn = self._torn, False
            return frames, torn
        # Out of step: look for the ids of a whole set at every byte.
        windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(data, np.uint8), SET_BYTES)
        # No set can begin within another: the ids in their places would not fit.
        starts = np.flatnonzero(((windows & self._mask) == self._want).all(axis=1))
        torn = np.diff(starts, prepend=-SET_BYTES) != SET_BYTES
        end = 0
        if len(starts):
            end = int(starts[-1]) + SET_BYTES
            torn[0] |= self._torn
            self._torn = False
        held = max(end, len(data) - SET_BYTES + 1)
        self._held = data[held:]
        self._torn |= held > end
        return windows[starts], torn

    def _repetition(self, data: bytes) -> int:
        """Return of how many sets a stretch that begins like this is the repetition; mostly 0."""
        place = self._recent.find(data[: _ALIKE_SETS * SET_BYTES])
        return 0 if place < 0 or place % SET_BYTES else (len(self._recent) - place) // SET_BYTES

    def _lose(self, step_us: int, most: int) -> list[Mean]:
        """Count the sets lost between two stamps; ``most`` is the longest way to the later one, in sets."""
        import numpy as np

        # The stamp repeats every 1024 us, so the step tells the number of lost sets only up to that. Of the
        # numbers that fit the step best, the largest that the clock of the host allows is taken.
        ways = np.arange(2, max(most, 2 * _WRAP_US) + 1)  # there was a set before the gap that does not count
        off_us = abs((ways * _SET_US - step_us + _WRAP_US // 2) % _WRAP_US - _WRAP_US // 2)
        fitting = ways[np.equal(off_us, off_us.min())]
        slack = round(_WRAP_US / 2 / _SET_US)  # the host's clock is a little off, too
        possible = fitting[fitting <= most + slack]
        way = int(possible[-1]) if len(possible) else int(fitting[0])
        means = self._flagged("malformed")
        self.number += way - 1
        if self._settling == 0:
            self.lost_sets += way - 1
        self._powers, self._clipped, self._waiting = [], [], 0
        return means

    def _flagged(self, flag: str, once: bool = True) -> list[Mean]:
        if self._settling or (once and self._broken):
            return []
        self._broken = once
        return [Mean(self.number, None, flag)]

    def _collect(self, frames: "NDArray[np.uint8]") -> list[Mean]:
        """Take contiguous sets in; return the means that they complete."""
        import numpy as np

        self._recent = (self._recent + frames.tobytes())[-_REMEMBERED_SETS * SET_BYTES :]
        self.number += len(frames)
        if self._settling:
            left_out = min(self._settling, len(frames))
            self._settling -= left_out
            frames = frames[left_out:]
        pairs = len(self._currents)
        words = frames.reshape(-1, 1 + SENSORS, 2)[:, self._currents + self._voltages]
        levels = ((words[:, :, 0] & 0x0F).astype(np.int64) << 6) | (words[:, :, 1] & 0x3F)
        values = levels * self._gains + self._zeros
        clipped = np.any(levels == _FULL_LEVEL, axis=1) | np.any(levels[:, :pairs] == 0, axis=1)
        self._powers.append((values[:, :pairs] * values[:, pairs:]).sum(axis=1))
        self._clipped.append(clipped)
        self._waiting += len(frames)
        if self._waiting < self._sets:
            return []
        powers_w, clips = np.concatenate(self._powers), np.concatenate(self._clipped)
        count, self._waiting = divmod(len(powers_w), self._sets)
        used = count * self._sets
        self._powers, self._clipped = [powers_w[used:]], [clips[used:]]
        means_w = powers_w[:used].reshape(count, self._sets).mean(axis=1).tolist()
        over = np.any(clips[:used].reshape(count, self._sets), axis=1).tolist()
        first = self.number - self._waiting - used
        return [
            Mean(first + (n + 1) * self._sets, *((None, "overrange") if over[n] else (means_w[n], "")))
            for n in range(count)
        ]


class ArrivalClock:
    """Tell when a set was measured from its number and from when others arrived.

    Sets leave the instrument every 50 us by its own clock; they arrive in lumps, with delays that only
    ever add. So the smallest delay seen says how the two clocks lie, and it is forgotten as slowly as
    they drift apart. The stamps follow a change slowly, so that they never run backwards.
    """

    def __init__(self) -> None:
        self._number = 0
        self._zero_s = math.inf  # arrival of a set number 0 that would have come without delay
        self._shown_s = math.inf

    def learn(self, number: int, t_mono_s: float, settled: bool) -> None:
        """Take in that the set with this number, the latest, had arrived by then."""
        passed_s = (number - self._number) * SET_S
        self._number = number
        self._zero_s = min(self._zero_s + _DRIFT * passed_s, t_mono_s - number * SET_S)
        if not settled or not math.isfinite(self._shown_s):
            self._shown_s = self._zero_s
            return
        limit_s = _FOLLOW * passed_s
        self._shown_s += min(max(self._zero_s - self._shown_s, -limit_s), limit_s)

    def newest(self, t_mono_s: float) -> int:
        """Return the highest number a set can have that arrived by then; 0 when nothing is known."""
        return int((t_mono_s - self._zero_s) / SET_S) if math.isfinite(self._zero_s) else 0

    def t_mono_s(self, number: int) -> float:
        """Return when the set with this number arrived, but for the delays."""
        return self._shown_s + number * SET_S
