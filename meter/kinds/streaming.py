"""A meter that sends by itself, on a serial port."""

from abc import abstractmethod
from collections import deque
from collections.abc import Iterable, Mapping

from meter.kinds.serial import SerialMeter
from records.meter import Reading
from records.times import now_mono_s


class StreamingMeter(SerialMeter):
    """Listen, and give out one by one what a piece of the stream holds; a driver says what, in `take`.

    Attributes:
        waiting: readings that came and were not given out yet; a driver clears them when it stops or
            starts the stream.
    """

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self.waiting: deque[Reading] = deque()

    @abstractmethod
    def take(self, data: bytes, t_utc_s: float) -> Iterable[Reading]:
        """Return the readings that are complete now, oldest first.

        Args:
            data: what came since the last call, however it was cut; may be empty.
            t_utc_s: when its last byte had arrived.
        """

    def read(self, timeout_s: float) -> Reading | None:
        deadline_s = now_mono_s() + timeout_s
        while not self.waiting:
            left_s = deadline_s - now_mono_s()
            if left_s <= 0:
                return None
            t_utc_s, data = self.port.read(left_s)
            self.waiting.extend(self.take(data, t_utc_s))
        return self.waiting.popleft()
