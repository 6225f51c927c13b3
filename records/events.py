"""``events.jsonl``: spans and marks of a run, as the probe wrote them.

The probe (`wattlab_probe`) writes this file from inside the measured process and imports nothing
of Wattlab; this module is its reader.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from records.errors import RecordError
from records.files import read_json_lines

_REQUIRED = ("t_utc_s", "t_mono_s", "event", "span", "name", "id", "parent", "pid")
_TYPES: dict[str, tuple[type, ...]] = {
    "t_utc_s": (int, float),
    "t_mono_s": (int, float),
    "event": (str,),
    "span": (str,),
    "name": (str,),
    "id": (int,),
    "parent": (int, type(None)),
    "data": (dict, type(None)),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the file; see docs/reference/records.md for the keys."""

    t_utc_s: float
    t_mono_s: float
    event: str
    span: str
    name: str
    id: int
    parent: int | None
    pid: int
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A start and its stop. A span whose stop never came (its process died) has ``None`` there.

    Attributes:
        span: ``run`` | ``action`` | ``epoch`` | ``call``.
        name: as given to the probe.
        id: unique within the run; ``parent``: id of the enclosing span, or ``None``.
        depth: 0 for the run, 1 for its children and so on.
        t_start_utc_s, t_stop_utc_s: UTC stamps.
        t_start_mono_s, t_stop_mono_s: monotonic stamps of the same process, for the duration.
        data: of the stop, over that of the start.
    """

    span: str
    name: str
    id: int
    parent: int | None
    depth: int
    t_start_utc_s: float
    t_stop_utc_s: float | None
    t_start_mono_s: float
    t_stop_mono_s: float | None
    data: dict[str, Any]


@dataclass(frozen=True)
class Events:
    """The events of a run in the order of the file, and the lines that could not be read."""

    events: list[Event]
    damaged_lines: list[int]

    def spans(self) -> list[Span]:
        """Pair starts with stops, in the order of the starts."""
        return self._spans

    @cached_property
    def _spans(self) -> list[Span]:
        starts = {e.id: e for e in self.events if e.event == "start"}
        stops = {e.id: e for e in self.events if e.event == "stop"}
        depths: dict[int, int] = {}
        spans = []
        for start in starts.values():
            stop = stops.get(start.id)
            depths[start.id] = 0 if start.parent is None else depths.get(start.parent, 0) + 1
            spans.append(
                Span(
                    span=start.span,
                    name=start.name,
                    id=start.id,
                    parent=start.parent,
                    depth=depths[start.id],
                    t_start_utc_s=start.t_utc_s,
                    t_stop_utc_s=stop.t_utc_s if stop else None,
                    t_start_mono_s=start.t_mono_s,
                    t_stop_mono_s=stop.t_mono_s if stop else None,
                    data={**start.data, **(stop.data if stop else {})},
                )
            )
        return spans


def read_events(path: Path) -> Events:
    """Read ``events.jsonl``.

    Raises:
        RecordError: there is no such file, or an event lacks a required key or has a value of another type.
    """
    lines = read_json_lines(path)
    events = []
    for item in lines.objects:
        missing = [key for key in _REQUIRED if key not in item]
        if missing:
            raise RecordError(f"{path}: an event lacks the required key {missing[0]!r}: {item}")
        mistyped = [key for key, kinds in _TYPES.items() if not _is_a(item.get(key), kinds)]
        if mistyped:
            raise RecordError(f"{path}: an event has an unusable {mistyped[0]!r}: {item}")
        values = {key: item[key] for key in _REQUIRED}
        events.append(Event(**values, data=item.get("data") or {}))
    return Events(events, lines.damaged_lines)


def _is_a(value: object, kinds: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, kinds) and not (isinstance(value, float) and not math.isfinite(value))
