"""When to ask a meter that answers only when asked, so that each of its updates is read once.

A polled meter refreshes its reading by its own clock and says nothing of it. Asked by our clock,
every beat of the two reads one update twice or misses one. `PhaseLock` looks twice at each update,
just before and just after it is due (an early-late gate, as receivers use to hold a code phase:
Kaplan and Hegarty, "Understanding GPS", section on code tracking): where the reading changes
between the two looks, the phase is right; where it changed before the first, the update comes
earlier than thought. Time comes from outside, so that the rule can be tested without waiting.
"""

from dataclasses import dataclass

_LOOKS_WHILE_SEARCHING = 8
_NARROWEST = 0.02  # share of the update interval that the gate is at least wide on each side
_WIDEST = 0.25
_NARROWER = 0.9
_CLOCK = 0.1  # share by which the meter's interval may differ from the declared one
_PULL = 0.3  # share of a correction that is put down to the length of the interval


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the meter was worth.

    Attributes:
        emit_held: the reading that was held back is an update of its own.
        emit_new: the one just taken is.
        hold_new: whether it is, only a later look can tell.
        keep_held: the reading that was held back is held on.
    """

    emit_held: bool
    emit_new: bool
    hold_new: bool = False
    keep_held: bool = False


NOTHING = Look(False, False)


class PhaseLock:
    """Find and follow the updates of a meter.

    Args:
        update_s: time between updates, as the data sheet has it.
        answer_s: the shortest time a question and its answer take; looks are not closer than that.
    """

    def __init__(self, update_s: float, answer_s: float = 0.0) -> None:
        self.update_s = update_s
        self.locked = False
        self._nominal_s = update_s
        self._narrowest_s = max(_NARROWEST * update_s, answer_s)
        self._gate_s = _WIDEST * update_s
        self._edge_s = 0.0  # the next update, or while searching the last look
        self._late = False  # whether the next look is the late one
        self._next_s = 0.0
        self._looked = False
        self._handed_on_s = 0.0  # while searching: when the last reading was, as updates go
        self._was_s: float | None = None  # when the last update before a search was expected
        self._since_shift = 1
        self._held = False
        self._read_early = False  # the update that is due now was seen by the early look

    @property
    def gate_s(self) -> float:
        """How long after an update it is read."""
        return self._gate_s

    def next_s(self) -> float:
        """Return when to look next; a time that is over means now."""
        return self._next_s

    def skip(self, t_s: float) -> None:
        """Say that a look gave nothing: the meter did not answer, or not sense."""
        if self.locked:
            self._advance(t_s)
        else:
            self._next_s = t_s + self._step_s

    def look(self, t_s: float, changed: bool) -> Look:
        """Take in what a look saw.

        Args:
            t_s: when the meter was asked.
            changed: whether the reading differs from the one of the look before.

        Returns:
            Which readings are to be handed on.
        """
        return self._track(t_s, changed) if self.locked else self._search(t_s, changed)

    @property
    def _step_s(self) -> float:
        return max(self._nominal_s / _LOOKS_WHILE_SEARCHING, self._narrowest_s)

    def _search(self, t_s: float, changed: bool) -> Look:
        """Look often until a change is seen between two looks that follow each other closely."""
        first = not self._looked
        since_s = t_s - self._edge_s
        self._looked = True
        # While searching, the "edge" is only the look before this one: a change lies between the two.
        self._edge_s, self._next_s = t_s, t_s + self._step_s
        if changed or first:
            self._handed_on_s, self._held = t_s, False
            # Only a change caught between two looks close together says when the update was.
            if not first and since_s <= 2 * self._step_s:
                self._gate_s = min(max(since_s, self._narrowest_s), _WIDEST * self._nominal_s)
                self._found(t_s - since_s / 2)
            return Look(False, True)
        # A reading that does not change, as of a meter without load, is one per update all the same.
        # Where a change would be nearer to the update after it, it counts as an update of its own.
        quiet_s = t_s - self._handed_on_s
        held, self._held = self._held, quiet_s >= self.update_s
        if quiet_s >= 1.5 * self.update_s:
            self._handed_on_s += self.update_s
            self._held = False
            return Look(held, not held)
        return Look(False, False, hold_new=self._held and not held, keep_held=held)

    def _track(self, t_s: float, changed: bool) -> Look:
        # Looks alternate: early (a gate before the update is due), late (a gate after it). In phase, the
        # early look sees the reading of before and the late one a new one: early unchanged, late changed.
        late = self._late
        held, self._held = self._held, False
        if not late:
            if changed and held:
                # Either the update came after the late look, which saw the old reading, or that one
                # was a new reading equal to the old and this update comes early: look closely again.
                self._was_s = self._edge_s - self.update_s
                self.locked, self._edge_s, self._handed_on_s = False, t_s, self._was_s
                self._next_s = t_s + self._step_s
                return Look(False, True)
            if changed:  # it comes earlier than thought
                self._come_earlier()
                look = Look(False, True)
                self._read_early = True
            else:
                look = Look(held, False)  # in phase: what the late look held was new, though equal to the old
        elif changed:  # in phase: the gate may close in on the update
            self._gate_s = max(self._gate_s * _NARROWER, self._narrowest_s)
            self._since_shift += 1
            look = Look(False, True)
        elif self._read_early:  # the early look has handed this update on already
            look = NOTHING
        else:  # no change, or none yet: the next look tells
            self._held = True
            look = Look(False, False, hold_new=True)
        if late:
            self._read_early = False
        self._advance(t_s)
        return look

    def _come_earlier(self) -> None:
        """Shift the phase by a gate; a share of that is put down to the interval since the last shift."""
        self._edge_s -= self._gate_s
        shorter_s = self.update_s - _PULL * self._gate_s / self._since_shift
        self.update_s = max(shorter_s, (1 - _CLOCK) * self._nominal_s)
        self._gate_s = min(2 * self._gate_s, _WIDEST * self._nominal_s)
        self._since_shift = 1

    def _found(self, edge_s: float) -> None:
        """Take over an update that was caught while searching; learn from where it was expected."""
        if self._was_s is not None:
            intervals = round((edge_s - self._was_s) / self.update_s)
            if intervals >= 1:
                off_s = (edge_s - self._was_s) - intervals * self.update_s
                longer_s = self.update_s + _PULL * off_s / (self._since_shift + intervals)
                limit_s = _CLOCK * self._nominal_s
                self.update_s = min(max(longer_s, self._nominal_s - limit_s), self._nominal_s + limit_s)
        self._since_shift = 1
        self._edge_s = edge_s + self.update_s
        self.locked, self._late, self._held, self._read_early = True, False, False, False
        self._schedule()

    def _advance(self, t_s: float) -> None:
        if self._late:
            self._edge_s += self.update_s
        self._late = not self._late
        while self._edge_s + self._gate_s < t_s:  # held up: updates went by unseen
            self._edge_s += self.update_s
            self._late = False
        self._schedule()

    def _schedule(self) -> None:
        self._next_s = self._edge_s + (self._gate_s if self._late else -self._gate_s)
