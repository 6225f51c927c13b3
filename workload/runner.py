"""Run one workload as a process group of its own, and see to it that all of it ends.

The workload generator of ISO/IEC 14756. It runs on the system under test alongside the measured
program, so it is standard library only and sleeps in one ``poll`` until something happens. Use it
as ``python -m workload.runner`` or, on a remote system, as a plain script: it needs its own folder
``workload`` and, beside that, ``records`` with ``parentage.py``,
``stop_signal.py``, ``plain_files.py`` and ``tracker_columns.py``.

It writes the ``run`` span, which is the rating interval: from just before the program is started
until its main process has ended. Whatever the program left running is then ended and counted.

A tracker (`workload.tracking`) is built first and started when the runner is told to go; its start and its
stop lie outside the rating interval, which begins and ends by the same lines with a tracker and without.
"""

import argparse
import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

if not __package__:  # a plain script: only its own folder is on the path
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from records.parentage import adopt_orphans, die_with_parent
from records.stop_signal import StopSignal
from workload import modules, processes
from workload.around import forget_tracker, run_around
from workload.call_gate import CallGate
from workload.probe import wattlab_probe
from workload.stdout_phases import StdoutLines, write_spans
from workload.tracking import STEP_LIMIT_S, TrackerTask, Tracking
from workload.witness import EndWitness

PROBE_DIR = Path(__file__).resolve().parent / "probe"

KILL_AFTER_S = 5.0
"""How long a workload may take to end after SIGTERM before SIGKILL follows."""

_WITNESS_ANSWERS_S = 30.0
"""How long the witness may take to tell of an end: on a crowded machine it also waits for its turn."""

EXIT_SUT = 3  # as records.errors.SutError, which is not at hand on a remote system


_END_UNKNOWN = (
    "the witness of the run (workload/end_witness.py) was stopped or killed, so that the end of the program "
    "is not known. Leave the processes of a run alone, then run again"
)


class SutError(Exception):
    """The runner could not do its own job; the message says what to do."""


@dataclass(frozen=True)
class Task:
    """What to run.

    Attributes:
        run_dir: folder of the run; must exist.
        name: of the scenario; the name of the ``run`` span.
        command: program and arguments.
        limit_s: longest time the program may take.
        cwd: its working directory; ``None`` for the runner's own.
        variables: environment variables on top of the runner's own.
        phases: regular expression that tells actions and epochs from the lines that the program prints
            (`workload.stdout_phases`), or ``None``.
        tracker: runs alongside or around it, or ``None``.
        awaits_go: whether it begins only when a line ``go`` comes on standard input.
        gates_calls: whether calls of the program may ask the controller to let them wait.
    """

    run_dir: Path
    name: str
    command: Sequence[str]
    limit_s: float
    cwd: Path | None
    variables: dict[str, str]
    phases: str | None = None
    tracker: TrackerTask | None = None
    awaits_go: bool = False
    gates_calls: bool = False


@dataclass
class Outcome:
    """How it ended.

    The stamps are those of the ``run`` span, to the digit. ``cpu_s`` is of all its processes,
    ``max_rss_kib`` of the largest of them. ``tracker`` is how it went with the tracker.
    """

    exit_code: int | None = None
    signal: int | None = None
    timed_out: bool = False
    aborted: bool = False
    left_behind: int = 0
    t_start_utc_s: float | None = None
    t_stop_utc_s: float | None = None
    max_rss_kib: int = 0
    cpu_s: float = 0.0
    tracker: str | None = None


def run(task: Task, stop: StopSignal) -> Outcome:
    """Run the workload to its end.

    Raises:
        SutError: the command cannot be started.
        OSError: the run folder cannot be written.
    """
    adopt_orphans()
    tracking = None
    if task.tracker is not None:
        tracking = Tracking(task.tracker, task.run_dir, {**os.environ, **task.variables}, stop)
    witness = EndWitness()
    try:
        if task.awaits_go and not _told_to_go(stop):
            witness.dismiss()
            return Outcome(aborted=True)
        if tracking is None:
            return _run_program(task, stop, witness)
        outcome = _run_within(task, tracking, stop) if tracking.is_around else None
        if outcome is None:
            tracking.start()
            outcome = _run_program(task, stop, witness, tracking)
        if outcome.t_start_utc_s is not None and outcome.t_stop_utc_s is not None and not outcome.aborted:
            outcome.tracker = tracking.finish(outcome.t_start_utc_s, outcome.t_stop_utc_s)
        return outcome
    finally:
        if tracking is not None:
            tracking.end()


