"""What every power meter driver is and does, whatever its wire protocol.

A driver is a pure parser of bytes plus a class over a transport. The class says what the
instrument measures (class attributes) and how to talk to it (methods); it never decides about
gaps, duplicates or reconnection, which are the same for all meters (`meter.session`).
"""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import ClassVar, Self

from meter.transport import PortLost
from records.errors import ConfigurationError
from records.meter import Accuracy, Identity, Reading, Sampling


class Meter(ABC):
    """A power meter. Use: `open`, `identify`, `start`, `read` as often as wanted, `close`.

    Class attributes:
        driver: name in the registry and in ``lab.toml``.
        maker, model: of the instrument the driver is for.
        quantities: which of `records.meter.QUANTITIES` it fills, ``power_w`` first.
        sampling: what a reading is, see `records.meter.Sampling`.
        fastest_interval_s: shortest time between readings that the instrument offers.
        latency_s, latency_u_s: from the end of a reading's interval to its arrival at the host,
            and the standard uncertainty of that.
        resolution_w: smallest step of the power reading.
        accuracy: limits of error of the power reading, from the data sheet.
        power_limits_w: lowest and highest power the instrument can mean; a reading outside is
            flagged ``overrange``.
    """

    driver: ClassVar[str]
    maker: ClassVar[str]
    model: ClassVar[str]
    quantities: ClassVar[tuple[str, ...]]
    sampling: ClassVar[Sampling]
    fastest_interval_s: ClassVar[float]
    latency_s: ClassVar[float]
    latency_u_s: ClassVar[float]
    resolution_w: ClassVar[float]
    accuracy: ClassVar[Accuracy]
    power_limits_w: ClassVar[tuple[float, float]]

    @classmethod
    def check_interval(cls, interval_s: float) -> None:
        """Refuse a time between readings that the instrument does not offer.

        Raises:
            ConfigurationError: it is shorter than `fastest_interval_s`.
        """
        if not interval_s >= cls.fastest_interval_s:
            raise ConfigurationError(
                f"interval: the {cls.model} gives a reading every {cls.fastest_interval_s:g} s at most, "
                f"but {interval_s:g} s was asked for. Set it to {cls.fastest_interval_s:g} s or more"
            )

    @abstractmethod
    def open(self, port: str, interval_s: float) -> None:
        """Open the port for this meter alone. Nothing is sent yet.

        Args:
            port: anything the transport opens by URL.
            interval_s: time between readings.

        Raises:
            ConfigurationError: the instrument does not offer this interval, or the URL is none.
            DeviceError: the port cannot be opened.
        """

    @abstractmethod
    def identify(self) -> Identity:
        """Ask the meter who it is, after stopping whatever an earlier client left running.

        Raises:
            DeviceError: nothing answers, or something that is not this kind of meter.
            PortLost: the port went away.
        """

    @abstractmethod
    def start(self) -> None:
        """Begin to measure at the interval; what the meter said before is thrown away.

        Raises:
            PortLost: the port went away.
        """

    @abstractmethod
    def read(self, timeout_s: float) -> Reading | None:
        """Wait for the next reading, stamped on arrival.

        Returns:
            The reading. What cannot be understood comes back flagged, without watts. ``None``
            when nothing came in ``timeout_s``; whether that is a gap is not the driver's to say.

        Raises:
            PortLost: the port went away.
        """

    @abstractmethod
    def stop(self) -> None:
        """End the measurement, so that the next client finds a quiet meter.

        Raises:
            PortLost: the port went away.
        """

    @abstractmethod
    def release(self) -> None:
        """Give the port back without a word to the meter; harmless when it is not open."""

    def close(self) -> None:
        """Stop the meter and give the port back; a port that is gone needs no stopping."""
        try:
            self.stop()
        except PortLost:
            return
        finally:
            self.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
