"""Showing a campaign on the terminal: live watts, what runs, how far it is, how long it takes."""

import time
from collections import deque
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from lab.cli.visible import visible
from lab.conduct.activity import Phase
from lab.conduct.live import LiveReading
from lab.conduct.plan import TimeLeft, left_words, slot_name
from lab.config.model import LabConfig
from records.campaign import Slot
from records.run import Run

_BARS = "▁▂▃▄▅▆▇█"
_KEPT_READINGS = 48


class _Progressing:
    """What both kinds of display keep track of."""

    def __init__(self, config: LabConfig, console: Console) -> None:
        self.console = console
        self.config = config
        self.left = TimeLeft(config)
        self.todo: list[Slot] = []
        self.total = 0
        self.simulated = False
        self.noticed: set[str] = set()
        self.attempt_began_s = time.monotonic()

    def left_words(self, running_s: float = 0.0) -> str:
        return left_words(self.left, self.config, self.todo, running_s)

    def take_plan(self, slots: Sequence[Slot], done: Sequence[Slot], simulated: bool) -> None:
        self.total = len(slots)
        self.todo = [slot for slot in slots if slot not in done]
        self.simulated = simulated

    def take_attempt(self, slot: Slot) -> None:
        self.attempt_began_s = time.monotonic()
        if slot in self.todo:  # what was skipped or failed before it is not tried again
            self.todo = self.todo[self.todo.index(slot) :]

    def take_end(self, slot: Slot, run: Run) -> None:
        if run.status == "completed":
            self.left.learn(slot, time.monotonic() - self.attempt_began_s)
            self.todo = [other for other in self.todo if other is not slot]


class LineProgress(_Progressing):
    """One line per event, for logs and pipes."""

    def begin(self, title: str, slots: Sequence[Slot], done: Sequence[Slot], *, simulated: bool) -> None:
        """Print what is planned."""
        self.take_plan(slots, done, simulated)
        kind = "  SIMULATED METER: no number of this campaign is a measurement" if simulated else ""
        self._say(f"{title}: {len(slots)} runs, {len(done)} completed before.{kind}")
        self._say(self.left_words())

    def attempt(self, slot: Slot, attempt: int) -> None:
        """Print which slot begins."""
        self.take_attempt(slot)
        again = f", attempt {attempt}" if attempt > 1 else ""
        self._say(f"[{slot.slot}/{self.total}] {slot_name(slot)}{again}")

    def phase(self, phase: Phase, detail: str = "") -> None:
        """Say nothing: phases pass too quickly for a log."""

    def reading(self, reading: LiveReading) -> None:
        """Say nothing: the readings are in the record."""

    def ended(self, slot: Slot, run: Run) -> None:
        """Print how the attempt ended and the time left."""
        self.take_end(slot, run)
        why = f": {run.reason}" if run.reason else ""
        self._say(f"    {run.status}{why}; {self.left_words()}")

    def notice(self, text: str) -> None:
        """Print a notice, once."""
        if text not in self.noticed:
            self.noticed.add(text)
            self._say(f"    note: {text}")

    def _say(self, text: str) -> None:
        self.console.print(text, highlight=False)

    def __enter__(self) -> "LineProgress":
        return self

    def __exit__(self, *_: object) -> None:
        return None


class LiveProgress(_Progressing):
    """A live display for terminals."""

    def __init__(self, config: LabConfig, console: Console) -> None:
        super().__init__(config, console)
        self._title = ""
        self._slot = Text()
        self._phase = Text()
        self._watts = Text("waiting for the meter")
        self._powers: deque[float] = deque(maxlen=_KEPT_READINGS)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console
        )
        self._task = self._bar.add_task("runs", total=None)
        self._live = Live(self, console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> "LiveProgress":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def __rich__(self) -> RenderableType:
        head = Text(self._title, style="bold")
        if self.simulated:
            head.append("   SIMULATED METER", style="bold reverse yellow")
        elapsed = time.monotonic() - self.attempt_began_s
        return Group(
            head,
            self._bar,
            Text.assemble(self._slot, "  ", self._phase, f"  {elapsed:.0f} s", no_wrap=True),
            Text.assemble(self._watts, no_wrap=True),
            Text(f"{self.left_words(elapsed)}; Ctrl-C stops, `lab resume` continues", style="dim"),
        )

    def begin(self, title: str, slots: Sequence[Slot], done: Sequence[Slot], *, simulated: bool) -> None:
        """Show the plan."""
        self.take_plan(slots, done, simulated)
        self._title = visible(title)
        self._bar.update(self._task, total=len(slots), completed=len(done))

    def attempt(self, slot: Slot, attempt: int) -> None:
        """Show which slot runs."""
        self.take_attempt(slot)
        again = f" (attempt {attempt})" if attempt > 1 else ""
        self._slot = Text(visible(f"[{slot.slot}/{self.total}] {slot_name(slot)}{again}"), style="cyan")
        self._phase = Text()

    def phase(self, phase: Phase, detail: str = "") -> None:
        """Show what the attempt is doing."""
        self._phase = Text(visible(f"{phase}: {detail}") if detail else phase)

    def reading(self, reading: LiveReading) -> None:
        """Show the watts and their recent course."""
        if reading.power_w is None:
            self._watts = Text(f"no reading ({reading.flag})", style="red")
            return
        self._powers.append(reading.power_w)
        mark = " W simulated  " if self.simulated else " W  "
        self._watts = Text(f"{reading.power_w:8.1f}{mark}", style="bold") + Text(sparkline(self._powers))

    def ended(self, slot: Slot, run: Run) -> None:
        """Leave one line about the attempt above the live part."""
        self.take_end(slot, run)
        self._bar.update(self._task, completed=self.total - len(self.todo))
        seconds = time.monotonic() - self.attempt_began_s
        style = "green" if run.status == "completed" else "red"
        line = Text.assemble(
            (f"{run.status:>9}", style), f"  [{slot.slot}/{self.total}] {slot_name(slot)}  {seconds:.0f} s"
        )
        if run.reason:
            line.append(f"  {run.reason}")
        self.console.print(line)

    def notice(self, text: str) -> None:
        """Leave a notice above the live part, once."""
        if text not in self.noticed:
            self.noticed.add(text)
            self.console.print(Text(f"     note  {text}", style="dim"))


def make_progress(config: LabConfig, console: Console) -> LineProgress | LiveProgress:
    """Return the display that fits the console: live on a terminal, else a line per event."""
    return LiveProgress(config, console) if console.is_terminal else LineProgress(config, console)


def sparkline(values: Sequence[float]) -> str:
    """Draw values as a row of bars between their minimum and maximum."""
    low, high = min(values), max(values)
    span = max(high - low, 1e-9)
    return "".join(_BARS[int((value - low) / span * (len(_BARS) - 1))] for value in values)
