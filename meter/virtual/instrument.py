"""What virtual instruments have in common: averaging over their own intervals, and their errors."""

from abc import ABC, abstractmethod
from dataclasses import dataclass


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


class IntervalMeans:
    """Average power over the instrument's own intervals, exactly.

    Args:
        t_s: start of the first interval, on any clock.
        interval_s: length of the intervals.
    """

    def __init__(self, t_s: float, interval_s: float) -> None:
        self._start_s = t_s
        self._interval_s = interval_s
        self._number = 0
        self._t_s = t_s
        self._energy_j = 0.0

    def add(self, t_to_s: float, power_w: float) -> list[tuple[float, float]]:
        """Take in that the power was ``power_w`` from the last time until ``t_to_s``.

        Returns:
            ``(end of interval in s, mean power in W)`` of each interval that is complete now.
        """
        means = []
        while t_to_s >= (end_s := self._start_s + (self._number + 1) * self._interval_s):
            self._energy_j += power_w * (end_s - self._t_s)
            means.append((end_s, self._energy_j / self._interval_s))
            self._number += 1
            self._t_s, self._energy_j = end_s, 0.0
        self._energy_j += power_w * (t_to_s - self._t_s)
        self._t_s = t_to_s
        return means


class VirtualInstrument(ABC):
    """The protocol of one instrument, without port and clock: bytes and watts in, bytes out.

    Attributes:
        interval_s: of its measurement.
    """

    interval_s: float

    @abstractmethod
    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host, however they were cut; return the answers."""

    @abstractmethod
    def measure(self, power_w: float) -> bytes:
        """Take the true mean power of the interval that just ended; return what is streamed now."""

    @abstractmethod
    def without_data(self, record: bytes) -> bytes:
        """Return a streamed record as the instrument sends it when it has no power to tell."""
