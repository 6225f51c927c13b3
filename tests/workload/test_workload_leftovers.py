"""What a killed runner left is found by its mark and ended; what somebody attends to is left alone."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from workload_processes import DEADLINE_S, ROOT, is_running, wait_until

DEAF = """
import signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


@pytest.fixture
def marked() -> Iterator[Callable[[Path, str], subprocess.Popen[str]]]:
    """Start a Python process with the mark of a run, as a child of this one."""
    started: list[subprocess.Popen[str]] = []

    def start(run_dir: Path, code: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "WATTLAB_RUN_DIR": str(run_dir)}
        command = [sys.executable, "-c", code]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def end(folder: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "workload.leftovers", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=DEADLINE_S)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_processes_of_the_runs_below_a_folder_end_and_attended_ones_of_other_runs_go_on(tmp_path, marked):
    deaf = marked(tmp_path / "campaign/runs/0001-work", DEAF)
    other = marked(tmp_path / "other/runs/0001-work", DEAF)
    for process in (deaf, other):
        assert process.stdout.readline() == "deaf\n"
    assert end(tmp_path / "campaign/runs") == {"ended": 1, "alive": {}}
    assert deaf.wait(DEADLINE_S) == -signal.SIGKILL
    assert other.poll() is None


def test_orphans_of_any_run_end(tmp_path, marked):
    orphaning = "import subprocess; print(subprocess.Popen(['sleep', '600'], start_new_session=True).pid)"
    parent = marked(tmp_path / "other/runs/0001-work", orphaning)
    orphan = int(parent.stdout.readline())
    assert parent.wait(DEADLINE_S) == 0
    end(tmp_path / "campaign/runs")
    wait_until(lambda: not is_running(orphan), "the orphan has ended")


def test_nothing_to_end_is_nothing_said(tmp_path):
    assert end(tmp_path)["alive"] == {}
