"""Processes on the local SUT: groups, tethers, ends."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from records.errors import SutError
from sut.clock import ClockComparison
from sut.local import LocalProcess, LocalSut
from sut.sut import Sut


def _python(sut: LocalSut, code: str, **options: object) -> LocalProcess:
    return sut.start([str(sut.python), "-u", "-c", code], **options)  # type: ignore[arg-type]


def _line(process: LocalProcess) -> bytes:
    assert process.stdout is not None
    return process.stdout.readline()


def _close(process: LocalProcess) -> None:
    assert process.stdout is not None
    process.stdout.close()


def test_the_local_machine_keeps_the_contract_of_a_sut():
    sut: Sut = LocalSut()
    assert sut.clock_offset() == ClockComparison(0.0, 0.0, 0.0, "same-host")


def test_a_process_leads_a_group_of_its_own_and_gets_folder_and_environment(tmp_path):
    process = _python(
        LocalSut(),
        "import os; print(os.getpgid(0), os.getcwd(), os.environ['FLOWER'])",
        cwd=tmp_path,
        env={**os.environ, "FLOWER": "tulip"},
    )
    assert _line(process).decode().split() == [str(process.pid), str(tmp_path), "tulip"]
    assert process.wait(30) == 0
    _close(process)


def test_cutting_the_tether_ends_a_process_that_watches_it():
    process = _python(LocalSut(), "import sys; print('up'); sys.stdin.read(); sys.exit(5)")
    assert _line(process) == b"up\n" and process.poll() is None
    assert process.wait(0.05) is None
    assert process.end() == 5
    _close(process)


def test_a_process_that_ignores_tether_and_sigterm_is_killed():
    process = _python(
        LocalSut(),
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(600)",
    )
    assert _line(process) == b"up\n"
    assert process.end(patience_s=0.1) == -signal.SIGKILL
    _close(process)


def test_what_a_process_left_behind_in_its_group_ends_with_it(wait_until):
    code = "import subprocess; p = subprocess.Popen(['sleep', '600']); print(p.pid)"
    process = _python(LocalSut(), code)
    sleeper = int(_line(process))
    process.end()
    _close(process)
    stat = Path(f"/proc/{sleeper}/stat")
    wait_until(lambda: not stat.exists() or stat.read_text().split()[2] in "ZX", "the end of sleep")


def test_output_can_go_to_a_file(tmp_path):
    with open(tmp_path / "out", "wb") as out:
        process = _python(LocalSut(), "print('tulip')", stdout=out, stderr=subprocess.DEVNULL)
        assert process.wait(30) == 0
    assert process.stdout is None
    process.end()
    assert (tmp_path / "out").read_text() == "tulip\n"


def test_a_program_that_is_not_there_is_named():
    with pytest.raises(SutError, match="no-such-program: expected to start it on the SUT"):
        LocalSut().start(["no-such-program"])
