"""Bytes to and from an instrument, over anything that pyserial opens by URL.

``/dev/ttyUSB0``, the path of a pseudo-terminal, ``socket://host:port``, ``rfc2217://host:port``.
"""

import errno
import os
import stat
import termios
from pathlib import Path
from typing import NoReturn

import serial

from meter.ports import list_ports
from records.errors import ConfigurationError, DeviceError
from records.times import now_mono_s, now_utc_s

# pyserial waits this long at most before it looks at the deadline again. It is set once, because
# changing it makes rfc2217 negotiate the line anew.
_POLL_S = 0.1

_MAJORS_OF_PTYS = range(136, 144)  # Linux, Documentation/admin-guide/devices.txt


class PortLost(DeviceError):
    """The port was there and is gone: unplugged, or its other end closed."""


class Transport:
    """An open port that no other program of ours can open at the same time.

    Args:
        port: path or URL.
        baud: bits per second; 8 data bits, no parity, 1 stop bit, no flow control.

    Raises:
        ConfigurationError: the URL is of no known kind.
        DeviceError: the port does not exist, may not be opened, or is in use.
    """

    def __init__(self, port: str, baud: int) -> None:
        self.port = port
        try:
            self._serial = serial.serial_for_url(
                port, baudrate=baud, timeout=_POLL_S, write_timeout=2.0, exclusive=True
            )
        except ValueError as error:
            raise ConfigurationError(
                f"port {port!r}: expected a device path or a URL such as socket://host:port or "
                f"rfc2217://host:port, but {error}"
            ) from None
        except termios.error as error:  # the port went away while it was being opened
            _raise_open_error(port, OSError(*error.args))
        except OSError as error:
            _raise_open_error(port, error)

    def write(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            PortLost: the port is gone or does not take them.
        """
        try:
            self._serial.write(data)
        except OSError as error:
            raise self._lost(error) from None

    def read(self, timeout_s: float) -> tuple[float, bytes]:
        """Wait for bytes and take all that are there.

        Returns:
            The UTC time of their arrival and the bytes; no bytes when none came in ``timeout_s``.

        Raises:
            PortLost: the port is gone.
        """
        deadline_s = now_mono_s() + timeout_s
        try:
            while True:
                data = self._serial.read(1)
                if data:
                    t_utc_s = now_utc_s()
                    return t_utc_s, data + self._serial.read(self._serial.in_waiting)
                if now_mono_s() >= deadline_s:
                    return now_utc_s(), b""
        except OSError as error:
            raise self._lost(error) from None

    def drain(self, quiet_s: float, limit_s: float) -> bytes:
        """Take and return what comes until nothing has come for ``quiet_s``, or ``limit_s`` is over.

        Raises:
            PortLost: the port is gone.
        """
        taken = b""
        deadline_s = now_mono_s() + limit_s
        while now_mono_s() < deadline_s:
            _, data = self.read(quiet_s)
            if not data:
                break
            taken += data
        return taken

    def close(self) -> None:
        """Close the port; closing twice is harmless."""
        self._serial.close()

    def _lost(self, error: OSError) -> PortLost:
        return PortLost(
            f"{self.port}: the port was lost ({error}). Check the cable and the USB plug; "
            f"`lab meter ports` lists what is plugged in"
        )


def is_simulated_port(port: str) -> bool:
    """Tell whether a port is a pseudo-terminal: then a program answers, not an instrument.

    A link is followed. Whatever comes from such a port must be marked SIMULATED.
    """
    path = Path(port)
    if "://" in port or not path.exists():
        return False
    status = path.stat()
    return stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) in _MAJORS_OF_PTYS


def shown(data: bytes, limit: int = 60) -> str:
    """Return bytes as a message shows them: escaped and shortened."""
    text = data[:limit].decode("ascii", "backslashreplace").encode("unicode_escape").decode()
    return f"'{text}'" + (f" and {len(data) - limit} more bytes" if len(data) > limit else "")


def _raise_open_error(port: str, error: OSError) -> NoReturn:
    if error.errno == errno.ENOENT:
        seen = ", ".join(found.device for found in list_ports()) or "none"
        raise DeviceError(
            f"{port}: there is no such port. Ports on this machine: {seen}. "
            f"Plug the meter in, or name its port"
        ) from None
    if error.errno in (errno.EACCES, errno.EPERM):
        raise DeviceError(
            f"{port}: this user may not open the port. Add the user to the group that owns it "
            f"(usually `sudo usermod -aG dialout $USER`, then log in again), or add a udev rule"
        ) from None
    if error.errno in (errno.EBUSY, errno.EAGAIN):
        raise DeviceError(
            f"{port}: another program is reading this port. A meter can have one reader only: "
            f"end the other one (`fuser -v {port}` names it)"
        ) from None
    raise DeviceError(f"{port}: expected a serial port that can be opened, but {error}") from None
