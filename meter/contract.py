"""What every power meter driver is and does, whatever its wire protocol.

A driver is a pure parser of bytes plus a class over a transport. The class says what the
instrument measures (its `meter.spec.MeterSpec`) and how to talk to it (methods); it never decides about
gaps, duplicates or reconnection, which are the same for all meters (`meter.recording.session`).

Most drivers build on one of: `meter.kinds.serial.SerialMeter` (owns a serial port),
`meter.kinds.streaming.StreamingMeter` (sends by itself on one), `meter.kinds.polled.PolledMeter` (has to
be asked), and the families in `meter.protocols`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import ClassVar, Self

from meter.line.errors import PortLost
from meter.line.tap import Tap
from meter.options import Value, resolve
from meter.spec import MeterSpec
from records.errors import ConfigurationError
from records.meter import Accuracy, Identity, Reading, Sampling

_SLOWEST_S = 86_400.0  # slower is a mistake in the unit


class Meter(ABC):
    """A power meter. Use: `open`, `identify`, `start`, `read` as often as wanted, `close`.

    Args:
        options: what differs from the defaults of the declared options.

    Raises:
        ConfigurationError: an option is not declared, or its value is not allowed.

    Class attributes:
        spec: the instrument, as its data sheet has it; a recording has that of the recorded one.
        detects_duplicates: whether the driver itself tells a repeated record from a new one.
    """

    spec: MeterSpec
    detects_duplicates: ClassVar[bool] = False

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        self.settings: dict[str, Value | None] = resolve(self.spec.driver, self.spec.options, options or {})
        self.interval_s = self.spec.fastest_interval_s
        self.tap: Tap | None = None
        """Gets every byte that goes to and fro, when set before `open`."""

    @classmethod
    def check_interval(cls, interval_s: float) -> None:
        """Refuse a time between readings that the instrument does not offer.

        Raises:
            ConfigurationError: it is shorter than ``fastest_interval_s``, or none of ``intervals_s``.
        """
        spec = cls.spec
        if interval_s > _SLOWEST_S:
            raise ConfigurationError(
                f"interval: expected {_SLOWEST_S:g} s at most between readings (requested: {interval_s:g} s)"
            )
        if not interval_s >= spec.fastest_interval_s:
            raise ConfigurationError(
                f"interval: the {spec.model} cannot deliver readings faster than every "
                f"{spec.fastest_interval_s:g} s (requested: {interval_s:g} s). Set it to "
                f"{spec.fastest_interval_s:g} s or more"
            )
        if spec.intervals_s and interval_s not in spec.intervals_s:
            offered = ", ".join(f"{offered_s:g}" for offered_s in spec.intervals_s)
            nearest_s = min(spec.intervals_s, key=lambda offered_s: abs(offered_s - interval_s))
            raise ConfigurationError(
                f"interval: the {spec.model} delivers readings every {offered} s only (requested: "
                f"{interval_s:g} s). Set it to {nearest_s:g} s"
            )

    def sampling_at(self, interval_s: float) -> Sampling:
        """Return what a reading is when one is taken every ``interval_s``."""
        if self.spec.averaging_s is not None and interval_s > 1.01 * self.spec.averaging_s:
            return "instantaneous"
        return self.spec.sampling

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
        """Give the port back without writing to the meter; harmless when it is not open."""

    def chosen_options(self) -> dict[str, Value]:
        """Return the options that repeat what `start` chose by itself, such as a range.

        A campaign passes them to every later start, so that all its runs are measured alike.
        """
        return {}

    def instrument_settings(self) -> dict[str, Value]:
        """Return how the instrument says that it is set; after `start`. Empty where it cannot tell."""
        return {}

    def accuracy_in_force(self) -> Accuracy:
        """Return the limits of error with the ranges of now; after `start`."""
        return self.spec.accuracy

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
