"""The collectors as the process they are: what they write, and every way in which they end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from records.host import read_collectl, read_host
from sut.collectors.collect import Schedule

needs_collectl = pytest.mark.skipif(shutil.which("collectl") is None, reason="collectl is not installed")
Start = Callable[..., subprocess.Popen]


@pytest.fixture
def start(run_dir: Path) -> Iterator[Start]:
    """Start the collectors at ten rows a second on the run's folder."""
    started = ExitStack()

    def begin(*arguments: str, shell: str = "", env: dict[str, str] | None = None) -> subprocess.Popen:
        command = [
            sys.executable,
            "-m",
            "sut.collectors.collect",
            "--out",
            str(run_dir),
            "--interval",
            "0.1",
            *arguments,
        ]
        if shell:
            command = ["bash", "-c", f'{shell}; exec "$@"', "bash", *command]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
        )
        started.enter_context(process)
        started.callback(process.kill)
        return process

    with started:
        yield begin


def _ready(process: subprocess.Popen) -> dict:
    return json.loads(process.stdout.readline())


def _rows(path: Path) -> int:
    return sum(line[:1].isdigit() for line in path.read_text().splitlines()) if path.exists() else 0


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def test_the_procfs_sampler_writes_stamped_rows_until_sigterm(start, run_dir, wait_until):
    begun = time.time()
    process = start("--collectl", "never")
    message = _ready(process)
    assert message["ready"] is True and message["collectors"][0] == "procfs"
    wait_until(lambda: _rows(run_dir / "host.csv") >= 5, "5 rows in host.csv")
    process.terminate()
    assert process.wait() == 0
    stamps = read_host(run_dir).frame["t_utc_s"]
    assert stamps.is_monotonic_increasing and stamps.is_unique
    assert stamps.between(begun, time.time()).all()
    # no row is made up: there are never more than the time allows
    assert len(stamps) <= (time.time() - begun) / 0.1


def test_an_absent_gpu_is_one_line_of_notice_and_no_file(start, run_dir):
    if Path("/proc/driver/nvidia").exists():
        pytest.skip("this machine has an NVIDIA GPU")
    process = start("--collectl", "never")
    assert "no NVIDIA GPU found: gpu.csv is not written" in _ready(process)["notices"]
    process.terminate()
    process.wait()
    assert not (run_dir / "gpu.csv").exists() and not (run_dir / "gpu.json").exists()


@pytest.mark.parametrize("how", ["never", "auto"])
def test_the_end_of_standard_input_ends_the_collectors_in_good_order(start, run_dir, wait_until, how):
    process = start("--collectl", how, "--until-stdin-closes")
    _ready(process)
    files = (run_dir / "host.csv", run_dir / "collectl.tab")
    wait_until(lambda: sum(map(_rows, files)) >= 3, "3 rows")
    process.stdin.close()
    assert process.wait() == 0
    assert process.stderr.read() == ""
    table = read_host(run_dir)
    assert table.damaged_lines == [] and len(table.frame) >= 3


def test_without_the_option_an_empty_standard_input_ends_nothing(start, run_dir, wait_until):
    process = start("--collectl", "never")
    process.stdin.close()
    wait_until(lambda: _rows(run_dir / "host.csv") >= 3, "3 rows after stdin closed")
    process.send_signal(signal.SIGINT)
    assert process.wait() == 0


def test_where_collectl_is_not_installed_the_procfs_sampler_is_used_and_it_says_so(start, run_dir):
    process = start(env={**os.environ, "PATH": str(run_dir)})
    message = _ready(process)
    assert message["collectors"][0] == "procfs"
    assert "collectl is not installed: the procfs sampler writes host.csv" in message["notices"]


@needs_collectl
def test_collectl_is_ready_with_its_first_row_and_is_recorded_as_it_speaks(start, run_dir, wait_until):
    process = start()
    assert _ready(process)["collectors"][0] == "collectl"
    assert _rows(run_dir / "collectl.tab") >= 1
    wait_until(lambda: _rows(run_dir / "collectl.tab") >= 5, "5 rows in collectl.tab")
    process.terminate()
    assert process.wait() == 0
    table = read_collectl(run_dir / "collectl.tab")
    assert table.damaged_lines == [] and table.frame["t_utc_s"].is_monotonic_increasing


