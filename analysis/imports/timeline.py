"""When the rows of a log were written, in UTC, from whatever the log says of it."""

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from analysis.imports.reading import SourceText, parse_number
from analysis.imports.repairs import Repairs, zone_assumed
from analysis.imports.stamps import DAY_S, Order, Stamp, find_zone, parse_stamp, past_midnight, to_utc
from analysis.maths.arrays import Floats
from records.errors import ConfigurationError, RecordError
from records.finding_codes import imports as codes

UNIX_LEAST = 1e8
"""A number from here on is Unix time (1973 and later); a smaller one counts from the start of the log."""

_UNIX_UNITS = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3))
"""From this number on Unix time is in nano-, micro- or milliseconds."""


@dataclass(frozen=True)
class TimeOptions:
    """What the operator says about the time of a log.

    Attributes:
        timezone: of stamps that name none; ``None`` for UTC, which then is a finding.
        order: of day and month, where the stamps do not show it.
        start: when the log begins, where its stamps lack the date or there are none.
    """

    timezone: str | None = None
    order: Order | None = None
    start: str | None = None

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


def read_times(
    source: SourceText, rows: list[tuple[int, str]], options: TimeOptions, repairs: Repairs
) -> Floats:
    """Return the stamps of a log's rows as Unix seconds ``(n,)``.

    Args:
        source: the file.
        rows: number of the line and text of the stamp, in the order of the file: dates with times,
            Unix time, times of day (``--start`` gives the day), or seconds from the start.
        options: what the operator says.
        repairs: takes what was assumed.

    Raises:
        RecordError: a stamp cannot be understood, or another kind of stamp begins.
        ConfigurationError: something that the file does not tell was not given.
    """
    if not rows:
        return np.array([])
    if parse_number(rows[0][1].replace(",", ".")) is not None:
        return _from_numbers(source, rows, options)
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
        return local_s - offset_s
    utc = to_utc(local_s, find_zone(options.timezone))
    zone_assumed(repairs, options.timezone)
    repairs.clock(source, lines, utc)
    return utc.t_utc_s


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
        words = f"times of day without a date pass midnight {midnights} time(s); the next day was taken"
        repairs.say(codes.MIDNIGHT, f"{source.name}: {words}")
    day_s = float(stamp.local_s // DAY_S) * DAY_S
    dated_s: Floats = rising_s + day_s
    return dated_s


def _from_numbers(source: SourceText, rows: list[tuple[int, str]], options: TimeOptions) -> Floats:
    numbers = [parse_number(text.replace(",", ".")) for _, text in rows]
    for (line, text), number in zip(rows, numbers, strict=True):
        if number is None:
            raise source.refuse(line, f"expected a number of seconds as in the rows before, found {text!r}")
    values = np.array(numbers, dtype=np.float64)
    if values[0] >= UNIX_LEAST:
        return np.array([unix_s(value) for value in values.tolist()])
    return _start(source, options) + values


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
            f"{source.name}: expected at least two readings at different times, found {len(t_utc_s)} "
            f"reading(s)"
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
