"""Watts up? PRO (also ES and .NET) of Electronic Educational Devices, on its USB serial port.

Source of the protocol: vendor specification "Watts up? communications protocol" 4.41 (2007).
Never run against the real instrument; see docs/meters/wattsup_pro.md for what is verified.
"""

import math
import re
from collections.abc import Iterable, Mapping

from meter.kinds.streaming import StreamingMeter
from meter.line.errors import shown
from meter.line.format import Line
from meter.spec import MeterSpec
from records.errors import DeviceError
from records.meter import Accuracy, Identity, Reading
from records.times import now_mono_s

ANSWER_S = 2.0  # "the host should allow 2 s for an answer"
_ABORT = b"\x18"
_STOP = b"#L,R,0;"
_VERSION = b"#V,R,0;"
_STREAM = b"#L,W,3,E,,1;"

_MODELS = {"0": "Standard", "1": "PRO", "2": "ES", "3": ".NET", "4": "blind"}
_LONGEST = 512  # bytes; the longest record, 48 calibration values, stays below
_DATA_FIELDS = 18
_POWER_MAX_DW = 50_000  # tenth watts, range of the field in the specification
_REPLY = re.compile(r"[a-z],-,(\d{1,2})((?:,[^,#;]*)*)")


class Decoder:
    """Split a stream of bytes into records, however the bytes were cut into reads.

    A record is ``#...;``; CR, LF and TAB inside do not count. Whatever is outside is returned
    too, one piece for each line of it, so that garbage on the line is seen and not just missing.
    """

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes in; return the pieces that are complete now. Only ``#...;`` are records."""
        pieces = []
        for byte in data:
            if byte in b"\r\n\t":
                if byte == 0x0A and self._held and not self._held.startswith(b"#"):
                    pieces.append(self._take())
            elif byte == 0x23 and self._held:  # '#': the record before it was torn
                pieces.append(self._take())
                self._held.append(byte)
            else:
                self._held.append(byte)
                if self._is_complete():
                    pieces.append(self._take())
        return pieces

    def clear(self) -> None:
        """Forget an unfinished piece."""
        self._held.clear()

    def _is_complete(self) -> bool:
        ended = self._held.startswith(b"#") and self._held.endswith(b";")
        return ended or len(self._held) >= _LONGEST

    def _take(self) -> bytes:
        piece = bytes(self._held)
        self._held.clear()
        return piece


def parse_reply(piece: bytes) -> tuple[str, list[str]] | None:
    """Return letter and arguments of a well-formed reply, or ``None`` for anything else.

    Well-formed: ``#<letter>,-,<n>,<n arguments>;`` in ASCII with a lower-case letter.
    """
    if not (piece.startswith(b"#") and piece.endswith(b";") and piece.isascii()):
        return None
    text = piece[1:-1].decode("ascii")
    match = _REPLY.fullmatch(text)
    if match is None:
        return None
    arguments = match[2].split(",")[1:]
    return (text[0], arguments) if len(arguments) == int(match[1]) else None


def parse_piece(piece: bytes, t_utc_s: float) -> Reading | None:
    """Return the reading in a piece of the stream.

    Args:
        piece: as `Decoder` gives it.
        t_utc_s: when it arrived.

    Returns:
        A good reading; or one flagged ``malformed`` for what is no proper record (wrong number of
        fields, no digits, power outside 0 to 5000 W) and ``nodata`` for a record whose power is
        ``_`` (not logged); or ``None`` for a proper reply that is no reading.
    """
    malformed = Reading(t_utc_s, None, "malformed")
    reply = parse_reply(piece)
    if reply is None:
        return malformed
    letter, fields = reply
    if letter != "d":
        return None
    if len(fields) != _DATA_FIELDS or not all(re.fullmatch(r"_|\d{1,9}", field) for field in fields):
        return malformed
    values = [None if field == "_" else int(field) for field in fields]
    power_dw = values[0]
    if power_dw is None:
        return Reading(t_utc_s, None, "nodata")
    if power_dw > _POWER_MAX_DW:
        return malformed
    return Reading(
        t_utc_s,
        power_dw / 10,
        voltage_v=_scaled(values[1], 10),
        current_a=_scaled(values[2], 1000),  # milliamperes, checked against the VA field
        power_factor=_scaled(values[13], 100),
        frequency_hz=_scaled(values[16], 10),
        energy_wh=_scaled(values[3], 10),
    )


