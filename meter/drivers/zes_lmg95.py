"""ZES ZIMMER LMG95 on a serial line, and the LMG600 series (LMG640, LMG670) on the network.

Sources: what the public lmgtools of the Goethe University Frankfurt send in the language SHORT, and
the measurements they publish; the manual of the LMG450 for what limits of error refer to. Never run
against the real instruments; see docs/meters/zes_lmg95.md for what is verified.
"""

import contextlib
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import isclose
from urllib.parse import urlsplit

from meter.kinds.serial import baud_option
from meter.kinds.streaming import StreamingMeter
from meter.line.errors import SettingDiffers, shown
from meter.line.format import Line
from meter.line.visa import as_socket
from meter.options import Option, Value
from meter.protocols.scpi_ranged import RANGE_OPTIONS
from meter.protocols.scpi_text import Sentinel, parse_identity, parse_number
from meter.spec import MeterSpec
from records.errors import ConfigurationError, DeviceError
from records.meter import Accuracy, Identity, Reading
from records.times import now_mono_s

ANSWER_S = 2.0
BREAK_PORT = 5026
_SLOWEST_S = 60.0
_QUIET_S = 0.5
_LONGEST = 1024  # bytes of a line
_RANGING_CYCLE_S = 0.5
_RANGING_S = 10.0
_STEADY_CYCLES = 4
_TAKEN = "1"  # the answer to *opc?

# The smallest and largest of each are from memory; the driver takes others when they are set.
_VOLTAGE_RANGES_V = (6.0, 12.5, 25.0, 60.0, 130.0, 250.0, 400.0, 600.0)
_CURRENT_RANGES_A = (0.15, 0.3, 0.6, 1.2, 2.5, 5.0, 10.0, 20.0)
# Percent of range mean the peak range, for power both: 400 V of 250 V, 3.75 A of 1.2 A (manual of the
# LMG450, page 241).
_PEAK_OF_RANGE = (400 / 250) * (3.75 / 1.2)
_CYCLE_NUMBER = re.compile(r"\d{1,5}|\d{4}:\d\d:\d\dD\d\d:\d\d:\d\d\.\d{1,9}[+-]\d{4}")


@dataclass(frozen=True, slots=True)
class Series:
    """How one series wants to be spoken to in the language SHORT.

    Attributes:
        short: the command that switches to it from SCPI.
        end: of a line to the meter.
        action: names of the values of a cycle: what tells cycles apart, length of the cycle, power,
            voltage, current, power factor, frequency.
        auto: switches voltage and current to automatic ranging.
        tells: questions for its settings, by name.
        fix: fixes voltage and current range, with a place for the range.
    """

    short: str
    end: bytes
    action: tuple[str, ...]
    auto: tuple[str, ...]
    tells: dict[str, str]
    fix: tuple[str, ...]


SERIES = {
    "lmg95": Series(
        short="syst:lang short",
        end=b"\r\n",
        action=("count", "cycr", "p", "utrms", "itrms", "pf", "freq"),
        auto=("uam auto", "iam auto"),
        tells={
            "line_filter": "filt?",
            "antialias_filter": "faaf?",
            "update_s": "cycl?",
            "voltage_range_v": "urng?",
            "current_range_a": "irng?",
        },
        fix=("uam manual", "urng {0:g}", "iam manual", "irng {1:g}"),
    ),
    "lmg600": Series(
        short="*zlang short",
        end=b"\n",
        action=("tsnorm1", "durnorm1", "p1", "utrms1", "itrms1", "pf1", "fcyc1"),
        auto=("uauto1 1", "iauto1 1"),
        tells={"update_s": "cycl?", "voltage_range_v": "urng1?", "current_range_a": "irng1?"},
        fix=("uauto1 0", "urng1 {0:g}", "iauto1 0", "irng1 {1:g}"),
    ),
}


