"""SCPI instruments: lines of ASCII, questions that end in ``?``, numbers separated by commas.

IEEE 488.2 and SCPI-99 say how commands and numbers look; `9.91E+37` for "no number" and `9.9E+37`
for "infinity" are SCPI-99, volume 1, 7.2.1.4 and 7.2.1.5. What instruments do otherwise is allowed
for here: answers with a header although it was switched off, line ends of every kind, ``NAN`` and
``INF`` in letters, decimals with and without an exponent.
"""

import math
import re
import time
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from meter.kinds.in_step import InStepMeter
from meter.line.errors import SettingDiffers, shown
from meter.options import Option, Value
from meter.protocols.scpi_settings import LINE_FILTER_PCT, Setting
from records.errors import ConfigurationError, DeviceError
from records.meter import Accuracy, Identity, Reading
from records.times import now_mono_s

ANSWER_S = 1.5  # at 1200 bit/s a line of six numbers takes 0.6 s
_QUIET_S = 0.2
_LONGEST = 4096  # bytes of a line
_BITS_PER_BYTE = 10
_NUMBER_BYTES = 11  # as in "230.12E+00,"

Sentinel = Literal["nodata", "overrange"]
"""What an instrument says in place of a number."""

_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})(E[+-]?\d{1,3})?", re.IGNORECASE)
_BLANK = " \t\r"  # str.strip() would take 0x1C to 0x1F as well, which float() then refuses
_HEADER = re.compile(r"^:?[A-Z][A-Z0-9]*(:[A-Z0-9]+)* +(?=\S)", re.IGNORECASE)
_NO_NUMBER = 9.91e37
_INFINITY = 9.9e37


def without_header(text: str) -> str:
    """Return an answer without the header that some instruments put before it.

    ``:NUM:NORM:NUMB 8`` becomes ``8``.
    """
    return _HEADER.sub("", text.strip(_BLANK), count=1)


def parse_number(text: str) -> float | Sentinel | None:
    """Return a number as SCPI writes it (NR1, NR2, NR3), or what stands in its place.

    Returns:
        The number; ``nodata`` for 9.91E+37 and ``NAN``; ``overrange`` for 9.9E+37, whatever is
        beyond it, and ``INF``; ``None`` for what is none of these.
    """
    text = text.strip(_BLANK)
    word = text.upper().lstrip("+-")
    if word == "NAN":
        return "nodata"
    if word in ("INF", "INFINITY"):
        return "overrange"
    if not text.isascii() or not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if math.isclose(abs(number), _NO_NUMBER, rel_tol=1e-4):
        return "nodata"
    return number if abs(number) < _INFINITY else "overrange"


def parse_numbers(line: bytes, count: int) -> list[float | Sentinel] | None:
    """Return the numbers of an answer, which has to be so many; ``None`` for anything else."""
    if not line.isascii():
        return None
    fields = without_header(line.decode("ascii")).split(",")
    numbers = [number for field in fields if (number := parse_number(field)) is not None]
    return numbers if len(numbers) == len(fields) == count else None


def parse_reading(line: bytes, items: tuple[str, ...], t_utc_s: float) -> Reading:
    """Return the reading in an answer.

    Args:
        line: the answer without its line end.
        items: which of `records.meter.QUANTITIES` was asked for at each place.
        t_utc_s: when it arrived.

    Returns:
        A good reading; or one without watts: ``malformed`` where the line is not so many numbers,
        ``overrange`` where power, voltage or current is beyond the range, ``nodata`` where there is
        no power. Another quantity without a number is missing.
    """
    numbers = parse_numbers(line, len(items))
    if numbers is None:
        return Reading(t_utc_s, None, "malformed")
    found = dict(zip(items, numbers, strict=True))
    if "overrange" in (found["power_w"], found.get("voltage_v"), found.get("current_a")):
        return Reading(t_utc_s, None, "overrange")
    values = {name: value for name, value in found.items() if isinstance(value, float)}
    if "power_w" not in values:
        return Reading(t_utc_s, None, "nodata")
    return Reading(
        t_utc_s,
        values["power_w"],
        voltage_v=values.get("voltage_v"),
        current_a=values.get("current_a"),
        power_factor=values.get("power_factor"),
        frequency_hz=values.get("frequency_hz"),
        energy_wh=values.get("energy_wh"),
    )


