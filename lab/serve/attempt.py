"""What the running attempt is doing, told from the journal alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lab.conduct.live import LiveReading
from sut.gate import GateLimits, StabilityGate

Ending = Literal["ended", "stopped", "interrupted"]

_ENDINGS: dict[str, Ending] = {
    "campaign ended": "ended",
    "campaign stopped": "stopped",
    "campaign interrupted": "interrupted",
}
_PHASES = {
    "gate": "collectors",
    "workload started": "run",
    "workload ended": "lead-out",
}
_READY = {"meter logger": "gate", "collector process": "lead-in"}


@dataclass(frozen=True, slots=True)
class Told:
    """What the journal tells last.

    Attributes:
        begun: whether a controller ever ran the campaign.
        ending: how the last one ended; ``None`` while it runs, and when it ended without a word.
        reason: of a stop, in words.
        slot: number of the slot that is, or was last, attempted.
        phase: of its attempt: ``meter``, ``gate``, ``collectors``, ``lead-in``, ``run`` or ``lead-out``;
            empty between two attempts.
        since_utc_s: since when.
    """

    begun: bool = False
    ending: Ending | None = None
    reason: str = ""
    slot: int | None = None
    phase: str = ""
    since_utc_s: float | None = None


def told_by(entries: Iterable[Mapping[str, Any]], *, gated: bool) -> Told:
    """Read the journal to its end.

    Args:
        entries: of the journal, oldest first.
        gated: whether the campaign has a stability gate.
    """
    told = Told()
    for entry in entries:
        told = _after(told, entry, gated=gated)
    return told


def _after(told: Told, entry: Mapping[str, Any], *, gated: bool) -> Told:
    what, t_utc_s = entry.get("what"), entry.get("t_utc_s")
    since = float(t_utc_s) if isinstance(t_utc_s, (int, float)) else told.since_utc_s
    if what == "campaign started":
        return Told(begun=True, since_utc_s=since)
    if isinstance(what, str) and what in _ENDINGS:
        return Told(True, _ENDINGS[what], str(entry.get("reason") or ""), told.slot, "", since)
    if what == "run started":
        slot = entry.get("slot")
        return Told(True, None, "", slot if isinstance(slot, int) else None, "meter", since)
    if what == "run ended":
        return Told(True, None, "", told.slot, "", since)
    phase = _PHASES.get(str(what)) or (
        _READY.get(str(entry.get("name"))) if what == "process ready" else None
    )
    if phase == "gate" and not gated:
        phase = "collectors"
    return Told(True, None, "", told.slot, phase, since) if phase else told


@dataclass(frozen=True, slots=True)
class GateView:
    """What the stability gate waits for, as the readings show it.

    Attributes:
        waiting_for: one phrase each; never empty.
        tries: number of the present try, and `most_tries` how many there are.
        waited_s: since the gate was set up.
    """

    waiting_for: tuple[str, ...]
    tries: int
    most_tries: int
    waited_s: float


def gate_view(
    limits: GateLimits, begun_utc_s: float, now_utc_s: float, readings: Iterable[LiveReading]
) -> GateView:
    """Look at the readings as the gate does.

    The gate itself lives in the controller. It looks at temperatures, too, which nobody writes down before
    the collectors run; where the power is at rest, these are what it can be waiting for.

    Args:
        limits: of the gate.
        begun_utc_s: when it was set up.
        now_utc_s: now, on the same clock.
        readings: of the attempt, oldest first.
    """
    waited_s = max(0.0, now_utc_s - begun_utc_s)
    tries = min(int(waited_s / limits.try_s) + 1, limits.tries)
    try_begun_s = begun_utc_s + (tries - 1) * limits.try_s if tries > 1 else 0.0
    of_try = [r.power_w for r in readings if r.power_w is not None and r.t_utc_s >= try_begun_s]
    gate = StabilityGate(limits, begun_utc_s)
    waiting: tuple[str, ...] = (f"0 of {limits.readings} readings",)
    for power_w in of_try[-limits.readings :]:
        waiting = gate.see(begun_utc_s, power_w).waiting_for
    at_rest = (
        f"the power is at rest; temperatures above {limits.cpu_temperature_c:g} °C (CPU) or "
        f"{limits.gpu_temperature_c:g} °C (GPU) are all that can still hold it",
    )
    return GateView(waiting or at_rest, tries, limits.tries, waited_s)
