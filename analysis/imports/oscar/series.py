"""The power and hardware logs of OSCAR and KEcoLab: series over the wall clock of the lab.

The power log is an export of a power analyser (a Janitza UMG 604 where this was written); the
hardware log is collectl's plot file with date and time in one column, formatted by hand for the
lab's web tool.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo

import numpy as np

from analysis.imports.collectl.log import HostLog, places_of
from analysis.imports.number_forms import NumberForm, NumberOptions
from analysis.imports.reading import SourceTable, SourceText, read_rows
from analysis.imports.repairs import Repairs
from analysis.imports.stamps import parse_stamp, to_utc
from analysis.maths.arrays import Floats
from records.finding_codes import imports as codes
from records.host import COLLECTL_COLUMNS
from records.meter import Accuracy, Calibration, Identity, MeterRecord, Sampling

_COMMAS = NumberForm(",", ".")
_BARE = re.compile(r"\s*(\d{16})\s+(\d+(?:\.\d+)?)\s*$", re.ASCII)
_ENOUGH_LINES = 20
_POWER = re.compile(r"\[\s*(k?W)\s*\]")
_MEAN = re.compile(r"avg|mean|mittel", re.IGNORECASE)
_INTERVAL = re.compile(r"\((\d+(?:[.,]\d+)?)\s*s\)")
_MODEL = re.compile(r"\[(UMG[^\]]*)\]")
CPU = "[CPU]Totl%"

READING_PCT = {"UMG604": 0.4}
"""Limits of error of the power, in percent of the reading, by model. Of the UMG 604 they are known from
secondary sources only (docs/meters/janitza_umg604.md); the current transformers come on top."""


@dataclass(frozen=True, eq=False)
class PowerLog:
    """Readings in the order of time, and what their file says of the meter.

    Attributes:
        text: the file.
        t_utc_s: stamps ``(n,)``; ``power_w``: NaN where the file has no number.
        sampling, interval_s, resolution_w: of a reading.
        model, channel: of the meter, empty where the file does not say.
    """

    text: SourceText
    t_utc_s: Floats
    power_w: Floats
    sampling: Sampling
    interval_s: float
    resolution_w: float
    model: str
    channel: str

    def meter(self) -> MeterRecord:
        """Return what is known of the meter.

        Stamps are whole seconds, so that the moment of a reading is known to a rectangular distribution
        over one second or over its interval, whichever is shorter (JCGM 100:2008, 4.3.7).
        """
        return MeterRecord(
            driver="imported",
            port=self.channel,
            identity=Identity(maker="Janitza" if self.model else "", model=self.model),
            sampling=self.sampling,
            interval_s=self.interval_s,
            latency_s=0.0,
            latency_u_s=min(1.0, self.interval_s) / float(np.sqrt(12)),
            resolution_w=self.resolution_w,
            accuracy=Accuracy(reading_pct=READING_PCT.get(self.model, 0.0)),
            calibration=Calibration(),
            simulated=False,
        )


def power_table(text: SourceText) -> SourceTable | None:
    """Find the table of a power log: a column of power in watts among others."""
    return _by_its_commas(read_rows(text, lambda header: any(_POWER.search(name) for name in header)))


def bare_power(text: SourceText) -> bool:
    """Say whether a text is the power log of KEcoLab's own reader: Unix microseconds and watts, no header."""
    return all(_BARE.match(line) for line in text.lines[:_ENOUGH_LINES] if line.strip())


def read_bare_power(text: SourceText) -> PowerLog:
    """Read rows of Unix microseconds and watts.

    Raises:
        RecordError: a line is none of these.
    """
    rows = []
    for number, line in enumerate(text.lines, start=1):
        match = _BARE.match(line)
        if match is not None:
            rows.append((int(match[1]) / 1e6, float(match[2]), match[2]))
        elif line.strip():
            raise text.refuse(number, "expected Unix microseconds, a blank and watts")
    t_utc_s = np.array([row[0] for row in rows])
    if len(rows) < 2 or not np.all(np.diff(t_utc_s) >= 0):
        raise text.refuse(0, "expected readings that follow each other in time")
    return PowerLog(
        text=text,
        t_utc_s=t_utc_s,
        power_w=np.array([row[1] for row in rows]),
        sampling="instantaneous",
        interval_s=float(np.median(np.diff(t_utc_s))),
        resolution_w=_resolution_w([row[2] for row in rows], "."),
        model="",
        channel="",
    )


def hardware_table(text: SourceText) -> SourceTable | None:
    """Find the table of a hardware log."""
    return _by_its_commas(read_rows(text, lambda header: bool(places_of(CPU, header))))


def _by_its_commas(table: SourceTable | None) -> SourceTable | None:
    """Take commas for decimals throughout: these logs are of instruments that write no groups of
    thousands."""
    if table is None:
        return None
    if table.rows and all(len(row) == len(table.header) + 1 for _, row in table.rows):
        table = replace(table, header=["", *table.header])  # R writes row names, and no name above them
    commas = any("," in part and _COMMAS.parse(part) is not None for _, row in table.rows for part in row)
    return replace(table, numbers=NumberOptions("," if commas else ".", "none" if not commas else "."))


