"""What a campaign is doing, or how it ended, told from its journal alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from lab.conduct.campaign import SlotState
from lab.conduct.plan import duration, slot_name
from records.journal_events import (
    CallGateDecided,
    CampaignEnded,
    CampaignInterrupted,
    CampaignStarted,
    CampaignStopped,
    Ending,
    GateDecided,
    GateWaiting,
    JournalEntry,
    Process,
    ProcessReady,
    RunEnded,
    RunStarted,
    WorkloadEnded,
    WorkloadStarted,
)


class Phase(StrEnum):
    """What an attempt is doing."""

    BETWEEN = ""
    PREPARE = "before run"
    METER = "meter"
    TRACKER = "tracker"
    GATE = "gate"
    COLLECTORS = "collectors"
    LEAD_IN = "lead-in"
    RUN = "run"
    LEAD_OUT = "lead-out"


PHASE_WORDS = {
    Phase.BETWEEN: "between two runs",
    Phase.PREPARE: "making the state of the SUT the same",
    Phase.METER: "waiting for the meter's first reading",
    Phase.TRACKER: "building the tracker",
    Phase.GATE: "stability gate",
    Phase.COLLECTORS: "starting the collectors",
    Phase.LEAD_IN: "lead-in",
    Phase.RUN: "the program is running",
    Phase.LEAD_OUT: "lead-out",
}


_WITHOUT_PROGRAM = {"baseline": "measuring the baseline", "idle": "measuring the idle machine"}
"""Of the phase ``run`` of scenarios in which no program of the user runs."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What the journal says last.

    Attributes:
        begun: whether a controller ever ran the campaign.
        ending: how the last one ended; ``None`` while it runs, and when it was killed.
        reason: of a stop, in words.
        slot: number of the slot that is, or was last, attempted.
        phase: of its attempt.
        since_utc_s: when that began.
        gate: what the stability gate waits for, in the phase ``gate``.
    """

    begun: bool = False
    ending: Ending | None = None
    reason: str = ""
    slot: int | None = None
    phase: Phase = Phase.BETWEEN
    since_utc_s: float | None = None
    gate: GateWaiting | None = None

    def to_json(self, states: Sequence[SlotState], now_utc_s: float) -> dict[str, Any]:
        """Return it as ``now`` of ``lab status --json`` and of the live page.

        Args:
            states: of the slots of the campaign.
            now_utc_s: the present time.
        """
        state = next((state for state in states if state.slot.slot == self.slot), None)
        since_s = max(0.0, now_utc_s - self.since_utc_s) if self.since_utc_s is not None else 0.0
        return {
            "slot": self.slot,
            "name": slot_name(state.slot) if state else "",
            "attempt": state.attempts if state else 0,
            "phase": self.phase,
            "phase_words": _phase_words(self.phase, state),
            "since": duration(since_s),
            "gate": None if self.gate is None else _gate_json(self.gate),
        }


def _phase_words(phase: Phase, state: SlotState | None) -> str:
    if phase is Phase.RUN and state is not None and state.slot.kind in _WITHOUT_PROGRAM:
        return _WITHOUT_PROGRAM[state.slot.kind]
    return PHASE_WORDS[phase]


def _gate_json(gate: GateWaiting) -> dict[str, Any]:
    return {"waiting_for": gate.waiting_for, "try": f"try {gate.tries} of {gate.most_tries}"}


def activity_of(entries: Iterable[JournalEntry]) -> Activity:
    """Read the entries of a journal, oldest first, to their end."""
    activity = Activity()
    for entry in entries:
        activity = _after(activity, entry)
    return activity


def _after(before: Activity, entry: JournalEntry) -> Activity:
    since_utc_s = before.since_utc_s if entry.t_utc_s is None else entry.t_utc_s
    now = Activity(begun=True, slot=before.slot, since_utc_s=since_utc_s)
    match entry:
        case CampaignStarted():
            return replace(now, slot=None)
        case CampaignStopped(reason=reason):
            return replace(now, ending=Ending.STOPPED, reason=reason or "")
        case CampaignEnded(reason=reason):
            return replace(now, ending=Ending.ENDED, reason=reason or "")
        case CampaignInterrupted():
            return replace(now, ending=Ending.INTERRUPTED)
        case RunStarted(slot=slot):
            return replace(now, slot=slot, phase=Phase.METER)
        case GateWaiting():
            began = before.since_utc_s if before.phase is Phase.GATE else since_utc_s
            return replace(now, phase=Phase.GATE, since_utc_s=began, gate=entry)
        case CallGateDecided():
            return replace(now, phase=Phase.RUN)
        case ProcessReady(name=Process.METER_LOGGER) | GateDecided():
            return replace(now, phase=Phase.COLLECTORS)
        case ProcessReady(name=Process.COLLECTORS):
            return replace(now, phase=Phase.LEAD_IN)
        case WorkloadStarted():
            return replace(now, phase=Phase.RUN)
        case WorkloadEnded():
            return replace(now, phase=Phase.LEAD_OUT)
        case RunEnded():
            return now
    return before