def _scaled(value: int | None, divisor: int) -> float | None:
    return None if value is None else value / divisor


def parse_version(fields: list[str]) -> Identity:
    """Return the identity in the eight arguments of a ``#v`` reply; the meter has no serial number.

    Raises:
        DeviceError: they are not eight.
    """
    if len(fields) != 8:
        raise DeviceError(f"Watts up? version record: expected 8 fields, found {len(fields)}: {fields}")
    model = _MODELS.get(fields[0], f"model {fields[0]}")
    hardware = f"hardware {fields[2]}.{fields[3]}"
    return Identity(
        maker=SPEC.maker,
        model=f"Watts up? {model}",
        firmware=f"{fields[4]}.{fields[5]} ({fields[6]}), {hardware}",
    )


SPEC = MeterSpec(
    driver="wattsup_pro",
    maker="Electronic Educational Devices",
    model="Watts up? PRO",
    quantities=(
        "power_w",
        "voltage_v",
        "current_a",
        "power_factor",
        "frequency_hz",
        "energy_wh",
    ),
    sampling="interval_mean",
    fastest_interval_s=1.0,
    intervals_s=(1.0,),  # whether slower records are means is not documented
    # No source states the delay. 0 with a rectangular half-width of half an interval says so;
    # measure it with a step load and pass it to the logger to do better.
    latency_s=0.0,
    latency_u_s=0.5 / math.sqrt(3),
    resolution_w=0.1,
    accuracy=Accuracy(reading_pct=1.5, counts=3),  # user guide
    power_limits_w=(0.0, _POWER_MAX_DW / 10),
    unchanged_limit=120,
    usb_ids=("0403:6001",),  # FTDI's own, as many adapters have it
    line=Line(115_200),
)


class WattsUpPro(StreamingMeter):
    """The driver. The meter streams one record a second, the mean of that second."""

    spec = SPEC

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._decoder = Decoder()

    def identify(self) -> Identity:
        """Stop and drain, then ``#V,R,0;`` twice at most."""
        self._halt()
        heard = b""
        for _ in range(2):
            self.port.write(_VERSION)
            identity, data = self._await_version()
            if identity is not None:
                return identity
            heard += data
        if heard:
            raise self.something_else("#v,-,8,...;", shown(heard))
        raise self.nothing_answered(2 * ANSWER_S)

    def start(self) -> None:
        """``#L,W,3,E,,1;`` after everything old is drained."""
        self._halt()
        self.port.write(_STREAM)

    def take(self, data: bytes, t_utc_s: float) -> Iterable[Reading]:
        """The stamp is the arrival of the record's last byte."""
        readings = (parse_piece(piece, t_utc_s) for piece in self._decoder.feed(data))
        return (reading for reading in readings if reading is not None)

    def stop(self) -> None:
        if self.is_open:
            self._halt()

    def _halt(self) -> None:
        """Abort a dump, end external logging, throw away what is under way."""
        self.port.write(_ABORT + _STOP)
        self.port.drain(quiet_s=0.2, limit_s=3.0)
        self._decoder.clear()
        self.waiting.clear()

    def _await_version(self) -> tuple[Identity | None, bytes]:
        """Wait for the version record; return it, and the bytes that came."""
        heard = b""
        deadline_s = now_mono_s() + ANSWER_S
        while (left_s := deadline_s - now_mono_s()) > 0:
            _, data = self.port.read(left_s)
            heard += data
            for piece in self._decoder.feed(data):
                reply = parse_reply(piece)
                if reply is not None and reply[0] == "v":
                    return parse_version(reply[1]), heard
        return None, heard
