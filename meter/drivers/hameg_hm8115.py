"""HAMEG HM8115-2 power meter on its serial port, and its twin, the ISW8001 of IeS.

Sources: manual of the HM8115-2, list of commands (page 18); for what it leaves open, a description of
the ISW8001's protocol by an owner. Never run against the real instruments; see
docs/meters/hameg_hm8115.md for what is verified.
"""

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from meter.kinds.in_step import InStepMeter
from meter.kinds.serial import baud_option
from meter.line.errors import shown
from meter.line.format import Line
from meter.options import Value
from meter.protocols.scpi_ranged import RANGE_OPTIONS
from meter.spec import MeterSpec
from records.errors import ConfigurationError, DeviceError
from records.meter import Accuracy, Identity, Reading
from records.times import now_mono_s, now_utc_s

VOLTAGE_RANGES_V = (50.0, 150.0, 500.0)  # U1 to U3
CURRENT_RANGES_A = (0.16, 1.6, 16.0)  # I1 to I3

CYCLE_S = 0.47  # between values, as measured by an owner of the ISW8001
ANSWER_S = 2.0  # an answer waits for the end of a measuring cycle of half a second
_QUIET_S = 0.6  # longer than a cycle
_ATTEMPTS = 3
_EARLIEST = 0.4  # of a cycle after an answer the next question is put: it is not over before
_XON, _XOFF = 0x11, 0x13
_XON_S = 1.0  # how long an XOFF is obeyed: an XON that was lost must not stop us for good
_RANGING_LOOKS = 10
_STEADY_LOOKS = 3
_COUNTS = 10

