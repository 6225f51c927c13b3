"""Recorded calls in the form of GREENLIGHT and FECoM profiles: ``experiment-N.json`` for each repeat.

A profile is a list of ``{api: record}``; `analysis.imports.fecom.profile` describes and reads it. Its
``energy_data`` has counters of the CPU, its memory and the card where the run recorded them. The wall meter
has no place in the published form: it is one more member of ``energy_data``, ``wall``, in the form of the
card's. Profiles that came from there (`lab import fecom`) are written as they came.

Source: Rajput et al., ACM TOSEM 2024 (arXiv 2308.12264), and the published profiles.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.imports.fecom.profile import RECORD, WALL
from analysis.run.clock import ClockFit
from analysis.run.counters import Counters
from analysis.run.recorded import campaign_clock
from records.calls import CallFlag
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.files import read_json, write_atomically
from records.gpu import read_gpu
from records.host import read_sensors
from records.meter import MeterRecord, read_readings
from records.programs import PROGRAMS_JSON, Programs
from records.rapl import RaplRecord, read_rapl
from records.results import Results, read_results
from records.rows.runs import RunRow
from records.run import RunFolder
from reports.campaign.recorded_calls import TimedCall, longest_calls, no_calls
from reports.campaign.view import scenario_key

MOST_CALLS = 1000
"""Of a run with more calls the longest are written: each record holds the readings around its call."""

BEFORE_S, AFTER_S = 20.0, 30.0
"""Readings that go with a call: the published idle time before it, and the wait after it."""

_NS_PER_S = 1e9
_LEAST_SAMPLES = 2
"""Of a channel around a call; `analysis.imports.fecom.profile` reads no frame with fewer."""

_NEVER_WRITTEN = CallFlag.GATE_WAIT | CallFlag.TRUNCATED


@dataclass(frozen=True)
class Written:
    """What was written: number of profiles, and what is left out with the reason."""

    profiles: int
    simulated: bool
    left_out: list[str]


def write_greenlight(folder: Path, out: Path) -> Written:
    """Write the profiles of an analysed campaign.

    Args:
        folder: the campaign.
        out: folder to be made; it must not exist or be empty.

    Raises:
        ConfigurationError: ``out`` holds something.
        RecordError: the campaign was not analysed, or no run has recorded calls.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(
            f"--out {out}: expected a folder that does not exist or is empty; nothing is overwritten"
        )
    place = CampaignFolder(folder)
    results = read_results(place.results)
    left_out: list[str] = []
    profiles: dict[Path, list[dict[str, Any]]] = defaultdict(list)
    for name, row in _runs(results):
        run = RunFolder(place.runs / row.run_dir)
        try:
            profiles[name] += _imported(run) or list(_records(place, results, row, run, left_out))
        except RecordError as error:
            left_out.append(f"{row.run_dir}: {error}")
    written = {name: records for name, records in profiles.items() if records}
    if not written:
        raise no_calls(folder, left_out)
    for name, records in written.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(records, allow_nan=False) + "\n")
    return Written(len(written), results.campaign.simulated, left_out)


def _runs(results: Results) -> Iterator[tuple[Path, RunRow]]:
    """Give the runs with the profile each belongs to; calls of one imported profile are runs of a block."""
    imported = bool(results.imported)
    for row in sorted(results.runs, key=lambda row: row.slot):
        if row.kind != "baseline":
            name = f"block-{row.block}" if imported else scenario_key(row)
            yield Path(name) / f"experiment-{1 if imported else row.repeat}.json", row


def _imported(run: RunFolder) -> list[dict[str, Any]]:
    """Return the record of an imported call as it was published; nothing for a run of the lab."""
    path = run.path / RECORD
    if not path.is_file():
        return []
    kept = read_json(path)
    return [{kept["api"]: kept["record"]}]


