"""When the rows of a log were written, in UTC, from whatever the log says of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Literal

import numpy as np

from analysis.imports.reading import SourceText, parse_number
from analysis.imports.repairs import Repairs, zone_assumed
from analysis.imports.stamps import DAY_S, Order, Stamp, find_zone, parse_stamp, past_midnight, to_utc
from analysis.maths.arrays import Floats
from records.errors import ConfigurationError, RecordError
from records.finding_codes import imports as codes
from records.words import counted

UNIX_LEAST = 1e8
"""A number from here on is Unix time (1973 and later); a smaller one counts from the start of the log."""

_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$", re.ASCII)
TimeUnit = Literal["s", "ms", "us", "ns", "min", "h", "mm:ss", "hh:mm", "excel"]
"""Of stamps that are numbers or two numbers with a colon; ``excel``: days since 1899-12-30."""

_UNIT_S = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "min": 60.0, "h": 3600.0}
_UNIT_IN_NAME = re.compile(
    r"(?:^|[_\s(\[.])(?P<unit>ms|msec|millis|milliseconds?|us|µs|microseconds?|ns|nanoseconds?|min|minutes?|h|hours?)"
    r"[)\]]?$",
    re.IGNORECASE,
)
_SAME_UNIT = {"m": "ms", "u": "us", "µ": "us", "n": "ns", "h": "h"}
_FRACTION_NAME = re.compile(r"milli|(^|[_\s(\[])ms([)\]]|$)", re.IGNORECASE)
_TWO_PARTS = re.compile(r"(\d{1,4}):(\d{2}(?:[.,]\d+)?)$", re.ASCII)
_EXCEL_DAYS = (20_000.0, 80_000.0)
"""1954 to 2119: a number within, in steps of far less than a second, is a day of a spreadsheet."""

_EXCEL_EPOCH_DAYS = 25_569.0  # of 1970-01-01

_UNIX_UNITS = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3))
"""From this number on Unix time is in nano-, micro- or milliseconds."""


@dataclass(frozen=True)
class TimeOptions:
    """What the operator says about the time of a log.

    Attributes:
        timezone: of stamps that name none; ``None`` for UTC, which is reported as a finding.
        order: of day and month, where the stamps do not show it.
        start: when the log begins, where its stamps lack the date or there are none.
        unit: of stamps that are numbers, or two numbers with a colon, where their column does not show it.
    """

    timezone: str | None = None
    order: Order | None = None
    start: str | None = None
    unit: TimeUnit | None = None

    def start_utc_s(self) -> float | None:
        """Return ``start`` as Unix seconds.

        Raises:
            ConfigurationError: it is no date with a time.
        """
        return None if self.start is None else self.moment_utc_s("--start", self.start)

    def moment_utc_s(self, option: str, text: str) -> float:
        """Return a moment given on the command line as Unix seconds: a stamp, or Unix time itself.

        Raises:
            ConfigurationError: it is no date with a time.
        """
        number = parse_number(text)
        if number is not None and number >= UNIX_LEAST:
            return unix_s(number)
        stamp = parse_stamp(text, self.order)
        if stamp is None or not stamp.dated:
            raise ConfigurationError(
                f"{option} {text}: expected a date with a time such as 2026-01-31T12:00:00, or Unix seconds"
            )
        return self._utc_s(stamp)

    def _utc_s(self, stamp: Stamp) -> float:
        if stamp.offset_s is not None:
            return stamp.local_s - stamp.offset_s
        return float(to_utc(np.array([stamp.local_s]), find_zone(self.timezone)).t_utc_s[0])


def unix_s(number: float) -> float:
    """Return Unix time in seconds, whichever of the usual units it is in."""
    return next((number * unit_s for least, unit_s in _UNIX_UNITS if number >= least), number)


def is_stamp(text: str) -> bool:
    """Say whether a text can be a stamp in one of the known forms, whatever comes first in it."""
    text = text.strip()
    known = any(parse_stamp(text, order) for order in (None, "dmy", "mdy", "ymd"))
    return known or bool(_DATE.match(text) or _TWO_PARTS.match(text)) or _number(text) is not None


def read_times(
    source: SourceText,
    rows: list[tuple[int, str]],
    options: TimeOptions,
    repairs: Repairs,
    names: Sequence[str] = (),
) -> Floats:
    """Return the stamps of a log's rows as Unix seconds ``(n,)``.

    Args:
        source: the file.
        rows: number of the line and text of the stamp, in the order of the file: dates with times,
            Unix time, times of day (``--start`` gives the day), or numbers from the start.
        options: what the operator says.
        repairs: takes what was assumed.
        names: of the columns that the text was joined from, which may tell the unit.

    Raises:
        RecordError: a stamp cannot be understood, another kind of stamp begins, or the clock was set back.
        ConfigurationError: something that the file does not tell was not given.
    """
    if not rows:
        return np.array([])
    if len(names) > 1 and _FRACTION_NAME.search(names[-1]):
        rows = [(line, _with_fraction(source, line, text)) for line, text in rows]
    if options.unit in ("mm:ss", "hh:mm") or _TWO_PARTS.match(rows[0][1].strip()):
        return _rising(source, rows, _from_two_parts(source, rows, options))
    if _number(rows[0][1]) is not None:
        return _rising(source, rows, _from_numbers(source, rows, options, repairs, names))
    lines = [line for line, _ in rows]
    stamps = [_stamp(source, line, text, options) for line, text in rows]
    first = stamps[0]
    for line, stamp in zip(lines, stamps, strict=True):
        if stamp.dated != first.dated or (stamp.offset_s is None) != (first.offset_s is None):
            raise source.refuse(line, "expected a stamp of the same form as the first one")
    local_s = np.array([stamp.local_s for stamp in stamps])
    if not first.dated:
        local_s = _dated(source, lines, local_s, options, repairs)
    if first.offset_s is not None:
        offset_s: Floats = np.array([stamp.offset_s or 0.0 for stamp in stamps])
        return _rising(source, rows, local_s - offset_s)
    utc = to_utc(local_s, find_zone(options.timezone))
    zone_assumed(repairs, options.timezone)
    repairs.clock(source, lines, utc)
    return _rising(source, rows, utc.t_utc_s)


def _rising(source: SourceText, rows: list[tuple[int, str]], t_utc_s: Floats) -> Floats:
    """Return stamps that rise, or fall throughout; a clock that was set back is refused.

    Raises:
        RecordError: some stamp precedes the one before it.
    """
    steps_s = np.diff(t_utc_s)
    if not (np.any(steps_s < 0) and np.any(steps_s > 0)):
        return t_utc_s
    i = int(np.argmax(steps_s < 0)) + 1
    raise source.refuse(
        rows[i][0],
        f"expected a later time than that of the row above, found one {-steps_s[i - 1]:.3f} s before it: the "
        f"clock was set back, or summer time ended. Give the zone of the clock with --timezone, such as "
        f"Europe/Berlin, or import the parts one by one",
    )


def _with_fraction(source: SourceText, line: int, text: str) -> str:
    """Put milliseconds from a column of their own behind the second."""
    stamp, _, fraction = text.rpartition(" ")
    if not (fraction.isdigit() and len(fraction) <= 3):
        raise source.refuse(line, f"expected milliseconds from 0 to 999, found {fraction!r}")
    return f"{stamp}.{int(fraction):03d}"


def _number(text: str) -> float | None:
    return parse_number(text.strip().replace(",", ".", 1))


def _from_two_parts(source: SourceText, rows: list[tuple[int, str]], options: TimeOptions) -> Floats:
    if options.unit not in ("mm:ss", "hh:mm"):
        raise ConfigurationError(
            f"{source.name}, line {rows[0][0]}: {rows[0][1].strip()!r} can be minutes and seconds or "
            f"hours and "
            f"minutes; say it with --time-unit mm:ss or --time-unit hh:mm"
        )
    first_s, second_s = (60.0, 1.0) if options.unit == "mm:ss" else (3600.0, 60.0)
    values = []
    for line, text in rows:
        match = _TWO_PARTS.match(text.strip())
        if match is None:
            raise source.refuse(line, f"expected {options.unit}, found {text.strip()!r}")
        values.append(int(match[1]) * first_s + float(match[2].replace(",", ".")) * second_s)
    return _start(source, options) + np.array(values)


def _stamp(source: SourceText, line: int, text: str, options: TimeOptions) -> Stamp:
    stamp = parse_stamp(text, options.order)
    if stamp is not None:
        return stamp
    if options.order is None and (parse_stamp(text, "dmy") or parse_stamp(text, "mdy")):
        raise ConfigurationError(
            f"{source.name}, line {line}: {text.strip()!r} does not show what is day and what is month; say "
            f"it with --date-order dmy or --date-order mdy"
        )
    raise source.refuse(line, f"expected a date with a time, a time or Unix seconds, found {text.strip()!r}")


def _dated(
    source: SourceText, lines: list[int], seconds: Floats, options: TimeOptions, repairs: Repairs
) -> Floats:
    stamp = parse_stamp(options.start or "", options.order)
    if stamp is None or not stamp.dated:
        raise ConfigurationError(
            f"{source.name}, line {lines[0]}: the stamps are times without a date; say with --start on which "
            f"day the log begins, such as --start 2026-01-31T00:00"
        )
    rising_s, midnights = past_midnight(seconds)
    if midnights:
        words = (
            f"times of day without a date pass midnight {counted(midnights, 'time')}; the next day is assumed"
        )
        repairs.say(codes.MIDNIGHT, f"{source.name}: {words}")
    day_s = float(stamp.local_s // DAY_S) * DAY_S
    dated_s: Floats = rising_s + day_s
    return dated_s


def _from_numbers(
    source: SourceText,
    rows: list[tuple[int, str]],
    options: TimeOptions,
    repairs: Repairs,
    names: Sequence[str],
) -> Floats:
    numbers = [_number(text) for _, text in rows]
    for (line, text), number in zip(rows, numbers, strict=True):
        if number is None:
            raise source.refuse(line, f"expected a number as in the rows before, found {text!r}")
    values = np.array(numbers, dtype=np.float64)
    unit = options.unit or _unit_of(source, repairs, names, float(values[0]))
    if unit == "excel":
        return (values - _EXCEL_EPOCH_DAYS) * DAY_S
    if values[0] >= UNIX_LEAST:
        return np.array([unix_s(value) for value in values.tolist()])
    low, high = _EXCEL_DAYS
    if unit is None and low < values[0] < high and float(np.median(np.abs(np.diff(values)))) < 0.1:
        raise ConfigurationError(
            f"{source.name}, line {rows[0][0]}: {rows[0][1].strip()!r} looks like a day of a spreadsheet; "
            f"say it "
            f"with --time-unit excel, or --time-unit s where these are seconds"
        )
    seconds: Floats = values * _UNIT_S[unit or "s"]
    return _start(source, options) + seconds


def _unit_of(source: SourceText, repairs: Repairs, names: Sequence[str], first: float) -> TimeUnit | None:
    """Return the unit that the name of the column shows, such as ``elapsed_ms``; ``None`` where it shows
    none."""
    match = _UNIT_IN_NAME.search(names[0]) if len(names) == 1 and first < UNIX_LEAST else None
    if match is None:
        return None
    name = match["unit"].lower()
    unit: TimeUnit = "min" if name.startswith("min") else _SAME_UNIT[name[0]]  # type: ignore[assignment]
    repairs.say(codes.TIME_UNIT, f"{source.name}: the column {names[0]!r} is taken to be in {unit}")
    return unit


def from_interval(source: SourceText, count: int, options: TimeOptions, interval_s: float) -> Floats:
    """Return times of rows without stamps: the first at ``--start``, the others an interval apart."""
    times_s: Floats = _start(source, options) + interval_s * np.arange(count, dtype=np.float64)
    return times_s


def _start(source: SourceText, options: TimeOptions) -> float:
    start_utc_s = options.start_utc_s()
    if start_utc_s is None:
        raise ConfigurationError(
            f"{source.name}: the file does not say when it was written; say with --start when its first row "
            f"was, such as --start 2026-01-31T12:00:00"
        )
    return start_utc_s


def median_interval_s(source: SourceText, t_utc_s: Floats) -> float:
    """Return the median step from stamp to stamp.

    Raises:
        RecordError: there are too few readings, or they all have the same stamp.
    """
    steps_s = np.diff(t_utc_s)
    rising_s = steps_s[steps_s > 0]
    if not len(rising_s):
        raise RecordError(
            f"{source.name}: expected at least two readings at different times, found "
            f"{counted(len(t_utc_s), 'reading')}"
        )
    return float(np.median(rising_s))


def latency_u_s(t_utc_s: Floats, interval_s: float) -> float:
    """Return the standard uncertainty of when the readings of a foreign log were taken.

    Nobody says how long a reading took from the end of its interval to its stamp: anywhere within
    half an interval, and where all stamps are whole seconds within one second more (rectangular,
    JCGM 100:2008, 4.3.7).
    """
    whole = bool(np.all(t_utc_s == np.floor(t_utc_s)))
    return hypot(0.5 * interval_s / sqrt(3), 1 / sqrt(12) if whole else 0.0)
