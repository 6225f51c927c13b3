"""Single calls of a run, read from its record: the longest ones, in bounded memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from records.calls import CALL_DTYPE, CallFlag, CallSite, ProcessCalls, read_calls
from records.errors import RecordError
from records.events import read_events
from records.run import RunFolder

_NS = 1e9
_MOST_REASONS = 3


@dataclass(frozen=True)
class TimedCall:
    """One call.

    Attributes:
        site: where and what.
        process, task: that made it.
        depth: recorded calls around it in that thread or task.
        start_s, stop_s: from the start of the rating interval.
        flags: what is special about it.
        argument_bytes: size of its arguments by value, ``None`` where that was not recorded.
    """

    site: CallSite
    process: str
    task: str
    depth: int
    start_s: float
    stop_s: float
    flags: CallFlag
    argument_bytes: int | None = None


@dataclass(frozen=True)
class LeftOut:
    """Calls of a site that are not among the longest ones: their number and the sum of their times."""

    site: CallSite
    calls: int
    time_s: float


@dataclass(frozen=True)
class RunCalls:
    """Calls of a run.

    Attributes:
        run_dir: its folder below ``runs/``.
        calls: the longest ones, callers before callees, in the order of their starts.
        left_out: the others, by site.
    """

    run_dir: str
    calls: list[TimedCall]
    left_out: list[LeftOut]

    @property
    def total(self) -> int:
        """Number of all calls."""
        return len(self.calls) + sum(one.calls for one in self.left_out)


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


def no_calls(folder: Path, reasons: Sequence[str] = ()) -> RecordError:
    """Return the error of an export that found no calls to write.

    Args:
        folder: the campaign.
        reasons: why runs were left out; the first ones are named.
    """
    if not reasons:
        return RecordError(
            f"{folder}: expected runs with recorded calls, but there are none. `lab profile` records them"
        )
    named = "; ".join(reasons[:_MOST_REASONS]) + ("; ..." if len(reasons) > _MOST_REASONS else "")
    return RecordError(
        f"{folder}: no run has recorded calls that can be exported: {named}. `lab profile` records them"
    )


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
    kept, left_out = _longest(run.calls, most)
    calls = [call for process, records in kept for call in _timed(process, records, start_s)]
    return RunCalls(run_dir.name, sorted(calls, key=lambda call: (call.start_s, call.depth)), left_out)


def _longest(folder: Path, most: int) -> tuple[list[tuple[ProcessCalls, NDArray[np.void]]], list[LeftOut]]:
    """Return the longest records of each process, and what is left out, in bounded memory."""
    processes = read_calls(folder)
    records, owners = np.zeros(0, CALL_DTYPE), np.zeros(0, int)
    sums = [np.zeros((2, 1 + max(process.sites, default=0))) for process in processes]
    for number, process in enumerate(processes):
        for chunk in process.chunks():
            _count(sums[number], chunk, 1)
            records = np.concatenate([records, chunk])
            owners = np.concatenate([owners, np.full(len(chunk), number)])
            if len(records) > most:
                longest = np.argpartition(records["start_ns"] - records["stop_ns"], most - 1)[:most]
                records, owners = records[longest], owners[longest]
    kept = [(process, records[owners == number]) for number, process in enumerate(processes)]
    for number, (_, of_process) in enumerate(kept):
        _count(sums[number], of_process, -1)
    left_out = [
        LeftOut(site, int(counted[0, site.site]), float(counted[1, site.site]) / _NS)
        for process, counted in zip(processes, sums, strict=True)
        for site in process.sites.values()
        if counted[0, site.site] > 0
    ]
    return kept, left_out


def _count(sums: NDArray[np.float64], records: NDArray[np.void], sign: int) -> None:
    """Add number and time of records to those of their sites; others are passed over."""
    known = records[records["site"] < sums.shape[1]]
    size = sums.shape[1]
    sums[0] += sign * np.bincount(known["site"], minlength=size)
    sums[1] += sign * np.bincount(known["site"], known["stop_ns"] - known["start_ns"], minlength=size)


def _timed(process: ProcessCalls, records: NDArray[np.void], start_s: float) -> Iterator[TimedCall]:
    for number, task, depth, flags, start_ns, stop_ns, size in records.tolist():
        if number in process.sites:
            yield TimedCall(
                site=process.sites[number],
                process=process.process,
                task=process.tasks.get(task, f"task {task}"),
                depth=depth,
                start_s=start_ns / _NS - start_s,
                stop_s=stop_ns / _NS - start_s,
                flags=CallFlag(flags),
                argument_bytes=size if size >= 0 else None,
            )


def tasks_of(calls: Sequence[TimedCall]) -> list[tuple[str, list[TimedCall]]]:
    """Return the calls of each thread or task with its name, the one with the longest calls first."""
    tasks: dict[tuple[str, str], list[TimedCall]] = {}
    for call in calls:
        tasks.setdefault((call.process, call.task), []).append(call)
    several = len({process for process, _ in tasks}) > 1
    by_length = sorted(tasks.items(), key=lambda item: -sum(call.stop_s - call.start_s for call in item[1]))
    return [(f"{task}, process {process}" if several else task, made) for (process, task), made in by_length]
