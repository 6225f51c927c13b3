"""A recorded talk as a port: ``tape://PATH`` gives a driver the bytes of a ``meter_raw.csv`` again.

So what a driver made of a meter's bytes can be done over, without the meter, by this or a later
version. ``tape://PATH?speed=20`` plays twenty times as fast, for decoding and not for timing. The
bytes that were sent are compared: answers to other questions would be numbers that mean something else.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import NoReturn
from urllib.parse import parse_qsl

from meter.line.errors import RecordingDiffers, RecordingEnded, shown
from meter.line.raw import RAW_COLUMNS
from records.errors import ConfigurationError, DeviceError
from records.times import now_mono_s

SCHEME = "tape://"
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class _Row:
    t_utc_s: float
    direction: str
    data: bytes


_interrupted: dict[str, Iterator[_Row]] = {}
"""What is left of tapes at whose place the port was opened again when they were recorded."""


class Tape:
    """Plays a recording, as much like a `serial.Serial` as `meter.line.transport.Transport` needs.

    What came after something was sent is held back until the driver has sent it, too, and keeps its
    distance from that. Where the port was opened anew in the recording, it is lost here, and the
    next `Tape` of that port in this program goes on from there.

    Args:
        port: ``tape://PATH`` or ``tape://PATH?speed=FACTOR``.

    Raises:
        ConfigurationError: the speed is no number above 0.
        DeviceError: there is no such file, or it is no recording.
    """

    baudrate = 0
    dtr = False

    def __init__(self, port: str) -> None:
        self._port = port
        path, self._speed = _address(port)
        self._rows = _interrupted.pop(port) if port in _interrupted else _rows(path)
        self._next = next(self._rows, None)
        if self._next is not None and self._next.direction == "open":
            self._begin_s, self._begin_utc_s = now_mono_s(), self._next.t_utc_s
            self._next = next(self._rows, None)
        else:
            self._begin_s = now_mono_s()
            self._begin_utc_s = self._next.t_utc_s if self._next is not None else 0.0
        self._ready = bytearray()

    @property
    def in_waiting(self) -> int:
        """Number of bytes that can be read now."""
        self._take_due()
        return len(self._ready)

    def read(self, size: int = 1) -> bytes:
        """Return up to ``size`` bytes; none when none come for a tenth of a second.

        Raises:
            RecordingEnded: nothing comes any more.
            OSError: the port was lost here.
        """
        deadline_s = now_mono_s() + _POLL_S
        while size and not self.in_waiting:
            due_s = self._due_s()
            if due_s <= now_mono_s():
                if self._next is not None and self._next.direction == "rx":
                    continue  # its time came since it was looked for
                self._raise_end()
            if now_mono_s() >= deadline_s:
                break
            time.sleep(max(0.0, min(due_s, deadline_s) - now_mono_s()))
        taken = bytes(self._ready[:size])
        del self._ready[:size]
        return taken

    def write(self, data: bytes) -> int:
        """Take what the driver sends; what was recorded before it is there at once.

        Raises:
            RecordingEnded: nothing was sent any more.
            RecordingDiffers: something else was sent.
            OSError: the port was lost here.
        """
        while self._next is not None and self._next.direction == "rx":
            self._ready += self._next.data
            self._next = next(self._rows, None)
        if self._next is None or self._next.direction != "tx":
            self._raise_end()
        if self._next.data != data:
            raise RecordingDiffers(
                f"{self._port}: expected the driver to send {shown(self._next.data)}, as it did when this "
                f"was recorded, but it sent {shown(data)}. Use the driver, the interval and the options "
                f"that its meter.json names"
            )
        self._begin_s, self._begin_utc_s = now_mono_s(), self._next.t_utc_s
        self._next = next(self._rows, None)
        return len(data)

    def send_break(self, duration: float = 0.25) -> None:
        """Do nothing: the line's states are not recorded."""

    def close(self) -> None:
        """Stop playing."""
        if self._next is not None and self._next.direction == "open":
            _interrupted[self._port] = _followed_by(self._next, self._rows)
        self._next = None

    def _take_due(self) -> None:
        now_s = now_mono_s()
        while self._next is not None and self._next.direction == "rx" and self._due_s() <= now_s:
            self._ready += self._next.data
            self._next = next(self._rows, None)

    def _due_s(self) -> float:
        """Return when the next row is to be played; of what the driver has to send, never."""
        if self._next is None:
            return now_mono_s()
        if self._next.direction == "tx":
            return inf
        return self._begin_s + (self._next.t_utc_s - self._begin_utc_s) / self._speed

    def _raise_end(self) -> NoReturn:
        if self._next is not None and self._next.direction == "open":
            raise OSError("here the port was opened anew when this was recorded")
        raise RecordingEnded(f"{self._port}: the recording is at its end")


def _address(port: str) -> tuple[Path, float]:
    path, _, query = port.removeprefix(SCHEME).partition("?")
    settings = dict(parse_qsl(query, keep_blank_values=True))
    try:
        speed = float(settings.pop("speed", 1.0))
    except ValueError:
        speed = 0.0
    if settings or not 0 < speed < inf:
        raise ConfigurationError(
            f"port {port!r}: expected tape://PATH or tape://PATH?speed=FACTOR with a factor above 0"
        )
    return Path(path), speed


def _rows(path: Path) -> Iterator[_Row]:
    """Open a recording; return its rows up to the first that a crash tore."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            header = file.readline().strip()
    except OSError as error:
        raise DeviceError(
            f"{path}: cannot read the recording ({error.strerror}). `lab meter log --raw` makes one"
        ) from None
    if header != ",".join(RAW_COLUMNS):
        raise DeviceError(f"{path}: expected a meter_raw.csv with the columns {','.join(RAW_COLUMNS)}")
    return _read_on(path)


def _read_on(path: Path) -> Iterator[_Row]:
    with open(path, encoding="ascii", errors="replace") as file:
        file.readline()
        for line in file:
            try:
                stamp, direction, data = line.rstrip("\n").split(",")
                if not isfinite(t_utc_s := float(stamp)):
                    return
                yield _Row(t_utc_s, direction, bytes.fromhex(data))
            except ValueError:
                return


def _followed_by(first: _Row, rest: Iterator[_Row]) -> Iterator[_Row]:
    yield first
    yield from rest
