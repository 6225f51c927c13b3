"""Trying a tracker on this machine: its wrapper around a short program, in a temporary folder."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.envs.places import python_of
from records.trackers import read_trackers
from workload.command import TrackerCommand, tracker_option
from workload.registry import environment_of

TRIAL_S = 3.0
"""How long the program of a trial keeps one CPU busy, in seconds."""

_LONGER_S = {"eit": 12.0}  # its first sample comes after 4 to 9 s
_STEP_LIMIT_S = 60.0
_STEPS = 5  # build, start, stop, result; and what the program itself takes
_BUSY = "import sys, time\nend = time.monotonic() + float(sys.argv[1])\nwhile time.monotonic() < end: pass"

_WORKING = ("ok", "window", "orphan")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The outcome of a trial.

    Attributes:
        tracker: its name.
        installed: whether its environment is there.
        works: whether it gave an energy here.
        outcome: of `records.tracker_columns.OUTCOMES`; ``None`` where it was not tried.
        version: of the tracker.
        method: how it comes by each component.
        extent: ``machine``, ``process tree`` or ``device``.
        reason: why it does not work, or what was wrong with it.
    """

    tracker: str
    installed: bool
    works: bool = False
    outcome: str | None = None
    version: str | None = None
    method: dict[str, str] | None = None
    extent: str | None = None
    reason: str = ""


def try_tracker(name: str, seconds: float = TRIAL_S) -> Trial:
    """Start a tracker as a campaign does, and say what it can do here.

    Args:
        name: see `workload.registry`.
        seconds: how long its program runs; EIT gets longer, since its first sample comes late.

    Raises:
        ConfigurationError: no tracker has this name.
    """
    environment = environment_of(name)
    if environment is None:
        hint = f"from another package: only a campaign knows its interpreter, from [trackers.{name}]"
        return Trial(tracker=name, installed=False, reason=hint)
    python = python_of(environment)
    if not python.exists():
        hint = f"not installed; `lab trackers install {environment}` does that"
        return Trial(tracker=name, installed=False, reason=hint)
    command = TrackerCommand(name=name, python=str(python), limit_s=_STEP_LIMIT_S)
    return try_option(name, tracker_option(command, where="trial"), seconds)


def try_option(name: str, option: str, seconds: float = TRIAL_S) -> Trial:
    """Start a tracker with the settings of a campaign, and say what it can do here.

    Args:
        name: of the tracker.
        option: the runner's option for it (`workload.command.tracker_option`).
        seconds: see `try_tracker`.
    """
    with tempfile.TemporaryDirectory(prefix="wattlab-trial-") as folder:
        run_dir = Path(folder)
        words = _run(run_dir, option, max(seconds, _LONGER_S.get(name, 0.0)))
        table = read_trackers(run_dir)
    if table is None or len(table.frame) != 1:
        return Trial(tracker=name, installed=True, outcome="crashed", reason=words)
    return _trial_of(name, table.frame.iloc[0].to_dict())


def _run(run_dir: Path, option: str, seconds: float) -> str:
    """Run the program under the runner; return the last line that it wrote to standard error."""
    runner = [sys.executable, "-m", "workload.runner", "--run-dir", str(run_dir), "--name", "trial"]
    runner += ["--limit-s", str(seconds + _STEP_LIMIT_S), "--tracker", option, "--until-stdin-closes"]
    program = [sys.executable, "-c", _BUSY, str(seconds)]
    process = subprocess.Popen(
        [*runner, "--", *program],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    with process:
        try:
            process.wait(seconds + _STEPS * _STEP_LIMIT_S)
        except subprocess.TimeoutExpired:
            return "the runner did not end in time and was ended"
        finally:
            if process.stdin is not None:
                process.stdin.close()  # it ends everything that it started
        lines = process.stderr.read().strip().splitlines() if process.stderr is not None else []
    return lines[-1] if lines else f"the runner ended with exit code {process.returncode}"


def _trial_of(name: str, row: dict[Any, Any]) -> Trial:
    texts = {key: value for key, value in row.items() if isinstance(value, str) and value}
    outcome = texts.get("outcome", "crashed")
    works = outcome in _WORKING and row["energy_wh"] > 0
    return Trial(
        tracker=name,
        installed=True,
        works=works,
        outcome=outcome,
        version=texts.get("version"),
        method=json.loads(texts["method"]) if "method" in texts else None,
        extent=texts.get("extent"),
        reason="" if works and outcome != "orphan" else texts.get("outcome_text", ""),
    )