def _records(
    place: CampaignFolder, results: Results, row: RunRow, run: RunFolder, left_out: list[str]
) -> Iterator[dict[str, Any]]:
    recorded = longest_calls(run.path, MOST_CALLS)
    calls = [call for call in recorded.calls if call.depth == 0 and not call.flags & _NEVER_WRITTEN]
    nested = len(recorded.calls) - len(calls)
    shorter = recorded.total - len(recorded.calls)
    if nested or shorter:
        left_out.append(f"{row.run_dir}: {nested} calls within others or waits, {shorter} shorter calls")
    if not calls:
        return
    channels = list(_channels(run, campaign_clock(run.path, row.bench).at(row.t_start_utc_s)))
    temperatures = _cpu_temperatures(run)
    settings, project = _settings(run, results.campaign.simulated), _project(place)
    unread = 0
    for call in calls:
        start_s = row.t_start_utc_s + call.start_s
        stop_s = row.t_start_utc_s + call.stop_s
        near = [channel.around(start_s, stop_s) for channel in channels]
        around = [channel for channel in near if len(channel.t_utc_s) >= _LEAST_SAMPLES]
        if not any(channel.name == WALL for channel in around):
            unread += 1
            continue
        yield {
            f"{call.site.api or call.site.expression}()": {
                "energy_data": {channel.name: channel.frame() for channel in around},
                "times": _times(around, start_s, stop_s),
                "cpu_temperatures": None
                if temperatures is None
                else temperatures.around(start_s, stop_s).temperatures(),
                "settings": settings,
                "input_sizes": _sizes(call),
                "project_metadata": {
                    **project,
                    "script_path": call.site.file,
                    "api_call_line": call.site.line,
                    "api_call_column": call.site.column,
                    "cell": call.site.cell,
                },
            }
        }
    if unread:
        few = f"fewer than {_LEAST_SAMPLES} readings of the meter around them"
        left_out.append(f"{row.run_dir}: {unread} calls with {few}")


@dataclass(frozen=True, eq=False)
class _Series:
    """A member of ``energy_data``, or the CPU's temperatures: stamps (s, UTC), joules, watts or °C.

    Attributes:
        t_utc_s, value: samples ``(n,)``; joules of the tool ``perf`` are those of the interval that ends.
        temperature_c: of the card, ``(n,)``.
    """

    name: str
    tool: str
    t_utc_s: Any
    value: Any
    temperature_c: Any = None

    def around(self, start_s: float, stop_s: float) -> "_Series":
        """Return what goes with a call."""
        kept = (self.t_utc_s > start_s - BEFORE_S) & (self.t_utc_s < stop_s + AFTER_S)
        temperature_c = None if self.temperature_c is None else self.temperature_c[kept]
        return _Series(self.name, self.tool, self.t_utc_s[kept], self.value[kept], temperature_c)

    @property
    def started_s(self) -> float:
        """Zero of ``time_elapsed``: an interval before the first sample of a counter of energy."""
        if self.tool != "perf" or len(self.t_utc_s) < 2:
            return float(self.t_utc_s[0])
        return float(2 * self.t_utc_s[0] - self.t_utc_s[1])

    def frame(self) -> str:
        """Return the JSON text of a pandas frame, ``orient="split"``."""
        elapsed = [round(t - self.started_s, 9) for t in self.t_utc_s.tolist()]
        value = self.value.tolist()
        if self.tool == "perf":
            columns, rows = (
                ["time_elapsed", "energy (J)"],
                [list(row) for row in zip(elapsed, value, strict=True)],
            )
        else:
            columns = ["timestamp", "power_draw (W)", "time_elapsed"]
            rows = [list(row) for row in zip(self.t_utc_s.tolist(), value, elapsed, strict=True)]
            if self.temperature_c is not None:
                columns.append("temperature")
                rows = [[*row, t] for row, t in zip(rows, self.temperature_c.tolist(), strict=True)]
        return _frame(columns, rows)

    def temperatures(self) -> str:
        """Return the frame of the CPU's temperatures."""
        stamps = self.t_utc_s.tolist()
        rows = [
            [t - stamps[0], value, t * _NS_PER_S]
            for t, value in zip(stamps, self.value.tolist(), strict=True)
        ]
        return _frame(["time_elapsed", "temperature", "timestamp"], rows)


