"""The lock of a SUT, in a folder where every user may write: what somebody else put there is not touched."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from records.errors import SutError
from sut.bench_lock import HELD, hold_sut


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the lock of this user will be."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path / f"wattlab-sut-{os.getuid()}.lock"


def test_nobody_else_may_write_into_it(lock: Path) -> None:
    with hold_sut("mine"):
        assert lock.stat().st_mode & 0o022 == 0
        assert lock.read_text() == f"process {os.getpid()} with mine"


@pytest.mark.parametrize("put", [Path.symlink_to, Path.hardlink_to])
def test_another_file_in_its_place_is_not_written(
    lock: Path, tmp_path: Path, put: Callable[[Path, Path], None]
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    put(lock, precious)
    with pytest.raises(SutError, match="lock file of this user"), hold_sut("mine"):
        pass
    assert precious.read_text() == "kept"


def test_a_pipe_in_its_place_is_waited_for_by_nobody(lock: Path) -> None:
    os.mkfifo(lock)
    with pytest.raises(SutError, match="lock file of this user"), hold_sut("mine"):
        pass


def test_who_holds_it_is_named_and_its_death_frees_it(lock: Path) -> None:
    argv = [sys.executable, "-m", "sut.bench_lock", "theirs"]
    holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == HELD
    with pytest.raises(SutError, match=f"process {holder.pid} with theirs"), hold_sut("mine"):
        pass
    holder.kill()
    holder.communicate()
    with hold_sut("mine"):
        assert "mine" in lock.read_text()