class RowDecoder:
    """Split the stream into lines, and lines into readings, however the bytes were cut into reads.

    A line is what one measuring cycle gave. A cycle that comes twice is flagged ``duplicate``.
    """

    def __init__(self) -> None:
        self._held = b""
        self._cycle = ""

    def feed(self, data: bytes, t_utc_s: float) -> list[Reading]:
        """Take bytes that arrived; return the readings of the lines that are complete now."""
        *lines, self._held = (self._held + data).split(b"\n")
        if len(self._held) > _LONGEST:
            lines, self._held = [*lines, self._held], b""
        return [self._reading(line, t_utc_s) for line in lines if line.strip(b"\r")]

    def clear(self) -> None:
        """Forget an unfinished line, and which cycle came last."""
        self._held, self._cycle = b"", ""

    def _reading(self, line: bytes, t_utc_s: float) -> Reading:
        cycle, reading = parse_row(line, t_utc_s)
        if cycle and cycle == self._cycle:
            return Reading(t_utc_s, None, "duplicate")
        self._cycle = cycle or self._cycle
        return reading


def parse_row(line: bytes, t_utc_s: float) -> tuple[str, Reading]:
    """Return which cycle a line is of, and its reading.

    Args:
        line: seven values, as `Series.action` has them, separated by semicolons.
        t_utc_s: when it arrived.

    Returns:
        The cycle's number or time, empty where the line makes no sense; and a good reading, or one
        flagged ``malformed`` for what is no such line, ``nodata`` where the power is 9.91E+37 (no
        number), ``overrange`` where power, voltage or current is 9.9E+37 with any sign (infinite).
        A power factor or frequency that is no number, as without current, is missing.
    """
    malformed = "", Reading(t_utc_s, None, "malformed")
    fields = line.rstrip(b"\r").decode("ascii", "replace").split(";")
    if len(fields) != 7 or not _CYCLE_NUMBER.fullmatch(fields[0]):
        return malformed
    numbers: list[float | Sentinel] = [n for field in fields[1:] if (n := parse_number(field)) is not None]
    if len(numbers) != 6 or not (isinstance(numbers[0], float) and 0 < numbers[0] <= 2 * _SLOWEST_S):
        return malformed
    _, power_w, voltage_v, current_a, factor, frequency_hz = numbers
    if "overrange" in (power_w, voltage_v, current_a):
        return fields[0], Reading(t_utc_s, None, "overrange")
    if not isinstance(power_w, float):
        return fields[0], Reading(t_utc_s, None, "nodata")
    return fields[0], Reading(
        t_utc_s,
        power_w,
        voltage_v=_or_none(voltage_v),
        current_a=_or_none(current_a),
        power_factor=_or_none(factor),
        frequency_hz=_or_none(frequency_hz),
    )


def parse_load(line: bytes) -> tuple[float, float] | None:
    """Return volts and amperes of a line that holds just these; ``None`` where one is no number."""
    numbers = [parse_number(field) for field in line.decode("ascii", "replace").split(";")]
    found = [number for number in numbers if isinstance(number, float)]
    return (found[0], found[1]) if len(found) == len(numbers) == 2 else None


def _or_none(value: float | Sentinel) -> float | None:
    return value if isinstance(value, float) else None


SPEC = MeterSpec(
    driver="zes_lmg95",
    maker="ZES ZIMMER",
    model="LMG95",
    quantities=(
        "power_w",
        "voltage_v",
        "current_a",
        "power_factor",
        "frequency_hz",
    ),
    sampling="interval_mean",
    fastest_interval_s=0.05,
    resolution_w=0.001,  # six digits, from 100 W to 1 kW
    accuracy=Accuracy(reading_pct=0.015, range_pct=0.01),
    power_limits_w=(-12_000.0, 12_000.0),  # 600 V times 20 A
    unchanged_limit=120,
    line=Line(115_200, rts_cts=True),
    options=(
        Option(
            "series",
            str,
            "lmg95, or lmg600 for the LMG640 and LMG670, of which channel 1 is read.",
            "lmg95",
            choices=tuple(SERIES),
        ),
        *RANGE_OPTIONS,
        baud_option(115_200),
        Option(
            "break_port",
            int,
            "TCP port for the break command of the LMG600, next to the one that is read (socket:// only).",
            BREAK_PORT,
            limits=(1, 65535),
        ),
    ),
    unverified=(
        "Measuring cycles from 0.05 s to 60 s.",
        "The limits of error, 0.015 % of reading and 0.01 % of range; that the range is the peak range is "
        "from the manual of the LMG450.",
        "The list of ranges, and that setting one takes effect at once.",
        "The questions filt?, faaf?, cycl?, urng? and irng?: the commands with a question mark. A question "
        "without an answer is treated as unknown.",
        "How the LMG600 is told to measure: cycl, and uauto1 and urng1 by analogy with the current's.",
    ),
)


