"""What SPEC PTDaemon says of itself in ``ptd_logs.txt``: phases, ranges, complaints.

A message begins with the stamp ``MM-DD-YYYY HH:MM:SS.mmm: ``; now and then one begins in the middle of
a line, because the one before had no line end.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from analysis.imports.mlperf_power.spl import local_s
from analysis.imports.reading import SourceText

_MESSAGE = re.compile(r"(\d\d-\d\d-\d{4} \d\d:\d\d:\d\d\.\d{3}): ")
_GO = re.compile(r"Go with mark '(.*)'")
_RANGE = re.compile(r"(Volt|Amp|Ampere) range set to (?:Auto|([\d.]+) ?[VA])")
_COMPLAINT = re.compile(r"(ERROR|WARNING): *(.*)")
_UNCERTAINTY = re.compile(r"Uncertainty ([\d.]+) ?%.* above ([\d.]+) ?% limit")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ANSWER = re.compile(r"\.\.\.response of \d+ bytes: (.*)")
_QUERY = re.compile(r"Writing query string (.*)")


@dataclass(frozen=True)
class Exceeded:
    """PTDaemon found the uncertainty of a sample above its limit."""

    t_local_s: float
    uncertainty_pct: float
    limit_pct: float


@dataclass
class PtdPhase:
    """One measurement of PTDaemon, from its start to its end.

    Attributes:
        mark: as the client gave it.
        voltage_range_v, current_range_a: fixed ranges when it began; ``None`` for automatic ones.
        range_changes: what was set while it ran.
        exceeded: see `Exceeded`.
        unknown: number of samples whose uncertainty it could not tell.
        complaints: other errors and warnings, numbers replaced by N.
    """

    mark: str
    voltage_range_v: float | None
    current_range_a: float | None
    range_changes: list[str] = field(default_factory=list)
    exceeded: list[Exceeded] = field(default_factory=list)
    unknown: int = 0
    complaints: Counter[str] = field(default_factory=Counter)

    def take(self, t_local_s: float, complaint: str) -> None:
        """Sort in an error or warning."""
        exceeded = _UNCERTAINTY.search(complaint)
        if exceeded:
            self.exceeded.append(Exceeded(t_local_s, float(exceeded[1]), float(exceeded[2])))
        elif "Uncertainty unknown" in complaint:
            self.unknown += 1
        elif "evaluate uncertainty" not in complaint:  # the error that comes before each such warning
            self.complaints[_NUMBER.sub("N", complaint)] += 1


@dataclass(frozen=True)
class PtdLog:
    """The whole log.

    Attributes:
        phases: by mark.
        crest_factor: that the analyzer is set to, ``None`` where it was not asked.
        line_filter: whether its line filter is on, likewise.
    """

    phases: dict[str, PtdPhase]
    crest_factor: int | None
    line_filter: bool | None


def parse_ptd_log(text: SourceText) -> PtdLog:
    """Read a log; what is no message of a known kind is passed over."""
    phases: dict[str, PtdPhase] = {}
    ranges: dict[str, float | None] = {"Volt": None, "Amp": None}
    answers: dict[str, str] = {}
    current: PtdPhase | None = None
    query = ""
    for t_local_s, message in _messages("\n".join(text.lines)):
        if match := _GO.match(message):
            current = phases.setdefault(match[1], PtdPhase(match[1], ranges["Volt"], ranges["Amp"]))
        elif message.startswith("Completed test"):
            current = None
        elif match := _RANGE.match(message):
            ranges["Volt" if match[1] == "Volt" else "Amp"] = float(match[2]) if match[2] else None
            if current is not None:
                current.range_changes.append(match[0])
        elif match := _QUERY.match(message):
            query = match[1].strip()
        elif match := _ANSWER.match(message):
            answers.update(zip(query.split(";"), match[1].strip().split(";"), strict=False))
        elif current is not None and (match := _COMPLAINT.match(message)):
            current.take(t_local_s, match[2].strip())
    return PtdLog(phases, _whole(answers.get(":CFAC?")), _switch(answers.get(":FILT:LINE?")))


def _messages(text: str) -> list[tuple[float, str]]:
    starts = list(_MESSAGE.finditer(text))
    ends = [b.start() for _, b in pairwise(starts)] + [len(text)]
    messages = []
    for start, end in zip(starts, ends, strict=True):
        try:
            t_local_s = local_s(start[1])
        except ValueError:  # looks like a stamp and is no date
            continue
        messages.append((t_local_s, text[start.end() : end].strip()))
    return messages


def _whole(answer: str | None) -> int | None:
    return int(answer) if answer is not None and answer.isdigit() else None


def _switch(answer: str | None) -> bool | None:
    number = _whole(answer)
    return None if number is None else bool(number)
