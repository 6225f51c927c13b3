"""collectl's plot files: host samples that were recorded beside a campaign, not by it.

Columns are found by the names in the header, whatever else was recorded. Times are UTC (``--utc``), or local
with the zone of collectl's own preamble.

Source: collectl's documentation of ``-P`` (http://collectl.sourceforge.net/Data-detail.html), and its files.
"""

import re
import zlib
from dataclasses import dataclass
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
    number, header, separator = _header(text)
    rows = [
        (n, line.split(separator))
        for n, line in enumerate(text.lines[number:], start=number + 1)
        if line.strip() and not line.startswith("#")
    ]
    if not whole and rows and rows[-1][0] == len(text.lines):
        rows.pop()
        repairs.count(codes.LINE_TORN, text, len(text.lines), "the last line is cut off: left out")
    for n, cells in rows:
        if len(cells) != len(header):
            _refuse(text, n, f"{len(header)} fields as in the header", f"{len(cells)}")
    if len(rows) < 2:
        _refuse(text, 0, "at least two rows of samples", f"{len(rows)}")
    t_utc_s = _times(text, header, rows, repairs, timezone)
    back = np.flatnonzero(np.diff(t_utc_s) <= 0)
    if len(back):
        _refuse(
            text, rows[back[0] + 1][0], "a later time than that of the row before", "an earlier or equal one"
        )
    return HostLog(t_utc_s, {name: _column(text, header, rows, name, repairs) for name in HOST_COLUMNS[1:]})


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


def _header(text: SourceText) -> tuple[int, list[str], str]:
    for number, line in enumerate(text.lines, start=1):
        if line.startswith(">>> "):
            reason = "this is collectl's raw format: play it back with `collectl -p FILE -P --utc -om`"
            raise text.refuse(number, reason)
        if match := _HEADER.match(line):
            separator = match["separator"]
            return number, line.split(separator), separator
    raise text.refuse(0, "expected a header that begins with #UTC or #Date Time, as of `collectl -P`")


def _times(
    text: SourceText,
    header: list[str],
    rows: list[tuple[int, list[str]]],
    repairs: Repairs,
    timezone: str | None,
) -> Floats:
    if header[0] == "#UTC":
        return np.array([_number(text, n, cells[0]) for n, cells in rows])
    zone = _zone(text, repairs, timezone)
    local_s = []
    for n, cells in rows:
        stamp = parse_stamp(f"{cells[0]} {cells[1]}")
        if stamp is None or not stamp.dated:
            _refuse(text, n, "a date and a time such as 20260131 12:00:00", f"{cells[0]} {cells[1]}")
        local_s.append(stamp.local_s)
    stamps = to_utc(np.array(local_s), zone)
    repairs.clock(text, [n for n, _ in rows], stamps)
    return stamps.t_utc_s


def _zone(text: SourceText, repairs: Repairs, timezone: str | None) -> tzinfo:
    told = next((m for line in text.lines if (m := _PREAMBLE_ZONE.match(line))), None)
    if timezone is None and told is not None:
        return find_zone(f"{told[1]}{told[2]}:{told[3]}")
    zone_assumed(repairs, timezone)
    return find_zone(timezone)


def _column(
    text: SourceText, header: list[str], rows: list[tuple[int, list[str]]], name: str, repairs: Repairs
) -> Floats:
    source = next(column for column, target in COLLECTL_COLUMNS.items() if target == name)
    if source not in header:
        message = f"{text.name}: collectl did not record {source}: {name} stays empty"
        repairs.say(codes.COLUMN_MISSING, message)
        return np.full(len(rows), np.nan)
    place = header.index(source)
    return np.array([_number(text, n, cells[place]) for n, cells in rows])


def _number(text: SourceText, line: int, cell: str) -> float:
    value = parse_number(cell)
    if value is None or value < 0:
        _refuse(text, line, "a number that is not negative", repr(cell[:60]))
    return value


def _refuse(text: SourceText, line: int, expected: str, found: str) -> NoReturn:
    raise text.refuse(line, f"expected {expected}, found {found}")
