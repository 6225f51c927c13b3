"""A program within the command line of its tracker, with the same borders as any other.

`codecarbon monitor -- COMMAND` and its like start the program themselves. In place of the program they are
given a second runner, which reports to the first one through a file. Standard library only.
"""

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from records.stop_signal import StopSignal
from workload import processes
from workload.tracking import Tracking
from workload.wrapper_process import WRAPPERS_DIR, WrapperProcess

_RUNNER = Path(__file__).resolve().with_name("runner.py")
_LOOK_EVERY_S = 0.02


def run_around(
    tracking: Tracking,
    run_dir: Path,
    options: Sequence[str],
    command: Sequence[str],
    stop: StopSignal,
    began: Callable[[dict[str, Any]], None],
) -> list[dict[str, Any]]:
    """Let the tracker start the program, and wait for the program's end.

    Args:
        tracking: built, and to be started.
        run_dir: folder of the run.
        options: of the runner within the tracker.
        command: the program.
        stop: of this runner.
        began: is called with the first thing that the runner within reports.

    Returns:
        What the runner within the tracker reported; nothing where the tracker did not start it.
    """
    report = run_dir / ".inner.jsonl"
    inner = [sys.executable, "-E", "-s", str(_RUNNER), *options, "--report", str(report), "--", *command]
    wrapper = tracking.go_around(inner)
    if wrapper is not None:
        _await_begin(report, tracking, wrapper, stop)
    told = _read(report)
    if told:
        tracking.begin_around(told[0]["t_start_utc_s"])
        began(told[0])
        _await_end(told[0]["runner"], stop)
        told = _read(report)
        tracking.program_ended(told[0]["runner"], told[-1].get("used_s", 0.0))
        report.unlink()
    return told


def forget_tracker() -> None:
    """Take what marks the tracker's own processes out of the environment that the program will inherit."""
    os.environ.pop(processes.TRACKER, None)
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path and path != str(WRAPPERS_DIR))


def _await_begin(report: Path, tracking: Tracking, wrapper: WrapperProcess, stop: StopSignal) -> None:
    """Wait until the program has begun, or the tracker has failed to start it."""
    deadline = time.monotonic() + tracking.task.limit_s
    while not _read(report) and not stop.asked:
        if wrapper.wait(time.monotonic() + _LOOK_EVERY_S):  # it ends before the program has begun
            tracking.take_failure("run")
            return
        if time.monotonic() > deadline:
            tracking.fail("hung", f"start: no program ran after {tracking.task.limit_s:g} s")
            return


def _await_end(pid: int, stop: StopSignal) -> None:
    """Wait for the end of the runner within the tracker; end it when this one shall end."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    poll = select.poll()
    for descriptor in (process, *stop.descriptors):
        poll.register(descriptor, select.POLLIN)
    asked = False
    while process not in {descriptor for descriptor, _ in poll.poll()}:
        if stop.now() and not asked:
            asked = True
            signal.pidfd_send_signal(process, signal.SIGTERM)
            poll = select.poll()
            poll.register(process, select.POLLIN)
    os.close(process)


def _read(report: Path) -> list[dict[str, Any]]:
    try:
        text = report.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
