"""A meter on a serial line whose answers do not say which question they answer.

After a time-out the answer may still come, and would be taken for the next one's. Answers come in the
order of the questions, though. So after any doubt a *marker* is asked for, a question whose answer
cannot be taken for a reading, and nothing else until that answer is there: whatever comes before it is
old. A marker can be lost or spoilt itself; then it is asked for again.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from meter.kinds.polled import PolledMeter
from meter.kinds.serial import SerialMeter
from records.meter import Reading
from records.times import now_mono_s


class InStepMeter(PolledMeter, SerialMeter):
    """Keep questions and answers in step; a driver says what the marker is.

    Class attributes:
        marker_lost_s: an answer to the marker that has not come by then is taken for lost.

    Attributes:
        late: what came since the marker was asked for, where the driver keeps it.
    """

    marker_lost_s: ClassVar[float] = 4.0

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self.late = b""
        self._marker_sent_s: float | None = None  # set while answers may be behind their questions

    @abstractmethod
    def ask_in_step(self) -> Reading | None:
        """Ask for a reading and wait for the answer, as `PolledMeter.ask`; nothing old is under way."""

    @abstractmethod
    def send_marker(self) -> None:
        """Ask for what cannot be taken for a reading."""

    @abstractmethod
    def look_for_marker(self) -> bool | None:
        """Wait a little; tell whether the marker's answer came, or ``None`` where it was spoilt."""

    def ask(self) -> Reading | None:
        if self._marker_sent_s is not None and not self._caught_up(self._marker_sent_s):
            return None
        reading = self.ask_in_step()
        if reading is None or reading.flag == "malformed":
            self._lose_step()
        return reading

    def be_in_step(self) -> None:
        """Forget a marker: the line was cleared, so that nothing old can come."""
        self._marker_sent_s = None

    def _caught_up(self, sent_s: float) -> bool:
        came = self.look_for_marker()
        if came:
            self._marker_sent_s = None
        elif came is None or now_mono_s() - sent_s > self.marker_lost_s:
            self._lose_step()
        return bool(came)

    def _lose_step(self) -> None:
        self.late = b""
        self.send_marker()
        self._marker_sent_s = now_mono_s()
