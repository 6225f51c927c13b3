"""What virtual instruments have in common: mains, averaging over their own intervals, errors, faults."""

import math
import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

_VOLTS, _HERTZ, _REACTIVE_VAR = 230.0, 50.0, 30.0
_VOLTS_NOISE, _HERTZ_NOISE = 0.2, 0.01
_ROUNDING_S = 1e-6  # by which a sum of steps may miss the end of an interval


@dataclass(frozen=True, kw_only=True)
class InstrumentErrors:
    """How far a virtual instrument is off.

    Attributes:
        gain_error_pct: error of the indication in percent of the true power.
        offset_w: constant error of the indication.
    """

    gain_error_pct: float = 0.0
    offset_w: float = 0.0

    def indicated_w(self, power_w: float) -> float:
        """Return what the instrument makes of a true power; never negative."""
        return max(0.0, power_w * (1 + self.gain_error_pct / 100) + self.offset_w)


@dataclass(frozen=True)
class Electrical:
    """What an instrument indicates for one of its intervals.

    Attributes:
        power_w, voltage_v, current_a, frequency_hz: means of the interval.
        reactive_var, apparent_va, power_factor: of the same.
        energy_wh: since the instrument was switched on, at the end of the interval.
        number: of the interval, from 1; 0 before the first.
        t_s: end of the interval, seconds after the instrument was switched on.
    """

    power_w: float = 0.0
    voltage_v: float = _VOLTS
    current_a: float = 0.0
    frequency_hz: float = _HERTZ
    reactive_var: float = 0.0
    apparent_va: float = 0.0
    power_factor: float = 1.0
    energy_wh: float = 0.0
    number: int = 0
    t_s: float = 0.0


class Mains:
    """The mains a virtual instrument pretends to hang on, 230 V and 50 Hz with a little noise.

    The load is given a constant reactive power, so that current and power factor are plausible.

    Args:
        seed: of the noise.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def take(self, before: Electrical, power_w: float, interval_s: float) -> Electrical:
        """Return what is indicated for the next interval with a mean power."""
        voltage_v = self._random.gauss(_VOLTS, _VOLTS_NOISE)
        reactive_var = _REACTIVE_VAR if power_w > 0 else 0.0
        apparent_va = math.hypot(power_w, reactive_var)
        return Electrical(
            power_w=power_w,
            voltage_v=voltage_v,
            current_a=apparent_va / voltage_v,
            frequency_hz=self._random.gauss(_HERTZ, _HERTZ_NOISE),
            reactive_var=reactive_var,
            apparent_va=apparent_va,
            power_factor=power_w / apparent_va if apparent_va else 1.0,
            energy_wh=before.energy_wh + power_w * interval_s / 3600,
            number=before.number + 1,
            t_s=before.t_s + interval_s,
        )


class IntervalMeans:
    """Average power over the instrument's own intervals, exactly.

    Args:
        t_s: start of the first interval, on any clock.
        interval_s: length of the intervals.
    """

    def __init__(self, t_s: float, interval_s: float) -> None:
        self.interval_s = interval_s
        self._start_s = t_s
        self._number = 0
        self._t_s = t_s
        self._energy_j = 0.0

    @property
    def next_end_s(self) -> float:
        """End of the interval that is under way."""
        return self._start_s + (self._number + 1) * self.interval_s

    def restart(self, t_s: float, interval_s: float) -> None:
        """Begin a new interval, of another length perhaps; what is under way is dropped."""
        self._start_s = self._t_s = t_s
        self.interval_s = interval_s
        self._number, self._energy_j = 0, 0.0

    def add(self, t_to_s: float, power_w: float) -> list[tuple[float, float]]:
        """Take in that the power was ``power_w`` from the last time until ``t_to_s``.

        Returns:
            ``(end of interval in s, mean power in W)`` of each interval that is complete now.
        """
        means = []
        while t_to_s >= (end_s := self.next_end_s) - _ROUNDING_S:
            self._energy_j += power_w * (end_s - self._t_s)
            means.append((end_s, self._energy_j / self.interval_s))
            self._number += 1
            self._t_s, self._energy_j = end_s, 0.0
        self._energy_j += power_w * (t_to_s - self._t_s)
        self._t_s = t_to_s
        return means


OwnFault = Literal["sentinel", "overrange", "stuck", "header", "streaming", "checksum", "clock"]
"""What only the instrument itself can do wrong; the other faults happen on the line (`faults`)."""


class VirtualInstrument(ABC):
    """The protocol of one instrument, without port and clock: bytes and watts in, bytes out.

    A subclass answers in `receive` from ``now``, the indication of its latest complete interval, and
    streams in `stream`. Of its own faults it handles ``sentinel``, ``overrange`` and ``header`` by
    looking at ``fault`` when it writes a reading; ``stuck`` and ``clock`` are handled here, and
    ``checksum`` is a bit flipped on the line, which its protocol then has to show.

    Args:
        errors: of its power indication.
        seed: of everything random.

    Attributes:
        link: whether a client reaches it through a pseudo-terminal or a TCP socket.
        url: of its address where it is a socket, with ``{host}`` and ``{port}``.
        own_faults: which of `OwnFault` it can have.
        fifo_bytes: how much it holds back where it is not read in time (pseudo-terminals only); what
            exceeds that is lost.
        interval_s: of its measurement; a command may change it while it runs.
        answer_delay_s: how long it takes to answer; `receive` may change it from answer to answer.
        now: indication of its latest complete interval.
        fault: what is wrong with it now; empty when nothing is.
        clock_s: how far its own clock, where it has one, was moved by the fault ``clock``.
        readings_sent: how many readings it sent, streamed or as answers; faults are timed from the
            first one.
    """

    link: ClassVar[Literal["pty", "tcp"]] = "pty"
    url: ClassVar[str] = "socket://{host}:{port}"
    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck"})
    fifo_bytes: ClassVar[int] = 0
    interval_s: float = 1.0
    answer_delay_s: float = 0.0

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        self.now = Electrical()
        self.fault = ""
        self.clock_s = 0.0
        self.readings_sent = 0
        self._errors = errors
        self._mains = Mains(seed)

    def advance(self, power_w: float) -> bytes:
        """Take the true mean power of the interval that just ended; return what is streamed now."""
        if self.fault != "stuck":
            self.now = self._mains.take(self.now, self._errors.indicated_w(power_w), self.interval_s)
        return self.stream()

    @abstractmethod
    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host, however they were cut; return the answers."""

    def stream(self) -> bytes:
        """Return what is sent unasked at the end of an interval; nothing, unless it streams."""
        return b""

    def left_streaming(self) -> None:  # noqa: B027 (only where it can be)
        """Be as a crashed client left it: streaming already. For ``streaming`` in ``own_faults``."""

    def connected(self) -> None:  # noqa: B027 (only a socket can tell)
        """Take notice of a new client."""
