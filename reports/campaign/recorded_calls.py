"""Single calls of a run, read from its record: the longest ones, in bounded memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from records.calls import CallFlag, CallSite, ProcessCalls, iter_chunks
from records.errors import RecordError
from records.events import read_events
from records.run import RunFolder

_NS = 1e9


@dataclass(frozen=True)
class TimedCall:
    """One call.

    Attributes:
        site: where and what.
        process, task: that made it.
        depth: recorded calls around it in that thread or task.
        start_s, stop_s: from the start of the rating interval.
        flags: what is special about it.
    """

    site: CallSite
    process: str
    task: str
    depth: int
    start_s: float
    stop_s: float
    flags: CallFlag


@dataclass(frozen=True)
class RunCalls:
    """Calls of a run: the longest ones in the order of their starts, and the number of all."""

    run_dir: str
    calls: list[TimedCall]
    total: int


def first_usable(runs: Iterable[Path], most: int) -> RunCalls | None:
    """Return the longest calls of the first run that has a usable record; ``None`` where none has.

    Args:
        runs: run folders. They may be absent: results can lie without their records.
        most: how many calls at most.
    """
    for run_dir in runs:
        try:
            calls = longest_calls(run_dir, most)
        except RecordError:
            continue
        if calls.calls:
            return calls
    return None


def longest_calls(run_dir: Path, most: int) -> RunCalls:
    """Return the longest calls of a run.

    Raises:
        RecordError: its events or the record of its calls cannot be used.
    """
    run = RunFolder(run_dir)
    events = read_events(run.events)
    start_s = next((span.t_start_mono_s for span in events.spans() if span.span == "run"), None)
    if start_s is None:
        raise RecordError(f"{run.events}: expected a start of the run")
    kept: list[tuple[ProcessCalls, np.void]] = []
    total = 0
    for process, chunk in iter_chunks(run.calls):
        total += len(chunk)
        lengths = chunk["stop_ns"] - chunk["start_ns"]
        longest = chunk[np.sort(np.argpartition(-lengths, min(most, len(chunk)) - 1)[:most])]
        kept = sorted([*kept, *((process, record) for record in longest)], key=_length)[:most]
    calls = [call for process, record in kept if (call := _timed(process, record, start_s)) is not None]
    return RunCalls(run_dir.name, sorted(calls, key=lambda call: (call.start_s, call.depth)), total)


def _length(one: tuple[ProcessCalls, np.void]) -> int:
    record = one[1]
    return int(record["start_ns"]) - int(record["stop_ns"])


def _timed(process: ProcessCalls, record: np.void, start_s: float) -> TimedCall | None:
    site = process.sites.get(int(record["site"]))
    if site is None:
        return None
    task = process.tasks.get(int(record["task"]), f"task {int(record['task'])}")
    return TimedCall(
        site=site,
        process=process.process,
        task=task,
        depth=int(record["depth"]),
        start_s=int(record["start_ns"]) / _NS - start_s,
        stop_s=int(record["stop_ns"]) / _NS - start_s,
        flags=CallFlag(int(record["flags"])),
    )


def tasks_of(calls: Sequence[TimedCall]) -> list[tuple[str, list[TimedCall]]]:
    """Return the calls of each thread or task with its name, the one with the longest calls first."""
    tasks: dict[tuple[str, str], list[TimedCall]] = {}
    for call in calls:
        tasks.setdefault((call.process, call.task), []).append(call)
    several = len({process for process, _ in tasks}) > 1
    by_length = sorted(tasks.items(), key=lambda item: -sum(call.stop_s - call.start_s for call in item[1]))
    return [(f"{task}, process {process}" if several else task, made) for (process, task), made in by_length]
