"""FECoM and GREENLIGHT profiles, as they are written: a pure reader, which computes nothing.

A profile (``experiment-N.json``) is a list of ``{api: record}``, one record for each call that was
measured. A record holds when the call ran (``times``, nanoseconds of UTC and seconds after the start of
each tool) and what ``perf stat`` and ``nvidia-smi`` saw from minutes before it until half a minute after:
``energy_data.{cpu,ram,gpu}``, each a JSON *string* in the ``orient="split"`` form of pandas.

Source: Rajput et al., "Enhancing Energy-Awareness in Deep Learning through Fine-Grained Energy
Measurement", ACM TOSEM 2024 (arXiv 2308.12264), and the published profiles themselves.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from analysis.imports.fecom.json_frames import (
    column_of,
    json_of,
    kind_of,
    number_of,
    object_of,
    refuse,
    split_frame,
)
from analysis.maths.arrays import Floats
from analysis.power.pieces import Pieces

CHANNELS = ("cpu", "ram", "gpu")
"""CPU package and DRAM by RAPL (joules per interval, ``perf``), the card by NVML (watts, ``nvidia-smi``)."""

WALL = "wall"
"""A wall meter in watts: of profiles that `lab export --as greenlight` wrote. Published ones have none."""

SOURCES = {"cpu": "perf", "ram": "perf", "gpu": "nvidia", WALL: "wall"}
"""By channel: the tool whose clock its times are of, as the keys of ``times`` name it."""

RECORD = "fecom.json"
"""File of a run folder that keeps the record as it was published."""

_VALUES = {"cpu": "energy (J)", "ram": "energy (J)", "gpu": "power_draw (W)", WALL: "power_draw (W)"}
_NS_PER_S = 1_000_000_000
_SAME_CLOCK_S = 60.0  # another time zone, or another session, is farther off
_EARLIEST_NS, _LATEST_NS = 946_684_800 * _NS_PER_S, 4_102_444_800 * _NS_PER_S  # the years 2000 to 2099


@dataclass(frozen=True, eq=False)
class Channel:
    """What one tool saw of one part of the machine.

    Attributes:
        name: of `CHANNELS`, or `WALL`.
        elapsed_s: after the tool's first stamp, as stored, ``(n,)``, rising; of ``perf`` it is the end of
            the interval.
        value: joules in the interval (CPU, RAM) or watts (GPU), ``(n,)``.
        t_utc_s: the same moments in UTC, ``(n,)``: of ``perf`` its start stamp plus ``elapsed_s``.
        start_s, end_s: the newest sample when the call began and when it ended, on ``elapsed_s``.
        temperature_c: of the card, ``(n,)``; empty for CPU and RAM.
    """

    name: str
    elapsed_s: Floats
    value: Floats
    t_utc_s: Floats
    start_s: float
    end_s: float
    temperature_c: Floats

    @property
    def is_power(self) -> bool:
        """Whether ``value`` is a power, not an energy."""
        return self.name in ("gpu", WALL)

    @property
    def lengths_s(self) -> Floats:
        """Length of the interval that each sample ends, ``(n,)``; the first begins with the tool."""
        return np.diff(self.elapsed_s, prepend=0.0)


@dataclass(frozen=True, eq=False)
class CallRecord:
    """One measured call.

    Attributes:
        api: the call as printed by the instrumenter.
        seq: position in the file, from 0.
        start_utc_s, stop_utc_s: of the execution.
        interval_s: asked time between samples.
        channels: by name, all of `CHANNELS`; with a wall meter it and those that were recorded.
        settings, sizes, project: as stored; ``project`` is empty in FECoM's own profiles.
        document: the record as read, to be kept with the run.
    """

    api: str
    seq: int
    start_utc_s: float
    stop_utc_s: float
    interval_s: float
    channels: dict[str, Channel]
    settings: dict[str, Any]
    sizes: dict[str, Any]
    project: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)


def channel_power_w(channel: Channel) -> Pieces:
    """Return the power of a channel over UTC, in W.

    The joules of an interval are its mean power; the card's readings are taken as instantaneous, with
    straight lines in between, because the profile does not tell how long NVML averages.
    """
    t_s = channel.t_utc_s
    if channel.is_power:
        return Pieces(t_s[:-1], t_s[1:], channel.value[:-1], channel.value[1:])
    start_s: Floats = np.concatenate(([t_s[0] - channel.elapsed_s[0]], t_s[:-1]))
    return Pieces.level(start_s, t_s, channel.value / (t_s - start_s))


def read_profile(path: Path, name: str) -> list[CallRecord]:
    """Read a profile.

    Args:
        path: the file.
        name: how messages name it.

    Raises:
        RecordError: it is no such profile; the message names file, record and key.
    """
    document = json_of(path.read_bytes(), name)
    if not isinstance(document, list) or not document:
        refuse(name, 'a list of {"api": record}', kind_of(document))
    records = []
    for seq, item in enumerate(document):
        where = f"{name}: record {seq}"
        if not isinstance(item, dict) or len(item) != 1:
            refuse(where, 'one {"api": record}', kind_of(item))
        ((api, record),) = item.items()
        records.append(parse_record(record, api, seq, f"{where} ({api})"))
    return records


def read_record(path: Path) -> CallRecord:
    """Read a record that the importer kept with a run.

    Raises:
        RecordError: it is damaged.
    """
    kept = object_of(json_of(path.read_bytes(), str(path)), str(path))
    seq, api = kept.get("seq"), kept.get("api")
    if not isinstance(seq, int) or not isinstance(api, str):
        refuse(str(path), "a kept record with api and seq", kind_of(kept))
    return parse_record(kept.get("record"), api, seq, str(path))


def parse_record(record: object, api: str, seq: int, where: str) -> CallRecord:
    """Parse one record of a profile.

    Raises:
        RecordError: it lacks something, or something in it cannot be.
    """
    fields = object_of(record, where)
    times = object_of(fields.get("times"), f"{where}: times")
    settings = object_of(fields.get("settings"), f"{where}: settings")
    data = object_of(fields.get("energy_data"), f"{where}: energy_data")
    start_ns, stop_ns = (_stamp_ns(times, f"{end}_time_execution", where) for end in ("start", "end"))
    if stop_ns < start_ns:
        refuse(f"{where}: times.end_time_execution", "a stamp not before the start", stop_ns)
    interval_s = number_of(
        settings.get("measurement_interval_s"), f"{where}: settings.measurement_interval_s"
    )
    if not 0 < interval_s < 3600:
        refuse(f"{where}: settings.measurement_interval_s", "seconds above 0", interval_s)
    return CallRecord(
        api=api,
        seq=seq,
        start_utc_s=start_ns / _NS_PER_S,
        stop_utc_s=stop_ns / _NS_PER_S,
        interval_s=interval_s,
        channels={name: _channel(name, data, times, where) for name in _names(data)},
        settings=settings,
        sizes=object_of(fields.get("input_sizes") or {}, f"{where}: input_sizes"),
        project=object_of(fields.get("project_metadata") or {}, f"{where}: project_metadata"),
        document=fields,
    )


def _names(data: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in (WALL, *CHANNELS) if name in data) if WALL in data else CHANNELS


def _channel(name: str, data: dict[str, Any], times: dict[str, Any], where: str) -> Channel:
    here = f"{where}: energy_data.{name}"
    text = data.get(name)
    if not isinstance(text, str):
        refuse(here, 'a JSON string in the orient="split" form of pandas', kind_of(text))
    columns, rows = split_frame(json_of(text.encode(), here), here)
    elapsed_s = column_of(columns, rows, "time_elapsed", here)
    value = column_of(columns, rows, _VALUES[name], here)
    _check(elapsed_s, value, here)
    source = SOURCES[name]
    started_s = _stamp_ns(times, f"sys_start_time_{source}", where) / _NS_PER_S
    gpu, power = name == "gpu", name in ("gpu", WALL)
    if not power and not elapsed_s[0] > 0:
        refuse(f"{here}: row 0: time_elapsed", "the end of an interval, above 0", elapsed_s[0])
    t_utc_s = started_s + elapsed_s
    if power:
        t_utc_s = _rising(column_of(columns, rows, "timestamp", here), here)
        if abs(t_utc_s[0] - started_s) > _SAME_CLOCK_S:
            refuse(f"{here}: row 0: timestamp", f"a stamp near the start of {source}", t_utc_s[0] - started_s)
    return Channel(
        name=name,
        elapsed_s=elapsed_s,
        value=value,
        t_utc_s=t_utc_s,
        start_s=number_of(times.get(f"start_time_{source}"), f"{where}: times.start_time_{source}"),
        end_s=number_of(times.get(f"end_time_{source}"), f"{where}: times.end_time_{source}"),
        temperature_c=column_of(columns, rows, "temperature", here) if gpu else np.array([]),
    )


def _check(elapsed_s: Floats, value: Floats, where: str) -> None:
    if len(value) < 2:
        refuse(where, "at least two samples", f"{len(value)}")
    _rising(elapsed_s, where)
    if (value < 0).any():
        number = int(np.argmax(value < 0))
        refuse(
            f"{where}: row {number}", "a counter's energy or a power, which is not negative", value[number]
        )


def _rising(t_s: Floats, where: str) -> Floats:
    back = np.flatnonzero(np.diff(t_s) <= 0)
    if len(back):
        refuse(
            f"{where}: row {int(back[0]) + 1}", "a later time than that of the row before", t_s[back[0] + 1]
        )
    return t_s


def _stamp_ns(times: dict[str, Any], name: str, where: str) -> int:
    value = times.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not _EARLIEST_NS <= value <= _LATEST_NS:
        refuse(f"{where}: times.{name}", "nanoseconds of UTC", value)
    return value
