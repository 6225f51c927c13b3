"""Fixtures of the workload room: run folders, runners, interpreters of the measured environments."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from measured_environments import python_or_skip
from workload_processes import DEADLINE_S, PROBE_DIR, Runner


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "0001-tested"
    folder.mkdir()
    return folder


@pytest.fixture
def start(run_dir: Path) -> Iterator[Callable[..., Runner]]:
    runners: list[Runner] = []

    def start_runner(*command: str, **options: object) -> Runner:
        runners.append(Runner(run_dir, *command, **options))
        return runners[-1]

    yield start_runner
    for runner in runners:
        runner.process.stdin.close()
        runner.process.wait(DEADLINE_S)
        runner.process.stdout.close()
        runner.process.stderr.close()


@pytest.fixture
def run_python(run_dir: Path) -> Callable[..., subprocess.CompletedProcess]:
    """Run Python code (or arguments) with the probe as the runner would set it up."""

    def run(*arguments: str, python: Path | str = sys.executable, **variables: str):
        environment = os.environ | {
            "PYTHONPATH": str(PROBE_DIR),
            "WATTLAB_EVENTS": str(run_dir / "events.jsonl"),
            "WATTLAB_PARENT": "1",
            "WATTLAB_RUN_DIR": str(run_dir),
            "TF_CPP_MIN_LOG_LEVEL": "2",
            **variables,
        }
        return subprocess.run(
            [str(python), *arguments],
            env=environment,
            cwd=run_dir,
            text=True,
            check=False,
            capture_output=True,
            timeout=100,
        )

    return run


@pytest.fixture
def cpu_python() -> Path:
    return python_or_skip("cpu")


@pytest.fixture
def codecarbon_python() -> Path:
    return python_or_skip("codecarbon")
