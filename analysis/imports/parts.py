"""The files of one imported run."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from records.campaign import Kind
from records.files import write_atomically
from records.gpu import GPU_COLUMNS, GpuRecord
from records.host import HOST_COLUMNS, SENSOR_COLUMNS
from records.meter import FLAGS, QUANTITIES, MeterRecord
from records.run import RunFolder
from records.tables import csv_line
from records.times import format_utc_s
from records.tracker_columns import TRACKER_COLUMNS

Columns = Mapping[str, Sequence[Any] | NDArray[Any]]
"""A table by column; sequences (or arrays) of one length, NaN or ``None`` where a value is missing."""

AS_WRITTEN = ("t_start_as_written_utc_s", "t_stop_as_written_utc_s")
"""Data of a ``run`` span whose marks were repaired: the stamps as a program reads them that does not know
of the mistake. Published numbers may rest on them."""


@dataclass(frozen=True, kw_only=True)
class ImportedSpan:
    """An action, epoch or call of an imported run.

    Attributes:
        span: ``action`` | ``epoch`` | ``call``; ``name`` of it.
        t_start_utc_s, t_stop_utc_s: as the source has them; no stop where the source has none.
        data: of its stop.
        parent: index in the run's list of the span that holds it; ``None`` for the run itself.
    """

    span: str
    name: str
    t_start_utc_s: float
    t_stop_utc_s: float | None
    data: Mapping[str, Any] = field(default_factory=dict)
    parent: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class ImportedRun:
    """One run of a foreign log.

    Attributes:
        scenario: its name (see `writing.scenario_name`); ``kind`` of it.
        t_start_utc_s, t_stop_utc_s: the rating interval.
        meter: what is known of the meter; ``None`` where there was none, then there are no readings.
        readings: columns of ``meter.csv``: ``t_utc_s``, ``power_w``, any of `records.meter.QUANTITIES`,
            and ``flag`` unless it is ``nodata`` exactly where there is no power.
        session: runs that were measured in one go; becomes the block.
        tracker: name of a tracker that ran along.
        spans: within the run; ``marks`` are names with data, such as ``useful_work``.
        data: of the run span (`AS_WRITTEN`).
        host, sensors, gpu: columns of ``host.csv``, ``sensors.csv``, ``gpu.csv``; missing ones stay empty.
        gpu_record: ``gpu.json``, where there is ``gpu``.
        trackers: rows of ``trackers.csv``; ``settings`` is JSON text.
        parts: of a sum of several meters: record and readings of each, by its name.
        files: further files to be kept with the run, by name: their text.
    """

    scenario: str
    kind: Kind
    t_start_utc_s: float
    t_stop_utc_s: float
    meter: MeterRecord | None
    readings: Columns
    session: str = ""
    tracker: str | None = None
    spans: Sequence[ImportedSpan] = ()
    marks: Sequence[tuple[str, Mapping[str, Any]]] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    host: Columns | None = None
    sensors: Columns | None = None
    gpu: Columns | None = None
    gpu_record: GpuRecord | None = None
    trackers: Sequence[Mapping[str, Any]] = ()
    parts: Mapping[str, tuple[MeterRecord, Columns]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def write_parts(folder: RunFolder, run: ImportedRun) -> None:
    """Write every file of a run but ``run.json``; the folder is there and empty."""
    _write_events(folder.events, run)
    if run.meter is not None:
        _write_meter(folder, run.meter, run.readings)
    for name, (meter, readings) in run.parts.items():
        part = RunFolder(folder.meters / name)
        part.path.mkdir(parents=True)
        _write_meter(part, meter, readings)
    for name, text in run.files.items():
        write_atomically(folder.path / name, text)
    for path, names, columns in (
        (folder.host_csv, HOST_COLUMNS, run.host),
        (folder.sensors_csv, SENSOR_COLUMNS, run.sensors),
        (folder.gpu_csv, GPU_COLUMNS, run.gpu),
    ):
        if columns is not None:
            _write_columns(path, names, columns)
    if run.gpu_record is not None:
        run.gpu_record.write(folder.gpu_json)
    if run.trackers:
        lines = [csv_line(row.get(name) for name in TRACKER_COLUMNS) for row in run.trackers]
        write_atomically(folder.trackers_csv, "\n".join([csv_line(TRACKER_COLUMNS), *lines]) + "\n")


def _write_meter(folder: RunFolder, meter: MeterRecord, readings: Columns) -> None:
    power_w = readings["power_w"]
    given = readings.get("flag")
    flags = ["" if _known(value) else "nodata" for value in power_w] if given is None else list(given)
    strange = set(flags) - {"", *FLAGS}
    if strange:
        raise ValueError(f"expected flags of {FLAGS}, found {sorted(strange)}")
    power = [None if flag else value for value, flag in zip(power_w, flags, strict=True)]
    more = [name for name in QUANTITIES[1:] if name in readings]
    columns = {**readings, "power_w": power, "flag": flags}
    _write_columns(folder.meter_csv, ("t_utc_s", "power_w", *more, "flag"), columns)
    counts = Counter(flag or "good" for flag in flags)
    replace(meter, counts=dict(counts)).write(folder.meter_json)


def _write_columns(path: Path, names: Sequence[str], columns: Columns) -> None:
    """Write the columns of these names, empty where there are none."""
    rows = len(columns["t_utc_s"])
    nothing = [""] * rows
    texts = [
        [_text(name, value) for value in columns[name]] if name in columns else nothing for name in names
    ]
    lines = [",".join(row) for row in zip(*texts, strict=True)]
    write_atomically(path, "\n".join([",".join(names), *lines]) + "\n")


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if not _known(value):
        return ""
    # Python's own float, because numpy's writes its type into its text.
    return (
        format_utc_s(value) if name == "t_utc_s" else repr(value if isinstance(value, int) else float(value))
    )


def _known(value: Any) -> bool:
    return value is not None and isfinite(value)


def _write_events(path: Path, run: ImportedRun) -> None:
    """Write the spans in the order of their stamps.

    Foreign logs have no monotonic clock: the wall clock since the start of the run stands in for it.
    """
    start, stop = run.t_start_utc_s, run.t_stop_utc_s
    # Second in each tuple: at one moment a parent starts before and stops after its children.
    lines = [(start, -1, _event(run, "start", "run", run.scenario, 1, None, start, run.data))]
    for number, span in enumerate(run.spans, start=2):
        parent = 1 if span.parent is None else span.parent + 2
        begin = span.t_start_utc_s
        lines.append(
            (begin, 2 * number, _event(run, "start", span.span, span.name, number, parent, begin, {}))
        )
        end = span.t_stop_utc_s
        if end is not None:
            stopped = _event(run, "stop", span.span, span.name, number, parent, end, span.data)
            lines.append((end, 2 * number + 1, stopped))
    for number, (name, data) in enumerate(run.marks, start=len(run.spans) + 2):
        lines.append((stop, 2 * number, _event(run, "mark", "run", name, number, 1, stop, data)))
    lines.sort(key=lambda line: line[:2])
    lines.append((stop, 0, _event(run, "stop", "run", run.scenario, 1, None, stop, {})))
    write_atomically(path, "\n".join(line for _, _, line in lines) + "\n")


def _event(
    run: ImportedRun,
    event: str,
    span: str,
    name: str,
    number: int,
    parent: int | None,
    t_utc_s: float,
    data: Mapping[str, Any],
) -> str:
    return json.dumps(
        {
            "t_utc_s": round(t_utc_s, 6),
            "t_mono_s": round(t_utc_s - run.t_start_utc_s, 6),
            "event": event,
            "span": span,
            "name": name,
            "id": number,
            "parent": parent,
            "pid": 0,
            "data": dict(data),
        },
        ensure_ascii=False,
        allow_nan=False,
    )
