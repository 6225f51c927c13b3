"""Scripts of a truth and a stage for the tests of its twins."""

import subprocess
from pathlib import Path

import pytest

from sut.virtual.stage import Stage, prepare, why_no_stage
from workload.command import SCENARIOS_DIR

PROGRAM = SCENARIOS_DIR / "scripted.py"


def staged(folder: Path, script: str, server: str | None = None) -> Stage:
    """Prepare a stage for a script; skip the test where there can be none."""
    reason = why_no_stage()
    if reason:
        pytest.skip(reason)
    path = folder / "script.toml"
    path.write_text(script, encoding="utf-8")
    (folder / "stage").mkdir()
    stage = prepare(path, folder / "stage")
    if server == "rapl_fuse" != stage.server:
        pytest.skip("no FUSE here: it needs mfusepy, libfuse and the right to open /dev/fuse")
    return Stage(stage.folder, server or stage.server)


def on_stage(stage: Stage, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the stage."""
    argv, variables = stage.command(list(command)), stage.environment()
    return subprocess.run(argv, env=variables, capture_output=True, text=True, timeout=60, check=False)
