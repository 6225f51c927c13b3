"""A campaign that is being watched: what its files say now, each time somebody asks."""

import math
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from shlex import quote
from threading import Lock
from typing import Any, Literal

from lab.conduct.activity import Activity, Phase, activity_of
from lab.conduct.campaign import (
    OpenCampaign,
    SlotState,
    command_to_continue,
    is_running,
    model_in,
    recorded_states,
)
from lab.conduct.live import Follower, LiveReading
from lab.conduct.plan import slot_name
from lab.conduct.precision import LEAST_BLOCKS
from lab.conduct.reached import precision_of, precision_words
from lab.conduct.standing import Standing, entries_of, left_of, stopped_by_health
from lab.serve.epochs import EpochFollower
from records.errors import RecordError
from records.folders import RunPaths
from records.journal_events import GateDecided, GateWaiting, JournalEntry, RepeatsEnough, RunEnded, RunStarted
from records.times import iso_utc, now_utc_s
from reports.words.texts import counted, printable

WINDOW_S = 180.0
"""How much of the power is shown."""

_KEPT_READINGS = 50_000
_LAST_BYTES = 2**20
_MOST_SHOWN = 600


GateLight = Literal["waiting", "open", "closed", "idle"]
"""The stability gate as the page shows it."""


class WatchedCampaign:
    """What is kept of a campaign between two questions; several may ask at once.

    Args:
        opened: the campaign.
        top: folder outside of which nothing is read.
    """

    def __init__(self, opened: OpenCampaign, top: Path) -> None:
        self._opened = opened
        self._top = top
        self._lock = Lock()
        self._journal_size = -1
        self._entries: list[JournalEntry] = []
        self._states: list[SlotState] = []
        self._run: Path | None = None
        self._follower: Follower | None = None
        self._epochs: EpochFollower | None = None
        self._epochs_before: int | None = None
        self._readings: deque[LiveReading] = deque(maxlen=_KEPT_READINGS)
        self._of_attempt: deque[LiveReading] = deque(maxlen=_KEPT_READINGS)

    def look(self) -> dict[str, Any]:
        """Return everything that the live page shows, as JSON types."""
        with self._lock:
            return self._look()

    def _look(self) -> dict[str, Any]:
        opened = self._opened
        running = is_running(opened.folder)  # first: once it is over, the journal is complete
        self._read_journal()
        activity = activity_of(self._entries)
        damage = self._follow(activity)
        now = now_utc_s()
        left = left_of(opened, self._states, self._entries, now if running else None)
        standing = Standing(
            self._states,
            running,
            _stopped(opened),
            left,
            activity,
            precision_of(self._entries),
            model_in(self._entries),
        )
        return {
            **standing.to_json(opened),
            "title": opened.config.campaign.title,
            "t_utc_s": now,
            "state": _state(activity, standing),
            "words": _words(activity, standing, Path(printable(str(opened.folder.path))), damage),
            "gate": _gate(self._entries) if running else "idle",
            "epoch": self._epoch(activity) if running else None,
            "planned_words": f"{'at most ' if _may_end_early(opened, standing) else ''}{len(self._states)}",
            "precision_words": _precision_words(opened, standing),
            "left_s": left.seconds,
            "left": left.words if standing.completed < len(self._states) and standing.model is None else "",
            "reading": self._last_reading(now),
            "power": [[round(t, 3), power_w] for t, power_w in self._shown()],
            "window_s": WINDOW_S,
            "slots": [_slot(state, running) for state in self._states],
            "analysed": (opened.folder.results / "results.json").is_file(),
        }

    def _read_journal(self) -> None:
        """Read the journal again when it has grown, and the run records when more than the gate moved."""
        path = self._opened.folder.journal
        size = path.stat().st_size if self._within(path) and path.is_file() else 0
        if size == self._journal_size:
            return
        self._journal_size = size
        before, self._entries = len(self._entries), entries_of(self._opened) if size else []
        if not self._states or any(not isinstance(entry, GateWaiting) for entry in self._entries[before:]):
            self._states = recorded_states(self._opened)

    def _follow(self, activity: Activity) -> str:
        """Read the new readings of the last attempt; return what is wrong with its file."""
        run = self._last_run(activity)
        if run != self._run:
            self._run = run
            self._of_attempt.clear()
            self._follower = Follower(RunPaths(run).meter_csv, _LAST_BYTES) if run else None
            self._epochs = EpochFollower(RunPaths(run).events) if run else None
            self._epochs_before = self._epochs_of_last_run(activity)
        if self._follower is None or self._run is None:
            return ""
        path = RunPaths(self._run).meter_csv
        if not path.is_file() or not self._within(path):
            return ""
        try:
            new = self._follower.new_readings()
        except (ValueError, KeyError):
            return f"{path.parent.name}/{path.name} holds lines that are no readings; see `lab check`."
        self._take(reading for reading in new if _finite(reading))
        return ""

    def _take(self, new: Iterable[LiveReading]) -> None:
        """Keep readings; between two attempts there is a gap."""
        for reading in new:
            if not self._of_attempt and self._readings:
                self._readings.append(LiveReading(self._readings[-1].t_utc_s, None, ""))
            self._readings.append(reading)
            self._of_attempt.append(reading)

    def _epoch(self, activity: Activity) -> dict[str, Any] | None:
        """Return the epoch of the attempt that is under way; between two attempts there is none."""
        if self._epochs is None or activity.phase is Phase.BETWEEN or not self._within(self._epochs.path):
            return None
        self._epochs.read()
        return self._epochs.to_json(self._epochs_before)

    def _epochs_of_last_run(self, activity: Activity) -> int | None:
        """Return how many epochs the last completed run of the scenario that is under way had."""
        slots = {state.slot.slot: state.slot for state in self._states}
        now = slots.get(activity.slot) if activity.slot is not None else None
        before = [
            state.slot
            for state in self._states
            if now is not None and state.state == "completed" and state.slot.scenario == now.scenario
        ]
        attempts = self._opened.folder.attempts(before[-1]) if before else []
        if not attempts or not self._within(RunPaths(attempts[-1]).events):
            return None
        epochs = EpochFollower(RunPaths(attempts[-1]).events)
        epochs.read()
        return epochs.number

    def _last_run(self, activity: Activity) -> Path | None:
        slot = next((s for s in self._opened.campaign.plan if s.slot == activity.slot), None)
        attempts = self._opened.folder.attempts(slot) if slot else []
        return attempts[-1] if attempts else None

    def _within(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._top)

    def _last_reading(self, now: float) -> dict[str, Any] | None:
        if not self._readings:
            return None
        last = self._readings[-1]
        return {
            "power_w": last.power_w,
            "flag": last.flag,
            "age_s": max(0.0, now - last.t_utc_s),
            "time": _time(last.t_utc_s),
        }

    def _shown(self) -> list[tuple[float, float | None]]:
        """Return time and power of the last minutes; of too many, smallest and largest of each part."""
        if not self._readings:
            return []
        begin = self._readings[-1].t_utc_s - WINDOW_S
        points = [(r.t_utc_s, r.power_w) for r in self._readings if r.t_utc_s >= begin]
        size = math.ceil(2 * len(points) / _MOST_SHOWN)
        if size <= 2:
            return points
        parts = (points[first : first + size] for first in range(0, len(points), size))
        return [point for part in parts for point in _ends(part)]