_NUMBER = r"[+-]?\d{1,5}(?:[.,]\d{1,6})?(?:E[+-]?\d)?"
_VALUE = rf"= *({_NUMBER}|OF|overflow)"
_REPLY = re.compile(
    rf"U([123]){_VALUE}[\s,;]+I([123]){_VALUE}[\s,;]+(WATT|W|VAR|VAMP|VA|PFAC|PF){_VALUE}\s*\r",
    re.IGNORECASE | re.ASCII,
)
_STATUS = re.compile(r"(WATT|VAR|VA|PF)[\s,;]+U([123])[\s,;]+I([123])\s*\r", re.IGNORECASE | re.ASCII)
_IDENTITY = re.compile(r"(HAMEG)\s+(HM8115\S*)\s*\r|(IeS) type (ISW8001\S*)\s*\r", re.IGNORECASE | re.ASCII)
_VERSION = re.compile(r"version\s+(\S+)\s*\r", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Status:
    """What the meter says it is set to: function, and ranges counted from 1."""

    function: str
    voltage: int
    current: int


def power_step_w(voltage_range_v: float, current_range_a: float) -> float:
    """Return the last digit of the power on a pair of ranges.

    The power range has four digits: 1 mW is the smallest step (data sheet, 50 V and 0.16 A), and
    published lines have 0.1 var at 500 V and 1.6 A, and 0.01 W at 500 V and 0.16 A.
    """
    return 10.0 ** (math.ceil(math.log10(voltage_range_v * current_range_a)) - 4)


def without_handshake(data: bytes) -> bytes:
    """Return bytes without XON and XOFF, which come in the middle of replies."""
    return data.translate(None, bytes([_XON, _XOFF]))


def parse_status(reply: bytes) -> Status | None:
    """Return what a reply to ``STATUS?`` says; ``None`` when it is none."""
    match = _STATUS.match(_text(reply))
    return None if match is None else Status(match[1].upper(), int(match[2]), int(match[3]))


def parse_values(reply: bytes, t_utc_s: float) -> tuple[Reading, tuple[int, int] | None]:
    """Return the reading in a reply to ``VAL?``, and the ranges of voltage and current, from 1.

    Decimals have a point or, in one manual, a comma. A reading is flagged ``overrange`` where the
    meter says ``OF``, and where voltage or current is above its range; the power of such a moment
    cannot be trusted, as when a relay switches. It is ``nodata`` where the meter shows another function
    than watts, and ``malformed`` where the reply is none.

    Args:
        reply: whole, with the carriage return at its end.
        t_utc_s: when it arrived.
    """
    match = _REPLY.match(_text(reply))
    if match is None:
        return Reading(t_utc_s, None, "malformed"), None
    ranges = int(match[1]), int(match[3])
    if match[5].upper() not in ("W", "WATT"):
        return Reading(t_utc_s, None, "nodata"), ranges
    voltage_v, current_a, power_w = (_number(match[group]) for group in (2, 4, 6))
    if voltage_v is None or current_a is None or power_w is None:
        return Reading(t_utc_s, None, "overrange"), ranges
    if abs(voltage_v) > VOLTAGE_RANGES_V[ranges[0] - 1] or abs(current_a) > CURRENT_RANGES_A[ranges[1] - 1]:
        return Reading(t_utc_s, None, "overrange"), ranges
    return Reading(t_utc_s, power_w, voltage_v=voltage_v, current_a=current_a), ranges


def _text(reply: bytes) -> str:
    return without_handshake(reply).decode("ascii", "replace").lstrip(" \r\n")


def _number(text: str) -> float | None:
    return None if text[0] in "Oo" else float(text.replace(",", "."))


SPEC = MeterSpec(
    driver="hameg_hm8115",
    maker="HAMEG",
    model="HM8115-2",
    quantities=("power_w", "voltage_v", "current_a"),
    # An analog multiplier whose output is converted once a cycle; nothing says over which time.
    sampling="instantaneous",
    fastest_interval_s=CYCLE_S,
    update_s=None,  # it answers when it has updated, so that nothing is to be locked
    # No source states the delay: anywhere within half an interval.
    latency_s=0.0,
    latency_u_s=0.5 * CYCLE_S / math.sqrt(3),
    resolution_w=0.1,  # at 500 V and 1.6 A; see `power_step_w`
    accuracy=Accuracy(reading_pct=0.8, counts=_COUNTS),
    power_limits_w=(-8000.0, 8000.0),  # data sheet: up to 8 kW
    unchanged_limit=120,
    # The handshake is done here: the system's would be stopped for good by an XON that got lost, and
    # there is none where the port is a socket.
    line=Line(9600),
    options=(
        # Ranges are a factor of ten apart: five times the current would often mean the coarsest one.
        *(replace(o, default=3.0) if o.name == "headroom" else o for o in RANGE_OPTIONS),
        baud_option(9600),
    ),
    unverified=(
        "The limits of error, 0.8 % and 10 digits from 20 Hz to 1 kHz.",
        "The step of a power in ranges other than 500 V with 0.16 or 1.6 A follows from four digits.",
        "How long a measuring cycle is, and that XON and XOFF come inside replies, was seen on the ISW8001 "
        "only.",
        "That the ISW8001 answers STATUS? and takes SET: and AUTO: as the HM8115-2 does.",
    ),
)


class HamegHM8115(InStepMeter):
    """The driver. It asks ``VAL?``, which the meter answers at the end of its measuring cycle."""

    spec = SPEC
    detects_duplicates = False

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        given = [self.settings[name] for name in ("voltage_range_v", "current_range_a")]
        if self.settings["range"] == "auto" and any(value is not None for value in given):
            raise ConfigurationError(
                '[meter.options]: expected range = "auto" or fixed ranges, found both. Leave one of them out'
            )
        self._given_u = _range_number("voltage_range_v", given[0], VOLTAGE_RANGES_V)
        self._given_i = _range_number("current_range_a", given[1], CURRENT_RANGES_A)
        self._ranges: tuple[int, int] | None = None
        self._held_off = False
        self._answered_s = 0.0

    def identify(self) -> Identity:
        """End a continuous output, then ``*IDN?`` and ``VERSION?``."""
        self._halt()
        heard = b""
        for _ in range(2):
            _, reply = self._query("*IDN?")
            match = _IDENTITY.match(_text(reply))
            if match is not None:
                maker, model = (match[1], match[2]) if match[1] else (match[3], match[4])
                version = _VERSION.match(_text(self._query("VERSION?")[1])) if match[1] else None
                return Identity(maker=maker, model=model, firmware=version[1] if version else "")
            heard += reply + self._drain(_QUIET_S)
        if heard:
            raise self.something_else("HAMEG HM8115-2 or IeS type ISW8001", shown(heard))
        raise self.nothing_answered(2 * ANSWER_S)

    def start(self) -> None:
        """Keys locked, function watts, then the ranges.

        Raises:
            DeviceError: the meter does not do as told, or finds no range for the load.
        """
        self._halt()
        self._send("FAV0")
        if self._given_u is not None and self._given_i is not None:
            ranges: tuple[int, int] | None = (self._given_u, self._given_i)
        else:
            ranges = self._find_ranges()
        if self.settings["range"] == "auto":
            self._ranges = None
        else:
            self._ranges = self._set(ranges)
        self.be_in_step()
        self.begin_polling()

    def ask_in_step(self) -> Reading | None:
        t_utc_s, reply = self._query("VAL?")
        return parse_values(reply, t_utc_s)[0] if reply else None

    def send_marker(self) -> None:
        self._send("MA0")
        self._send("*IDN?")

    def look_for_marker(self) -> bool:
        self.late += self._drain(0.1, 0.5)
        lines = without_handshake(self.late).split(b"\r")
        return any(_IDENTITY.fullmatch(_text(line + b"\r")) for line in lines[:-1])

    def read(self, timeout_s: float) -> Reading | None:
        """At the meter's own pace the answers come when its cycles end.

        So the next question is put well before that, and no clock of ours has to follow the meter's.
        """
        if self.interval_s >= 1.5 * CYCLE_S:
            return super().read(timeout_s)
        time.sleep(max(0.0, self._answered_s + _EARLIEST * CYCLE_S - now_mono_s()))
        reading = self.ask()
        self._answered_s = now_mono_s()
        return reading

    def stop(self) -> None:
        """Continuous output off, keys free."""
        if self.is_open:
            self._send("FAV1")
            self._halt()

    def chosen_options(self) -> dict[str, Value]:
        """The fixed ranges."""
        if self._ranges is None:
            return {}
        return {
            "voltage_range_v": VOLTAGE_RANGES_V[self._ranges[0] - 1],
            "current_range_a": CURRENT_RANGES_A[self._ranges[1] - 1],
        }

    def accuracy_in_force(self) -> Accuracy:
        """The ten digits are those of the power range.

        While the meter ranges by itself, those of the largest.
        """
        at_v, at_a = self._ranges or (len(VOLTAGE_RANGES_V), len(CURRENT_RANGES_A))
        step_w = power_step_w(VOLTAGE_RANGES_V[at_v - 1], CURRENT_RANGES_A[at_a - 1])
        return replace(SPEC.accuracy, counts=_COUNTS * step_w / SPEC.resolution_w)

    def _find_ranges(self) -> tuple[int, int]:
        """Let the meter choose by itself; return its voltage range and a current range with headroom."""
        self._send("AUTO:U")
        self._send("AUTO:I")
        self._set(None)
        seen: list[tuple[int, int] | None] = []
        for _ in range(_RANGING_LOOKS):
            time.sleep(CYCLE_S)  # it changes a range at the end of a cycle
            status = parse_status(self._query("STATUS?")[1])
            seen.append(None if status is None else (status.voltage, status.current))
            if seen[-1] is None or seen[-_STEADY_LOOKS:] != [seen[-1]] * _STEADY_LOOKS:
                continue
            reading, found = parse_values(self._query("VAL?")[1], now_utc_s())
            if found is not None and not reading.flag:
                wanted_a = float(self.settings["headroom"] or 1.0) * abs(reading.current_a or 0.0)
                carrying = [at for at, limit_a in enumerate(CURRENT_RANGES_A, 1) if limit_a >= wanted_a]
                current = max(found[1], min(carrying, default=len(CURRENT_RANGES_A)))
                return self._given_u or found[0], self._given_i or current
        raise DeviceError(
            f"{self.port.port}: the {SPEC.model} settled on no range in {_RANGING_LOOKS} looks. Switch "
            f"the load on, or set the options voltage_range_v and current_range_a"
        )

    def _set(self, ranges: tuple[int, int] | None) -> tuple[int, int] | None:
        """Choose watts and ranges, and see in the status that the meter did; it confirms nothing itself."""
        reply = b""
        for _ in range(_ATTEMPTS):
            self._send("WATT")
            if ranges is not None:
                self._send(f"SET:U{ranges[0]}")
                self._send(f"SET:I{ranges[1]}")
            _, reply = self._query("STATUS?")
            status = parse_status(reply)
            fits = ranges is None or (status is not None and (status.voltage, status.current) == ranges)
            if status is not None and status.function == "WATT" and fits:
                return ranges
            self._drain(_QUIET_S)
        wanted = "WATT" if ranges is None else f"WATT U{ranges[0]} I{ranges[1]}"
        raise DeviceError(
            f"{self.port.port}: expected the {SPEC.model} to be set to {wanted}, but STATUS? says "
            f"{shown(reply) if reply else 'nothing'}. Check that nobody turns its knobs; switch it off and on"
        )

    def _halt(self) -> None:
        """End a continuous output that may be on, and a command that may be half typed."""
        self._send("")
        self._send("MA0")
        self._drain(_QUIET_S)

    def _query(self, command: str) -> tuple[float, bytes]:
        """Ask; return when the answer was complete, and the answer: nothing where none came in time."""
        self._notice_handshake(self.port.flush())
        self._send(command)
        heard = b""
        deadline_s = now_mono_s() + ANSWER_S
        t_utc_s = now_utc_s()
        while not _is_complete(heard) and (left_s := deadline_s - now_mono_s()) > 0:
            t_utc_s, data = self.port.read(left_s)
            self._notice_handshake(data)
            heard += without_handshake(data)
        return t_utc_s, heard

    def _send(self, command: str) -> None:
        deadline_s = now_mono_s() + _XON_S
        while self._held_off and (left_s := deadline_s - now_mono_s()) > 0:
            self._notice_handshake(self.port.read(left_s)[1])
        self._held_off = False
        self.port.write(command.encode("ascii") + b"\r")

    def _drain(self, quiet_s: float, limit_s: float = 3.0) -> bytes:
        data = self.port.drain(quiet_s, limit_s)
        self._notice_handshake(data)
        return data

    def _notice_handshake(self, data: bytes) -> None:
        if _XON in data or _XOFF in data:
            self._held_off = data.rfind(_XOFF) > data.rfind(_XON)


def _is_complete(heard: bytes) -> bool:
    """Tell whether an answer has ended; the values of ``VAL?`` may come in lines of their own."""
    text = heard.lstrip()
    return text.endswith(b"\r") and not re.fullmatch(rb"U[123] *= *\S+\r(\s*I[123] *= *\S+\r)?\s*", text)


def _range_number(name: str, value: Value | None, ranges: tuple[float, ...]) -> int | None:
    """Return which of the meter's ranges an option means, from 1; ``None`` where nothing is set."""
    if value is None:
        return None
    if value not in ranges:
        raise ConfigurationError(
            f"meter.options.{name}: expected one of {', '.join(f'{limit:g}' for limit in ranges)}, found "
            f"{value}. These are the ranges of the HM8115-2"
        )
    return ranges.index(float(value)) + 1