def read_power(table: SourceTable, zone: tzinfo, repairs: Repairs) -> PowerLog:
    """Read a power log.

    Raises:
        RecordError: a line cannot be understood.
    """
    text = table.text
    place = _power_column(table)
    t_utc_s, rows = _stamped_rows(table, zone, repairs)
    power = [table.number(line, row, place) for line, row in rows]
    preamble = " ".join(text.lines[: table.header_line])
    interval = _INTERVAL.search(preamble)
    steps_s = np.diff(t_utc_s)
    interval_s = float(interval[1].replace(",", ".")) if interval else float(np.median(steps_s))
    if not interval_s > 0:
        raise text.refuse(0, "expected readings that follow each other in time")
    model = _MODEL.search(preamble)
    channel = re.search(r":\s*(.*?)\s*(?:\(|\[|$)", text.lines[0]) if table.header_line > 1 else None
    return PowerLog(
        text=text,
        t_utc_s=t_utc_s,
        power_w=np.array([np.nan if value is None else value for value in power]),
        sampling="interval_mean" if _MEAN.search(table.header[place]) else "instantaneous",
        interval_s=interval_s,
        resolution_w=_resolution_w([row[place] for _, row in rows], table.form(place).decimal),
        model=model[1].strip() if model else "",
        channel=channel[1] if channel else "",
    )


def read_hardware(table: SourceTable, zone: tzinfo, repairs: Repairs) -> HostLog:
    """Read a hardware log by the names in its header, as those of collectl.

    Raises:
        RecordError: a line cannot be understood, or a column is missing.
    """
    t_utc_s, rows = _stamped_rows(table, zone, repairs)
    columns = {}
    for source, name in COLLECTL_COLUMNS.items():
        if name != "t_utc_s":
            places = places_of(source, table.header) or [table.index(source)]
            values = [[table.number(line, row, place) for place in places] for line, row in rows]
            columns[name] = np.array(values, dtype=float).mean(axis=1)
    return HostLog(t_utc_s, columns)


def _power_column(table: SourceTable) -> int:
    """Choose the mean where the file has several columns of power (mean, lowest, highest)."""
    found = [i for i, name in enumerate(table.header) if _POWER.search(name)]
    means = [i for i in found if _MEAN.search(table.header[i])]
    chosen = means if len(found) > 1 else found
    if len(chosen) != 1:
        raise table.text.refuse(table.header_line, "expected one column of mean power in [W]")
    unit = _POWER.search(table.header[chosen[0]])
    if unit is None or unit[1] != "W":
        raise table.text.refuse(table.header_line, "expected power in [W]")
    return chosen[0]


def _stamped_rows(
    table: SourceTable, zone: tzinfo, repairs: Repairs
) -> tuple[Floats, list[tuple[int, list[str]]]]:
    """Return the stamps of the rows as UTC, and the rows; only a torn last line is left out."""
    text, rows = table.text, list(table.rows)
    if rows and len(rows[-1][1]) < len(table.header) and rows[-1][0] == len(text.lines):
        words = "the last line has fewer fields than the header: left out"
        repairs.count(codes.LINE_TORN, text, rows.pop()[0], words)
    if not rows:
        raise text.refuse(table.header_line, "expected rows below this header, found none")
    for line, row in rows:
        if len(row) != len(table.header):
            raise text.refuse(line, f"expected {len(table.header)} fields, found {len(row)}")
    columns = _stamp_columns(table, rows[0])
    local_s = np.empty(len(rows))
    for i, (line, row) in enumerate(rows):
        written = " ".join(row[columns]).strip()
        stamp = parse_stamp(written)
        if stamp is None or not stamp.dated:
            raise text.refuse(line, f"expected a date with a time, found {written!r}")
        local_s[i] = stamp.local_s
    utc = to_utc(local_s, zone)
    repairs.clock(text, [line for line, _ in rows], utc)
    back = np.flatnonzero(np.diff(utc.t_utc_s) < 0)
    if len(back):
        raise text.refuse(rows[back[0] + 1][0], "expected a stamp that is not earlier than the one before it")
    return utc.t_utc_s, rows


def _stamp_columns(table: SourceTable, first: tuple[int, list[str]]) -> slice:
    """Return the column of the stamp, or the two of date and time."""
    line, row = first
    for width in (1, 2):
        for place in range(len(row) - width + 1):
            stamp = parse_stamp(" ".join(row[place : place + width]))
            if stamp is not None and stamp.dated:
                return slice(place, place + width)
    raise table.text.refuse(line, "expected a field with a date and a time")


def _resolution_w(cells: list[str], decimal: str) -> float:
    digits = max(len(cell.strip().partition(decimal)[2]) for cell in cells)
    return float(10.0**-digits)


def merged(logs: list[PowerLog], cut: Callable[[PowerLog], tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Put the readings of several files (one a day) together in the order of time.

    Args:
        logs: the files.
        cut: takes from each what is wanted.
    """
    parts = [cut(log) for log in logs]
    t_utc_s = np.concatenate([t for t, _ in parts])
    order = np.argsort(t_utc_s, kind="stable")
    return t_utc_s[order], np.concatenate([p for _, p in parts])[order]
