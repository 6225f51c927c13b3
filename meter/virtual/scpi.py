"""What virtual SCPI instruments have in common: a table of commands, headers, errors, ranges."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from meter.virtual.instrument import Electrical, InstrumentErrors, VirtualInstrument

Question = Callable[[Any, str], str]
Setting = Callable[[Any, str], None]

CARRIES = 1.3  # times a range, until the reading is over it (GPM-8310 manual, page 233)


class Refused(Exception):
    """A command that the instrument does not take; code and text go to its errors."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.error = code, text


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        path: as manuals write it, the short form in capitals: ``NUMeric:NORMal:NUMber``. ``#``
            stands for a number, which is put before the argument: ``ITEM3 P`` gives ``3 P``.
        question: answers the command with a question mark.
        setting: takes its argument.
    """

    path: str
    question: Question | None = None
    setting: Setting | None = None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a client may write."""
        nodes = []
        for node in self.path.split(":"):
            name = node.rstrip("#")
            words = {re.escape(_short(name)), re.escape(name.upper())}
            number = r"(\d+)" if node.endswith("#") else ""
            nodes.append(f"(?:{'|'.join(sorted(words))}){number}")
        return re.compile(":".join(nodes))

    def header(self, number: str, verbose: bool) -> str:
        """Return the header that an answer can carry."""
        path = self.path.replace("#", number)
        return ":" + (path.upper() if verbose else ":".join(_short(node) for node in path.split(":")))


def _short(node: str) -> str:
    return "".join(c for c in node if not c.islower())


def stored(path: str, read: Callable[[str], str] = str.upper) -> Command:
    """Return a command that only keeps its argument, to answer with it.

    Args:
        path: see `Command`. It is also the name of what is kept.
        read: makes the answer of the argument; may raise `Refused`.
    """

    def question(twin: "VirtualScpi", argument: str) -> str:
        return twin.kept.get(f"{path} {argument}".strip(), "0")

    def setting(twin: "VirtualScpi", argument: str) -> None:
        number, _, value = argument.partition(" ") if "#" in path else ("", "", argument)
        twin.kept[f"{path} {number}".strip()] = read(value)

    return Command(path, question, setting)


def range_commands(range_path: str, auto_path: str) -> tuple[Command, ...]:
    """Return the commands of both ranges; ``{}`` in a path stands for the kind of range."""
    return (
        *_range_commands(range_path, auto_path, "VOLT", "VOLTage", "voltage_range_v"),
        *_range_commands(range_path, auto_path, "CURR", "CURRent", "current_range_a"),
    )


def _range_commands(
    range_path: str, auto_path: str, kind: str, node: str, attribute: str
) -> tuple[Command, Command]:
    return (
        Command(
            range_path.format(node),
            lambda twin, argument: nr3(getattr(twin, attribute), 4),
            lambda twin, argument: twin.set_range(kind, argument),
        ),
        Command(
            auto_path.format(node),
            lambda twin, argument: str(int(twin.automatic[kind])),
            lambda twin, argument: twin.set_automatic(kind, argument),
        ),
    )


def crest_factor_command(path: str) -> Command:
    """Return the command of the crest factor."""
    return Command(
        path, lambda twin, argument: str(twin.crest_factor), lambda t, argument: t.set_crest_factor(argument)
    )


def boolean(text: str) -> str:
    """Return ``1`` or ``0`` for ``ON`` and ``OFF``."""
    return str(int(is_on(text)))


def is_on(text: str) -> bool:
    """Read a boolean.

    Raises:
        Refused: it is none.
    """
    if text.upper() not in ("ON", "OFF", "1", "0"):
        raise Refused(150, "Invalid parameter")
    return text.upper() in ("ON", "1")


def physical(text: str) -> float:
    """Read a number with or without multiplier and unit: ``0.25``, ``100MS``, ``300V``.

    Raises:
        Refused: it is none.
    """
    match = re.fullmatch(r"([+-]?\d*\.?\d+(?:E[+-]?\d+)?)(M?)(?:S|V|A)?", text.upper())
    if match is None:
        raise Refused(150, "Invalid parameter")
    return float(match[1]) * (1e-3 if match[2] else 1.0)


def one_of(values: tuple[float, ...], text: str) -> float:
    """Read a number that is one of those offered.

    Raises:
        Refused: it is not.
    """
    number = physical(text)
    for value in values:
        if abs(value - number) <= 1e-6 * value:
            return value
    raise Refused(222, "Data out of range")


def nr3(value: float, digits: int = 5) -> str:
    """Write a number as the instruments do: ``230.12E+00``, ``240.02E-03``."""
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    shift = int(exponent) % 3
    return f"{float(mantissa) * 10**shift:.{digits - 1 - shift}f}E{int(exponent) - shift:+03d}"


