"""Faults that a virtual instrument can be told to have, at a stated time and for a stated time."""

import random
import re
from dataclasses import dataclass
from typing import get_args

from meter.virtual.instrument import OwnFault, VirtualInstrument
from records.errors import ConfigurationError

KINDS = {
    "silence": "nothing is sent and no command is answered",
    "garbage": "random bytes in place of each message",
    "torn": "each message ends somewhere in its middle",
    "unplug": "the port is closed and its link removed; afterwards it is there again",
    "duplicate": "each message is sent twice",
    "stall": "messages are held back and sent in one piece afterwards",
    "late": "each message comes 3 s late, so that an answer meets the wrong question",
    "checksum": "a bit of each message is flipped, so that its check sum is wrong",
    "sentinel": "each reading has no power, as the instrument says it",
    "overrange": "each reading is beyond the range, as the instrument says it",
    "stuck": "the reading does not change any more",
    "header": "answers carry a header, though it was switched off",
    "streaming": "a crashed client left the instrument streaming, before the first command",
    "clock": "the instrument's clock jumps by an hour, and its intervals begin anew",
}
"""The kinds of fault, with what each does."""

LATE_S = 3.0

ON_THE_LINE = frozenset(KINDS) - frozenset(get_args(OwnFault))
"""Faults that every instrument can have, because they happen to bytes."""

_ROUNDING_S = 1e-6  # the ends of intervals are whole seconds apart but for rounding
_FAULT = re.compile(r"([a-z]+)@(\d+(?:\.\d+)?)\+(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Fault:
    """One fault; ``start_s`` counts from the first reading that was sent."""

    kind: str
    start_s: float
    duration_s: float

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Read ``KIND@START+DURATION``, both in seconds.

        Raises:
            ConfigurationError: the text has another form, or the kind is unknown.
        """
        match = _FAULT.fullmatch(text)
        if match is None or match[1] not in KINDS:
            raise ConfigurationError(
                f"--fault {text!r}: expected KIND@START+DURATION in seconds, e.g. silence@30+10, "
                f"with KIND one of {', '.join(KINDS)}"
            )
        return cls(match[1], float(match[2]), float(match[3]))


class Faults:
    """All faults of one instrument.

    Args:
        faults: what shall happen; where two overlap, the first one named counts.
        seed: of the garbage and of where messages are torn.
    """

    def __init__(self, faults: tuple[Fault, ...], seed: int) -> None:
        self._faults = faults
        self._random = random.Random(seed)
        self._first_s: float | None = None
        self._held = b""

    def kind_at(self, t_s: float) -> str:
        """Return the kind of fault at a time, or an empty text."""
        if self._first_s is None:
            return ""
        since_s = t_s - self._first_s + _ROUNDING_S
        for fault in self._faults:
            if fault.start_s <= since_s < fault.start_s + fault.duration_s:
                return fault.kind
        return ""

    def forget(self) -> None:
        """Drop what a stall holds back, because the client that it was for is gone."""
        self._held = b""

    def on_wire(self, message: bytes, t_s: float, instrument: VirtualInstrument) -> tuple[float, bytes]:
        """Return what of a message reaches the line, and how much later.

        Args:
            message: what the instrument sends; empty when it does not.
            t_s: end of the interval, or the time of the answer.
            instrument: it counts its readings.
        """
        if self._first_s is None and instrument.readings_sent:
            self._first_s = t_s
        kind = self.kind_at(t_s)
        if kind == "stall":
            self._held += message
            return 0.0, b""
        held, self._held = self._held, b""
        return (LATE_S if kind == "late" else 0.0), held + self._changed(kind, message)

    def _changed(self, kind: str, message: bytes) -> bytes:
        if not message:
            return message
        match kind:
            case "silence" | "unplug":
                return b""
            case "garbage":
                return self._random.randbytes(len(message))
            case "torn":
                return message[: self._random.randrange(1, max(2, len(message) - 2))]
            case "duplicate":
                return message * 2
            case "checksum":
                flipped = bytearray(message)
                flipped[self._random.randrange(len(flipped))] ^= 1 << self._random.randrange(7)
                return bytes(flipped)
        return message
