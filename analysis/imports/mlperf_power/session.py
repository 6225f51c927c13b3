"""What the two hosts of an MLPerf Power result wrote down: the session, their clocks, the load's window.

``power/server.json`` is of the host of the analyzer, ``power/client.json`` of the system under test; both
are Unix seconds, whereas ``spl.txt``, ``ptd_logs.txt`` and the load generator's log are local time without
a zone. The layout is that of github.com/mlcommons/power-dev, whose checker allows the hosts' clocks to
differ by 500 ms.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from analysis.imports.mlperf_power.spl import local_s
from analysis.imports.reading import SourceText
from analysis.maths.arrays import finite
from records.files import read_json

Phase = Literal["ranging", "testing"]

CLOCK_LIMIT_S = 0.5
"""``TIME_DELTA_TOLERANCE`` of compliance/check.py in power-dev."""

_QUARTER_S = 900.0  # no time zone is finer
_SLACK_S = 2.0


@dataclass(frozen=True)
class ClockComparison:
    """One exchange of ``time`` between the hosts: system under test minus host of the analyzer."""

    t_utc_s: float
    offset_s: float
    half_width_s: float

    @property
    def low_s(self) -> float:
        """Least difference that the exchange allows."""
        return self.offset_s - self.half_width_s

    @property
    def high_s(self) -> float:
        """Largest."""
        return self.offset_s + self.half_width_s


@dataclass(frozen=True)
class HostRecord:
    """``server.json`` or ``client.json``.

    Attributes:
        phases: Unix seconds at which each phase was asked for, began, was asked to stop, and ended.
        declared_zone_s: ``timezone``, seconds west of UTC without summer time.
        results: ``{file: SHA-1}``.
        document: all of it.
    """

    phases: dict[str, list[float]]
    declared_zone_s: float | None
    results: dict[str, str]
    document: dict[str, Any]

    @property
    def session(self) -> str:
        """Name of the session; the marks are made of it."""
        return str(self.document.get("session_name", ""))


@dataclass(frozen=True)
class LoadWindow:
    """``power_begin`` to ``power_end`` of the load generator, and what it says of its result.

    Attributes:
        begin_local_s, end_local_s: as if the host's local time were UTC.
        facts: its other keys.
    """

    begin_local_s: float
    end_local_s: float
    facts: dict[str, Any]


def read_host(path: Path) -> HostRecord:
    """Read ``server.json`` or ``client.json``.

    Raises:
        RecordError: it is damaged.
    """
    document = read_json(path)
    phases = document.get("phases")
    results = document.get("results")
    return HostRecord(
        phases={name: _stamps(rows) for name, rows in phases.items()} if isinstance(phases, dict) else {},
        declared_zone_s=finite(document.get("timezone")),
        results={str(k): str(v) for k, v in results.items()} if isinstance(results, dict) else {},
        document=document,
    )


def _stamps(rows: object) -> list[float]:
    firsts = [row[0] for row in rows if isinstance(row, list) and row] if isinstance(rows, list) else []
    return [stamp for stamp in map(finite, firsts) if stamp is not None]


def compare_clocks(client: HostRecord | None) -> list[ClockComparison]:
    """Return the exchanges of ``time``: the client's stamps before and after, the server's between."""
    messages = client.document.get("messages") if client else None
    found = []
    for message in messages if isinstance(messages, list) else []:
        if not isinstance(message, dict) or message.get("cmd") != "time":
            continue
        sent, received = finite(message.get("cmd_time")), finite(message.get("reply_time"))
        try:
            server_s = float(str(message.get("reply")))
        except ValueError:
            continue
        if sent is None or received is None or received < sent:
            continue
        middle_s = (sent + received) / 2
        found.append(ClockComparison(server_s, middle_s - server_s, (received - sent) / 2))
    return found


def read_load_window(text: SourceText) -> LoadWindow:
    """Read the load generator's ``mlperf_log_detail.txt``.

    Raises:
        RecordError: it does not tell when the load began and ended.
    """
    facts: dict[str, Any] = {}
    for line in text.lines:
        _, marker, document = line.partition(":::MLLOG ")
        try:
            entry = json.loads(document) if marker else None
        except json.JSONDecodeError:
            entry = None
        if isinstance(entry, dict) and "key" in entry:
            facts[str(entry["key"])] = entry.get("value")
    try:
        begin_s, end_s = (local_s(str(facts.pop(key))) for key in ("power_begin", "power_end"))
    except KeyError as error:
        reason = f"expected the keys power_begin and power_end of a run with power logging, but not {error}"
        raise text.refuse(0, reason) from None
    except ValueError as error:
        raise text.refuse(0, f"power_begin and power_end: {error}") from None
    if not begin_s < end_s:
        raise text.refuse(0, "expected power_begin before power_end, but they are the other way round")
    return LoadWindow(begin_s, end_s, facts)


def zone_of_stamps(first_local_s: float, began_utc_s: float) -> float:
    """Return local time minus UTC of the samples, a multiple of a quarter of an hour.

    Args:
        first_local_s: first stamp, as if local time were UTC.
        began_utc_s: Unix seconds when the phase began; the first sample comes within seconds.
    """
    return round((first_local_s - began_utc_s) / _QUARTER_S) * _QUARTER_S


def zone_of_window(begin_s: float, end_s: float, phase: list[float], guess_s: float) -> float | None:
    """Return local time minus UTC of the load generator's log, or ``None`` where none fits.

    The load lies within its phase. Where several zones make it so, the one nearest to the guess is
    taken.

    Args:
        begin_s: of the load, as if local time were UTC.
        end_s: of the load, likewise.
        phase: stamps of the phase by the clock of the same host, `HostRecord.phases`.
        guess_s: that of the other host.
    """
    began_s, stopped_s = phase[1], phase[2]
    zones_s = sorted((_QUARTER_S * n for n in range(-56, 57)), key=lambda zone_s: abs(zone_s - guess_s))
    for zone_s in zones_s:
        if began_s - _SLACK_S < begin_s - zone_s and end_s - zone_s < stopped_s + _SLACK_S:
            return zone_s
    return None
