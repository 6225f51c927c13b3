"""Dates and times as people and loggers write them, and local time as UTC.

A stamp is read in two steps: the text to seconds of the wall clock that wrote it, and these to UTC
with the zone of that clock. The hour that comes twice when summer time ends is told apart by the
order of the stamps.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from analysis.maths.arrays import Floats
from records.errors import ConfigurationError

Order = Literal["dmy", "mdy", "ymd"]
"""Of day, month and year where the text alone does not say (``3/4/2022``, ``03-04-2022``, ``26-03-02``)."""

DAY_S = 86400.0
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_QUARTER_S = 900.0
"""Offsets from UTC change at full quarters of an hour only."""

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,:](?P<fraction>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[AaPp][Mm]))?"
    r"(?:\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<name>[A-Za-z]{3})[a-z]*\.?"
_GAP = r"(?:[T ,;_]+)"
_FORMS = tuple(
    re.compile(form + r"$", re.ASCII)
    for form in (
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_GAP}{_TIME}",
        rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}|\d{{2}}){_GAP}{_TIME}",
        rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_GAP}{_TIME}",
        rf"(?P<day>\d{{1,2}})[-/. ]{_MONTH}[-/. ,]+(?P<year>\d{{4}}){_GAP}{_TIME}",
        rf"{_MONTH} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}){_GAP}{_TIME}",
        rf"(?P<first>\d{{1,2}})[-/](?P<next>\d{{1,2}})[-/](?P<year>\d{{4}}|\d{{2}}){_GAP}{_TIME}",
        _TIME,
    )
)
_OFFSET = re.compile(r"([+-])(\d{2})(?::?(\d{2}))?$")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp as written.

    Attributes:
        whole_s: whole seconds of the wall clock since 1970-01-01; since midnight where there is no date.
        fraction: digits of the second's fraction as written; empty where there are none.
        offset_s: local time minus UTC where the text says so, else ``None``.
        dated: whether it has a date.
        padded: whether day and month have two digits.
    """

    whole_s: float
    fraction: str
    offset_s: float | None
    dated: bool
    padded: bool

    @property
    def local_s(self) -> float:
        """The stamp with its fraction, read as decimal places."""
        return self.whole_s + (float(f"0.{self.fraction}") if self.fraction else 0.0)


def parse_stamp(text: str, order: Order | None = None) -> Stamp | None:
    """Read a date with a time, or a time alone.

    Known are ``2022-9-22 09:03:57.179``, ``04.10.22, 00:00:01``, ``20220922 09:02:39`` and the like,
    with ``Z`` or ``+02:00`` behind or without, and ``9/22/2022 9:03:57 PM`` where ``order`` says what
    comes first.

    Returns:
        The stamp, or ``None`` where the text is none or no such day or time exists.
    """
    text = text.strip()
    for form in _FORMS:
        match = form.match(text)
        if match:
            return _stamp(match.groupdict(), order)
    return None


