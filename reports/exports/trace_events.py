"""Recorded calls and power as trace events for ui.perfetto.dev and chrome://tracing: a file per run.

A call is a complete event (``X``) of its process and thread, with the energy of its site as arguments. Power
and what collectors sampled are counters (``C``). Source: "Trace Event Format", Google, 2016.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from records.calls import CallFlag
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.files import write_atomically
from records.results import Results, read_results
from records.rows.calls import CallSiteRow
from records.rows.traces import Trace
from reports.campaign.recorded_calls import RunCalls, TimedCall, longest_calls, no_calls
from reports.campaign.view import scenario_key

MOST_CALLS = 200_000
"""Of a run with more calls the longest are written, the others summed up by site."""

_US_PER_S = 1e6
_MACHINE = 0
"""Process of the counters; those of the program count from 1."""


@dataclass(frozen=True)
class Written:
    """What was written: number of runs, and why others are left out."""

    runs: int
    simulated: bool
    left_out: list[str]


def write_trace_events(folder: Path, out: Path) -> Written:
    """Write a file for each counted run of an analysed campaign that recorded calls.

    Args:
        folder: the campaign.
        out: folder to be made; it must not exist or be empty.

    Raises:
        ConfigurationError: ``out`` holds something.
        RecordError: the campaign was not analysed, or no run has a usable record of calls.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(
            f"--out {out}: expected a folder that does not exist or is empty; nothing is overwritten"
        )
    place = CampaignFolder(folder)
    results = read_results(place.results)
    wanted = {row.scenario for row in results.call_sites}
    left_out: list[str] = []
    runs = 0
    for row in results.runs:
        if scenario_key(row) not in wanted:
            continue
        try:
            calls = longest_calls(place.runs / row.run_dir, MOST_CALLS)
        except RecordError as error:
            left_out.append(f"{row.run_dir}: {error}")
            continue
        out.mkdir(parents=True, exist_ok=True)
        document = trace_document(results, scenario_key(row), calls)
        write_atomically(out / f"{row.run_dir}.json", json.dumps(document, allow_nan=False) + "\n")
        runs += 1
    if not runs:
        raise no_calls(folder, left_out)
    return Written(runs, results.campaign.simulated, left_out)


def trace_document(results: Results, scenario: str, run: RunCalls) -> dict[str, Any]:
    """Return a run as a JSON object of trace events; times are microseconds from the start of the run."""
    sites = {_place(row): row for row in results.call_sites if row.scenario == scenario}
    trace = next((one for one in results.traces if one.run_dir == run.run_dir), None)
    tracks = _tracks(run.calls)
    threads = {one: number for number, one in enumerate(dict.fromkeys(tracks))}
    processes = {one: number for number, one in enumerate(dict.fromkeys(p for p, *_ in threads), start=1)}
    mark = "SIMULATED " if results.campaign.simulated else ""
    events = [
        _name("process_name", f"{mark}power and hardware", _MACHINE),
        *(_name("process_name", f"{mark}{scenario}, process {one}", pid) for one, pid in processes.items()),
        *(
            _name("thread_name", f"{task}, overlapping" if beyond else task, processes[one], tid)
            for (one, task, beyond), tid in threads.items()
        ),
        *(() if trace is None else _counters(trace)),
        *(
            _call(call, sites, processes[call.process], threads[track])
            for call, track in zip(run.calls, tracks, strict=True)
        ),
    ]
    other = {
        "campaign": results.campaign.id,
        "run": run.run_dir,
        "scenario": scenario,
        "simulated": results.campaign.simulated,
        "exporter": f"wattlab {results.campaign.wattlab_version}",
    }
    if run.left_out:
        other["calls_left_out"] = [
            {"api": one.site.api, "file": one.site.file, "line": one.site.line, "calls": one.calls}
            | {"time_s": one.time_s}
            for one in run.left_out
        ]
    return {"traceEvents": events, "displayTimeUnit": "ms", "otherData": other}


def _tracks(calls: Sequence[TimedCall]) -> list[tuple[str, str, int]]:
    """Return process, task and number of the track of each call.

    Calls on a track lie within each other or apart, as viewers leave out others. A ``with`` block of a
    generator can outlast the call that began it, and goes to a track of its own.
    """
    open_until: dict[tuple[str, str], list[list[float]]] = {}
    tracks = []
    for call in calls:
        stacks = open_until.setdefault((call.process, call.task), [])
        for stops in stacks:
            while stops and stops[-1] <= call.start_s:
                stops.pop()
        free = (number for number, stops in enumerate(stacks) if not stops or call.stop_s <= stops[-1])
        number = next(free, len(stacks))
        if number == len(stacks):
            stacks.append([])
        stacks[number].append(call.stop_s)
        tracks.append((call.process, call.task, number))
    return tracks


def _place(site: Any) -> tuple[Any, ...]:
    return site.file, site.cell, site.line, site.column, site.api


def _name(what: str, name: str, pid: int, tid: int = 0) -> dict[str, Any]:
    return {"ph": "M", "name": what, "pid": pid, "tid": tid, "args": {"name": name}}


def _counters(trace: Trace) -> Iterator[dict[str, Any]]:
    """Yield power and hardware; a counter holds until the next one, so a reading begins with its interval."""
    step_s = trace.bin_s or trace.interval_s
    for t_s, power_w in zip(trace.t_s, trace.power_w, strict=True):
        yield _counter("power_w", t_s - step_s, power_w)
    for name, sampled in trace.hardware.items():
        for t_s, value in zip(sampled["t_s"], sampled["values"], strict=True):
            if value is not None:
                yield _counter(name, t_s, value)


def _counter(name: str, t_s: float, value: float) -> dict[str, Any]:
    return {"ph": "C", "name": name, "pid": _MACHINE, "ts": _us(t_s), "args": {name: value}}


def _call(call: TimedCall, sites: dict[Any, CallSiteRow], pid: int, tid: int) -> dict[str, Any]:
    site = call.site
    flags = [flag.name.lower() for flag in CallFlag if flag in call.flags and flag.name]
    arguments = {"file": site.file, "line": site.line, "cell": site.cell, "expression": site.expression}
    arguments |= {"flags": ", ".join(flags) or None} | _energy(sites.get(_place(site)))
    return {
        "ph": "X",
        "name": "gate wait" if CallFlag.GATE_WAIT in call.flags else site.api or site.expression,
        "cat": site.api.partition(".")[0] or "call",
        "pid": pid,
        "tid": tid,
        "ts": _us(call.start_s),
        "dur": round(_us(call.stop_s) - _us(call.start_s), 3),
        "args": {name: value for name, value in arguments.items() if value is not None},
    }


def _energy(row: CallSiteRow | None) -> dict[str, Any]:
    """Return what is known of the site's energy: not of this call, but the mean over all its calls."""
    if row is None:
        return {}
    known = {"label": row.label or None, "site_mean_energy_per_call_j": row.energy_per_call_j}
    return known | {"site_mean_power_w": row.power_w, "site_bound_j_per_run": row.bound_inclusive_j}


def _us(t_s: float) -> float:
    return round(t_s * _US_PER_S, 3)
