"""Bytes to and from an instrument, over anything that pyserial opens by URL.

``/dev/ttyUSB0``, the path of a pseudo-terminal, ``socket://host:port``, ``rfc2217://host:port``;
``visa://RESOURCE``, an instrument behind VISA (`meter.line.visa`); and ``tape://PATH``, a recording
(`meter.line.tape`).
"""

import contextlib
import errno
import termios
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import serial

from meter.line.errors import PortLost
from meter.line.format import Line
from meter.line.lease import Lease
from meter.line.ports import list_ports, remedy
from meter.line.simulated import is_simulated_port
from meter.line.tap import Tap
from meter.line.tape import SCHEME, Tape
from meter.line.visa import VisaPort, as_socket, carries_messages
from records.errors import ConfigurationError, DeviceError
from records.times import now_mono_s, now_utc_s

# pyserial waits this long at most before it looks at the deadline again. It is set once, because
# changing it makes rfc2217 negotiate the line anew.
_POLL_S = 0.1


class Transport:
    """An open port that no other program of ours can open at the same time.

    Args:
        port: path or URL.
        line: speed and format.
        tap: gets every byte that passes, or ``None``.

    Raises:
        ConfigurationError: the URL is of no known kind.
        DeviceError: the port does not exist, may not be opened, or is in use.
    """

    def __init__(self, port: str, line: Line, tap: Tap | None = None) -> None:
        self.port = port
        self.line = line
        self._tap = tap
        # Two programs can be connected to one address; a serial port is locked by pyserial.
        self._lease = Lease(as_socket(port)) if "://" in port else None
        try:
            self._serial = _open(port, line)
        except BaseException as error:
            self._end_lease()
            if isinstance(error, ValueError):
                raise ConfigurationError(
                    f"port {port!r}: expected a device path or a URL such as socket://host:port, "
                    f"rfc2217://host:port or visa://TCPIP::host::INSTR, but {error}"
                ) from None
            if isinstance(error, termios.error):  # the port went away while it was being opened
                _raise_open_error(port, OSError(*error.args))
            if isinstance(error, OSError):
                _raise_open_error(port, error)
            raise
        if tap is not None:
            tap(now_utc_s(), "open", b"")

    def write(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            PortLost: the port is gone or does not take them.
        """
        if self._tap is not None:
            self._tap(now_utc_s(), "tx", data)
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
                    data += self._serial.read(self._serial.in_waiting)
                    if self._tap is not None:
                        self._tap(t_utc_s, "rx", data)
                    return t_utc_s, data
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

    def flush(self) -> bytes:
        """Take and return what came and was not read, without waiting; before a question is asked.

        Raises:
            PortLost: the port is gone.
        """
        try:
            data: bytes = self._serial.read(self._serial.in_waiting) if self._serial.in_waiting else b""
        except OSError as error:
            raise self._lost(error) from None
        if data and self._tap is not None:
            self._tap(now_utc_s(), "rx", data)
        return data

    def send_break(self, duration_s: float = 0.25) -> None:
        """Hold the line in the break state; nothing happens where the port has no such thing."""
        with contextlib.suppress(OSError, NotImplementedError):
            self._serial.send_break(duration_s)

    def raise_dtr(self) -> None:
        """Raise the line "data terminal ready"; nothing happens where the port has none, as a pty."""
        with contextlib.suppress(OSError):
            self._serial.dtr = True

    def change_speed(self, baud: int) -> None:
        """Change the line speed in the middle of a talk; see IEC 62056-21, mode C.

        Raises:
            PortLost: the port is gone.
        """
        try:
            self._serial.baudrate = baud
        except OSError as error:
            raise self._lost(error) from None

    def close(self) -> None:
        """Close the port; closing twice is harmless."""
        self._serial.close()
        self._end_lease()

    def _end_lease(self) -> None:
        if self._lease is not None:
            self._lease.end()

    def _lost(self, error: OSError) -> PortLost:
        return PortLost(
            f"{self.port}: the port was lost ({error}). Check the cable and the USB plug; "
            f"`lab meter ports` lists what is plugged in"
        )


def _open(port: str, line: Line) -> Any:
    """Open a port as pyserial does, or a recording or a VISA resource as if it were one."""
    if port.startswith(SCHEME):
        return Tape(port)
    if carries_messages(port):
        return VisaPort(port)
    _check_address(as_socket(port))
    # A pseudo-terminal has no parity and no 7 bits. Linux ignores the wish when the port is opened for
    # the first time and refuses it afterwards.
    bare = is_simulated_port(port)
    return serial.serial_for_url(
        as_socket(port),
        baudrate=line.baud,
        bytesize=8 if bare else line.bits,
        parity="N" if bare else line.parity,
        stopbits=line.stop_bits,
        rtscts=line.rts_cts,
        xonxoff=line.xon_xoff,
        timeout=_POLL_S,
        write_timeout=2.0,
        exclusive=True,
    )


def _check_address(url: str) -> None:
    """Refuse a network address without host or TCP port, for which pyserial has no words.

    Raises:
        ConfigurationError: it is one.
    """
    scheme = url.partition("://")[0].lower()
    if scheme not in ("socket", "rfc2217"):
        return
    try:
        parts = urlsplit(url)
        complete = bool(parts.hostname) and parts.port is not None
    except ValueError:  # the port is no number, or beyond 65535
        complete = False
    if not complete:
        raise ConfigurationError(
            f"port {url!r}: expected {scheme}://HOST:PORT with a TCP port from 1 to 65535, e.g. "
            f"{scheme}://192.0.2.7:5025"
        )


def _raise_open_error(port: str, error: OSError) -> NoReturn:
    if error.errno == errno.ENOENT:
        seen = ", ".join(found.device for found in list_ports()) or "none"
        raise DeviceError(
            f"{port}: there is no such port. Ports on this machine: {seen}. "
            f"Plug the meter in, or name its port"
        ) from None
    if error.errno in (errno.EACCES, errno.EPERM):
        advice = remedy(Path(port)) or "this user may not open the port; `ls -l` shows who may"
        raise DeviceError(f"{port}: {advice}") from None
    if error.errno in (errno.EBUSY, errno.EAGAIN):
        raise DeviceError(
            f"{port}: another program is reading this port. A meter can have one reader only: "
            f"end the other one (`fuser -v {port}` names it)"
        ) from None
    raise DeviceError(f"{port}: expected a port that can be opened, but {error}") from None
