"""The action log of OSCAR and KEcoLab: when runs and actions began and ended.

A line is a stamp, in KEcoLab's own logs after ``iteration N``, and ``startTestrun`` | ``stopTestrun`` |
``startAction; WORDS`` | ``stopAction``. Some logs
write milliseconds as a number without leading zeros, ``09:05:07.98`` for 98 ms; read as decimal places
such stamps run backwards.

Source: the lab data published in KDE's FEEP repository (Okular, 2022-09-22), which OSCAR (Environmental
Campus Birkenfeld) evaluated.
"""

import re
from dataclasses import dataclass, field
from datetime import tzinfo

import numpy as np

from analysis.imports.reading import SourceText
from analysis.imports.repairs import Repairs
from analysis.imports.stamps import Stamp, parse_stamp, to_utc
from analysis.maths.arrays import Floats
from records.finding_codes import imports as codes

_MARKS = ("starttestrun", "stoptestrun", "startaction", "stopaction")
_DIVIDERS = re.compile(r"[;\t|]")
_ITERATION = re.compile(r"iteration \d+$", re.IGNORECASE | re.ASCII)
_ENOUGH_LINES = 20


@dataclass(frozen=True)
class Mark:
    """One line of the log.

    Attributes:
        line: its number.
        what: one of the four words, in lower case; ``words`` what follows it.
        t_utc_s: as repaired; ``t_as_written_utc_s`` with the fraction read as decimal places.
    """

    line: int
    what: str
    words: str
    t_utc_s: float
    t_as_written_utc_s: float


@dataclass(frozen=True)
class MarkedRun:
    """A run between its marks, and its actions in the order of their starts."""

    start: Mark
    stop: Mark
    actions: list[tuple[Mark, Mark]] = field(default_factory=list)


def is_marks(text: SourceText) -> bool:
    """Say whether the first lines of a file are an action log's."""
    return any(_split(line) is not None for line in text.lines[:_ENOUGH_LINES])


def read_marks(text: SourceText, zone: tzinfo, repairs: Repairs) -> list[MarkedRun]:
    """Read an action log.

    Args:
        text: the file.
        zone: of its clock.
        repairs: takes what was repaired or left out.

    Returns:
        The complete runs in the order of the file.

    Raises:
        RecordError: a line is none of such a log, or no run is complete.
    """
    lines: list[tuple[int, Stamp, str, str]] = []
    for number, line in enumerate(text.lines, start=1):
        if line.strip():
            parts = _split(line)
            if parts is None:
                raise text.refuse(
                    number,
                    "expected a date with a time, and startTestrun, stopTestrun, startAction or stopAction",
                )
            lines.append((number, *parts))
    _count_unpadded_dates(text, lines, repairs)
    marks = _stamped(text, lines, zone, repairs)
    runs = _pair(text, marks, repairs)
    if not runs:
        raise text.refuse(0, "expected a startTestrun with a later stopTestrun, found no complete run")
    return runs


def _split(line: str) -> tuple[Stamp, str, str] | None:
    """Return stamp, mark and words of a line, ``None`` where it is no such line."""
    parts = [part.strip() for part in _DIVIDERS.split(line)]
    if _ITERATION.match(parts[0]) and len(parts) > 1:
        del parts[0]
    stamp = parse_stamp(parts[0])
    if stamp is None or not stamp.dated or len(parts) < 2 or parts[1].lower() not in _MARKS:
        return None
    return stamp, parts[1].lower(), "; ".join(part for part in parts[2:] if part)


def _count_unpadded_dates(
    text: SourceText, lines: list[tuple[int, Stamp, str, str]], repairs: Repairs
) -> None:
    for number, stamp, _, _ in lines:
        if not stamp.padded:
            words = "month or day has one digit only, as in 2022-9-22"
            repairs.count(codes.DATE_UNPADDED, text, number, words)


def _stamped(
    text: SourceText, lines: list[tuple[int, Stamp, str, str]], zone: tzinfo, repairs: Repairs
) -> list[Mark]:
    stamps = [stamp for _, stamp, _, _ in lines]
    whole_s = np.array([stamp.whole_s for stamp in stamps])
    as_written_s = np.array([stamp.local_s for stamp in stamps])
    repaired_s = as_written_s
    if _unpadded([stamp.fraction for stamp in stamps], as_written_s, _in_ms(stamps, whole_s)):
        repaired_s = _in_ms(stamps, whole_s)
        backwards = _steps_back(as_written_s)
        words = (
            f"milliseconds without leading zeros (.98 means 98 ms): read as decimal places, "
            f"{backwards} of {len(lines)} marks would run backwards"
        )
        for number, stamp, _, _ in lines:
            if 0 < len(stamp.fraction) < 3:
                repairs.count(codes.MILLISECONDS_UNPADDED, text, number, words)
    utc = to_utc(repaired_s, zone)
    repairs.clock(text, [number for number, *_ in lines], utc)
    for i in np.flatnonzero(np.diff(utc.t_utc_s) < 0):
        words = "the mark is earlier than the one before it; kept as it is"
        repairs.count(codes.MARKS_BACKWARDS, text, lines[i + 1][0], words)
    return [
        Mark(number, what, described, float(t_utc_s), float(t_utc_s + written - repaired))
        for (number, _, what, described), t_utc_s, written, repaired in zip(
            lines, utc.t_utc_s, as_written_s, repaired_s, strict=True
        )
    ]


def _in_ms(stamps: list[Stamp], whole_s: Floats) -> Floats:
    return whole_s + np.array([int(stamp.fraction or 0) for stamp in stamps]) / 1000


def _unpadded(fractions: list[str], decimal_s: Floats, in_ms_s: Floats) -> bool:
    """Say whether fractions are whole milliseconds without leading zeros.

    They are when some have fewer than three digits, none begins with a zero that would be padding, and
    fewer marks run backwards that way.
    """
    short = any(0 < len(fraction) < 3 for fraction in fractions)
    longest = max(map(len, fractions), default=0)
    padding = any(len(fraction) > 1 and fraction.startswith("0") for fraction in fractions)
    return short and longest <= 3 and not padding and _steps_back(in_ms_s) < _steps_back(decimal_s)


def _steps_back(t_s: Floats) -> int:
    return int(np.count_nonzero(np.diff(t_s) < 0))


def _pair(text: SourceText, marks: list[Mark], repairs: Repairs) -> list[MarkedRun]:
    """Pair starts with stops; what has no partner is left out with a finding."""
    runs: list[MarkedRun] = []
    start: Mark | None = None
    action: Mark | None = None
    actions: list[tuple[Mark, Mark]] = []

    def alone(mark: Mark | None) -> None:
        if mark is not None:
            words = "a mark without its partner: left out"
            repairs.count(codes.MARK_ALONE, text, mark.line, words)

    for mark in marks:
        if mark.what == "starttestrun":
            alone(start)
            alone(action)
            start, action, actions = mark, None, []
        elif mark.what == "stoptestrun":
            alone(action)
            if start is not None and mark.t_utc_s > start.t_utc_s:
                runs.append(MarkedRun(start, mark, actions))
            else:
                alone(mark)
            start, action, actions = None, None, []
        elif mark.what == "startaction":
            alone(action)
            action = mark
        elif action is None or start is None or mark.t_utc_s < action.t_utc_s:
            alone(mark)
            action = None
        else:
            actions.append((action, mark))
            action = None
    alone(start)
    return runs