def _ends(part: list[tuple[float, float | None]]) -> list[tuple[float, float | None]]:
    powers = [(power_w, t) for t, power_w in part if power_w is not None]
    if len(powers) < len(part):  # a gap stays a gap
        return [(part[0][0], None)]
    ends = sorted({min(powers), max(powers)}, key=lambda point: point[1])
    return [(t, power_w) for power_w, t in ends]


def _finite(reading: LiveReading) -> bool:
    return math.isfinite(reading.t_utc_s) and (reading.power_w is None or math.isfinite(reading.power_w))


def _time(t_utc_s: float) -> str:
    try:
        return iso_utc(t_utc_s)
    except (ValueError, OverflowError, OSError):
        return "at an unknown time"


def _may_end_early(opened: OpenCampaign, standing: Standing) -> bool:
    """Say whether a wanted precision may still end the campaign before the last planned run."""
    return opened.config.campaign.precision_pct is not None and not isinstance(
        standing.precision, RepeatsEnough
    )


def _precision_words(opened: OpenCampaign, standing: Standing) -> str:
    """Say which precision is reached so far, and which is wanted; empty where none is."""
    target_pct = opened.config.campaign.precision_pct
    if target_pct is None:
        return ""
    if standing.precision is None:
        return f"wanted: ±{target_pct:g} %; what is reached is known from block {LEAST_BLOCKS} on"
    return precision_words(standing.precision)


def _stopped(opened: OpenCampaign) -> str | None:
    try:
        return stopped_by_health(opened)
    except RecordError as error:
        return str(error)


def _state(activity: Activity, standing: Standing) -> str:
    """Return ``running``, ``new``, ``killed``, ``ended``, ``stopped`` or ``interrupted``."""
    if standing.running:
        return "running"
    if not activity.begun:
        return "new"
    return activity.ending or "killed"


def _words(activity: Activity, standing: Standing, folder: Path, damage: str) -> str:
    go_on = f"`{command_to_continue(folder, standing.model)}` continues; completed runs are kept."
    over_fleet = " over a fleet: its runs are shown when their block is collected"
    reason = activity.reason or standing.stopped or "no reason was logged"
    missing = len(standing.states) - standing.completed
    words = {
        "running": f"Running{'' if standing.model is None else over_fleet}.",
        "new": f"Not started yet. {go_on}",
        "killed": f"It stopped without logging an end (killed or power loss). {go_on}",
        "stopped": f"It stopped: {reason}. {go_on}",
        "interrupted": f"The operator interrupted it. {go_on}",
        "ended": f"It has ended. Next: `lab analyse {quote(str(folder))}`."
        if not missing
        else f"It has ended with {counted(missing, 'run')} missing. {go_on}",
    }[_state(activity, standing)]
    return f"{words} {damage}".strip()


def _gate(entries: list[JournalEntry]) -> GateLight:
    """Return the stability gate of the last attempt."""
    for entry in reversed(entries):
        match entry:
            case GateWaiting():
                return "waiting"
            case GateDecided(open=is_open):
                return "open" if is_open else "closed"
            case RunStarted() | RunEnded():
                return "idle"
    return "idle"


def _slot(state: SlotState, running: bool) -> dict[str, Any]:
    """Return a slot for the page; a run that nobody carries on any more is not called running."""
    broken = state.state == "running" and not running
    return {
        "slot": state.slot.slot,
        "name": slot_name(state.slot),
        "state": "broken off" if broken else state.state,
        "attempts": state.attempts,
        "reason": state.reason or "",
    }
