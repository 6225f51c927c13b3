"""A meter on a serial port, or on anything else that pyserial opens by URL."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from meter.contract import Meter
from meter.line.transport import Transport
from meter.line.visa import carries_messages
from meter.options import Option
from records.errors import ConfigurationError, DeviceError

_SPEEDS = (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)


def baud_option(default: int) -> Option:
    """Return the option ``baud`` of a meter whose line speed can be set."""
    return Option("baud", int, "Line speed in bit/s, as set at the meter.", default, choices=_SPEEDS)


def parity_option(default: str) -> Option:
    """Return the option ``parity`` of a meter whose parity can be set."""
    return Option("parity", str, "Parity of the line: N, E or O.", default, choices=("N", "E", "O"))


class SerialMeter(Meter):
    """A meter that owns one serial port.

    Class attributes:
        by_message: whether it is asked with a line and answers with one, so that VISA can carry both.
    """

    by_message: ClassVar[bool] = False

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._transport: Transport | None = None

    def open(self, port: str, interval_s: float) -> None:
        self.check_interval(interval_s)
        if carries_messages(port) and not self.by_message:
            raise ConfigurationError(
                f"port {port!r}: the {self.spec.model} sends bytes, not the messages of VISA. "
                f"Name its serial port, or a socket: socket://host:port"
            )
        self.interval_s = interval_s
        changed = {name: self.settings[name] for name in ("baud", "parity") if self.settings.get(name)}
        self._transport = Transport(port, replace(self.spec.line, **changed), self.tap)  # type: ignore[arg-type]

    def release(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    @property
    def is_open(self) -> bool:
        """Whether there is a port to talk to."""
        return self._transport is not None

    @property
    def port(self) -> Transport:
        """The open port.

        Raises:
            DeviceError: it is not open.
        """
        if self._transport is None:
            raise DeviceError(f"{self.spec.model}: the port is not open. Call open() first")
        return self._transport

    def nothing_answered(self, within_s: float) -> DeviceError:
        """Return the error of a meter that says nothing at all."""
        return DeviceError(
            f"{self.port.port}: expected a {self.spec.model}, but nothing answered within {within_s:g} s. "
            f"Check that the meter is powered, the cable, the line speed, and that driver and port are the "
            f"right ones"
        )

    def something_else(self, expected: str, came: str) -> DeviceError:
        """Return the error of a port on which something else answers.

        Args:
            expected: how the right answer looks.
            came: what came, fit to be shown.
        """
        return DeviceError(
            f"{self.port.port}: expected a {self.spec.model} ({expected}), but received {came}. Wrong "
            "instrument on this port, or wrong line speed: check driver, port and options"
        )
