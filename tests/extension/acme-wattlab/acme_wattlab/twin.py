"""A virtual Acme Wall."""

from meter.virtual.instrument import InstrumentErrors, VirtualInstrument


class VirtualAcmeWall(VirtualInstrument):
    """The instrument: measures every 0.2 s, answers at once."""

    interval_s = 0.2

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self._held = b""

    def receive(self, data: bytes) -> bytes:
        """Answer every whole question; before its first interval it has no power to tell."""
        *questions, self._held = (self._held + data).split(b"\n")
        return b"".join(map(self._answer, questions))

    def _answer(self, question: bytes) -> bytes:
        if question == b"N?":
            return b"ACME WALL\n"
        if question != b"P?" or not self.now.number:
            return b""
        self.readings_sent += 1
        return b"%.1f\n" % self.now.power_w
