"""Electricity meters with a D0 interface: IEC 62056-21 mode C, read on request or pushing by themselves.

Source of the protocol: the public client iec62056-21 and the examples of its sign-on and data blocks.
Never run against a real instrument; see docs/meters/iec62056_d0.md for what is verified.
"""

import functools
import math
import operator
import re
import time
from collections.abc import Iterable, Mapping
from decimal import Decimal

from meter.kinds.polled import PolledMeter
from meter.kinds.serial import baud_option
from meter.kinds.streaming import StreamingMeter
from meter.line.errors import shown
from meter.line.format import Line
from meter.options import Option
from meter.spec import MeterSpec
from records.errors import ConfigurationError, DeviceError
from records.meter import Accuracy, Identity, Reading
from records.times import now_mono_s, now_utc_s

REACTION_S = (0.2, 1.5)  # each side answers after the first and before the second
IDENTIFY_PUSHED_S, ENOUGH_BYTES = 10.0, 4096  # to say that what is there is not what is wanted
SPEEDS = {"0": 300, "1": 600, "2": 1200, "3": 2400, "4": 4800, "5": 9600, "6": 19200}
"""Line speed by the character that the meter proposes it with."""

STX, ETX, ACK = b"\x02", b"\x03", b"\x06"

_PUSH_BAUD = 9600
_BITS_PER_BYTE = 10  # start, seven of data, parity, stop
_LONGEST = 16_384  # bytes; ours
_IDENTIFICATION = re.compile(rb"/([A-Za-z]{3})([0-9A-I])([^\r\n/?!]{0,20})\r\n")
_BLOCK = re.compile(rb"\x02([^\x02\x03]*\x03)(.)", re.DOTALL)
_SET = r"([^()/!\r\n]*)\(([^()/!*\r\n]*)(?:\*([^()/!\r\n]*))?\)"
_LINE = re.compile(rf"(?:{_SET})+")
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,9})?")
# Other values of F are those of earlier months; C.D without E is the short form.
_OBIS = re.compile(r"(?:1-\d{1,3}:)?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?:\*255)?")
_ADDRESS = re.compile(r"[0-9A-Za-z ]{0,32}")
_POWER_UNITS, _ENERGY_UNITS = {"W": 0, "kW": 3}, {"Wh": 0, "kWh": 3}
_SUM, _PHASES, _IMPORT, _ABSOLUTE = "16.7.0", ("36.7.0", "56.7.0", "76.7.0"), "1.7.0", "15.7.0"
_SERIALS = ("96.1.0", "0.0.0", "0.0.9")

Values = dict[str, tuple[str, str]]
"""Value and unit by code, ``16.7.0`` in each of its spellings."""


def without_parity(data: bytes) -> bytes:
    """Return the seven data bits of each byte; a line read with eight has the parity in the last."""
    return bytes(byte & 0x7F for byte in data)


def check_character(data: bytes) -> int:
    """Return the block check character: all bytes after STX, including ETX, by exclusive or."""
    return functools.reduce(operator.xor, data, 0)


def parse_block(block: bytes) -> Values | None:
    """Return the values of a data block on request.

    Args:
        block: from STX to the block check character, of seven bits.

    Returns:
        The values; ``None`` where the check character is wrong or a line makes no sense.
    """
    match = _BLOCK.fullmatch(block)
    if match is None or check_character(match[1]) != match[2][0]:
        return None
    return _parse_lines(match[1][:-1])


def parse_telegram(telegram: bytes) -> Values | None:
    """Return the values of a pushed telegram, which has no check character; ``None`` as `parse_block`."""
    match = _IDENTIFICATION.match(telegram)
    return None if match is None else _parse_lines(telegram[match.end() :])


def _parse_lines(body: bytes) -> Values | None:
    if not body.isascii():
        return None
    *lines, end, rest = ["", *body.decode("ascii").split("\r\n")]
    if end != "!" or rest:
        return None
    values: Values = {}
    for line in filter(None, lines):
        if not _LINE.fullmatch(line):
            return None
        for code, value, unit in re.findall(_SET, line):
            values.setdefault(_short_code(code), (value, unit))
    return values


