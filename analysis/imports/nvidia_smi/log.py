"""Logs of ``nvidia-smi``: a pure reader of ``--query-gpu ... --format=csv`` and of ``dmon``.

Fields are found by the names in the header, whatever their order; with ``noheader`` the names have to be
given. Units are in the header (``power.draw [W]``) or behind the values (``18.11 W``). What NVIDIA writes
where a card does not know (``[N/A]``, ``[Not Supported]``, ``-``) is nothing, never a zero.

Sources: ``nvidia-smi --help-query-gpu``, nvidia-smi(1), and real logs.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from analysis.imports.nvidia_smi.fields import DMON_COLUMNS, IDENTITIES, KEPT, QUERY_COLUMNS, UNITS
from analysis.imports.reading import SourceText, read_text
from analysis.imports.repairs import Repairs
from records.finding_codes import imports as codes

LONGEST_LINE = 4096
"""A longer line is no line of such a log."""

_UNKNOWN = re.compile(
    r"\[?(n/a|not supported|unknown error|gpu is lost|insufficient permissions)\]?|-|err!", re.I
)
_VALUE = re.compile(r"(?P<number>[+-]?\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z%]*)")
_UNIT_OF_FIELD = re.compile(r"(?P<name>[^\[\]]+?)\s*(?:\[(?P<unit>[^\]]+)\])?")


@dataclass(frozen=True)
class Sample:
    """One row: a card at one moment.

    Attributes:
        line: number of the line in the file.
        stamp: date and time as written, in local time.
        gpu: index of the card.
        values: by column of `records.gpu.GPU_COLUMNS`; ``None`` where the card did not know.
    """

    line: int
    stamp: str
    gpu: int
    values: dict[str, float | None]


@dataclass
class SmiLog:
    """A log as read.

    Attributes:
        samples: in the order of the file.
        power_field: name of the field that ``power_w`` holds.
        names: of the cards, by index; ``driver`` version, empty where the log does not say.
        decimals: most decimal places of a power; its resolution.
        by_name: whether nothing but their names tells cards apart.
    """

    samples: list[Sample]
    power_field: str
    names: dict[int, str] = field(default_factory=dict)
    driver: str = ""
    decimals: int = 0
    by_name: bool = False


class _Reader:
    """Reads rows below one header."""

    def __init__(self, text: SourceText, repairs: Repairs) -> None:
        self.text = text
        self.repairs = repairs
        self.log = SmiLog([], "")
        self._fields: list[str] = []
        self._columns: dict[int, str] = {}
        self._identities: list[str] = []
        self.of_dmon = False

    def header(self, fields: list[str], known: dict[str, str], number: int) -> None:
        """Take the names of the columns; a power is the one that must be there."""
        found = [m["name"].lower() if (m := _UNIT_OF_FIELD.fullmatch(item)) else item for item in fields]
        units = [m["unit"] or "" if (m := _UNIT_OF_FIELD.fullmatch(item)) else "" for item in fields]
        if found == self._fields:
            return  # the tool repeats its header, or was started again
        if self._fields:
            self.refuse(number, f"the header {self._fields}", f"another one: {found}")
        self._fields = found
        self.of_dmon = known is DMON_COLUMNS
        # Of several powers the instantaneous one is kept: it has no averaging window to be guessed.
        for place, item in sorted(enumerate(found), key=lambda pair: pair[1] != "power.draw.instant"):
            column = known.get(item)
            if column is not None and column not in self._columns.values():
                self._columns[place] = column
                self._check_unit(column, units[place], number)
        power = [found[place] for place, column in self._columns.items() if column == "power_w"]
        if not power:
            self.refuse(number, "a column of power (power.draw, or pwr of dmon)", f"the columns {found}")
        if "timestamp" not in found:
            self.refuse(number, "a time stamp in every row (timestamp; dmon has it with -o DT)", f"{found}")
        self.log.power_field = power[0]
        ignored = [f for p, f in enumerate(found) if p not in self._columns and f not in KEPT]
        if ignored:
            words = f"{self.text.name}: columns that are not kept: {', '.join(ignored)}"
            self.repairs.say(codes.COLUMNS_IGNORED, words)

    @property
    def has_header(self) -> bool:
        """Whether a header came."""
        return bool(self._fields)

    def row(self, cells: list[str], number: int) -> None:
        """Take one row."""
        if len(cells) != len(self._fields):
            self.refuse(number, f"{len(self._fields)} fields ({', '.join(self._fields)})", f"{len(cells)}")
        by_field = dict(zip(self._fields, cells, strict=True))
        values = {column: self._value(column, cells[p], number) for p, column in self._columns.items()}
        gpu = self._gpu(values.pop("gpu", None), by_field, number)
        if "name" in by_field:
            self.log.names[gpu] = by_field["name"]
        self.log.driver = by_field.get("driver_version", self.log.driver)
        self.log.samples.append(Sample(number, by_field["timestamp"], gpu, values))

    def _gpu(self, index: float | None, row: dict[str, str], number: int) -> int:
        """Return the index of the card; without one, that of its identity in the order of appearance."""
        if "gpu" in self._columns.values():
            if index is None or index != int(index) or not 0 <= index < 1024:
                self.refuse(number, "the index of a card", f"{index}")
            return int(index)
        field_name = next((name for name in IDENTITIES if name in row), "name")
        self.log.by_name = field_name == "name"
        identity = row.get(field_name, "")
        if identity not in self._identities:
            self._identities.append(identity)
        return self._identities.index(identity)

    def _value(self, column: str, text: str, number: int) -> float | None:
        if _UNKNOWN.fullmatch(text):
            return None
        if column == "pstate":
            text = text.removeprefix("P")
        match = _VALUE.fullmatch(text)
        value = float(match["number"]) if match else math.nan
        if match is None or not math.isfinite(value):
            self.refuse(number, f"a number in the field of {column}", repr(text[:60]))
        if value < 0 and column != "temperature_c":
            self.refuse(number, f"a {column} that is not negative", repr(text[:60]))
        self._check_unit(column, match["unit"], number)
        if column == "power_w":
            self.log.decimals = max(self.log.decimals, len(match["number"].partition(".")[2]))
        return value

    def _check_unit(self, column: str, unit: str, number: int) -> None:
        allowed = UNITS.get(column, {""})
        if unit not in allowed:
            words = " or ".join(sorted(allowed - {""})) or "no unit"
            self.refuse(number, f"{column} in {words}", f"the unit {unit!r}")

    def refuse(self, number: int, expected: str, found: str) -> NoReturn:
        """Refuse a line."""
        raise self.text.refuse(number, f"expected {expected}, found {found}")


def read_log_file(
    path: Path, name: str, repairs: Repairs, columns: Sequence[str] = ()
) -> tuple[SourceText, SmiLog]:
    """Read a log from its file.

    Args:
        path: the file.
        name: how messages name it.
        repairs: takes what was left out.
        columns: see `read_log`.

    Raises:
        RecordError: see `read_log`.
    """
    text = read_text(path, name)
    repairs.form(text)
    ending = path.read_bytes()[-2:].strip(b"\0")  # of UTF-16 a zero byte may follow
    return text, read_log(text, repairs, columns, whole=ending.endswith((b"\n", b"\r")))


def read_log(
    text: SourceText, repairs: Repairs, columns: Sequence[str] = (), *, whole: bool = True
) -> SmiLog:
    """Read a log.

    Args:
        text: of the file.
        repairs: takes what was left out.
        columns: names of the fields, for a log that was written with ``noheader``.
        whole: whether the last line has its end.

    Raises:
        RecordError: a line is none of such a log; the message names file, line, expectation and what came.
    """
    reader = _Reader(text, repairs)
    if columns:
        reader.header(list(columns), QUERY_COLUMNS, 0)
    lines = text.lines if whole else text.lines[:-1]
    for number, line in enumerate(lines, start=1):
        _line(reader, line.strip(), number)
    if not whole:  # half a number is a number, too: without its line end no row is believed
        words = "the last line has no end and is left out: its last number may be cut off"
        repairs.count(codes.LINE_TORN, text, len(text.lines), words)
    if len(reader.log.samples) < 2:
        reader.refuse(0, "at least two rows", f"{len(reader.log.samples)}")
    return reader.log


def _line(reader: _Reader, line: str, number: int) -> None:
    if not line:
        return
    if len(line) > LONGEST_LINE:
        reader.refuse(number, f"at most {LONGEST_LINE} characters", f"{len(line)}")
    if line.startswith("#"):
        names = _cells(line.lstrip("# "))
        if "gpu" in map(str.lower, names):
            dated = [name.lower() for name in names[:2]] == ["date", "time"]
            reader.header(["timestamp", *names[2:]] if dated else names, DMON_COLUMNS, number)
        return  # the line of units below it
    cells = _cells(line)
    first_field = _UNIT_OF_FIELD.fullmatch(cells[0])
    if first_field is not None and first_field["name"].lower() in (*QUERY_COLUMNS, *KEPT):
        reader.header(cells, QUERY_COLUMNS, number)
    elif not reader.has_header:
        reader.refuse(
            number,
            "a header with the names of the fields; for a log with noheader name them with --columns, "
            "as in --query-gpu",
            repr(line[:60]),
        )
    else:
        reader.row([" ".join(cells[:2]), *cells[2:]] if reader.of_dmon else cells, number)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split(",")] if "," in line else line.split()