def parse_identity(line: bytes) -> Identity | None:
    """Return the identity in an answer to ``*IDN?``: maker, model, serial number, firmware.

    A serial number of 0 means that the instrument does not say (IEEE 488.2, 10.14).
    """
    if not line.isascii() or not line.decode("ascii").isprintable():
        return None
    fields = [field.strip(_BLANK) for field in line.decode("ascii").split(",")]
    if len(fields) != 4 or not fields[0] or not fields[1]:
        return None
    maker, model, serial, firmware = fields
    return Identity(maker=maker, model=model, serial="" if serial == "0" else serial, firmware=firmware)


class ScpiMeter(InStepMeter):
    """A meter that is asked for a line of numbers.

    Class attributes:
        terminator: of commands. Of answers CR, LF and both are accepted.
        identity_pattern: of the whole answer to ``*IDN?``.
        items: quantities of the numbers that ``value_query`` gets, in order.
        value_query: the question.
        error_query: asks for code and text of the oldest error; ``None`` where no source tells how.
    """

    by_message: ClassVar[bool] = True
    terminator: ClassVar[bytes] = b"\n"
    identity_pattern: ClassVar[re.Pattern[str]]
    items: ClassVar[tuple[str, ...]]
    value_query: ClassVar[str]
    error_query: ClassVar[str | None] = ":STAT:ERR?"

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self.identity: Identity | None = None
        self._unread = b""
        self._heard_utc_s = 0.0
        self._last_answer = b""

    def identify(self) -> Identity:
        """Clear the line, then ``*IDN?`` twice at most."""
        self.clear_line()
        heard = b""
        for _ in range(2):
            self.send("*IDN?")
            deadline_s = now_mono_s() + ANSWER_S
            while (line := self._next_line(deadline_s)) is not None:
                self.identity = self._own_identity(line)
                if self.identity is not None:
                    return self.identity
                heard += line + b"\n"
            heard += self._unread
            self._forget()
        if heard:
            raise self.something_else("maker,model,serial,firmware of one", shown(heard))
        raise self.nothing_answered(2 * ANSWER_S)

    def ask_in_step(self) -> Reading | None:
        self.send(self.value_query)
        line = self._next_line(now_mono_s() + ANSWER_S)
        if line is None:
            torn = bool(self._unread)
            return Reading(self._heard_utc_s, None, "malformed") if torn else None
        self._last_answer = line
        return parse_reading(line, self.items, self._heard_utc_s)

    def send_marker(self) -> None:
        self.clear_line()
        self.send("*IDN?")

    def look_for_marker(self) -> bool | None:
        deadline_s = now_mono_s() + ANSWER_S
        while (line := self._next_line(deadline_s)) is not None:
            if parse_identity(line) is not None:
                return True
            if parse_numbers(line, len(self.items)) is None:
                return None
        return None if self._unread else False

    def clear_line(self) -> None:
        """End a command that a crashed client left half-typed, and wait until the line is quiet."""
        self.port.write(self.terminator + b"*CLS" + self.terminator)
        self.port.drain(quiet_s=_QUIET_S, limit_s=3.0)
        self._unread = b""
        self.be_in_step()

    def send(self, command: str) -> None:
        """Send a command; what came before and was not read is thrown away."""
        self._forget()
        self.port.write(command.encode("ascii") + self.terminator)

    def set(self, command: str) -> None:
        """Send a setting; ask whether the meter took it, where it can be asked.

        Raises:
            DeviceError: it did not.
        """
        error = self.try_to_set(command)
        if error:
            raise DeviceError(
                f"{self.port.port}: the {self.spec.model} refused {command!r} with {error}. Check the option "
                f"it comes from, and that the meter is the model that the driver is for"
            )

    def try_to_set(self, command: str) -> str:
        """Send a setting; return the meter's error, or an empty text."""
        self.send(command)
        if self.error_query is None:
            return ""
        answer = self.query(self.error_query)
        code = parse_number(answer.partition(",")[0])
        if not isinstance(code, float):
            raise self._unexpected(self.error_query, "a code and a text", answer)
        return "" if code == 0 else answer

    def query(self, command: str) -> str:
        """Ask for a setting; return the answer without header.

        Raises:
            DeviceError: there is none.
        """
        self.send(command)
        line = self._next_line(now_mono_s() + ANSWER_S)
        if line is None:
            raise DeviceError(
                f"{self.port.port}: the {self.spec.model} did not answer {command!r} within {ANSWER_S:g} s. "
                f"Check the cable and the line speed"
            )
        return without_header(line.decode("ascii", "replace"))

    def query_number(self, command: str) -> float:
        """Ask for a number.

        Raises:
            DeviceError: what comes is none.
        """
        answer = self.query(command)
        number = parse_number(answer)
        if not isinstance(number, float):
            raise self._unexpected(command, "a number", answer)
        return number

    @property
    def answer_s(self) -> float:
        """How long question and answer are on the line; 0 on a network."""
        if "://" in self.port.port:
            return 0.0
        length = len(self.value_query) + _NUMBER_BYTES * len(self.items) + 2 * len(self.terminator)
        return length * _BITS_PER_BYTE / self.port.line.baud

    def _own_identity(self, line: bytes) -> Identity | None:
        """Return the identity in a line if it is one of this kind of meter.

        Raises:
            DeviceError: it is one of another kind.
        """
        identity = parse_identity(line)
        if identity is not None and not self.identity_pattern.fullmatch(line.decode("ascii")):
            raise self.something_else(f"*IDN? like {self.identity_pattern.pattern}", shown(line))
        return identity

    def _forget(self) -> None:
        self.port.flush()
        self._unread = b""

    def _next_line(self, deadline_s: float) -> bytes | None:
        """Wait for a whole line that is not empty; ``None`` when none is there by then."""
        while True:
            line, end, rest = _split(self._unread)
            if end or len(self._unread) > _LONGEST:
                self._unread = rest
                return line
            left_s = deadline_s - now_mono_s()
            if left_s <= 0:
                return None
            self._heard_utc_s, data = self.port.read(left_s)
            self._unread += data

    def _unexpected(self, command: str, expected: str, came: str) -> DeviceError:
        return DeviceError(
            f"{self.port.port}: the {self.spec.model} answered {command!r} with {came[:60]!r}, expected "
            f"{expected}. Try again; if it stays so, check the driver and the line speed"
        )