def _told_to_go(stop: StopSignal) -> bool:
    _print({"ready": True, "waits": True})
    while not stop.asked and b"go\n" not in stop.heard:
        stop.wait(math.inf)
    return not stop.asked


def _run_within(task: Task, tracking: Tracking, stop: StopSignal) -> Outcome | None:
    """Run the program within the command line of its tracker; ``None`` where it was not begun."""
    options = ["--run-dir", str(task.run_dir), "--name", task.name, "--limit-s", str(task.limit_s)]
    options += ["--cwd", str(task.cwd or Path.cwd())]
    options += [] if task.phases is None else [f"--phases={task.phases}"]
    told = run_around(tracking, task.run_dir, options, task.command, stop, _print)
    if not told:
        return None
    if "exit_code" not in told[-1]:
        raise SutError(told[-1].get("error") or "the runner within the tracker's command line was killed")
    return Outcome(**{key: told[-1][key] for key in asdict(Outcome())})


def _run_program(
    task: Task, stop: StopSignal, witness: EndWitness, tracking: Tracking | None = None
) -> Outcome:
    events = wattlab_probe.EventFile(task.run_dir / "events.jsonl")
    span = wattlab_probe.Span("run", task.name, identity=wattlab_probe.RUN_ID, output=events)
    span.start()
    outcome = Outcome(t_start_utc_s=span.t_start_utc_s)
    lines = StdoutLines(task.phases, task.run_dir / "stdout.log") if task.phases else None
    gate = CallGate(stop, _print) if task.gates_calls else None
    try:
        child = _start(task, lines, gate)
    except SutError as error:
        span.stop(error)
        raise
    witness.watch(child.pid)
    if lines is not None:
        lines.hand_over()
        stop.watch(lines.descriptor, lines.receive)
    if gate is not None:
        gate.hand_over()
    try:
        _print(
            {"ready": True, "pid": child.pid, "runner": os.getpid(), "t_start_utc_s": outcome.t_start_utc_s}
        )
        _attend(child.pid, task.limit_s, stop, outcome, gate)
        if tracking is not None:
            tracking.program_ended()
        end = witness.stamp(_WITNESS_ANSWERS_S)
        _collect(child, outcome)
        for key in ("exit_code", "signal", "timed_out", "aborted"):
            span[key] = getattr(outcome, key)
        if end is None:
            span.stop(SutError())
            raise SutError(_END_UNKNOWN)
        if lines is not None:
            lines.receive()
            start = span.t_start_utc_s or 0.0, span.t_start_mono_s or 0.0
            write_spans(lines.matches, events, start, end)
        span.stop(at=end)
        outcome.t_stop_utc_s = span.t_stop_utc_s
    finally:
        outcome.left_behind = processes.end_leftovers(child.pid, KILL_AFTER_S)
        if lines is not None:
            lines.close()
        if gate is not None:
            gate.close()
        modules.hash_modules(task.run_dir)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    outcome.max_rss_kib = usage.ru_maxrss
    outcome.cpu_s = round(usage.ru_utime + usage.ru_stime, 6)
    witness.dismiss()
    return outcome


def _environment(task: Task) -> dict[str, str]:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **task.variables}
    paths = [str(PROBE_DIR), *filter(None, [environment.get("PYTHONPATH")])]
    return environment | {
        "PYTHONPATH": os.pathsep.join(paths),
        "WATTLAB_EVENTS": str(task.run_dir / "events.jsonl"),
        "WATTLAB_PARENT": str(wattlab_probe.RUN_ID),
        processes.RUN_DIR: str(task.run_dir),
    }


def _start(task: Task, lines: StdoutLines | None, gate: CallGate | None) -> subprocess.Popen[bytes]:
    if task.cwd is not None and not task.cwd.is_dir():
        raise SutError(
            f"{task.name}: expected a folder to work in, but there is no {task.cwd}. "
            f"Correct `cwd` of this scenario in lab.toml"
        )
    with open(task.run_dir / "stdout.log", "ab") as out, open(task.run_dir / "stderr.log", "ab") as err:
        try:
            return subprocess.Popen(
                task.command,
                stdin=subprocess.DEVNULL,
                stdout=out if lines is None else lines.programs_end,
                stderr=err,
                cwd=task.cwd,
                env=_environment(task) | ({} if gate is None else gate.variable),
                pass_fds=() if gate is None else gate.programs_ends,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  (this process has one thread)
            )
        except (OSError, ValueError) as error:
            raise SutError(
                f"{task.name}: the command cannot be started: {error}. Looked for {task.command[0]!r}; "
                f"correct `command` or `environment` of this scenario in lab.toml, or install the program"
            ) from None


