"""FECoM's idle traces: ``perf stat -I N -x;`` and ``nvidia-smi`` over a machine that does nothing.

A folder holds ``perf.txt``, ``nvidia_smi.txt`` (``timestamp,power.draw,temperature.gpu`` without a header,
in local time) and mostly ``start_times.txt``, the UTC of both starts. Where that is there, it tells the time
zone of the local stamps as well.
"""

import re
from datetime import datetime
from pathlib import Path

import numpy as np

from analysis.imports.fecom.meter import PERF_U_S, meter_of, summed
from analysis.imports.fecom.profile import Channel
from analysis.imports.number_forms import NumberForm
from analysis.imports.nvidia_smi.log import read_log_file
from analysis.imports.parts import ImportedRun
from analysis.imports.reading import SourceText, read_text
from analysis.imports.repairs import Repairs
from analysis.imports.stamps import parse_stamp
from analysis.imports.timeline import TimeOptions, read_times
from analysis.maths.arrays import Floats
from records.errors import RecordError

FILES = ("perf.txt", "nvidia_smi.txt")
START_TIMES = "start_times.txt"

_EVENTS = {"power/energy-pkg/": "cpu", "power/energy-ram/": "ram"}
_STARTED = re.compile(r"# started on \w{3} (?P<date>\w{3} +\d+ \d\d:\d\d:\d\d \d{4})$")
_STARTS = re.compile(r"PERF_START (\d{19})\s+NVIDIA_SMI_START (\d{19})\s*$")
_WHOLE_SECOND_U_S = 0.5 / 3**0.5
_QUARTER_S = 900.0
_FIELDS = ("timestamp", "power.draw", "temperature.gpu")


def is_idle_folder(folder: Path) -> bool:
    """Say whether a folder holds an idle trace."""
    return all((folder / name).is_file() for name in FILES)


def idle_run(folder: Path, name: str, timezone: str | None, repairs: Repairs) -> ImportedRun:
    """Return an idle trace as a baseline run, from its second to its last but two samples.

    Args:
        folder: of the trace.
        name: how messages name it.
        timezone: of local times, where ``start_times.txt`` is absent.
        repairs: takes what was assumed.

    Raises:
        RecordError: a file is none of such a trace; the message has file, line and reason.
    """
    perf = read_text(folder / FILES[0], f"{name}/{FILES[0]}")
    smi, log = read_log_file(folder / FILES[1], f"{name}/{FILES[1]}", repairs, _FIELDS)
    starts_utc_s = _starts(folder, name)
    started_utc_s, perf_u_s = _perf_start(perf, starts_utc_s, timezone, repairs)
    stamps = [(sample.line, sample.stamp) for sample in log.samples]
    zone = _zone(smi, stamps[0], starts_utc_s[1]) if starts_utc_s else timezone
    channels = _perf_channels(perf, started_utc_s)
    power_w = [sample.values["power_w"] for sample in log.samples]
    if None in power_w:
        raise smi.refuse(log.samples[power_w.index(None)].line, "expected a power in every row")
    channels["gpu"] = _channel(
        "gpu",
        read_times(smi, stamps, TimeOptions(timezone=zone), repairs),
        np.array(power_w, dtype=np.float64),
        np.array([sample.values["temperature_c"] for sample in log.samples], dtype=np.float64),
    )
    whole = np.flatnonzero(np.isfinite(summed(channels)["power_w"]))
    if len(whole) < 5:
        raise perf.refuse(0, f"expected samples at the times of {FILES[1]}, found {len(whole)}")
    end_utc_s = channels["cpu"].t_utc_s
    return ImportedRun(
        scenario="baseline",
        kind="baseline",
        t_start_utc_s=float(end_utc_s[whole[0]]),
        t_stop_utc_s=float(end_utc_s[whole[-3]]),
        session=name,
        **meter_of(channels, float(np.median(channels["cpu"].lengths_s)), perf_u_s),
    )


def _starts(folder: Path, name: str) -> tuple[float, float] | None:
    """Return the UTC of both starts, where it was noted."""
    if not (folder / START_TIMES).is_file():
        return None
    text = read_text(folder / START_TIMES, f"{name}/{START_TIMES}")
    match = _STARTS.match("\n".join(text.lines))
    if match is None:
        raise text.refuse(1, "expected PERF_START and NVIDIA_SMI_START, each with nanoseconds of UTC")
    return int(match[1]) / 1e9, int(match[2]) / 1e9


def _perf_start(
    perf: SourceText, starts_utc_s: tuple[float, float] | None, timezone: str | None, repairs: Repairs
) -> tuple[float, float]:
    """Return when ``perf`` started and the standard uncertainty of that."""
    if starts_utc_s is not None:
        return starts_utc_s[0], PERF_U_S
    match = _STARTED.match(perf.lines[0])
    if match is None:
        raise perf.refuse(1, "expected '# started on DATE', because there is no start_times.txt")
    stamp = datetime.strptime(match["date"], "%b %d %H:%M:%S %Y").isoformat()
    start = read_times(perf, [(1, stamp)], TimeOptions(timezone=timezone), repairs)
    return float(start[0]) + 0.5, _WHOLE_SECOND_U_S  # it names the whole second only


def _zone(smi: SourceText, first: tuple[int, str], start_utc_s: float) -> str:
    """Return the offset of the local stamps from UTC by the first of them, in whole quarters of an hour."""
    stamp = parse_stamp(first[1])
    if stamp is None or not stamp.dated:
        raise smi.refuse(first[0], "expected a date with a time")
    minutes = round((stamp.local_s - start_utc_s) / _QUARTER_S) * 15
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _perf_channels(perf: SourceText, started_utc_s: float) -> dict[str, Channel]:
    rows: dict[str, list[tuple[float, float]]] = {name: [] for name in _EVENTS.values()}
    for number, line in enumerate(perf.lines, start=1):
        fields = line.split(";")
        if not line.strip() or line.startswith("#"):
            continue
        if len(fields) < 4 or fields[2] != "Joules" or fields[3] not in _EVENTS:
            raise perf.refuse(number, f"expected TIME;JOULES;Joules;EVENT;... with one of {list(_EVENTS)}")
        elapsed_s, energy_j = (_number(fields[place]) for place in (0, 1))
        series = rows[_EVENTS[fields[3]]]
        if elapsed_s is None or energy_j is None or energy_j < 0:
            raise perf.refuse(number, "expected a time and joules that are not negative")
        if elapsed_s <= (series[-1][0] if series else 0.0):
            raise perf.refuse(number, "expected a later time than that of the interval before")
        series.append((elapsed_s, energy_j))
    channels = {}
    for name, series in rows.items():
        if len(series) < 2:
            raise RecordError(f"{perf.name}: expected at least two intervals of {name}, found {len(series)}")
        elapsed = np.array([row[0] for row in series])
        joules = np.array([row[1] for row in series])
        channels[name] = Channel(
            name,
            elapsed,
            joules,
            started_utc_s + elapsed,
            float(elapsed[0]),
            float(elapsed[-1]),
            np.array([]),
        )
    return channels


def _number(text: str) -> float | None:
    """Return a number of ``perf``, which writes the decimal mark of its locale."""
    return NumberForm("," if "," in text else ".").parse(text)


def _channel(name: str, t_utc_s: Floats, value: Floats, temperature_c: Floats) -> Channel:
    elapsed_s = t_utc_s - t_utc_s[0]
    return Channel(name, elapsed_s, value, t_utc_s, 0.0, float(elapsed_s[-1]), temperature_c)
