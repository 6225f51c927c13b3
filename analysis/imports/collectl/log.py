"""collectl's plot files: host samples that were recorded alongside a campaign, not by it.

Columns are found by the names in the header, whatever else was recorded; a log may have several headers.
Times are UTC (``--utc``), or local with the zone of collectl's own preamble.

Source: collectl's documentation of ``-P`` (http://collectl.sourceforge.net/Data-detail.html), and its files.
"""

import re
import zlib
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import NoReturn

import numpy as np

from analysis.imports.reading import SourceText, parse_number, read_text
from analysis.imports.repairs import Repairs, zone_assumed
from analysis.imports.stamps import find_zone, parse_stamp, to_utc
from analysis.maths.arrays import Floats
from records.errors import RecordError
from records.finding_codes import imports as codes
from records.host import COLLECTL_COLUMNS, HOST_COLUMNS

LARGEST_BYTES = 1 << 30
"""A log that unpacks to more is taken for a broken one."""

_GZIP = b"\x1f\x8b"
_PREAMBLE_ZONE = re.compile(r"^# Date:.*\bTZ:\s*([+-])(\d{2})(\d{2})\b")
_HEADER = re.compile(r"#(?:UTC|Date.Time)(?P<separator>[^\w\[])\[")


@dataclass(frozen=True, eq=False)
class HostLog:
    """Host samples in the order of time.

    Attributes:
        t_utc_s: stamps ``(n,)``.
        columns: by `records.host.HOST_COLUMNS` but the stamp, ``(n,)``; NaN where collectl did not record it.
    """

    t_utc_s: Floats
    columns: dict[str, Floats]

    def between(self, from_utc_s: float, to_utc_s: float) -> "HostLog":
        """Return the samples of a window, borders included."""
        inside = (self.t_utc_s >= from_utc_s) & (self.t_utc_s <= to_utc_s)
        return HostLog(self.t_utc_s[inside], {name: value[inside] for name, value in self.columns.items()})

    def covers(self, from_utc_s: float, to_utc_s: float) -> bool:
        """Say whether samples lie on a window or on both sides of it."""
        return bool(self.t_utc_s[0] <= to_utc_s and self.t_utc_s[-1] >= from_utc_s)


@dataclass(frozen=True)
class _Section:
    """A header and the rows below it.

    Attributes:
        line: of the header; ``header`` its fields.
        zone: that the preamble before it tells, if any does.
        rows: number of the line and its fields.
    """

    line: int
    header: list[str]
    zone: str | None
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def check(self, text: SourceText) -> None:
        """Refuse a row that has not the fields of the header."""
        for n, cells in self.rows:
            if len(cells) != len(self.header):
                _refuse(text, n, f"{len(self.header)} fields as in the header", f"{len(cells)}")


def places_of(source: str, header: list[str]) -> list[int]:
    """Return the places of a column of `records.host.COLLECTL_COLUMNS`, or of those that it is the mean of.

    A log of single CPUs (``collectl -sC``) has ``[CPU:0]Totl%`` and so on in place of ``[CPU]Totl%``.
    """
    if source in header:
        return [header.index(source)]
    single = re.compile(re.escape(source).replace(r"\[CPU\]", r"\[CPU:\d+\]"))
    return [place for place, name in enumerate(header) if single.fullmatch(name)]


def joined(logs: list[HostLog]) -> HostLog:
    """Return the samples of logs that follow each other."""
    none = np.array([])
    return HostLog(
        np.concatenate([none, *(log.t_utc_s for log in logs)]),
        {name: np.concatenate([none, *(log.columns[name] for log in logs)]) for name in HOST_COLUMNS[1:]},
    )


def read_collectl_log(path: Path, repairs: Repairs, timezone: str | None = None) -> HostLog:
    """Read a plot file (``collectl -P``), plain or ``.gz``.

    Args:
        path: the file.
        repairs: takes what was assumed or left out.
        timezone: of local times; else what the preamble says, else UTC.

    Raises:
        RecordError: it is no plot file, or a line of it cannot be understood.
        ConfigurationError: there is no such time zone.
    """
    text, whole = _read(path, repairs)
    sections = _sections(text)
    last = sections[-1].rows
    if not whole and last and last[-1][0] == len(text.lines):
        last.pop()
        repairs.count(codes.LINE_TORN, text, len(text.lines), "the last line is cut off: left out")
    lines = [n for section in sections for n, _ in section.rows]
    for section in sections:
        section.check(text)
    if len(lines) < 2:
        _refuse(text, 0, "at least two rows of samples", f"{len(lines)}")
    sections = [section for section in sections if section.rows]
    t_utc_s = np.concatenate([_times(text, section, repairs, timezone) for section in sections])
    back = np.flatnonzero(np.diff(t_utc_s) <= 0)
    if len(back):
        _refuse(
            text, lines[back[0] + 1], "a later time than that of the row before", "an earlier or equal one"
        )
    return HostLog(t_utc_s, {name: _column(text, sections, name, repairs) for name in HOST_COLUMNS[1:]})