def _has_ended(pid: int) -> bool:
    """Tell whether our child has ended, without collecting it: its id stays taken."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def _attend(pid: int, limit_s: float, stop: StopSignal, outcome: Outcome, gate: CallGate | None) -> None:
    """Wait until the main process has ended; make it end when it must."""
    begun_s = time.monotonic()
    while not _has_ended(pid):
        now = time.monotonic()
        deadline = begun_s + limit_s + (0.0 if gate is None else gate.waited_s)
        if stop.asked or now >= deadline:
            outcome.aborted = stop.asked
            outcome.timed_out = not stop.asked
            break
        stop.wait(deadline)
        if gate is not None:
            gate.answer()
    else:
        return
    os.killpg(pid, signal.SIGTERM)
    deadline = time.monotonic() + KILL_AFTER_S
    while not _has_ended(pid) and time.monotonic() < deadline:
        stop.wait(deadline)
    while not _has_ended(pid):
        processes.send(processes.of_workload(pid), signal.SIGKILL)
        stop.wait(time.monotonic() + KILL_AFTER_S)


def _collect(child: subprocess.Popen[bytes], outcome: Outcome) -> None:
    code = child.wait()
    outcome.exit_code, outcome.signal = (code, None) if code >= 0 else (None, -code)


def _print(message: dict[str, object]) -> None:
    """Tell the controller, unless it is gone: then standard input has ended too, which ends the run."""
    try:
        os.write(1, json.dumps(message).encode() + b"\n")
    except BrokenPipeError:
        print(f"runner: nobody listens any more: {message}", file=sys.stderr)


def _tracker(text: str) -> TrackerTask:
    given = {"interval_s": 1.0, "limit_s": STEP_LIMIT_S} | json.loads(text)
    return TrackerTask(**{key: given[key] for key in ("name", "command", "interval_s", "limit_s")})


def _report_to(path: Path) -> None:
    """Be the runner within a tracker: say everything in a file, and be no part of the tracker."""
    report = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    os.dup2(report, 1)
    forget_tracker()


def _used_s() -> float:
    """Return the CPU seconds of this process and of those that it has collected."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="workload.runner", description=__doc__.partition("\n")[0])
    parser.add_argument("--run-dir", type=Path, required=True, help="folder of the run")
    parser.add_argument("--name", required=True, help="name of the scenario")
    parser.add_argument("--limit-s", type=float, required=True, help="longest time in seconds")
    parser.add_argument("--cwd", type=Path, help="working directory of the command")
    parser.add_argument("--phases", help="regular expression that tells phases from the lines printed")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end the workload when standard input ends"
    )
    parser.add_argument("--await-go", action="store_true", help="begin at a line `go` on standard input")
    parser.add_argument("--tracker", type=_tracker, help="JSON: name, command, interval_s, limit_s")
    parser.add_argument("--gate-calls", action="store_true", help="pass on what calls ask of the gate")
    parser.add_argument("--report", type=Path, help="file for what it says, in place of standard output")
    parser.add_argument("command", nargs="+", help="after --: the program and its arguments")
    return parser


def main() -> int:
    """Run the command line; return the exit code."""
    args = _parser().parse_args()
    stop = StopSignal(args.until_stdin_closes, wake_on=(signal.SIGCHLD,))
    run_dir = args.run_dir.resolve()
    variables = json.loads(os.environ.pop(processes.VARIABLES, "{}"))
    task = Task(
        run_dir,
        args.name,
        args.command,
        args.limit_s,
        args.cwd,
        variables,
        args.phases,
        args.tracker,
        args.await_go,
        args.gate_calls,
    )
    if args.report:
        _report_to(args.report)
    try:
        outcome = run(task, stop)
    except SutError as error:
        print(f"SutError: {error}", file=sys.stderr)
        if args.report:
            _print({"error": str(error)})
        return EXIT_SUT
    except OSError as error:
        print(
            f"SutError: {run_dir}: cannot be written: {error}. Free space or make it writable, "
            f"then `lab resume`",
            file=sys.stderr,
        )
        return EXIT_SUT
    _print(asdict(outcome) | ({"used_s": _used_s()} if args.report else {}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
