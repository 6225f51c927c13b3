"""How the benches of a fleet stand, those that have left included."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lab.fleet.cluster import benches_of
from lab.fleet.orders import BenchState
from lab.fleet.worker import TOPIC

if TYPE_CHECKING:
    from distributed import Client


def standing_of(client: "Client") -> list[BenchState]:
    """Return the states of all benches that the scheduler has seen, by name; those that left are ``away``.

    The scheduler keeps its latest thousands of events; a bench that left before them is not listed.
    """
    here = benches_of(client)
    told = client.get_events(TOPIC)
    left = {
        event["worker"]: at_s
        for at_s, event in client.get_events("all")
        if event.get("action") == "remove-worker"
    }
    return [*sorted([*here.values(), *_away(told, left, here)], key=lambda state: state.name)]


def _away(
    told: Iterable[tuple[float, dict[str, object]]], left: dict[str, float], here: dict[str, BenchState]
) -> list[BenchState]:
    away: dict[str, BenchState] = {}
    for at_s, event in told:
        state = BenchState.of(event.get("bench"))
        if state is None or state.name in here:
            continue
        since_s = left.get(str(event.get("worker")), at_s)
        away[state.name] = BenchState(
            name=state.name,
            model=state.model,
            simulated=state.simulated,
            state="away",
            since_utc_s=since_s,
            reason="its worker has left the scheduler",
        )
    return list(away.values())
