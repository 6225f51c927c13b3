"""Acme Wall: answers ``P?`` with the power in watts, one line each."""

from meter.kinds.polled import PolledMeter
from meter.kinds.serial import SerialMeter
from meter.line.format import Line
from meter.spec import MeterSpec
from records.meter import Accuracy, Identity, Reading
from records.times import now_mono_s

ANSWER_S = 0.5


class AcmeWall(PolledMeter, SerialMeter):
    """The driver."""

    spec = MeterSpec(
        driver="acme_wall",
        maker="Acme",
        model="Wall",
        quantities=("power_w",),
        sampling="instantaneous",
        fastest_interval_s=0.2,
        resolution_w=0.1,
        accuracy=Accuracy(reading_pct=1.0),
        power_limits_w=(0.0, 3680.0),
        line=Line(9600),
    )

    def identify(self) -> Identity:
        """Ask for the name."""
        if self._answer(b"N?\n") != b"ACME WALL":
            raise self.nothing_answered(ANSWER_S)
        return Identity(maker="Acme", model="Wall")

    def start(self) -> None:
        """Begin to ask."""
        self.begin_polling()

    def ask(self) -> Reading | None:
        """Ask for the power."""
        answer = self._answer(b"P?\n")
        if not answer:
            return None
        arrived_s, power_w = self._arrived_utc_s, parse_power_w(answer)
        return Reading(arrived_s, power_w, "" if power_w is not None else "malformed")

    def stop(self) -> None:
        """Nothing to stop: it never speaks unasked."""

    def _answer(self, question: bytes) -> bytes:
        self.port.flush()
        self.port.write(question)
        answer, deadline_s = b"", now_mono_s() + ANSWER_S
        while not answer.endswith(b"\n") and (left_s := deadline_s - now_mono_s()) > 0:
            self._arrived_utc_s, came = self.port.read(left_s)
            answer += came
        return answer.removesuffix(b"\n") if answer.endswith(b"\n") else b""


def parse_power_w(answer: bytes) -> float | None:
    """Return the power in an answer such as ``97.2``, or ``None`` where it is no number."""
    whole, _, tenth = answer.partition(b".")
    return float(answer) if whole.isdigit() and tenth.isdigit() else None