@needs_collectl
def test_a_killed_collectl_ends_the_collectors_with_code_3_and_its_name(start, run_dir):
    process = start("--until-stdin-closes")
    _ready(process)
    (collectl,) = _children(process.pid)
    os.kill(collectl, signal.SIGKILL)
    assert process.wait() == 3
    message = process.stderr.read()
    assert message.startswith("sut.collectors: collectl: expected it to record until the end of the run")
    assert "signal 9" in message and "collectl.tab" in message and len(message.splitlines()) == 1


@needs_collectl
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_collectl_outlives_the_collectors(start, wait_until, how):
    process = start()
    _ready(process)
    (collectl,) = _children(process.pid)
    assert _is_running(collectl)
    process.send_signal(how)
    process.wait()
    wait_until(lambda: not _is_running(collectl), "the end of collectl")


@needs_collectl
@pytest.mark.slow
def test_a_collectl_that_falls_silent_ends_the_collectors_with_code_3(start):
    process = start()
    _ready(process)
    (collectl,) = _children(process.pid)
    os.kill(collectl, signal.SIGSTOP)
    assert process.wait() == 3
    assert "none came for 1" in process.stderr.read()
    assert not _is_running(collectl)


@pytest.mark.parametrize("how", ["never", "auto"])
def test_a_full_disk_ends_the_collectors_with_code_3_and_names_the_file(start, run_dir, how):
    # 1 KiB of file is what the system grants; Python is told so by EFBIG
    process = start("--collectl", how, shell="ulimit -f 1")
    assert process.wait() == 3
    message = process.stderr.read().splitlines()[-1]
    (written,) = [path for path in (run_dir / "host.csv", run_dir / "collectl.tab") if path.exists()]
    assert message.startswith(
        f"sut.collectors: {written}: expected to append a row, but: File too large. Free"
    )


def test_a_disk_without_a_byte_left_is_named_before_anything_begins(start, run_dir):
    (run_dir / "host.csv").symlink_to("/dev/full")
    process = start("--collectl", "never")
    assert process.wait() == 3
    message = process.stderr.read()
    assert f"{run_dir / 'host.csv'}: expected to open it, but: No space left on device. Free" in message
    assert process.stdout.read() == ""


def test_a_run_folder_that_is_not_there_is_named(start, run_dir):
    run_dir.rmdir()
    process = start()
    assert process.wait() == 3
    assert process.stderr.read() == (
        f"sut.collectors: {run_dir}: expected the folder of a run, but there is none. Make it first\n"
    )


@pytest.mark.parametrize("interval", ["0", "0.01", "-1", "nan", "soon"])
def test_an_interval_that_cannot_be_kept_is_wrong_usage(run_dir, interval):
    command = [
        sys.executable,
        "-m",
        "sut.collectors.collect",
        "--out",
        str(run_dir),
        f"--interval={interval}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "--interval" in done.stderr


class Counting:
    """A sampler that notes when it was asked."""

    name = "counting"

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self.count = 0

    def sample(self) -> None:
        self.count += 1

    def close(self) -> None: ...


def test_samples_keep_to_start_plus_n_intervals_however_late_each_is():
    sampler = Counting(1.0)
    schedule = Schedule([sampler], 100.0)
    for n in range(1, 50):
        schedule.run_due(lambda n=n: 100.0 + n + 0.3)  # always 0.3 s late: nothing adds up
    assert sampler.count == 49
    assert schedule.wait_s(149.3) == pytest.approx(0.7)


def test_missed_slots_are_left_out_and_not_made_up_in_a_burst():
    sampler = Counting(1.0)
    schedule = Schedule([sampler], 0.0)
    for _ in range(5):
        schedule.run_due(lambda: 7.5)  # the machine slept: slots 1 to 7 have passed
    assert sampler.count == 1
    assert schedule.wait_s(7.5) == pytest.approx(0.5)