def _split(held: bytes) -> tuple[bytes, bool, bytes]:
    """Return the first line that is not empty, whether it has ended, and what is behind it."""
    text = held.lstrip(b"\r\n")
    match = re.search(rb"[\r\n]", text)
    return (text, False, b"") if match is None else (text[: match.start()], True, text[match.end() :])


RANGE_OPTIONS = (
    Option(
        "range",
        str,
        "Whether the ranges are fixed after a look at the load, or the meter changes them by itself.",
        "fixed",
        choices=("fixed", "auto"),
    ),
    Option(
        "headroom",
        float,
        "How many times the present current the fixed current range carries.",
        5.0,
        limits=(1.0, 1000.0),
    ),
    Option("voltage_range_v", float, "Fixed voltage range; found by the driver when not given."),
    Option("current_range_a", float, "Fixed current range; found by the driver when not given."),
)
"""Options of a meter with ranges."""


_RANGING_S = 10.0
_STEADY_LOOKS = 3  # at the ranges, until they count as found


class RangedScpiMeter(ScpiMeter):
    """A SCPI meter with voltage and current ranges, which `start` fixes.

    The meter ranges by itself on the present load first. Then the voltage range it found is fixed,
    and the smallest current range that carries ``headroom`` times the present current: a range that
    changes in the middle of a run would change the limits of error, and blank a reading.

    Class attributes:
        range_command, auto_command: of a range, and of the switch of its automatic; ``{}`` stands
            for ``VOLT`` or ``CURR``.
        voltage_ranges_v, current_ranges_a: at a crest factor of 3, smallest first.
        update_command: sets the update interval; ``None`` where the meter's is fixed.
        tells: settings that the meter can be asked for, beside its ranges.
    """

    range_command: ClassVar[str]
    auto_command: ClassVar[str]
    voltage_ranges_v: ClassVar[tuple[float, ...]]
    current_ranges_a: ClassVar[tuple[float, ...]]
    update_command: ClassVar[str | None] = None
    tells: ClassVar[tuple[Setting, ...]] = ()

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._ranges: tuple[float, float] | None = None
        self._told: dict[str, Value] = {}
        given = [self.settings[name] for name in ("voltage_range_v", "current_range_a")]
        self._given_v, self._given_a = (None if value is None else float(value) for value in given)
        if self.settings["range"] == "auto" and (self._given_v or self._given_a):
            raise ConfigurationError(
                '[meter.options]: expected range = "auto" or fixed ranges, found both. Leave one of them out'
            )

    @abstractmethod
    def prepare(self) -> None:
        """Set up what is asked for, once the line is clear."""

    def start(self) -> None:
        """What to say, ranges, update interval; then wait for an update with them."""
        self.clear_line()
        self.prepare()
        self._told = self._ask_settings()
        if self._given_v is not None and self._given_a is not None:
            self._ranges = self._fix("VOLT", (self._given_v,)), self._fix("CURR", (self._given_a,))
        else:
            self._ranges = self._find_ranges()
        self._set_update(self.interval_s)
        self._await_update()
        self.begin_polling(self._update_now_s, self.answer_s)

    def stop(self) -> None:
        """Such a meter is quiet unless it is asked."""

    def chosen_options(self) -> dict[str, Value]:
        """The fixed ranges, and what the meter told of the settings that can be demanded."""
        choices = {option.name: option.choices for option in self.spec.options}
        told = {name: value for name, value in self._told.items() if value in choices.get(name, ())}
        if self._ranges is None or self.settings["range"] == "auto":
            return told
        return {**told, "voltage_range_v": self._ranges[0], "current_range_a": self._ranges[1]}

    def instrument_settings(self) -> dict[str, Value]:
        """What the meter told, and its ranges as it has them, with the switch of their automatic."""
        if self._ranges is None:
            return dict(self._told)
        auto = "on" if self.settings["range"] == "auto" else "off"
        return {
            **self._told,
            "voltage_range_v": self._ranges[0],
            "current_range_a": self._ranges[1],
            "auto_range": auto,
            "update_s": self._update_now_s,
        }

    def accuracy_in_force(self) -> Accuracy:
        """Return the limits of error with the ranges, the crest factor and the line filter of now.

        Where the meter ranges by itself, the range is that which would have been fixed.
        """
        accuracy = self.accuracy_of_model()
        largest = self._scaled(self.voltage_ranges_v)[-1], self._scaled(self.current_ranges_a)[-1]
        voltage_range_v, current_range_a = self._ranges or largest
        doubled = 2 if self._crest_factor == 6 else 1
        filtered_pct = LINE_FILTER_PCT if self._told.get("line_filter") == "on" else 0.0
        return replace(
            accuracy,
            reading_pct=accuracy.reading_pct + filtered_pct,
            range_pct=doubled * accuracy.range_pct,
            range_w=voltage_range_v * current_range_a,
        )

    def accuracy_of_model(self) -> Accuracy:
        """Return the limits of error of the model that identified itself, without its range."""
        return self.spec.accuracy

    @property
    def _update_now_s(self) -> float:
        return self.interval_s if self.spec.update_s is None else self.spec.update_s

    def _scaled(self, ranges: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(r / 2 for r in ranges) if self._crest_factor == 6 else ranges

    @property
    def _crest_factor(self) -> Value | None:
        """Crest factor as the meter told it; where it does not, as the option has it."""
        return self._told.get("crest_factor", self.settings.get("crest_factor"))

    def _ask_settings(self) -> dict[str, Value]:
        """Ask for the settings that the meter can tell; one that it does not know is left out.

        Raises:
            SettingDiffers: one is not what it has to be, or not what it was before the port was lost.
        """
        told = {}
        for setting in self.tells:
            answer = self._ask_if_known(setting.query)
            if answer is None:
                continue
            told[setting.name] = value = setting.read(answer)
            wanted = self._told.get(setting.name, self.settings.get(setting.name))
            if wanted is not None and wanted != value:
                raise SettingDiffers(
                    f"{self.port.port}: expected the {self.spec.model} to have {setting.name} = {wanted}, "
                    f"but it says {value} ({setting.query}). Set it at the meter, or write what it is under "
                    f"[meter.options]"
                )
        return told

    def _ask_if_known(self, query: str) -> str | None:
        """Return the answer without header; ``None`` where the meter does not know the question."""
        self.send(query)
        line = self._next_line(now_mono_s() + ANSWER_S / 2)
        if line is None:
            self.clear_line()
            return None
        return without_header(line.decode("ascii", "replace"))

    def _set_update(self, update_s: float) -> None:
        if self.update_command is None:
            return
        self.set(f"{self.update_command} {update_s:g}")
        found_s = self.query_number(f"{self.update_command}?")
        if not math.isclose(found_s, update_s, rel_tol=1e-3):
            raise self._unexpected(f"{self.update_command}?", f"{update_s:g}", f"{found_s:g}")

    def _find_ranges(self) -> tuple[float, float]:
        """Let the meter range by itself; fix what carries the load, unless it shall go on ranging."""
        self._set_update(self.spec.fastest_interval_s)
        for kind in ("VOLT", "CURR"):
            self.set(f"{self.auto_command.format(kind)} ON")
        voltage_range_v = self._steady_voltage_range()
        wanted_a = self._present_current_a() * float(self.settings["headroom"] or 1)
        voltages_v = (voltage_range_v,) if self._given_v is None else (self._given_v,)
        if self._given_a is not None:
            currents_a: tuple[float, ...] = (self._given_a,)
        else:
            ranges_a = self._scaled(self.current_ranges_a)
            currents_a = tuple(r for r in ranges_a if r >= wanted_a) or ranges_a[-1:]
        if self.settings["range"] == "auto":
            return voltages_v[0], currents_a[0]
        return self._fix("VOLT", voltages_v), self._fix("CURR", currents_a)

    def _steady_voltage_range(self) -> float:
        """Wait until the meter has stopped ranging; return the voltage range it chose."""
        looks: list[tuple[float, ...]] = []
        deadline_s = now_mono_s() + _RANGING_S
        while len(looks) < _STEADY_LOOKS or len(set(looks[-_STEADY_LOOKS:])) > 1:
            if now_mono_s() > deadline_s:
                raise DeviceError(
                    f"{self.port.port}: the {self.spec.model} did not settle on a range within "
                    f"{_RANGING_S:g} s. Let the load settle, or give voltage_range_v and current_range_a"
                )
            time.sleep(self.spec.fastest_interval_s)
            looks.append(
                tuple(self.query_number(f"{self.range_command.format(k)}?") for k in ("VOLT", "CURR"))
            )
        return looks[-1][0]

    def _present_current_a(self) -> float:
        deadline_s = now_mono_s() + _RANGING_S
        while now_mono_s() < deadline_s:
            reading = self.ask()
            if reading is not None and reading.current_a is not None:
                return abs(reading.current_a)
            time.sleep(self.spec.fastest_interval_s)
        raise DeviceError(
            f"{self.port.port}: the {self.spec.model} gave no current within {_RANGING_S:g} s to choose a "
            f"range by; expected {', '.join(self.items)}, found {shown(self._last_answer)}. Check that the "
            f"meter measures, and that it is the model that the driver is for"
        )

    def _fix(self, kind: str, ranges: tuple[float, ...]) -> float:
        """Fix the first range that the model has; return it."""
        self.set(f"{self.auto_command.format(kind)} OFF")
        command = self.range_command.format(kind)
        error = ""
        for wanted in ranges:
            error = self.try_to_set(f"{command} {wanted:g}")
            if error:
                continue
            found = self.query_number(f"{command}?")
            if math.isclose(found, wanted, rel_tol=1e-2):
                return found
            error = f"the range {found:g}"
        raise DeviceError(
            f"{self.port.port}: the {self.spec.model} answered '{command} {ranges[-1]:g}' with {error}. Give "
            f"a range that the meter has (voltage_range_v, current_range_a), and its crest factor"
        )

    def _await_update(self) -> None:
        """Wait until a reading was taken with the settings of now; the one before is thrown away."""
        first: Reading | None = None
        deadline_s = now_mono_s() + 1.5 * self._update_now_s
        while now_mono_s() < deadline_s:
            reading = self.ask()
            if reading is not None and not reading.flag:
                if first is not None and replace(reading, t_utc_s=first.t_utc_s) != first:
                    return
                first = reading
            time.sleep(self._update_now_s / 8)
