"""Faults that a virtual instrument can be told to have, at a stated time and for a stated time."""

import random
import re
from dataclasses import dataclass

from meter.virtual.instrument import VirtualInstrument
from records.errors import ConfigurationError

KINDS = {
    "silence": "nothing is sent and no command is answered",
    "garbage": "random bytes in place of each record",
    "torn": "each record ends somewhere in its middle",
    "unplug": "the port is closed and its link removed; afterwards a new port is behind the link",
    "duplicate": "each record is sent twice",
    "sentinel": "each record has no power (an underscore)",
    "stall": "records are held back and sent in one piece afterwards",
}
"""The kinds of fault, with what each does."""

_ROUNDING_S = 1e-6  # the ends of intervals are whole seconds apart but for rounding
_FAULT = re.compile(r"([a-z]+)@(\d+(?:\.\d+)?)\+(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Fault:
    """One fault; ``start_s`` counts from the first streamed reading."""

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
        seed: of the garbage and of where records are torn.
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

    def on_wire(self, record: bytes, t_s: float, instrument: VirtualInstrument) -> bytes:
        """Return what of a streamed record reaches the line.

        Args:
            record: what the instrument streamed; empty when it did not.
            t_s: end of the record's interval.
            instrument: it knows how a record without data looks.
        """
        if not record:
            return b""
        if self._first_s is None:
            self._first_s = t_s
        kind = self.kind_at(t_s)
        if kind == "stall":
            self._held += record
            return b""
        held, self._held = self._held, b""
        return held + self._changed(kind, record, instrument)

    def _changed(self, kind: str, record: bytes, instrument: VirtualInstrument) -> bytes:
        match kind:
            case "silence" | "unplug":
                return b""
            case "garbage":
                return self._random.randbytes(len(record))
            case "torn":
                return record[: self._random.randrange(1, record.index(b";"))]
            case "duplicate":
                return record * 2
            case "sentinel":
                return instrument.without_data(record)
        return record