class VirtualScpi(VirtualInstrument):
    """A SCPI instrument with a voltage and a current range.

    Class attributes:
        commands: what it understands; the first one that fits counts.
        terminator: of its answers.
        unknown: code and text for a command that it does not know.
        headers: whether settable values are answered with a header after power-on.
        verbose: whether that header is in the long form.
        voltage_ranges_v, current_ranges_a: smallest first.

    Attributes:
        kept: arguments of the commands made by `stored`.
        errors: codes and texts, oldest first.
        voltage_range_v, current_range_a: of now.
        crest_factor: 3 or 6; with 6 all ranges are half as large.
        automatic: whether voltage and current range by themselves.
        blank: whether a range was changed and no interval has ended since.
    """

    commands: ClassVar[tuple[Command, ...]]
    terminator: ClassVar[bytes] = b"\r\n"
    unknown: ClassVar[tuple[int, str]] = (113, "Undefined header")
    headers: ClassVar[bool] = False
    verbose: ClassVar[bool] = False
    voltage_ranges_v: ClassVar[tuple[float, ...]] = (15, 30, 60, 150, 300, 600)
    current_ranges_a: ClassVar[tuple[float, ...]] = (
        *(5e-3, 10e-3, 20e-3, 50e-3, 0.1, 0.2, 0.5),
        *(1, 2, 5, 10, 20),
    )

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self.kept: dict[str, str] = {}
        self.errors: deque[tuple[int, str]] = deque()
        self.header_on, self.verbose_on = self.headers, self.verbose
        self.voltage_range_v, self.current_range_a = self.voltage_ranges_v[-1], self.current_ranges_a[-1]
        self.automatic = {"VOLT": True, "CURR": True}
        self.blank = False
        self.crest_factor = 3
        self._line = b""

    def advance(self, power_w: float) -> bytes:
        """Then range, and answer what waited for the update."""
        streamed = super().advance(power_w)
        self.blank = False
        if self.automatic["VOLT"]:
            self.voltage_range_v = _carrying(self._scaled(self.voltage_ranges_v), self.now.voltage_v)
        if self.automatic["CURR"]:
            self.current_range_a = _carrying(self._scaled(self.current_ranges_a), self.now.current_a)
        return streamed

    def receive(self, data: bytes) -> bytes:
        *lines, self._line = (self._line + data).split(b"\n")
        return b"".join(self.message(line.strip().decode("ascii", "replace")) for line in lines)

    def message(self, text: str) -> bytes:
        """Answer one line: units separated by semicolons, each relative to the one before."""
        answers = []
        root = ""
        for unit in filter(None, (unit.strip() for unit in text.split(";"))):
            path, _, argument = unit.partition(" ")
            path = path.removeprefix(":") if path.startswith((":", "*")) else root + path
            if not path.startswith("*"):
                root = path.rpartition(":")[0] + ":" if ":" in path else ""
            try:
                answers.append(self._unit(path, argument.strip()))
            except Refused as refusal:
                self.errors.append(refusal.error)
        answer = ";".join(filter(None, answers))
        return answer.encode("ascii") + self.terminator if answer else b""

    def clear_errors(self) -> None:
        """Do what ``*CLS`` does."""
        self.errors.clear()

    def next_error(self, argument: str = "") -> str:
        """Answer the question for the oldest error; the answer takes it away."""
        code, text = self.errors.popleft() if self.errors else self.no_error
        return f'{code},"{text}"'

    no_error: ClassVar[tuple[int, str]] = (0, "NO ERROR")

    def set_range(self, kind: str, argument: str) -> None:
        """Set a range; its automatic ends, and there is no reading until the next update."""
        if kind == "VOLT":
            self.voltage_range_v = one_of(self._scaled(self.voltage_ranges_v), argument)
        else:
            self.current_range_a = one_of(self._scaled(self.current_ranges_a), argument)
        self.automatic[kind] = False
        self.blank = True

    def set_automatic(self, kind: str, argument: str) -> None:
        """Switch a range's automatic."""
        self.automatic[kind] = is_on(argument)

    def set_crest_factor(self, argument: str) -> None:
        """Set the crest factor; the ranges follow, and there is no reading until the next update."""
        wanted = int(one_of((3, 6), argument))
        factor = self.crest_factor / wanted
        self.voltage_range_v, self.current_range_a = (
            self.voltage_range_v * factor,
            self.current_range_a * factor,
        )
        self.crest_factor, self.blank = wanted, True

    def _scaled(self, ranges: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(r * 3 / self.crest_factor for r in ranges)

    @property
    def is_over(self) -> bool:
        """Whether voltage or current is beyond its range."""
        over_v = self.now.voltage_v > CARRIES * self.voltage_range_v
        return over_v or self.now.current_a > CARRIES * self.current_range_a or self.fault == "overrange"

    @property
    def has_data(self) -> bool:
        """Whether there is a reading."""
        return self.now.number > 0 and not self.blank and self.fault != "sentinel"

    def value(
        self, item: str, no_data: str, over: str, values: Callable[[Electrical], dict[str, str]]
    ) -> str:
        """Return an item of a reading as text, or what stands in its place.

        Args:
            item: its name.
            no_data: spelling of no data.
            over: spelling of beyond the range.
            values: texts of all items that can be measured.
        """
        if not self.has_data:
            return no_data
        found = values(self.now).get(item)
        if found is None:
            return no_data
        return over if self.is_over else found

    def _unit(self, path: str, argument: str) -> str:
        asked = path.endswith("?")
        for command in self.commands:
            match = command.pattern.fullmatch(path.removesuffix("?").upper())
            if match is None or (command.question if asked else command.setting) is None:
                continue
            number = match[1] if match.groups() else ""
            argument = f"{number} {argument}".strip()
            if not asked:
                assert command.setting is not None
                command.setting(self, argument)
                return ""
            assert command.question is not None
            answer = command.question(self, argument)
            settable = command.setting is not None
            if (settable and self.header_on) or (self.fault == "header" and not path.startswith("*")):
                return f"{command.header(number, self.verbose_on)} {answer}"
            return answer
        raise Refused(*self.unknown)


def _carrying(ranges: tuple[float, ...], value: float) -> float:
    return next((r for r in ranges if r >= value), ranges[-1])
