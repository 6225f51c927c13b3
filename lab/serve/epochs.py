"""The epoch that the running program is in, told from its ``events.jsonl`` while that grows."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from records.errors import RecordError
from records.files import read_json_lines

METRICS = ("loss", "accuracy", "val_loss", "val_accuracy")
"""Of the stop of an epoch, as docs/reference/records.md names them."""

_LAST_BYTES = 2**20


@dataclass
class EpochFollower:
    """The epochs of one run.

    Args:
        path: its ``events.jsonl``, which need not be there yet. Of much that is new only the end is read.

    Attributes:
        number: of the epoch that began last; ``None`` before the first one.
        ended: number of the epoch that ended last, with the `METRICS` that it reported.
    """

    path: Path
    number: int | None = None
    ended: int | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    _offset: int = 0

    def read(self) -> None:
        """Take the events that were appended since the last look; other lines are passed over."""
        try:
            begin = max(self._offset, self.path.stat().st_size - _LAST_BYTES)
            lines = read_json_lines(self.path, begin)
        except (OSError, RecordError):
            return
        self._offset = lines.end_byte
        for event in lines.objects:
            if event.get("span") == "epoch":
                self._take(event)

    def _take(self, event: dict[str, Any]) -> None:
        data = event.get("data")
        number = data.get("epoch") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(number, int) or isinstance(number, bool):
            return
        if event.get("event") == "start":
            self.number = number
        elif event.get("event") == "stop":
            self.number = self.ended = number
            self.metrics = {name: float(data[name]) for name in METRICS if _is_number(data.get(name))}

    def to_json(self, of: int | None) -> dict[str, Any] | None:
        """Return it as ``epoch`` of ``live.json``; ``None`` before the first epoch.

        Args:
            of: how many epochs the last completed run of the same scenario had.
        """
        if self.number is None:
            return None
        of = of if of is not None and of >= self.number else None
        return {"number": self.number, "of": of, "ended": self.ended, **self.metrics}


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
