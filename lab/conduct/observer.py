"""What a campaign tells whoever watches it. The conductor reports; showing it is another's work."""

from collections.abc import Sequence
from typing import Protocol

from lab.conduct.activity import Phase
from lab.conduct.live import LiveReading
from records.campaign import Slot
from records.run import Run


class Observer(Protocol):
    """Receives the progress of a campaign."""

    def begin(self, title: str, slots: Sequence[Slot], done: Sequence[Slot], *, simulated: bool) -> None:
        """Learn the plan and which of its slots were completed before."""

    def attempt(self, slot: Slot, attempt: int) -> None:
        """Learn that an attempt at a slot begins."""

    def phase(self, phase: Phase, detail: str = "") -> None:
        """Learn what the running attempt is doing, and what it waits for."""

    def reading(self, reading: LiveReading) -> None:
        """Receive a reading of the meter."""

    def ended(self, slot: Slot, run: Run) -> None:
        """Learn how an attempt ended."""

    def notice(self, text: str) -> None:
        """Receive one line that the operator should see, e.g. that there is no GPU."""
