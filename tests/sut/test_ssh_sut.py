"""A SUT behind a real sshd: its answers, its clock, its paths, and one campaign at a time."""

import os
import platform
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

import pytest
from ssh_bench import SshBench

import workload.runner
from records.errors import SutError
from sut.remote.host import SshHost
from sut.remote.sut import SshSut
from sut.sut import Sut


@pytest.fixture
def sut(bench: SshBench, host: SshHost, tmp_path: Path) -> Iterator[SshSut]:
    """With the Python of these tests in place of the environment that `lab sut deploy` makes."""
    python = bench.home / "wattlab/env/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    sut = SshSut(host, "wattlab", tmp_path / "envs")
    yield sut
    sut._answers.close()


def test_it_answers_as_any_sut_does(sut: SshSut) -> None:
    there: Sut = sut
    found = there.inventory({"theirs": PurePosixPath(sys.executable)})
    assert found["kernel"] and found["environments"]["theirs"]["python"]
    assert there.load_average() >= 0
    assert {"link", "installation", "clock of the SUT", "memory"} <= {c.name for c in there.preflight()}
    assert there.temperatures() == there.temperatures()


def test_the_offset_of_a_clock_is_known_to_half_a_round_trip(sut: SshSut) -> None:
    clock = sut.clock_offset()  # of a clock that both sides read
    assert abs(clock.offset_s) <= clock.rtt_s / 2
    assert clock.offset_u_s == pytest.approx(clock.rtt_s / 2 / 3**0.5)


def test_a_question_is_asked_again_where_what_answers_was_killed(sut: SshSut) -> None:
    sut.load_average()
    assert sut._answers._process is not None
    sut._answers._process.kill()
    assert sut.load_average() >= 0


def test_paths_are_those_of_the_sut(sut: SshSut, tmp_path: Path) -> None:
    root = sut.host.user_home / "wattlab"
    assert sut.resolve("train.py") == root / "programs/train.py"
    assert sut.resolve("~/data") == sut.host.user_home / "data"
    assert sut.resolve("/opt/python") == PurePosixPath("/opt/python")
    assert sut.resolve(str(tmp_path / "envs/cpu/bin/python")) == root / "envs/cpu/bin/python"
    assert sut.of_campaign("20260131-demo").home == root / "campaigns/20260131-demo"
    assert sut.installed(Path(workload.runner.__file__)) == PurePosixPath(workload.runner.__file__)


def test_another_version_of_ours_is_refused_before_anything_runs(sut: SshSut, tmp_path: Path) -> None:
    with pytest.raises(SutError, match=r"lab sut deploy"), sut.hold(tmp_path):
        pass


def test_one_campaign_holds_it_at_a_time(sut: SshSut, host: SshHost, tmp_path: Path) -> None:
    sut._hold.take(sut.python, tmp_path / "first")
    other = SshSut(host, "wattlab", tmp_path / "envs")
    with pytest.raises(
        SutError, match=rf"this machine to be free .* with {platform.node()}:{tmp_path}/first"
    ):
        other._hold.take(sut.python, tmp_path / "second")
    sut._hold.release()
    other._hold.take(sut.python, tmp_path / "second")
    other._hold.release()


def test_it_is_held_again_where_what_held_it_was_killed(
    sut: SshSut, tmp_path: Path, wait_until: Callable[[Callable[[], object], str], None]
) -> None:
    sut._hold.take(sut.python, tmp_path / "first")
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"{tmp_path}/first".encode() in entry.read_bytes():
                os.kill(int(entry.parent.name), signal.SIGKILL)
    assert sut._hold._process is not None
    wait_until(lambda: sut._hold._process.poll() is not None, "its end to be known")
    sut.keep_held()
    other = SshSut(sut.host, "wattlab", tmp_path / "envs")
    with pytest.raises(SutError, match=r"first"):
        other._hold.take(sut.python, tmp_path / "second")
    sut._hold.release()


def test_a_sut_without_our_installation_says_how_to_make_it(host: SshHost, tmp_path: Path) -> None:
    bare = SshSut(host, "nothing-here", tmp_path / "envs")
    with pytest.raises(SutError, match=r"Install it with `lab sut deploy`"):
        bare.clock_offset()
    link, installation = bare.preflight()
    assert link.ok and installation.ok is False and "lab sut deploy" in installation.fix
