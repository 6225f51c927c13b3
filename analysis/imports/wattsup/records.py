"""What loggers of the Watts up? PRO, ES and .NET leave, in four forms.

1. the meter's own records ``#d,-,18,W,V,A,...;``, raw, alone or after a stamp (vendor's protocol);
2. lines ``YYYY-MM-DD HH:MM:SS.ssssss n W V A`` with blanks between (as a public logger describes it);
3. a table with a header that names watts, with or without a column for the time (assumed);
4. rows of a stamp and all eighteen values of the record in its order (as a public logger describes it;
   the units are assumed), or the first three of them (assumed), without a header.

The record and its units are those of the vendor's protocol 4.41: tenths of watts, volts, watt-hours and
hertz, milliamperes, percent of power factor; ``_`` is what was not logged. The other forms hold whole
units.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.imports.csv_rows import whole_rows
from analysis.imports.power_values import PowerValue, parse_power
from analysis.imports.reading import SourceTable, SourceText, find_delimiter, numbered_rows, parse_number
from analysis.imports.reading import read_rows as find_rows
from analysis.imports.repairs import Repairs
from analysis.imports.stamps import parse_stamp
from analysis.imports.timeline import UNIX_LEAST
from records.finding_codes import imports as codes

FIELDS = 18
_PLACE = {
    "power_w": 0,
    "voltage_v": 1,
    "current_a": 2,
    "energy_wh": 3,
    "power_factor": 13,
    "frequency_hz": 16,
}
_DIVISOR = {
    "power_w": 10,
    "voltage_v": 10,
    "current_a": 1000,
    "energy_wh": 10,
    "power_factor": 100,
    "frequency_hz": 10,
}
_POWER_MAX_DW = 50_000  # range of the field in the protocol

_RECORD = re.compile(r"#([a-z]),[^,#;]*,(\d+)((?:,[^,#;]*)*)(;?)")
_DIGITS = re.compile(r"_|\d{1,9}")
_WORDS = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?)\s+(\d[\d.]*)\s+(\S+)\s+(\S+)\s+(\S+)$")

_HEADERS = {
    "power_w": ("watts", "w", "watt", "power", "power (w)", "watts (w)", "power_w"),
    "voltage_v": ("volts", "v", "voltage", "voltage (v)", "voltage_v"),
    "current_a": ("amps", "a", "current", "current (a)", "amperes", "current_a"),
    "power_factor": ("pf", "power factor", "power-factor", "power_factor"),
    "frequency_hz": ("hz", "frequency", "frequency_hz"),
    "time": ("time", "timestamp", "date/time", "datetime", "date time", "date & time"),
}


@dataclass(frozen=True)
class WattsupRow:
    """One reading.

    Attributes:
        line: where it stands.
        stamp: as written, empty where there is none.
        power: in watts.
        quantities: further `records.meter.QUANTITIES` that it has.
    """

    line: int
    stamp: str
    power: PowerValue
    quantities: dict[str, float | None]


@dataclass(frozen=True)
class WattsupLog:
    """A whole log.

    Attributes:
        form: which of the four forms, in words.
        rows: in the order of the file.
        interval_s: that the meter says it logs at, ``None`` where it does not.
        table: the table, where the form is one.
    """

    form: str
    rows: list[WattsupRow]
    interval_s: float | None = None
    table: SourceTable | None = None


def read_wattsup(text: SourceText, repairs: Repairs) -> WattsupLog:
    """Read a log, whichever of the forms it has.

    Args:
        text: the file.
        repairs: takes what is left out.

    Raises:
        RecordError: it has none of them, or a line cannot be understood.
    """
    if any("#d," in line for line in text.lines):
        return _records(text)
    if any(_WORDS.match(line.strip()) for line in text.lines[:5]):
        return WattsupLog("stamps and values with blanks between", list(_words(text, repairs)))
    table = find_rows(text, lambda header: _column(header, "power_w") is not None)
    if table is not None:
        return WattsupLog("a table with a header", list(_table(table, repairs)), table=table)
    delimiter = find_delimiter(text)
    if delimiter is not None:
        return WattsupLog("rows without a header", list(_bare(text, delimiter, repairs)))
    raise text.refuse(
        1,
        "expected a log of a Watts up?: records #d,-,18,...;, lines of a stamp and values, or a table with a "
        "column of watts; of any other table `lab import csv` can be told the columns",
    )


def _records(text: SourceText) -> WattsupLog:
    rows = []
    interval_s = None
    for number, line in enumerate(text.lines, start=1):
        end = 0
        for match in _RECORD.finditer(line):
            fields = match[3].split(",")[1:]
            if match[1] == "d":
                rows.append(_record(number, line[end : match.start()].strip(" ,;|\t[]"), match, fields))
            elif match[1] in "nls" and len(fields) > 1 and fields[1].isdigit():
                interval_s = float(fields[1]) or interval_s  # #n and #l: reserved, interval; #s likewise
            end = match.end()
    return WattsupLog("records of the meter", rows, interval_s)


def _record(line: int, stamp: str, match: re.Match[str], fields: list[str]) -> WattsupRow:
    whole = len(fields) == FIELDS and match[2] == str(FIELDS) and match[4] == ";"
    if not whole or not all(_DIGITS.fullmatch(value.strip()) for value in fields):
        return WattsupRow(line, stamp, PowerValue(None, "malformed"), {})
    values = {name: _scaled(fields[place].strip(), _DIVISOR[name]) for name, place in _PLACE.items()}
    power_w = values.pop("power_w")
    if power_w is None:
        return WattsupRow(line, stamp, PowerValue(None, "nodata"), {})
    if power_w > _POWER_MAX_DW / 10:
        return WattsupRow(line, stamp, PowerValue(None, "malformed"), {})
    return WattsupRow(line, stamp, PowerValue(power_w), values)


def _scaled(text: str, divisor: int) -> float | None:
    return None if text == "_" else int(text) / divisor


def _words(text: SourceText, repairs: Repairs) -> Iterator[WattsupRow]:
    for number, line in enumerate(text.lines, start=1):
        if not line.strip():
            continue
        match = _WORDS.match(line.strip())
        if match is None:
            if _is_torn(text, number, repairs):
                return
            raise text.refuse(number, "expected YYYY-MM-DD HH:MM:SS.ssssss n W V A")
        yield _row(text, number, match[1], [match[3], match[4], match[5]])


def _is_torn(text: SourceText, line: int, repairs: Repairs) -> bool:
    """Say whether a line that cannot be understood is the last one, cut off while it was written."""
    if line != len(text.lines):
        return False
    repairs.count(codes.LINE_TORN, text, line, "the last line is cut off; it is left out")
    return True


def _row(text: SourceText, line: int, stamp: str, values: list[str]) -> WattsupRow:
    power = parse_power(values[0])
    if power is None:
        raise text.refuse(line, f"expected a number of watts, found {values[0]!r}")
    names = ("voltage_v", "current_a")
    return WattsupRow(line, stamp, power, dict(zip(names, map(parse_number, values[1:3]), strict=True)))


def _column(header: list[str], quantity: str) -> int | None:
    lowered = [name.lower() for name in header]
    return next((lowered.index(name) for name in _HEADERS[quantity] if name in lowered), None)


def _table(table: SourceTable, repairs: Repairs) -> Iterator[WattsupRow]:
    places = {name: place for name in _HEADERS if (place := _column(table.header, name)) is not None}
    power_at, time_at = places.pop("power_w"), places.pop("time", None)
    for line, row in whole_rows(table, repairs):
        power = parse_power(row[power_at], table.form(power_at))
        if power is None:
            raise table.text.refuse(line, f"expected a number of watts, found {row[power_at].strip()!r}")
        stamp = "" if time_at is None else row[time_at].strip()
        values = {name: table.number(line, row, place) for name, place in places.items()}
        yield WattsupRow(line, stamp, power, values)


def _bare(text: SourceText, delimiter: str, repairs: Repairs) -> Iterator[WattsupRow]:
    for line, row in numbered_rows(text, delimiter):
        fields = [part.strip() for part in row]
        stamped = parse_stamp(fields[0]) is not None or (parse_number(fields[0]) or 0.0) >= UNIX_LEAST
        values = fields[1:] if stamped else fields
        if len(values) not in (3, FIELDS):
            if _is_torn(text, line, repairs):
                return
            raise text.refuse(
                line,
                f"expected a stamp, then watts, volts and amperes or all {FIELDS} values of the meter's "
                f"record, found {len(fields)} fields",
            )
        yield _row(text, line, fields[0] if stamped else "", values)
