"""What every power meter driver is and does, whatever its wire protocol.

A driver is a pure parser of bytes plus a class over a transport. The class says what the
instrument measures (class attributes) and how to talk to it (methods); it never decides about
gaps, duplicates or reconnection, which are the same for all meters (`meter.recording.session`).

Most drivers build on one of: `meter.kinds.serial.SerialMeter` (owns a serial port),
`meter.kinds.streaming.StreamingMeter` (sends by itself on one), `meter.kinds.polled.PolledMeter` (has to
be asked), and the families in `meter.protocols`.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import ClassVar, Self

from meter.line.errors import PortLost
from meter.line.tap import Tap
from meter.options import Option, Value, resolve
from records.errors import ConfigurationError
from records.meter import Accuracy, Identity, Reading, Sampling


class Meter(ABC):
    """A power meter. Use: `open`, `identify`, `start`, `read` as often as wanted, `close`.

    Args:
        options: what differs from the defaults of the declared ``options``.

    Raises:
        ConfigurationError: an option is not declared, or its value is not allowed.

    Class attributes, as the instrument's data sheet has them:
        driver: name in the registry and in ``lab.toml``.
        maker, model: of the instrument the driver is for.
        quantities: which of `records.meter.QUANTITIES` it fills, ``power_w`` first.
        sampling: what a reading is, see `records.meter.Sampling`.
        fastest_interval_s: shortest time between readings that the instrument offers.
        averaging_s: the time that an ``interval_mean`` reading is the mean of; ``None`` when that is
            the interval it was started with. Readings asked for less often are momentary values.
        latency_s, latency_u_s: from the end of a reading's interval to its arrival at the host,
            and the standard uncertainty of that.
        resolution_w: smallest step of the power reading.
        accuracy: limits of error of the power reading, from the data sheet.
        power_limits_w: lowest and highest power the instrument can mean; a reading outside is
            flagged ``overrange``.
        numbered: whether the driver itself tells a repeated record from a new one.
        unchanged_limit: so many equal readings in a row cannot be, because the noise of the mains
            would change a digit; ``None`` when the digits are too coarse to say.
        patience_s: how long the meter may be silent before its port is opened anew.
        usb_ids: ``vendor:product`` in lower-case hexadecimal of the adapters it comes with.
        options: what can be set.
        unverified: what the driver relies on though no source for it was read; sentences for the
            meter's page.
    """

    driver: ClassVar[str]
    maker: ClassVar[str]
    model: ClassVar[str]
    quantities: ClassVar[tuple[str, ...]]
    sampling: ClassVar[Sampling]
    fastest_interval_s: ClassVar[float]
    averaging_s: ClassVar[float | None] = None
    # Where no source states the delay: anywhere within half an interval of the usual second.
    latency_s: ClassVar[float] = 0.0
    latency_u_s: ClassVar[float] = 0.5 / math.sqrt(3)
    resolution_w: ClassVar[float]
    accuracy: ClassVar[Accuracy]
    power_limits_w: ClassVar[tuple[float, float]]
    numbered: ClassVar[bool] = False
    unchanged_limit: ClassVar[int | None] = None
    patience_s: ClassVar[float] = 5.0
    usb_ids: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[tuple[Option, ...]] = ()
    unverified: ClassVar[tuple[str, ...]] = ()

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        self.settings: dict[str, Value | None] = resolve(self.driver, self.options, options or {})
        self.interval_s = self.fastest_interval_s
        self.tap: Tap | None = None
        """Gets every byte that goes to and fro, when set before `open`."""

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

    def sampling_at(self, interval_s: float) -> Sampling:
        """Return what a reading is when one is taken every ``interval_s``."""
        if self.averaging_s is not None and interval_s > 1.01 * self.averaging_s:
            return "instantaneous"
        return self.sampling

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

        Ranges and whatever else makes a number comparable are set and fixed here.

        Raises:
            DeviceError: the meter refuses a setting.
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

        Harmless when the port is not open.

        Raises:
            PortLost: the port went away.
        """

    @abstractmethod
    def release(self) -> None:
        """Give the port back without a word to the meter; harmless when it is not open."""

    def settled(self) -> dict[str, Value]:
        """Return the options that repeat what `start` chose by itself, such as a range.

        A campaign passes them to every later start, so that all its runs are measured alike.
        """
        return {}

    def accuracy_in_force(self) -> Accuracy:
        """Return the limits of error with the ranges of now; after `start`."""
        return self.accuracy

    def extra_counts(self) -> dict[str, int]:
        """Return what the driver itself counted since `open`, such as lost sets; for ``meter.json``."""
        return {}

    def says_simulated(self) -> bool:
        """Tell whether the meter itself says that its numbers are no measurement; after `identify`."""
        return False

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
