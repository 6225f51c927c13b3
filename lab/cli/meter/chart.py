"""What an operator sees of one meter that is watched: a chart of its power, and how well it reports."""

import itertools
import statistics
import threading
from collections import Counter, deque

import plotext
from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.text import Text

from meter.recording.ledger import GapLedger
from records.meter import Reading
from records.times import now_mono_s, now_utc_s

_KEPT = 4096  # readings in the chart and its figures
_LEAST_ROWS, _MOST_ROWS = 8, 20
_ROWS_BELOW = 5
_SILENT_INTERVALS, _SILENT_S = 3.0, 2.0  # without a reading for longer than both, the meter is silent
_SAY_S = 5.0
_GIVE_UP_S, _GIVE_UP_INTERVALS = 30.0, 10.0


class WatchedMeter:
    """The readings of a meter that is watched; a rich renderable.

    Args:
        name: what the meter calls itself.
        interval_s: time between readings.
        simulated: whether a virtual instrument answers.
    """

    def __init__(self, name: str, interval_s: float, simulated: bool) -> None:
        self._name = name
        self._interval_s = interval_s
        self._simulated = simulated
        self._good: deque[tuple[float, float]] = deque(maxlen=_KEPT)
        self._ledger = GapLedger(interval_s)
        self._flags: Counter[str] = Counter()
        self._good_mono_s = self._said_mono_s = now_mono_s()
        self._lock = threading.Lock()  # the terminal is drawn in a thread of its own

    def add(self, reading: Reading) -> None:
        """Take the next reading in."""
        with self._lock:
            self._ledger.add(reading)
            if reading.power_w is None:
                self._flags[reading.flag] += 1
            else:
                self._good.append((reading.t_utc_s, reading.power_w))
                self._good_mono_s = self._said_mono_s = now_mono_s()

    @property
    def missing(self) -> int:
        """How many readings should have come and did not, up to now."""
        return sum(gap["missing"] for gap in self._ledger.gaps(now_utc_s()))

    @property
    def silent_s(self) -> float:
        """How long no power has come; 0 while the meter is not late."""
        silent_s = now_mono_s() - self._good_mono_s
        return silent_s if silent_s > max(_SILENT_S, _SILENT_INTERVALS * self._interval_s) else 0.0

    @property
    def is_given_up(self) -> bool:
        """Whether no power has come for so long that nobody waits any more."""
        return self.silent_s > max(_GIVE_UP_S, _GIVE_UP_INTERVALS * self._interval_s)

    def silence(self) -> str:
        """Return what there is to say of a meter that is silent, every few seconds; else an empty text."""
        silent_s, now_s = self.silent_s, now_mono_s()
        if not silent_s or now_s - self._said_mono_s < _SAY_S:
            return ""
        self._said_mono_s = now_s
        return f"no reading for {silent_s:.0f} s, {self.missing} missing"

    def summary(self) -> list[str]:
        """Return what there is to say in words: power, rate, jitter, what is missing."""
        lines = []
        powers_w = [power_w for _, power_w in self._good]
        if powers_w:
            lines.append(
                f"now {powers_w[-1]:.4g} W   mean {statistics.fmean(powers_w):.4g} W   "
                f"min {min(powers_w):.4g} W   max {max(powers_w):.4g} W   over {len(powers_w)} readings"
            )
        intervals_s = [later[0] - earlier[0] for earlier, later in itertools.pairwise(self._good)]
        if len(intervals_s) > 1 and sum(intervals_s) > 0:
            lines.append(
                f"rate {len(intervals_s) / sum(intervals_s):.4g}/s (wanted: {1 / self._interval_s:.4g}/s)   "
                f"jitter {1000 * statistics.pstdev(intervals_s):.1f} ms (sd of the intervals)"
            )
        if self.silent_s:
            lines.append(f"no reading for {self.silent_s:.0f} s")
        flags = ", ".join(f"{count} {flag}" for flag, count in self._flags.items()) or "none"
        lines.append(f"missing {self.missing}   readings without power: {flags}")
        return lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw title, chart and figures to the size of the terminal."""
        title = Text(self._name, style="bold")
        if self._simulated:
            title.append("  SIMULATED", style="bold yellow")
        rows = min(_MOST_ROWS, max(_LEAST_ROWS, console.size.height - _ROWS_BELOW - 1))
        with self._lock:
            chart, below = self._chart(options.max_width, rows), self.summary()
        yield Group(title, Text.from_ansi(chart), *map(Text, below))

    def _chart(self, width: int, height: int) -> str:
        if not self._good:
            return "\n" * (height - 2) + "waiting for the first reading"
        end_s = self._good[-1][0]
        plotext.clear_figure()
        plotext.theme("clear")
        plotext.plot_size(width, height)
        plotext.plot([t_s - end_s for t_s, _ in self._good], [w for _, w in self._good], marker="braille")
        plotext.xlabel("seconds ago")
        plotext.ylabel("W")
        drawn: str = plotext.build()
        return drawn