def _short_code(code: str) -> str:
    match = _OBIS.fullmatch(code)
    return code if match is None else f"{match[1]}.{match[2]}.{match[3] or 0}"


def _number(values: Values, code: str, units: Mapping[str, int]) -> float | None:
    """Return a value in the unit whose power of ten is 0; without a unit its meaning is unknown."""
    value, unit = values.get(code, ("", ""))
    if unit not in units or not _NUMBER.fullmatch(value):
        return None
    return float(Decimal(value).scaleb(units[unit]))


def find_power_w(values: Values) -> float | None:
    """Return the active power, positive where energy is drawn.

    It is the first that is there of 16.7, the sum of 36.7, 56.7 and 76.7, 1.7 and 15.7 (the
    magnitude); ``None`` where there is none, or none with a unit.
    """
    power_w = _number(values, _SUM, _POWER_UNITS)
    if power_w is None:
        phases_w = [_number(values, code, _POWER_UNITS) for code in _PHASES]
        known_w = [phase_w for phase_w in phases_w if phase_w is not None]
        power_w = math.fsum(known_w) if known_w else None
    if power_w is None:
        power_w = _number(values, _IMPORT, _POWER_UNITS)
    return _number(values, _ABSOLUTE, _POWER_UNITS) if power_w is None else power_w


def reading_of(values: Values | None, t_utc_s: float) -> Reading:
    """Return the reading in the values of a block: ``malformed`` without values, ``nodata`` without power."""
    if values is None:
        return Reading(t_utc_s, None, "malformed")
    power_w = find_power_w(values)
    if power_w is None:
        return Reading(t_utc_s, None, "nodata")
    return Reading(
        t_utc_s,
        power_w,
        voltage_v=_number(values, "32.7.0", {"V": 0}),
        frequency_hz=_number(values, "14.7.0", {"Hz": 0}),
        energy_wh=_number(values, "1.8.0", _ENERGY_UNITS),
    )


def parse_identity(identification: bytes, values: Values) -> Identity:
    """Return maker and model of an identification line, and the serial number of the values."""
    match = _IDENTIFICATION.match(identification)
    if match is None:
        return Identity(maker=SPEC.maker, model=SPEC.model)
    # A backslash and a character before the model announce other modes of the protocol.
    model = re.sub(r"^(\\.)+", "", match[3].decode("ascii", "backslashreplace")).strip()
    serial = next((values[code][0] for code in _SERIALS if code in values), "")
    return Identity(maker=match[1].decode("ascii"), model=model or SPEC.model, serial=serial)


