"""Where a campaign stands: its slots, whether somebody runs it, and how long it still takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lab.conduct.activity import Activity, activity_of
from lab.conduct.campaign import OpenCampaign, SlotState, is_running, model_in, slot_states
from lab.conduct.plan import TimeLeft, left_words
from lab.conduct.reached import precision_json, precision_of
from records.campaign import Slot
from records.errors import RecordError
from records.health import read_health
from records.journal import read_journal
from records.journal_events import JournalEntry, PrecisionChecked, RepeatsEnough, RunEnded, RunStarted
from records.times import now_utc_s


class Left(NamedTuple):
    """The time that a campaign still needs.

    Attributes:
        seconds: with a guess for programs whose length is not known yet.
        words: without that guess, the programs named: ``about 12 min plus the runs of cnn (...)``.
    """

    seconds: float
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a campaign stands.

    Attributes:
        states: of its slots, in the order of the plan.
        running: whether a controller holds it right now.
        stopped: why the control workload stopped it, or ``None``.
        left: how long the slots that are not completed should take.
        activity: what the journal says last.
        precision: what it says last of a wanted precision.
        model: of the benches of a fleet that run it; ``None`` of one bench.
    """

    states: Sequence[SlotState]
    running: bool
    stopped: str | None
    left: Left
    activity: Activity
    precision: PrecisionChecked | RepeatsEnough | None = None
    model: str | None = None

    @property
    def completed(self) -> int:
        """Number of completed slots."""
        return sum(state.state == "completed" for state in self.states)

    def to_json(self, opened: OpenCampaign) -> dict[str, Any]:
        """Return it as ``lab status --json`` prints it."""
        return {
            "id": opened.campaign.id,
            "simulated": opened.campaign.simulated,
            "running_now": self.running,
            "planned": len(self.states),
            "completed": self.completed,
            "stopped": self.stopped,
            "precision": precision_json(self.precision),
            "now": self.activity.to_json(self.states, now_utc_s()) if self.running else None,
            "slots": [
                {
                    "slot": s.slot.slot,
                    "scenario": s.slot.scenario,
                    "tracker": s.slot.tracker,
                    "repeat": s.slot.repeat,
                    "state": s.state,
                    "attempts": s.attempts,
                    "reason": s.reason,
                }
                for s in self.states
            ],
        }


def standing_of(opened: OpenCampaign) -> Standing:
    """Say where a campaign stands, after examining the evidence of every run.

    Raises:
        RecordError: ``health.json`` is damaged.
    """
    running = is_running(opened.folder)
    states, entries = slot_states(opened), entries_of(opened)
    left = left_of(opened, states, entries, now_utc_s() if running else None)
    return Standing(
        states,
        running,
        stopped_by_health(opened),
        left,
        activity_of(entries),
        precision_of(entries),
        model_in(entries),
    )


def entries_of(opened: OpenCampaign) -> list[JournalEntry]:
    """Return the entries of the journal; none before the campaign began."""
    try:
        return read_journal(opened.folder.journal)[0]
    except RecordError:  # there is no journal yet
        return []


def stopped_by_health(opened: OpenCampaign) -> str | None:
    """Return why the control workload stopped the campaign, or ``None``.

    Raises:
        RecordError: ``health.json`` is damaged.
    """
    health = read_health(opened.folder.path)
    return health.stopped if health else None


def left_of(
    opened: OpenCampaign,
    states: Sequence[SlotState],
    entries: Iterable[JournalEntry],
    running_utc_s: float | None = None,
) -> Left:
    """Return how long the slots that are not completed should take.

    Args:
        opened: the campaign.
        states: of its slots.
        entries: of its journal, which says how long the completed ones of each scenario took.
        running_utc_s: now, where a controller runs it: the run under way has some of its time behind it.
    """
    left = TimeLeft(opened.config)
    slots = {slot.slot: slot for slot in opened.campaign.plan}
    began: dict[str, tuple[int | None, float]] = {}
    under_way: RunStarted | None = None
    for entry in entries:
        if entry.t_mono_s is None:
            continue
        if isinstance(entry, RunStarted):
            began[entry.run_dir] = entry.slot, entry.t_mono_s
            under_way = entry
        elif isinstance(entry, RunEnded):
            under_way = None
            if entry.status != "completed":
                continue
            number, begin_s = began.get(entry.run_dir, (None, entry.t_mono_s))
            if number in slots and entry.t_mono_s > begin_s:
                left.learn(slots[number], entry.t_mono_s - begin_s)
    todo = [state.slot for state in states if state.state != "completed"]
    if running_utc_s is None or under_way is None or under_way.t_utc_s is None:
        return _left(opened, left, todo, 0.0)
    number = under_way.slot
    todo.sort(key=lambda slot: slot.slot != number)  # the running one first
    return _left(opened, left, todo, max(0.0, running_utc_s - under_way.t_utc_s))


def _left(opened: OpenCampaign, left: TimeLeft, todo: Sequence[Slot], running_s: float) -> Left:
    return Left(left.of(todo, running_s), left_words(left, opened.config, todo, running_s, said=""))