def _frame(columns: list[str], rows: list[list[float]]) -> str:
    document = {"columns": columns, "index": list(range(len(rows))), "data": rows}
    return json.dumps(document, allow_nan=False)


def _channels(run: RunFolder, clock: ClockFit) -> Iterator[_Series]:
    if run.meter_csv.is_file():
        readings = read_readings(run.meter_csv)
        t_utc_s, power_w = readings.numbers("t_utc_s"), readings.numbers("power_w")
        good = np.isfinite(power_w)
        yield _Series(WALL, "wall", t_utc_s[good], power_w[good])
    rapl = read_rapl(run.path)
    if rapl is not None:
        counters = Counters(rapl, RaplRecord.read(run.rapl_json), clock)
        for part in ("cpu", "ram"):
            gains = counters.gains_j(part)
            if gains is not None:
                yield _Series(part, "perf", *gains)
    gpu = read_gpu(run.path)
    if gpu is not None:
        columns = [gpu.numbers(name) for name in ("t_utc_s", "power_w", "temperature_c")]
        kept = (gpu.numbers("gpu") == 0) & np.all(np.isfinite(columns), axis=0)
        yield _Series("gpu", "nvidia", *(column[kept] for column in columns))


def _times(channels: Iterable[_Series], start_s: float, stop_s: float) -> dict[str, Any]:
    """Return when the call ran: in UTC, and as the newest sample of each tool, as published."""
    times: dict[str, Any] = {
        "start_time_execution": _ns(start_s),
        "end_time_execution": _ns(stop_s),
    }
    for channel in channels:
        times[f"sys_start_time_{channel.tool}"] = _ns(channel.started_s)
        for end, at_s in (("start", start_s), ("end", stop_s)):
            newest = max(0, int(np.searchsorted(channel.t_utc_s, at_s, side="right")) - 1)
            times[f"{end}_time_{channel.tool}"] = round(channel.t_utc_s[newest] - channel.started_s, 9)
    return times


def _ns(t_utc_s: float) -> int:
    return round(t_utc_s * _NS_PER_S)


def _cpu_temperatures(run: RunFolder) -> _Series | None:
    table = read_sensors(run.path)
    if table is None:
        return None
    t_utc_s, temperature_c = table.numbers("t_utc_s"), table.numbers("cpu_temperature_c")
    kept = np.isfinite(temperature_c)
    return _Series("cpu_temperatures", "sensors", t_utc_s[kept], temperature_c[kept])


def _settings(run: RunFolder, simulated: bool) -> dict[str, Any]:
    """Return the settings under the published names, as far as there is such a thing, and the meter."""
    meter = MeterRecord.read(run.meter_json)
    limits = (run.read().gate or {}).get("limits", {})
    return {
        "max_wait_s": limits.get("try_s"),
        "measurement_interval_s": meter.interval_s,
        "cpu_std_to_mean": limits.get("power_std_over_mean"),
        "check_last_n_points": limits.get("readings"),
        "cpu_max_temp": limits.get("cpu_temperature_c"),
        "gpu_max_temp": limits.get("gpu_temperature_c"),
        "wall_meter": meter.driver,
        "wall_sampling": meter.sampling,
        "simulated": simulated,
    }


def _sizes(call: TimedCall) -> dict[str, Any]:
    """Return the bytes of all arguments by value; the published form keeps names and values apart."""
    return {"args_size": call.argument_bytes, "kwargs_size": None, "object_size": None}


def _project(place: CampaignFolder) -> dict[str, Any]:
    """Return what the campaign's record says of the program's repository."""
    path = place.programs / PROGRAMS_JSON
    revision = next(iter(Programs.read(path).revisions), None) if path.is_file() else None
    return {
        "project_name": None if revision is None else revision.folder,
        "project_repository": None if revision is None else revision.remote,
        "project_branch": None if revision is None else revision.branch,
        "project_commit": None if revision is None else revision.revision,
    }
