"""Smart meters that push SML (German eHZ and mME), read at their optical port.

Sources: the captures of real meters in the public collection libsml-testing; framing, check sum and
coding as the library smllib has them, which decodes here. Never run against a real instrument; see
docs/meters/sml.md for what is verified.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from smllib.builder._builder import SmlObjBuilder
from smllib.builder.default_context import create_context
from smllib.builder.list_entry import SmlListEntryBuilder
from smllib.crc import kermit, x25
from smllib.errors import SmlLibException
from smllib.sml.list_entry import SmlListEntry
from smllib.sml.response_get_list import SmlGetListResponse
from smllib.sml_frame import SmlFrame
from smllib.sml_frame_snippet import SmlFrameSnippet

from meter.kinds.streaming import StreamingMeter
from meter.line.errors import shown
from meter.line.format import Line
from meter.options import Option
from meter.spec import MeterSpec
from records.errors import ConfigurationError, DeviceError
from records.meter import Accuracy, Identity, Reading
from records.times import now_mono_s

START = b"\x1b\x1b\x1b\x1b\x01\x01\x01\x01"
IDENTIFY_S = 10.0  # at a frame every 4 s, two of them
ENOUGH_BYTES, ENOUGH_FRAMES = 4096, 3  # to say that what is there is not what is wanted

_LONGEST = 8192  # bytes; the longest frame of the captures has 528
_MARK = re.compile(rb"(\x1b{4,})(?:\x1a|\x01{4})")
_TRAILER = 4  # 0x1A, number of padding bytes, check sum
_WATT, _WATT_HOUR, _VOLT, _HERTZ = 27, 30, 35, 44
_SUM = "1-0:16.7.0*255"
_PHASES = ("1-0:36.7.0*255", "1-0:56.7.0*255", "1-0:76.7.0*255")
_IMPORT, _ABSOLUTE = "1-0:1.7.0*255", "1-0:15.7.0*255"
_SERVER_IDS = ("1-0:96.1.0*255", "1-0:0.0.9*255")
_OBIS = re.compile(r"(?:1-0:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\*255)?")

# DZG DVS74: a power that needs its highest bit is sent as a signed number, cut to its 1 to 3 lowest
# bytes as if it had no sign. Serial numbers as libsml publishes them.
_CUT_WITHOUT_SIGN = (range(42_000_000, 49_000_000), range(55_000_000, 59_000_000))


class Decoder:
    """Cut a stream of bytes into pieces: frames of the transport protocol, and what is none.

    Bytes before the first frame are dropped: who begins to listen comes in the middle of one. Later
    they are a piece of their own, so that damage is seen. (The reader of smllib drops them
    silently, and with a torn frame it loses the good one after it.)
    """

    def __init__(self) -> None:
        self._held = b""
        self._in_step = False

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes in; return the pieces that are complete now. Only those with `START` are frames."""
        self._held += data
        pieces = []
        while (end := self._next_end()) is not None:
            piece, self._held = self._held[:end], self._held[end:]
            starts = piece.startswith(START)
            if starts or self._in_step:
                pieces.append(piece)
            self._in_step = self._in_step or starts
        return pieces

    def clear(self) -> None:
        """Forget what is unfinished, and be out of step again."""
        self._held, self._in_step = b"", False

    def _next_end(self) -> int | None:
        """Return where the next piece ends; ``None`` while that is not known."""
        begun = self._held.startswith(START)
        for mark in _MARK.finditer(self._held, len(START) if begun else 0):
            # Four bytes 0x1B in the data are sent twice; of a run, a lone four is the mark.
            if len(mark[1]) % 8 < 4:
                continue
            if mark[0].endswith(START[4:]):
                return mark.end() - len(START)
            end = mark.end(1) + _TRAILER
            if begun:
                return end if end <= len(self._held) else None
        return len(self._held) if len(self._held) > _LONGEST else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a meter.

    Attributes:
        value: a number as sent, not scaled, or the hexadecimal text of an octet string.
        scaler: power of ten of the number.
        unit: number of the unit (DLMS).
        length: bytes of the value on the wire.
    """

    value: int | str
    scaler: int
    unit: int | None
    length: int

    @property
    def number(self) -> float | None:
        """The scaled number; ``None`` for what is none."""
        if isinstance(self.value, str):
            return None
        # A division is exact to the last digit where a factor of 0.1 is not.
        return float(self.value * 10**self.scaler if self.scaler >= 0 else self.value / 10**-self.scaler)


class _EntryBuilder(SmlListEntryBuilder):
    """Keep the length of the value, which smllib drops; leave texts as they are."""

    def build(self, obj: SmlFrameSnippet, classes: Any) -> SmlListEntry:
        entry: SmlListEntry = SmlObjBuilder.build(self, obj, classes)
        raw = obj.get_value(list)[5].msg
        entry.length = 0 if raw is None else len(raw) - 1  # type: ignore[attr-defined]
        return entry


_CONTEXT = create_context() | {SmlListEntry: _EntryBuilder()}


def parse_frame(frame: bytes) -> dict[str, Entry] | None:
    """Return the values of a frame by OBIS code, ``1-0:16.7.0*255``.

    Args:
        frame: as `Decoder` gives it.

    Returns:
        The values, or ``None`` where the check sum is wrong or the content makes no sense. The check
        sum is CRC-16/X-25, or Kermit, which smllib has for meters that send it in its place.
    """
    padding = frame[-3] if len(frame) >= len(START) + 8 else 255
    if not frame.startswith(START) or frame[-8:-3] != START[:4] + b"\x1a" or padding > 3:
        return None
    found = int.from_bytes(frame[-2:], "big")
    if found not in (x25.get_crc(frame[:-2]), kermit.get_crc(frame[:-2])):
        return None
    content = frame[len(START) : -8 - padding].replace(START[:4] * 2, START[:4])
    try:
        messages = SmlFrame(content, build_ctx=_CONTEXT).parse_frame()
    except (SmlLibException, ValueError, IndexError, TypeError):
        return None
    values = {}
    for message in messages:
        body = message.message_body
        if not isinstance(body, SmlGetListResponse):
            continue
        for entry in body.val_list:
            if isinstance(entry.value, int | str):
                length: int = entry.length  # type: ignore[attr-defined]
                values[entry.obis.obis_code] = Entry(entry.value, entry.scaler or 0, entry.unit, length)
    return values


def find_power_w(values: Mapping[str, Entry], obis: str | None = None) -> float | None:
    """Return the active power, positive where energy is drawn; ``None`` where the meter sends none.

    Args:
        values: of a frame.
        obis: the code to take; else the first that is there of 16.7.0, the sum of 36.7.0, 56.7.0
            and 76.7.0, 1.7.0 and 15.7.0 (the magnitude).
    """
    signed = _cut_without_sign(values)

    def watts(code: str) -> float | None:
        entry = values.get(code)
        if entry is None or isinstance(entry.value, str) or entry.unit != _WATT:
            return None
        if signed and entry.value < 0 and entry.length < 4:
            whole = entry.value + (1 << 8 * entry.length)
            return Entry(whole, entry.scaler, entry.unit, entry.length).number
        return entry.number

    if obis is not None:
        return watts(obis)
    power_w = watts(_SUM)
    if power_w is None:
        phases_w = [phase_w for phase_w in map(watts, _PHASES) if phase_w is not None]
        power_w = math.fsum(phases_w) if phases_w else None
    if power_w is None:
        power_w = watts(_IMPORT)
    return watts(_ABSOLUTE) if power_w is None else power_w


def _cut_without_sign(values: Mapping[str, Entry]) -> bool:
    server = _octets(values, _SERVER_IDS)
    if len(server) != 10 or server[2:5] != b"DZG":
        return False
    return any(int.from_bytes(server[6:], "big") in serials for serials in _CUT_WITHOUT_SIGN)


def _octets(values: Mapping[str, Entry], codes: tuple[str, ...]) -> bytes:
    """Return the first octet string there is under one of the codes."""
    texts = (values[code].value for code in codes if code in values)
    return next((bytes.fromhex(text) for text in texts if isinstance(text, str)), b"")


def _number(values: Mapping[str, Entry], code: str, unit: int) -> float | None:
    entry = values.get(code)
    return entry.number if entry is not None and entry.unit == unit else None


def parse_reading(piece: bytes, t_utc_s: float, obis: str | None = None) -> Reading:
    """Return the reading in a piece of the stream.

    Args:
        piece: as `Decoder` gives it.
        t_utc_s: when it arrived.
        obis: the code of the power; see `find_power_w`.

    Returns:
        A good reading; or one flagged ``malformed`` for what is no proper frame, and ``nodata`` for a
        frame without power.
    """
    values = parse_frame(piece)
    if values is None:
        return Reading(t_utc_s, None, "malformed")
    power_w = find_power_w(values, obis)
    if power_w is None:
        return Reading(t_utc_s, None, "nodata")
    return Reading(
        t_utc_s,
        power_w,
        voltage_v=_number(values, "1-0:32.7.0*255", _VOLT),
        frequency_hz=_number(values, "1-0:14.7.0*255", _HERTZ),
        energy_wh=_number(values, "1-0:1.8.0*255", _WATT_HOUR),
    )


def parse_identity(values: Mapping[str, Entry]) -> Identity:
    """Return maker and serial number; the serial number as DIN 43863-5 prints it: ``1ISK0075126084``."""
    server = _octets(values, _SERVER_IDS)
    maker = _octets(values, ("1-0:96.50.1*255", "1-0:96.50.1*1", "129-129:199.130.3*255"))
    serial = server.hex().upper()
    if len(server) == 10 and server[0] in (0x09, 0x0A) and server[2:5].isalpha():
        maker = maker or server[2:5]
        number = int.from_bytes(server[6:], "big")
        serial = f"{server[1]:X}{server[2:5].decode('ascii')}{server[5]:02X}{number:08d}"
    name = maker.decode("ascii", "backslashreplace")
    return Identity(maker=name or SPEC.maker, model=SPEC.model, serial=serial)


def normal_obis(text: str) -> str:
    """Return an OBIS code in full, ``1-0:C.D.E*255``.

    Raises:
        ConfigurationError: it is none of an instantaneous electrical value.
    """
    match = _OBIS.fullmatch(text)
    if match is None:
        raise ConfigurationError(
            f"meter.options.obis: expected a code such as 16.7.0 or 1-0:16.7.0*255, found {text!r}"
        )
    return f"1-0:{match[1]}.{match[2]}.{match[3]}*255"


SPEC = MeterSpec(
    driver="sml",
    maker="various makers",
    model="SML meter",
    quantities=("power_w", "voltage_v", "frequency_hz", "energy_wh"),
    sampling="instantaneous",
    fastest_interval_s=1.0,
    resolution_w=1.0,
    accuracy=Accuracy(reading_pct=2.0, counts=1),
    power_limits_w=(-100_000.0, 100_000.0),
    patience_s=12.0,  # three frames at one every 4 s
    options=(
        Option(
            "obis",
            str,
            "OBIS code of the power, such as 16.7.0. Not set: 16.7.0, else the sum of the phases "
            "(36.7.0, 56.7.0, 76.7.0), else 1.7.0, else 15.7.0.",
        ),
    ),
    unverified=(
        "Whether the power is instantaneous or a mean over the push interval is stated nowhere; it is taken "
        "as instantaneous.",
        "The limits of error are those of class A for energy (2 %); for the power no source states any.",
        "The limits of 100 kW are ours, three phases of a large connection.",
    ),
    line=Line(9600),
)


class SML(StreamingMeter):
    """The driver. The meter pushes a frame every one to four seconds; nothing is sent to it."""

    spec = SPEC
    detects_duplicates = True  # no two frames of a meter are alike: they count their transactions

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        obis = self.settings["obis"]
        self._obis = None if obis is None else normal_obis(str(obis))
        self._decoder = Decoder()
        self._last_frame = b""

    def identify(self) -> Identity:
        """Listen for a frame that has a power."""
        self._forget()
        heard, frames = b"", 0
        deadline_s = now_mono_s() + IDENTIFY_S
        while len(heard) < ENOUGH_BYTES and frames < ENOUGH_FRAMES:
            left_s = deadline_s - now_mono_s()
            if left_s <= 0:
                break
            _, data = self.port.read(left_s)
            heard += data
            for piece in self._decoder.feed(data):
                values = parse_frame(piece)
                if values is not None:
                    frames += 1
                    if find_power_w(values, self._obis) is not None:
                        return parse_identity(values)
        if frames:
            raise self._no_power(frames)
        if heard:
            raise self.something_else("SML frames, 1B1B1B1B01010101...", shown(heard))
        raise self.nothing_answered(IDENTIFY_S)

    def start(self) -> None:
        """Throw away what came so far."""
        self._forget()

    def take(self, data: bytes, t_utc_s: float) -> Iterable[Reading]:
        """The stamp is the arrival of the frame's last byte."""
        return (self._reading(piece, t_utc_s) for piece in self._decoder.feed(data))

    def stop(self) -> None:
        """Such a meter cannot be stopped, and serves who listens."""

    def _reading(self, piece: bytes, t_utc_s: float) -> Reading:
        repeated, self._last_frame = piece == self._last_frame, piece
        if repeated:
            return Reading(t_utc_s, None, "duplicate")
        return parse_reading(piece, t_utc_s, self._obis)

    def _forget(self) -> None:
        self.port.flush()
        self._decoder.clear()
        self.waiting.clear()
        self._last_frame = b""

    def _no_power(self, frames: int) -> DeviceError:
        wanted = self._obis or "16.7.0, 36.7.0, 1.7.0 or 15.7.0"
        return DeviceError(
            f"{self.port.port}: expected a power ({wanted}) in the frames of the {SPEC.model}, but {frames} "
            f"good frames had none. Many meters send it only when their PIN was entered at the optical "
            f"key and the extended data set is on (display: InF on); the grid operator gives out the PIN"
        )
