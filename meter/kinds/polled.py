"""A meter that speaks only when it is asked."""

import time
from abc import abstractmethod
from dataclasses import replace

from meter.contract import Meter
from meter.kinds.phase import PhaseLock
from records.meter import Reading
from records.times import now_mono_s


class PolledMeter(Meter):
    """Ask at the right times; a driver says how, in `ask`.

    Where readings are wanted as often as the meter updates, the questions are locked to its updates
    (`meter.kinds.phase`), so that none is read twice and none missed. Where they are wanted less often, or
    the meter has no updates of its own, it is asked on a grid that does not drift.
    """

    detects_duplicates = True

    _lock: PhaseLock | None = None
    _grid_s: float = 0.0
    _asked: int = 0
    _last: Reading | None = None
    _held: Reading | None = None

    @abstractmethod
    def ask(self) -> Reading | None:
        """Ask for a reading and wait for the answer.

        A late answer to an earlier question must not be taken for this one's: flush before.

        Returns:
            The reading, stamped on arrival; flagged, without watts, where the answer makes no
            sense; ``None`` when the meter did not answer in the time it may take.

        Raises:
            PortLost: the port went away.
        """

    def begin_polling(self, update_s: float | None = None, answer_s: float = 0.0) -> None:
        """Start to ask; to be called at the end of `start`.

        Args:
            update_s: the meter's update interval when it was set to one; else the declared one.
            answer_s: the shortest time a question and its answer take.
        """
        update_s = self.spec.update_s if update_s is None else update_s
        wanted = update_s is not None and self.interval_s < 1.5 * update_s
        self._lock = PhaseLock(update_s, answer_s) if wanted and update_s is not None else None
        self._grid_s, self._asked = now_mono_s(), 0
        self._last = self._held = None

    @property
    def lock(self) -> PhaseLock | None:
        """How the questions are locked to the meter's updates; ``None`` where they are not."""
        return self._lock

    def read(self, timeout_s: float) -> Reading | None:
        deadline_s = now_mono_s() + timeout_s
        while True:
            due_s = self._due_s()
            if due_s >= deadline_s:
                time.sleep(max(0.0, deadline_s - now_mono_s()))
                return None
            time.sleep(max(0.0, due_s - now_mono_s()))
            reading = self._ask_once()
            if reading is not None:
                return reading
            if now_mono_s() >= deadline_s:
                return None

    def _due_s(self) -> float:
        return self._grid_s + self._asked * self.interval_s if self._lock is None else self._lock.next_s()

    def _ask_once(self) -> Reading | None:
        """Ask; return a reading when there is one to hand on."""
        asked_s = now_mono_s()
        reading = self.ask()
        if self._lock is None:
            self._asked = max(self._asked + 1, int((now_mono_s() - self._grid_s) / self.interval_s))
            return reading
        if reading is None or reading.flag:
            self._lock.skip(asked_s)
            return reading
        changed = self._last is None or replace(reading, t_utc_s=self._last.t_utc_s) != self._last
        self._last = reading
        look = self._lock.look(asked_s, changed)
        held = self._held
        if not look.keep_held:
            self._held = reading if look.hold_new else None
        if look.emit_new:
            return reading
        return held if look.emit_held else None
