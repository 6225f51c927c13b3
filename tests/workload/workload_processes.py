"""Real processes of the workload room, for its tests."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workload.processes import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
PROBE_DIR = ROOT / "workload" / "probe"
PROGRAMS = Path(__file__).parent / "programs"
DEADLINE_S = 60.0


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Poll until something holds; fail with its description when it never does."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {DEADLINE_S:g} s in vain until {what}")
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


class Runner:
    """``python -m workload.runner`` on a run folder, as the conductor starts it."""

    def __init__(
        self,
        run_dir: Path,
        *command: str,
        limit_s: float = 60,
        options: tuple[str, ...] = (),
        variables: dict[str, str] | None = None,
    ):
        argv = [sys.executable, "-m", "workload.runner", "--run-dir", str(run_dir), "--name", "tested"]
        argv += ["--limit-s", str(limit_s), "--until-stdin-closes", *options, "--", *command]
        self.run_dir = run_dir
        self.process = subprocess.Popen(
            argv,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, VARIABLES: json.dumps(variables or {})},
        )

    def read_line(self) -> dict:
        return json.loads(self.process.stdout.readline())

    def result(self) -> dict:
        """Wait for its end; return the last line."""
        assert self.process.wait(DEADLINE_S) == 0, self.process.stderr.read()
        return json.loads(self.process.stdout.read().splitlines()[-1])
