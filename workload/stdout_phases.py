"""Actions and epochs of a program in any language, told from the lines that it prints.

A regular expression says what a line means, by the names of its groups: ``phase`` begins an action of
that name, ``epoch`` begins that epoch, ``epoch_done`` ends it. Any other group is a value of the epoch,
or else of the action. What begins ends what is open of its kind; the end of the run ends all.

Each line is stamped when it arrives here, and passes on into ``stdout.log`` unchanged. A line that the
program keeps in a buffer arrives late, together with others: they all get one stamp, and the analysis
tells. Nothing is written to the events before the program has ended. Standard library only.
"""

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from workload.probe.wattlab_probe import EventFile, Span

SOURCE = "stdout"
"""``source`` in the data of what was told from lines."""

BOUNDARIES = ("phase", "epoch", "epoch_done")

_READ_BYTES = 1 << 16
_LONGEST_LINE = (
    1 << 16
)  # of what is longer, such as a progress bar without an end, the beginning is looked at


@dataclass(frozen=True)
class Match:
    """A line that means something.

    Attributes:
        at: when it arrived, on wall clock and monotonic clock in seconds.
        groups: of the regular expression, those that took part.
    """

    at: tuple[float, float]
    groups: dict[str, str]


class StdoutLines:
    """The standard output of a program: passed on to a file, line by line looked at.

    Args:
        pattern: the regular expression, with at least one of `BOUNDARIES` as a named group.
        log: the file to append to.

    Attributes:
        descriptor: readable when something came; `receive` then.
        programs_end: what the program has as its standard output; closed by `hand_over`.
        matches: of the lines that mean something, in their order.
    """

    def __init__(self, pattern: str, log: Path) -> None:
        self._pattern = re.compile(pattern)
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self.descriptor, self.programs_end = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self.descriptor, False)
        self._rest = b""
        self.matches: list[Match] = []

    def hand_over(self) -> None:
        """Close our copy of the program's end, once the program has been started."""
        os.close(self.programs_end)

    def receive(self) -> bool:
        """Take what came; say whether more may come.

        Raises:
            OSError: the log did not take it.
        """
        at = round(time.time(), 6), round(time.monotonic(), 6)
        while data := self._read():
            _write(self._log, data)
            *lines, rest = re.split(rb"[\r\n]", self._rest + data)
            self._rest = rest[:_LONGEST_LINE]
            for line in lines:
                self._look_at(line, at)
        return data is None

    def close(self) -> None:
        """Pass on what was left behind in the pipe, and close it."""
        self.receive()
        os.close(self.descriptor)
        os.close(self._log)

    def _read(self) -> bytes | None:
        """Return what came; nothing at the end of the output, ``None`` where nothing came yet."""
        try:
            return os.read(self.descriptor, _READ_BYTES)
        except BlockingIOError:
            return None

    def _look_at(self, line: bytes, at: tuple[float, float]) -> None:
        match = self._pattern.search(line.decode("utf-8", errors="replace"))
        groups = {k: v for k, v in match.groupdict().items() if v is not None} if match else {}
        if groups:
            self.matches.append(Match(at, groups))


def write_spans(
    matches: list[Match], events: EventFile, start: tuple[float, float], end: tuple[float, float]
) -> None:
    """Write the actions and epochs; to be called while the ``run`` span is open.

    Args:
        matches: the lines that mean something; what came after the end counts as come at the end.
        events: the file.
        start: of the run, on wall clock and monotonic clock in seconds.
        end: of the run.

    Raises:
        OSError: the file did not take them.
    """
    spans = _Spans(events, start)
    for match in matches:
        spans.take(match.groups, min(match.at, end, key=lambda stamps: stamps[1]))
    spans.end_action(end)


class _Spans:
    """The action and the epoch that are open."""

    def __init__(self, events: EventFile, start: tuple[float, float]) -> None:
        self._events = events
        self._action: Span | None = None
        self._epoch: Span | None = None
        self._since = start  # where an epoch began of which only the end is told

    def take(self, groups: dict[str, str], at: tuple[float, float]) -> None:
        values = {name: _number(text) for name, text in groups.items() if name not in BOUNDARIES}
        if "phase" in groups:
            self.end_action(at)
            self._action = self._begin("action", groups["phase"], {}, at)
            self._since = at
        if "epoch" in groups:
            self._end_epoch(at)
            self._epoch = self._begin("epoch", "epoch", {"epoch": _number(groups["epoch"])}, at)
        if "epoch_done" in groups and self._epoch is None:
            number = _number(groups["epoch_done"])
            self._epoch = self._begin("epoch", "epoch", {"epoch": number}, self._since)
        span = self._epoch or self._action
        for name, value in values.items():
            if span is not None:
                span[name] = value
        if "epoch_done" in groups:
            self._end_epoch(at)
            self._since = at

    def end_action(self, at: tuple[float, float]) -> None:
        self._end_epoch(at)
        if self._action is not None:
            self._action.stop(at=at)
        self._action = None

    def _end_epoch(self, at: tuple[float, float]) -> None:
        if self._epoch is not None:
            self._epoch.stop(at=at)
        self._epoch = None

    def _begin(self, kind: str, name: str, data: dict[str, object], at: tuple[float, float]) -> Span:
        return Span(kind, name, {**data, "source": SOURCE}, output=self._events).start(at)


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