class Decoder:
    """Cut a pushed stream into pieces: telegrams from ``/`` to ``!``, and what is none.

    Bytes before the first telegram are dropped: who begins to listen comes in the middle of one.
    """

    def __init__(self) -> None:
        self._held = b""
        self._in_step = False

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes in; return the pieces that are complete now. Only those with ``/`` may be telegrams."""
        self._held += without_parity(data)
        pieces = []
        while (end := self._next_end()) is not None:
            piece, self._held = self._held[:end], self._held[end:]
            if self._in_step or piece.startswith(b"/"):
                self._in_step = True
                pieces.append(piece)
        return pieces

    def clear(self) -> None:
        """Forget what is unfinished, and be out of step again."""
        self._held, self._in_step = b"", False

    def _next_end(self) -> int | None:
        again = self._held.find(b"/", 1)
        end = self._held.find(b"!\r\n")
        if end >= 0 and not 0 < again < end:
            return end + 3
        if again > 0:
            return again
        return len(self._held) if len(self._held) > _LONGEST else None


SPEC = MeterSpec(
    driver="iec62056_d0",
    maker="various makers",
    model="IEC 62056-21 meter",
    quantities=("power_w", "voltage_v", "frequency_hz", "energy_wh"),
    sampling="instantaneous",
    # Sign-on at 300 bit/s, the shortest reactions and 500 bytes at 9600 bit/s come to about two seconds.
    fastest_interval_s=2.0,
    # No source states the delay: this says "anywhere within half an interval".
    latency_s=0.0,
    latency_u_s=0.5 * 2.0 / math.sqrt(3),
    resolution_w=1.0,
    accuracy=Accuracy(reading_pct=2.0, counts=1),
    power_limits_w=(-100_000.0, 100_000.0),
    update_s=None,
    patience_s=12.0,
    options=(
        Option(
            "mode",
            str,
            "Whether the meter is asked (mode C) or sends by itself.",
            "request",
            choices=("request", "push"),
        ),
        Option("address", str, "Address in the request, where several meters share a line.", ""),
        Option(
            "baud",
            int,
            "Line speed at the beginning in bit/s. Not set: 300, or 9600 where the meter pushes.",
            choices=baud_option(300).choices,
        ),
    ),
    unverified=(
        "Whether the power is instantaneous or a mean is stated nowhere; it is taken as instantaneous.",
        "The limits of error are those of class A for energy (2 %); for the power no source states any.",
        "The limits of 100 kW are ours, three phases of a large connection.",
        "The serial number is looked for under 96.1.0, 0.0.0 and 0.0.9, as smart meters have it.",
        "That a meter which pushes does so at 9600 bit/s, 7 bits and even parity differs between makers.",
    ),
    line=Line(300, bits=7, parity="E"),
)


class IEC62056D0(PolledMeter, StreamingMeter):
    """The driver. Each reading on request is a whole sign-on and read-out, as the standard wants it."""

    spec = SPEC

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._pushed = self.settings["mode"] == "push"
        self._baud = int(self.settings["baud"] or (_PUSH_BAUD if self._pushed else SPEC.line.baud))
        self.settings["baud"] = self._baud
        address = str(self.settings["address"])
        if not _ADDRESS.fullmatch(address):
            raise ConfigurationError(
                f"meter.options.address: expected up to 32 letters and digits, found {address!r}"
            )
        self._request = f"/?{address}!\r\n".encode("ascii")
        self._identification = b""
        self._heard_mono_s = -math.inf
        self._decoder = Decoder()

    def identify(self) -> Identity:
        """A whole read-out, or the first pushed telegram that has a power."""
        identification, values = self._first_pushed() if self._pushed else self._first_read_out()
        if find_power_w(values) is None:
            raise DeviceError(
                f"{self.port.port}: expected a power (16.7, 36.7, 1.7 or 15.7, in W or kW) among the values "
                f"of the {SPEC.model}, but there are only {', '.join(values)}. Many meters show the power "
                f"only when their PIN was entered; the grid operator gives it out"
            )
        self._identification = identification
        return parse_identity(identification, values)

    def start(self) -> None:
        """Throw away what came so far."""
        self._forget()
        self.begin_polling()

    def read(self, timeout_s: float) -> Reading | None:
        """The stamp is the arrival of the block's or telegram's last byte."""
        return (StreamingMeter if self._pushed else PolledMeter).read(self, timeout_s)

    def take(self, data: bytes, t_utc_s: float) -> Iterable[Reading]:
        """Of a meter that pushes, one reading for each telegram."""
        return (reading_of(parse_telegram(piece), t_utc_s) for piece in self._decoder.feed(data))

    def ask(self) -> Reading | None:
        """Sign on, acknowledge, read out."""
        identification, heard = self._sign_on()
        if not identification:
            self._quieten()
            return Reading(now_utc_s(), None, "malformed") if heard else None
        if identification != self._identification:
            self._quieten()
            return Reading(now_utc_s(), None, "malformed")
        t_utc_s, block, heard = self._read_out(identification)
        if not block:
            self._quieten()
            return Reading(t_utc_s, None, "malformed") if heard else None
        reading = reading_of(parse_block(block), t_utc_s)
        if reading.flag == "malformed":
            self._quieten()
        return reading

    def stop(self) -> None:
        """A read-out ends by itself, one that was broken off is waited for."""
        if self.is_open and not self._pushed:
            self.port.drain(quiet_s=REACTION_S[0], limit_s=5.0)

    def _first_read_out(self) -> tuple[bytes, Values]:
        """Sign on and read out, twice at most.

        Raises:
            DeviceError: nothing answers, or something that is not this kind of meter.
        """
        self._quieten(REACTION_S[0])
        all_heard = b""
        for _ in range(2):
            identification, heard = self._sign_on()
            all_heard += heard
            if identification:
                _, block, heard = self._read_out(identification)
                values = parse_block(block)
                if values is not None:
                    return identification, values
                all_heard += heard
            self._quieten()
        if all_heard:
            raise self.something_else("/XYZ5... and a data block with its check character", shown(all_heard))
        raise self.nothing_answered(2 * REACTION_S[1])

    def _first_pushed(self) -> tuple[bytes, Values]:
        """Listen for a telegram that makes sense.

        Raises:
            DeviceError: none comes.
        """
        self._forget()
        heard = b""
        deadline_s = now_mono_s() + IDENTIFY_PUSHED_S
        while len(heard) < ENOUGH_BYTES and (left_s := deadline_s - now_mono_s()) > 0:
            _, data = self.port.read(left_s)
            heard += data
            for piece in self._decoder.feed(data):
                values = parse_telegram(piece)
                if values is not None:
                    return piece, values
        if heard:
            raise self.something_else("telegrams from /XYZ5... to !", shown(heard))
        raise self.nothing_answered(IDENTIFY_PUSHED_S)

    def _sign_on(self) -> tuple[bytes, bytes]:
        """Ask who is there; return the identification line, empty when none came, and all that came."""
        self.port.change_speed(self._baud)
        self.port.flush()
        self._send(self._request, self._baud)
        _, heard, found = self._listen(_IDENTIFICATION)
        return (b"" if found is None else found[0]), heard

    def _read_out(self, identification: bytes) -> tuple[float, bytes, bytes]:
        """Ask for the data block; return its arrival, the block, empty when none came, and all that came.

        Raises:
            DeviceError: the meter speaks another mode of the protocol.
        """
        proposed = chr(identification[4])
        if proposed not in SPEEDS:
            raise self.something_else("mode C, a speed from 0 to 6", shown(identification))
        self._send(ACK + f"0{proposed}0\r\n".encode("ascii"), self._baud)
        self.port.change_speed(SPEEDS[proposed])
        t_utc_s, heard, found = self._listen(_BLOCK)
        return t_utc_s, (b"" if found is None else found[0]), heard

    def _send(self, data: bytes, baud: int) -> None:
        """Send after the shortest reaction time; return when the last bit is on the line."""
        time.sleep(max(0.0, self._heard_mono_s + REACTION_S[0] - now_mono_s()))
        self.port.write(data)
        time.sleep(_BITS_PER_BYTE * len(data) / baud)

    def _listen(self, wanted: re.Pattern[bytes]) -> tuple[float, bytes, re.Match[bytes] | None]:
        """Collect until what is wanted is there, or nothing came for the longest reaction time."""
        heard = b""
        while len(heard) < _LONGEST:
            t_utc_s, data = self.port.read(REACTION_S[1])
            if not data:
                break
            self._heard_mono_s = now_mono_s()
            heard += without_parity(data)
            found = wanted.search(heard)  # an optical head may echo the question before the answer
            if found is not None:
                return t_utc_s, heard, found
        return now_utc_s(), heard, None

    def _quieten(self, quiet_s: float = REACTION_S[1]) -> None:
        """Wait until nothing comes any more, so that a late answer does not meet the next question."""
        self.port.drain(quiet_s=quiet_s, limit_s=10.0)

    def _forget(self) -> None:
        self.port.flush()
        self._decoder.clear()
        self.waiting.clear()
