"""The progress of the stability gate, for whoever watches now and for the journal."""

import time

from lab.conduct.activity import Phase
from lab.conduct.observer import Observer
from records.journal import Journal
from records.journal_events import GateWaiting
from sut.gate import GateState

_WRITTEN_EVERY_S = 2.0
"""A reading a second is as often as the gate has something new to say; half of that shows how it goes."""


class GateProgress:
    """Report what the gate waits for.

    Args:
        most_tries: how many tries the gate has.
        journal: the evidence log, in which what has changed is written.
        observer: whoever watches.
    """

    def __init__(self, most_tries: int, journal: Journal, observer: Observer) -> None:
        self._most_tries = most_tries
        self._journal = journal
        self._observer = observer
        self._written: tuple[int, tuple[str, ...]] | None = None
        self._written_s = 0.0

    def report(self, state: GateState) -> None:
        """Show a state of the gate."""
        self._observer.phase(Phase.GATE, ", ".join(state.waiting_for))
        now_s = time.monotonic()
        shown = (state.tries, state.waiting_for)
        due = self._written is None or now_s - self._written_s >= _WRITTEN_EVERY_S
        if state.status != "waiting" or shown == self._written or not due:
            return
        self._written, self._written_s = shown, now_s
        self._journal.write(
            GateWaiting(
                waiting_for=list(state.waiting_for),
                tries=state.tries,
                most_tries=self._most_tries,
                waited_s=round(state.waited_s, 3),
            )
        )
