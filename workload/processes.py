"""The processes of a workload: find what it left running, end it.

Linux only (``/proc``), standard library only: it runs on the system under test.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

VARIABLES = "WATTLAB_VARIABLES"
"""Variable of the runner's own environment with those of the workload, a JSON object. They would be seen by
every user of the machine if they stood in a command line."""

RUN_DIR = "WATTLAB_RUN_DIR"
"""Variable of every process of a workload: its run folder."""

TRACKER = "WATTLAB_TRACKER"
"""Variable of every process of a tracker that runs alongside or around the workload: its name."""

_LOOK_EVERY_S = 0.02
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_CPUCLOCK_SCHED = 2  # clock_getcpuclockid(3) of glibc: how the clock of another process is named
SETTLE_S = 0.5
"""Helpers of a program, such as a resource tracker, end a moment after it; they are not left behind."""


@dataclass(frozen=True)
class _Process:
    pid: int
    state: str
    parent: int
    session: int
    cpu_s: float
    collected_cpu_s: float


def _processes() -> list[_Process]:
    """Return every process that is not a zombie."""
    return [process for process in _all_processes() if process.state not in "ZX"]


def _all_processes() -> list[_Process]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(errors="replace")
        except OSError:  # it ended while we looked
            continue
        # proc(5): pid (comm) state ppid pgrp session ...; comm may hold blanks and brackets
        state, parent, _, session, *more = stat.rpartition(")")[2].split()
        own, of_children = (sum(map(int, more[n : n + 2])) / _TICKS_PER_S for n in (7, 9))  # utime, stime
        found.append(_Process(int(entry.name), state, int(parent), int(session), own, of_children))
    return found


def parent_of(pid: int) -> int:
    """Return the parent of a process, 0 where there is none or the process is gone."""
    return next((p.parent for p in _processes() if p.pid == pid), 0)


def adopts_orphans(pid: int) -> bool:
    """Say whether a process is one that the system hands orphans to: the first one, or a user's systemd."""
    return pid == 1 or _proc(pid, "comm").strip() == b"systemd"


def runs_of_processes() -> dict[int, str]:
    """Return the run folder of every running process that belongs to one and that we may look at."""
    mark = f"{RUN_DIR}=".encode()
    found = {}
    for process in _processes():
        for variable in _proc(process.pid, "environ").split(b"\0"):
            if variable.startswith(mark):
                found[process.pid] = os.fsdecode(variable.removeprefix(mark))
    return found


def _proc(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # it ended, or is another user's
        return b""


def of_workload(leader: int) -> list[int]:
    """Return the running processes of a workload: its session, our children, all their descendants.

    Those of a tracker are none of them.

    Args:
        leader: process id of the main process, which was started as leader of its own session.
    """
    own, own_session = os.getpid(), os.getsid(0)
    table = _processes()
    # A child in our own session is none of the workload's: whoever started us may have left it to us.
    adopted = {p.pid for p in table if p.parent == own and p.session != own_session}
    adopted = {pid for pid in adopted if not _bears(pid, TRACKER)}
    chosen = adopted | {p.pid for p in table if p.session == leader}
    while more := {p.pid for p in table if p.parent in chosen} - chosen:
        chosen |= more
    return sorted(chosen)


def of_tracker(leader: int) -> list[int]:
    """Return the running processes of a tracker: its session, and what bears its mark.

    Args:
        leader: process id of its wrapper, which was started as leader of its own session.
    """
    mine = {p.pid for p in _processes() if p.session == leader or _is_marked_child(p)}
    return sorted(mine)


def cpu_s_of_tracker(leader: int, but: int | None = None) -> float:
    """Return the CPU seconds of the processes of a tracker, with those of the children they have collected.

    Args:
        leader: as `of_tracker`.
        but: a process that is left out.
    """
    table = _all_processes()
    mine = [p for p in table if p.session == leader or _is_marked_child(p)]
    return sum(_cpu_s(p) + p.collected_cpu_s for p in mine if p.pid != but)


def _cpu_s(process: _Process) -> float:
    """Return the CPU seconds of a process without its children, finer than proc(5) while it lives."""
    try:
        return time.clock_gettime((~process.pid << 3) | _CPUCLOCK_SCHED)
    except OSError:  # it has ended
        return process.cpu_s


def _is_marked_child(process: _Process) -> bool:
    """Say whether a process is one that left the session of its tracker and was handed to us."""
    return process.parent == os.getpid() and _bears(process.pid, TRACKER)


def _bears(pid: int, variable: str) -> bool:
    mark = f"{variable}=".encode()
    return any(entry.startswith(mark) for entry in _proc(pid, "environ").split(b"\0"))


def send(pids: list[int], number: signal.Signals) -> None:
    """Send a signal to each process that still exists."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def end_leftovers(leader: int, kill_after_s: float) -> int:
    """End whatever the workload left running and collect it.

    Args:
        leader: process id of the ended main process.
        kill_after_s: time between SIGTERM and SIGKILL.

    Returns:
        How many processes were left behind.
    """
    return _end(lambda: of_workload(leader), kill_after_s, SETTLE_S)


def end_tracker(leader: int, kill_after_s: float, settle_s: float) -> int:
    """End the processes of a tracker and collect them.

    Args:
        leader: as `of_tracker`.
        kill_after_s: time between SIGTERM and SIGKILL.
        settle_s: how long they may take to end by themselves.

    Returns:
        How many did not.
    """
    return _end(lambda: of_tracker(leader), kill_after_s, settle_s)


def _end(running: Callable[[], list[int]], kill_after_s: float, settle_s: float) -> int:
    left = _wait_until_none(running, settle_s)
    send(left, signal.SIGTERM)
    if left and _wait_until_none(running, kill_after_s):
        while remaining := _wait_until_none(running, SETTLE_S):
            send(remaining, signal.SIGKILL)
    return len(left)


def _wait_until_none(running: Callable[[], list[int]], longest_s: float) -> list[int]:
    """Return the processes that still run after a time; empty as soon as there are none."""
    deadline = time.monotonic() + longest_s
    while True:
        _collect_zombies()
        left = running()
        if not left or time.monotonic() >= deadline:
            return left
        time.sleep(_LOOK_EVERY_S)


def _collect_zombies() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:  # none left
        return