def _stamp(part: dict[str, str | None], order: Order | None) -> Stamp | None:
    if "first" in part:
        if order is None:
            return None
        if order == "ymd" and len(part["year"] or "") == 2:
            part |= {"year": part["first"], "month": part["next"], "day": part["year"]}
        elif order == "ymd":
            return None
        else:
            names = ("day", "month") if order == "dmy" else ("month", "day")
            part |= dict(zip(names, (part["first"], part["next"]), strict=True))
    if part.get("name"):
        lowered = (part["name"] or "").lower()
        if lowered not in _MONTHS:
            return None
        part["month"] = f"{_MONTHS.index(lowered) + 1:02d}"
    seconds = _seconds(part)
    if seconds is None:
        return None
    fraction = part["fraction"] or ""
    offset_s = _offset_s(part["zone"])
    if "year" not in part:
        return Stamp(seconds, fraction, offset_s, dated=False, padded=True)
    year, month, day = part["year"] or "", part["month"] or "", part["day"] or ""
    midnight_s = _midnight_s(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    if midnight_s is None:
        return None
    padded = len(month) == 2 and len(day) == 2
    return Stamp(midnight_s + seconds, fraction, offset_s, dated=True, padded=padded)


def _seconds(part: dict[str, str | None]) -> float | None:
    hour, minute, second = (int(part[name] or 0) for name in ("hour", "minute", "second"))
    if part["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if part["half"].lower() == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour * 3600.0 + minute * 60.0 + second


@lru_cache(maxsize=1024)
def _midnight_s(year: int, month: int, day: int) -> float | None:
    try:
        return (date(year, month, day).toordinal() - _EPOCH_DAY) * DAY_S
    except ValueError:
        return None


def _offset_s(text: str | None) -> float | None:
    if not text:
        return None
    match = _OFFSET.match(text)
    if match is None:
        return 0.0
    size_s = int(match[2]) * 3600.0 + int(match[3] or 0) * 60.0
    return -size_s if match[1] == "-" else size_s


def find_zone(name: str | None) -> tzinfo:
    """Return a time zone by IANA name (``Europe/Berlin``), ``UTC`` or offset (``+01:00``).

    Raises:
        ConfigurationError: there is no such zone.
    """
    if name is None or name.upper() == "UTC":
        return UTC
    try:
        if _OFFSET.match(name):
            return timezone(timedelta(seconds=_offset_s(name) or 0.0))
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigurationError(
            f"--timezone {name}: expected a name such as Europe/Berlin, UTC, or an offset such as +01:00"
        ) from None


@dataclass(frozen=True, eq=False)
class UtcStamps:
    """Local stamps as UTC.

    Attributes:
        t_utc_s: Unix seconds ``(n,)``.
        twice: indices of stamps in an hour that comes twice, told apart by their order.
        never: indices of stamps in an hour that does not exist; read as if the clock had not been set.
    """

    t_utc_s: Floats
    twice: NDArray[np.intp]
    never: NDArray[np.intp]


def to_utc(local_s: Floats, zone: tzinfo) -> UtcStamps:
    """Turn wall-clock seconds of one clock, in the order of writing, into UTC.

    In the hour that comes twice a stamp is the earlier of its two moments that does not precede the
    stamp before it.

    Args:
        local_s: seconds of the wall clock since 1970-01-01, ``(n,)``.
        zone: of that clock.
    """
    quarter, place = np.unique(np.floor(local_s / _QUARTER_S).astype(np.int64), return_inverse=True)
    first_s = np.array([_utcoffset_s(q * _QUARTER_S, zone, fold=0) for q in quarter])
    second_s = np.array([_utcoffset_s(q * _QUARTER_S, zone, fold=1) for q in quarter])
    t_utc_s = local_s - first_s[place] if len(quarter) else local_s.astype(np.float64)
    twice = np.flatnonzero((first_s > second_s)[place]) if len(quarter) else np.array([], dtype=np.intp)
    never = np.flatnonzero((first_s < second_s)[place]) if len(quarter) else np.array([], dtype=np.intp)
    for i in twice:
        if i and t_utc_s[i] < t_utc_s[i - 1]:
            t_utc_s[i] = local_s[i] - second_s[place[i]]
    return UtcStamps(t_utc_s, twice, never)


def _utcoffset_s(local_s: float, zone: tzinfo, *, fold: int) -> float:
    naive = datetime(1970, 1, 1) + timedelta(seconds=local_s)
    offset = naive.replace(tzinfo=zone, fold=fold).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def past_midnight(seconds: Floats) -> tuple[Floats, int]:
    """Let times of day go on rising over midnight.

    Args:
        seconds: since midnight, in the order of writing, ``(n,)``.

    Returns:
        Seconds since the midnight before the first, and how often midnight was passed. A step back
        of more than half a day is midnight; a smaller one is left as it is.
    """
    days = np.cumsum(np.diff(seconds, prepend=seconds[:1]) < -DAY_S / 2)
    return seconds + DAY_S * days, int(days[-1]) if len(days) else 0
