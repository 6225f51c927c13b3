"""The benches of a fleet as the page shows them."""

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

from lab.conduct.plan import duration
from lab.fleet.cluster import Cluster
from lab.fleet.link import Link
from lab.fleet.orders import STATES, BenchState
from lab.fleet.standing import standing_of
from records.times import now_utc_s


class FleetWatch:
    """Asks a scheduler how its benches stand, over one connection that is made again when it is lost.

    Args:
        link: to the scheduler.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._cluster = Cluster(link)
        self._one_at_a_time = threading.Lock()

    def look(self) -> dict[str, Any]:
        """Return what the page shows (docs/how-to/watch-from-a-browser.md)."""
        with self._one_at_a_time:
            states = self._states()
        now = now_utc_s()
        rows = [
            {
                **state.to_json(),
                "since": duration(max(0.0, now - state.since_utc_s)),
                "words": "; ".join(filter(None, (state.runs_words, state.reason))),
            }
            for state in states or ()
        ]
        return {
            "scheduler": self._link.scheduler,
            "t_utc_s": round(now, 3),
            "connected": states is not None,
            "words": _words(self._link, states),
            "simulated": any(state.simulated for state in states or ()),
            "benches": rows,
        }

    def close(self) -> None:
        """Leave the scheduler."""
        with self._one_at_a_time:
            self._cluster.close()

    def _states(self) -> list[BenchState] | None:
        client = self._cluster.client()
        try:
            return None if client is None else standing_of(client)
        except (OSError, TimeoutError):  # lost this very moment
            return None


def _words(link: Link, states: Sequence[BenchState] | None) -> str:
    if states is None:
        return f"No scheduler answers at {link.scheduler}. Start it with: {link.start}"
    if not states:
        return "No bench has joined the scheduler. Start `lab fleet worker` on the controller of each."
    counted = Counter(state.state for state in states)
    parts = [f"{counted[name]} {name}" for name in STATES if counted[name]]
    noun = "bench" if len(states) == 1 else "benches"
    return f"{len(states)} {noun}: {', '.join(parts)}"
