"""Recorded calls as a profile that speedscope.app opens: where the joules go, and when the calls ran.

Each scenario has a sampled profile, whose weights are joules by calling context, and an evented profile for
each thread of its first counted run, in seconds. Source: ``file-format-spec.ts`` of
github.com/jlfwong/speedscope.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from records.calls import CallFlag
from records.campaign import CampaignFolder
from records.files import write_atomically
from records.results import Results, read_results
from reports.campaign.calls.profiles import Profile, profiles_of
from reports.campaign.recorded_calls import RunCalls, TimedCall, first_usable, no_calls, tasks_of
from reports.campaign.view import scenario_key, view_of
from reports.words.calls import KIND_WORDS, site_name

SCHEMA = "https://www.speedscope.app/file-format-schema.json"

MOST_CALLS = 50_000
"""Longest calls of a run in the profiles over time."""


@dataclass(frozen=True)
class Written:
    """What was written: number of profiles."""

    profiles: int
    simulated: bool


def write_speedscope(folder: Path, out: Path) -> Written:
    """Write the profiles of an analysed campaign.

    Args:
        folder: the campaign.
        out: the file, replaced if it exists.

    Raises:
        RecordError: the campaign was not analysed, or has no recorded calls.
    """
    place = CampaignFolder(folder)
    results = read_results(place.results)
    if not results.call_sites:
        raise no_calls(folder)
    runs = {
        profile.key: first_usable(_run_dirs(place, results, profile.key), MOST_CALLS)
        for profile in profiles_of(view_of(results))
    }
    document = speedscope_document(results, runs)
    write_atomically(out, json.dumps(document, allow_nan=False) + "\n")
    return Written(len(document["profiles"]), results.campaign.simulated)


def _run_dirs(place: CampaignFolder, results: Results, key: str) -> Iterator[Path]:
    return (place.runs / row.run_dir for row in results.runs if scenario_key(row) == key)


def speedscope_document(results: Results, runs: dict[str, RunCalls | None]) -> dict[str, Any]:
    """Return the file: an energy profile for each scenario, and the threads of the run given for it."""
    frames = _Frames()
    mark = "SIMULATED " if results.campaign.simulated else ""
    profiles = []
    for profile in profiles_of(view_of(results)):
        profiles += [one for one in [_by_energy(profile, frames, mark)] if one["samples"]]
        if (run := runs.get(profile.key)) is not None:
            profiles += [
                _over_time(f"{mark}{profile.name}, {run.run_dir}, {task}", calls, frames)
                for task, calls in tasks_of(run.calls)
            ]
    return {
        "$schema": SCHEMA,
        "shared": {"frames": frames.all},
        "profiles": profiles,
        "name": f"{mark}{results.campaign.title or results.campaign.id}",
        "activeProfileIndex": 0,
        "exporter": f"wattlab@{results.campaign.wattlab_version}",
    }


@dataclass
class _Frames:
    """The frames that the profiles share, each once."""

    all: list[dict[str, Any]] = field(default_factory=list)
    _numbers: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def number(self, name: str, file: str = "", line: int | None = None, column: int | None = None) -> int:
        key = name, file, line, column
        if key not in self._numbers:
            self._numbers[key] = len(self.all)
            known = {"name": name, "file": file or None, "line": line, "col": column}
            self.all.append({what: value for what, value in known.items() if value is not None})
        return self._numbers[key]


def _by_energy(profile: Profile, frames: _Frames, mark: str) -> dict[str, Any]:
    """Return stacks with their own joules per run; what lies outside recorded calls is a stack of its own."""
    sites = {row.site: row for row in profile.sites}
    stacks: dict[int, list[int]] = {}
    samples: list[list[int]] = []
    weights: list[float] = []
    for edge in profile.edges:
        row = sites.get(edge.site)
        if row is None:
            continue
        frame = frames.number(site_name(row), row.file, row.line, row.column)
        stacks[edge.node] = [*(stacks.get(edge.parent, []) if edge.parent is not None else []), frame]
        _add(samples, weights, stacks[edge.node], profile.own_j(edge, row))
    for row in profile.parts:
        if row.kind in KIND_WORDS:
            _add(samples, weights, [frames.number(site_name(row))], profile.estimate_j(row))
    return {
        "type": "sampled",
        "name": f"{mark}{profile.name}: {profile.kind} per run in J",
        "unit": "none",
        "startValue": 0,
        "endValue": sum(weights),
        "samples": samples,
        "weights": weights,
    }


def _add(samples: list[list[int]], weights: list[float], stack: list[int], own_j: float | None) -> None:
    if own_j is not None and own_j > 0:
        samples.append(stack)
        weights.append(own_j)


def _over_time(name: str, calls: Sequence[TimedCall], frames: _Frames) -> dict[str, Any]:
    """Return the calls of one thread as frames that open and close, properly nested."""
    events: list[dict[str, Any]] = []
    open_calls: list[tuple[int, int, float]] = []  # frame, depth, stop

    def close(until: float, depth: int) -> None:
        while open_calls and (open_calls[-1][2] <= until or open_calls[-1][1] >= depth):
            frame, _, stop_s = open_calls.pop()
            at = min(stop_s, until)
            events.append({"type": "C", "frame": frame, "at": at})

    for call in calls:
        close(call.start_s, call.depth)
        site = call.site
        waits = CallFlag.GATE_WAIT in call.flags
        frame = frames.number(
            KIND_WORDS["gate"] if waits else site.api or site.expression, site.file, site.line, site.column
        )
        within = open_calls[-1][2] if open_calls else call.stop_s
        events.append({"type": "O", "frame": frame, "at": call.start_s})
        open_calls.append((frame, call.depth, min(call.stop_s, within)))
    close(float("inf"), -1)
    ends = [event["at"] for event in events]
    return {
        "type": "evented",
        "name": name,
        "unit": "seconds",
        "startValue": min(ends),
        "endValue": max(ends),
        "events": events,
    }