class ZesLMG95(StreamingMeter):
    """The driver. The meter streams one line for each measuring cycle, the mean of that cycle."""

    spec = SPEC
    detects_duplicates = True

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._series = SERIES[str(self.settings["series"])]
        given = [self.settings[name] for name in ("voltage_range_v", "current_range_a")]
        self._given_v, self._given_a = (None if value is None else float(value) for value in given)
        if self.settings["range"] == "auto" and (self._given_v or self._given_a):
            raise ConfigurationError(
                '[meter.options]: expected range = "auto" or fixed ranges, found both. Leave one of them out'
            )
        self._ranges: tuple[float, float] | None = None
        self._told: dict[str, Value] = {}
        self._decoder = RowDecoder()

    @classmethod
    def check_interval(cls, interval_s: float) -> None:
        """Refuse a measuring cycle that the instrument does not offer."""
        super().check_interval(interval_s)
        if interval_s > _SLOWEST_S:
            raise ConfigurationError(
                f"interval: the {SPEC.model} measures in cycles of {_SLOWEST_S:g} s at most, but "
                f"{interval_s:g} s was asked for. Set it to {_SLOWEST_S:g} s or less"
            )

    def identify(self) -> Identity:
        """Break, end a stream, then ``*idn?`` twice at most."""
        self._halt()
        heard = b""
        for _ in range(2):
            self._send("*idn?")
            line = self._next_line()
            identity = parse_identity(line)
            if identity is not None and "LMG" in identity.model.upper():
                return identity
            heard += line + self.port.drain(_QUIET_S, 3.0)
        if heard:
            raise self.something_else("*idn? with LMG in the second place", shown(heard))
        raise self.nothing_answered(2 * ANSWER_S)

    def start(self) -> None:
        """Reset, ranges, measuring cycle, list of values, then continuous output.

        Raises:
            DeviceError: the meter does not confirm a setting, or there is no load to range on.
        """
        self._halt()
        self._set("*rst")
        self._send(self._series.short)  # a reset may have brought SCPI back
        self._set("*cls")
        if self.settings["range"] == "auto":
            self._ranges = None
            self._set_all(self._series.auto)
        else:
            self._fix_ranges()
        self._set(f"cycl {self.interval_s:g}")
        self._told = self._ask_settings()
        self._begin(self._series.action)

    def take(self, data: bytes, t_utc_s: float) -> Iterable[Reading]:
        """The stamp is the arrival of the line's last byte."""
        return self._decoder.feed(data, t_utc_s)

    def stop(self) -> None:
        """Continuous output off, back to the front panel."""
        if self.is_open:
            self._end_stream()
            self._send("gtl")

    def chosen_options(self) -> dict[str, Value]:
        """The fixed ranges."""
        if self._ranges is None:
            return {}
        return {"voltage_range_v": self._ranges[0], "current_range_a": self._ranges[1]}

    def instrument_settings(self) -> dict[str, Value]:
        return dict(self._told)

    def accuracy_in_force(self) -> Accuracy:
        """While the meter ranges by itself, with the largest ranges."""
        voltage_v, current_a = self._ranges or (_VOLTAGE_RANGES_V[-1], _CURRENT_RANGES_A[-1])
        return replace(SPEC.accuracy, range_w=voltage_v * current_a * _PEAK_OF_RANGE)

    def _fix_ranges(self) -> None:
        """Fix the given ranges; find those that are not given on the present load."""
        voltage_v, current_a = self._given_v, self._given_a
        if voltage_v is None or current_a is None:
            self._set_all(self._series.auto)
            present_v, present_a = self._look_at_load()
            headroom = float(self.settings["headroom"] or 1.0)
            voltage_v = voltage_v or _carrying(present_v, _VOLTAGE_RANGES_V)
            current_a = current_a or _carrying(headroom * present_a, _CURRENT_RANGES_A)
        self._set_all(command.format(voltage_v, current_a) for command in self._series.fix)
        self._ranges = voltage_v, current_a

    def _look_at_load(self) -> tuple[float, float]:
        """Let the meter range by itself for a few cycles; return volts and amperes of the last."""
        self._set(f"cycl {_RANGING_CYCLE_S:g}")
        self._begin(self._series.action[3:5])
        seen: list[tuple[float, float]] = []
        deadline_s = now_mono_s() + _RANGING_S
        while len(seen) < _STEADY_CYCLES and now_mono_s() < deadline_s:
            load = parse_load(self._next_line())
            seen = [] if load is None else [*seen, load]
        self._end_stream()
        if len(seen) < _STEADY_CYCLES:
            raise DeviceError(
                f"{self.port.port}: the {SPEC.model} settled on no range in {_RANGING_S:g} s. Switch the "
                f"load on, or set the options voltage_range_v and current_range_a"
            )
        return seen[-1]

    def _ask_settings(self) -> dict[str, Value]:
        """Ask for the settings that the meter can tell; one that it does not know is left out.

        Raises:
            SettingDiffers: range or measuring cycle are not what was set.
        """
        wanted: dict[str, Value] = {"update_s": self.interval_s, **self.chosen_options()}
        told: dict[str, Value] = {}
        for name, query in self._series.tells.items():
            self.port.flush()
            self._send(query)
            answer = self._next_line().decode("ascii", "replace")
            value = parse_number(answer)
            if not answer:
                self._set("*cls")
                continue
            told[name] = value if isinstance(value, float) else answer
            if name not in wanted:
                continue
            if not isinstance(value, float) or not isclose(value, float(wanted[name]), rel_tol=0.01):
                raise SettingDiffers(
                    f"{self.port.port}: expected the {SPEC.model} to have {name} = {wanted[name]}, but it "
                    f"says {answer} ({query}). Give a range and an interval that the meter has"
                )
        return told

    def _begin(self, action: tuple[str, ...]) -> None:
        """Set what each measuring cycle shall give; begin the continuous output."""
        self._send("actn;" + ";".join(f"{name}?" for name in action))
        self.port.flush()
        self._decoder.clear()
        self.waiting.clear()
        self._send("cont on")

    def _halt(self) -> None:
        """Break off whatever is under way, end a stream, speak SHORT from here on."""
        self._send_break()
        self.port.write(self._series.end)  # ends a command that is half typed
        self._send(self._series.short)
        self._end_stream()

    def _end_stream(self) -> None:
        self._send("cont off")
        self.port.drain(_QUIET_S, 5.0)
        self._decoder.clear()
        self.waiting.clear()

    def _send_break(self) -> None:
        """Send a break: on a serial line as such, on the network over a connection of its own."""
        url = as_socket(self.port.port)
        if not url.startswith("socket://"):
            self.port.send_break()
            return
        address = urlsplit(url).hostname or "", int(self.settings["break_port"] or BREAK_PORT)
        # Where nobody listens there is a serial adapter or a twin; the end of the stream does without.
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=ANSWER_S) as channel:
            channel.sendall(b"break\n")
            channel.recv(64)  # "0 ok"

    def _set_all(self, commands: Iterable[str]) -> None:
        for command in commands:
            self._set(command)

    def _set(self, command: str) -> None:
        """Send a setting and wait until the meter says that it is done.

        Raises:
            DeviceError: it does not.
        """
        self.port.flush()
        self._send(f"{command};*opc?")
        answer = self._next_line()
        if answer.strip() != _TAKEN.encode("ascii"):
            raise DeviceError(
                f"{self.port.port}: expected the {SPEC.model} to confirm {command!r} with {_TAKEN}, but "
                f"received {shown(answer) if answer else 'nothing'}. Check the option series, that echo is "
                f"off at the meter, and the line"
            )

    def _send(self, command: str) -> None:
        self.port.write(command.encode("ascii") + self._series.end)

    def _next_line(self) -> bytes:
        """Wait for a line; return what there is of it when none is complete in time."""
        heard = b""
        deadline_s = now_mono_s() + ANSWER_S
        while b"\n" not in heard and (left_s := deadline_s - now_mono_s()) > 0:
            heard += self.port.read(left_s)[1]
        return heard.partition(b"\n")[0].rstrip(b"\r")


def _carrying(value: float, ranges: tuple[float, ...]) -> float:
    """Return the smallest range that carries a value; the largest where none does."""
    return next((limit for limit in ranges if limit >= value), ranges[-1])