def _read(path: Path, repairs: Repairs) -> tuple[SourceText, bool]:
    """Return the text, and whether its last line has its end."""
    data = path.read_bytes() if path.is_file() else b""
    if not data.startswith(_GZIP):
        return read_text(path), data.endswith((b"\n", b"\r"))
    data, complete = _unpack(data, path.name)
    text = SourceText(path.name, data.decode("utf-8", errors="replace").splitlines(), "utf-8")
    if not complete:
        message = f"{path.name}: the compressed file is cut off; what could be unpacked is used"
        repairs.say(codes.ARCHIVE_TORN, message)
    return text, data.endswith(b"\n")


def _unpack(data: bytes, name: str) -> tuple[bytes, bool]:
    """Unpack every member of a gzip file; collectl that was killed leaves the last one without its end."""
    parts: list[bytes] = []
    room = LARGEST_BYTES
    while data:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            parts.append(unpacker.decompress(data, room))
        except zlib.error as error:
            raise RecordError(f"{name}: expected a gzip file, but {error}") from None
        room -= len(parts[-1])
        if room <= 0:
            raise RecordError(f"{name}: expected at most {LARGEST_BYTES >> 20} MiB of text, found more")
        if not unpacker.eof:
            return b"".join(parts), False
        data = unpacker.unused_data
    return b"".join(parts), True


def _sections(text: SourceText) -> list[_Section]:
    """Find every header and its rows: a collectl that is started anew begins with another header."""
    sections: list[_Section] = []
    zone = None
    for number, line in enumerate(text.lines, start=1):
        if line.startswith(">>> "):
            reason = "this is collectl's raw format: play it back with `collectl -p FILE -P --utc -om`"
            raise text.refuse(number, reason)
        if told := _PREAMBLE_ZONE.match(line):
            zone = f"{told[1]}{told[2]}:{told[3]}"
        elif match := _HEADER.match(line):
            separator = match["separator"]
            sections.append(_Section(number, line.split(separator), zone))
        elif sections and line.strip() and not line.startswith("#"):
            sections[-1].rows.append((number, line.split(separator)))
    if not sections:
        raise text.refuse(0, "expected a header that begins with #UTC or #Date Time, as of `collectl -P`")
    return sections


def _times(text: SourceText, section: _Section, repairs: Repairs, timezone: str | None) -> Floats:
    if section.header[0] == "#UTC":
        return np.array([_number(text, n, cells[0]) for n, cells in section.rows])
    zone = _zone(section.zone, repairs, timezone)
    local_s = []
    for n, cells in section.rows:
        stamp = parse_stamp(f"{cells[0]} {cells[1]}")
        if stamp is None or not stamp.dated:
            _refuse(text, n, "a date and a time such as 20260131 12:00:00", f"{cells[0]} {cells[1]}")
        local_s.append(stamp.local_s)
    stamps = to_utc(np.array(local_s), zone)
    repairs.clock(text, [n for n, _ in section.rows], stamps)
    return stamps.t_utc_s


def _zone(told: str | None, repairs: Repairs, timezone: str | None) -> tzinfo:
    if timezone is None and told is not None:
        return find_zone(told)
    zone_assumed(repairs, timezone)
    return find_zone(timezone)


def _column(text: SourceText, sections: list[_Section], name: str, repairs: Repairs) -> Floats:
    source = next(column for column, target in COLLECTL_COLUMNS.items() if target == name)
    values = [_values(text, section, source) for section in sections]
    for section, found in zip(sections, values, strict=True):
        if found is None:
            place = f"{text.name}, line {section.line}" if len(sections) > 1 else text.name
            message = f"{place}: collectl did not record {source}: {name} stays empty"
            repairs.say(codes.COLUMN_MISSING, message)
    none = (np.full(len(section.rows), np.nan) for section in sections)
    return np.concatenate(
        [empty if found is None else found for found, empty in zip(values, none, strict=True)]
    )


def _values(text: SourceText, section: _Section, source: str) -> Floats | None:
    places = places_of(source, section.header)
    if not places:
        return None
    numbers = [[_number(text, n, cells[place]) for place in places] for n, cells in section.rows]
    means: Floats = np.array(numbers).mean(axis=1)
    return means


def _number(text: SourceText, line: int, cell: str) -> float:
    value = parse_number(cell)
    if value is None or value < 0:
        _refuse(text, line, "a number that is not negative", repr(cell[:60]))
    return value


def _refuse(text: SourceText, line: int, expected: str, found: str) -> NoReturn:
    raise text.refuse(line, f"expected {expected}, found {found}")
