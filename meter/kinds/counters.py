"""Energy counters of the machine itself in the place of a meter; a reading is the mean power between two."""

from abc import abstractmethod

from meter.kinds.polled import PolledMeter
from records.meter import Reading
from records.times import now_mono_s, now_utc_s
from records.truth import is_on_stage


class CounterMeter(PolledMeter):
    """Read the counters on a grid; a driver says how, in `read_counters` and `gained_j`."""

    _before: tuple[float, list[int]] | None = None

    @abstractmethod
    def read_counters(self) -> list[int]:
        """Return what each counter holds, ``(n,)``, in its own unit.

        Raises:
            PortLost: one cannot be read any more.
        """

    @abstractmethod
    def gained_j(self, before: list[int], now: list[int], seconds: float) -> float | None:
        """Return by how many joules all counters together have grown; ``None`` where one was reset.

        Args:
            before: what `read_counters` returned.
            now: likewise, later.
            seconds: between the two.
        """

    def says_simulated(self) -> bool:
        """On a stage the counters follow a script."""
        return is_on_stage()

    def start(self) -> None:
        self._before = now_mono_s(), self.read_counters()
        self.begin_polling()
        self._asked = 1  # the first reading is due when the first interval is over

    def ask(self) -> Reading | None:
        power_w = self._mean_power_w()
        return Reading(now_utc_s(), power_w, "" if power_w is not None else "malformed")

    def stop(self) -> None:
        """Counters need no stopping."""

    def _mean_power_w(self) -> float | None:
        """Return the mean power since the last call; ``None`` where a counter was reset since."""
        now_s, now = now_mono_s(), self.read_counters()
        before, self._before = self._before, (now_s, now)
        if before is None or now_s <= before[0]:
            return None
        gained_j = self.gained_j(before[1], now, now_s - before[0])
        return None if gained_j is None else gained_j / (now_s - before[0])
