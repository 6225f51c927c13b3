"""A block that hangs is ended, and one that only takes long is not."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from lab_bench import write_config

from lab.config.file import load_config
from lab.fleet.stall import end_hung, longest_silence_s, wait
from records.shard import LeaseRecord


def silent(journal: Path, for_s: float) -> None:
    journal.parent.mkdir(parents=True)
    journal.touch()
    written = journal.stat().st_mtime - for_s
    os.utime(journal, (written, written))


@pytest.mark.parametrize("words", ["sleep 60", "trap '' TERM; sleep 60 & wait; sleep 60"])
def test_a_block_that_hangs_is_ended(tmp_path: Path, words: str) -> None:
    child = subprocess.Popen(["sh", "-c", words])
    assert not wait(child, tmp_path / "journal.jsonl", 0.3, look_s=0.1, ends_s=0.5)
    assert child.returncode < 0


def test_a_block_that_writes_or_ends_is_left_alone(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    writes = f"for i in 1 2 3 4 5 6 7 8; do echo >> {journal}; sleep 0.2; done"
    child = subprocess.Popen(["sh", "-c", writes])
    assert wait(child, journal, 1.0, look_s=0.1)
    assert child.returncode == 0


def lease_of(process: subprocess.Popen[bytes], granted_before_s: float) -> LeaseRecord:
    granted_utc_s = time.time() - granted_before_s
    return LeaseRecord(number=1, owner="block 1", host="", granted_utc_s=granted_utc_s, pid=process.pid)


def test_only_a_hung_process_of_an_earlier_worker_is_killed(tmp_path: Path) -> None:
    silent(tmp_path / "campaign/block-0001/c/journal.jsonl", 100.0)
    child = subprocess.Popen(["sleep", "60"])
    end_hung(lease_of(child, 300.0), tmp_path, 200.0)
    end_hung(lease_of(child, 20.0), tmp_path, 50.0)
    assert child.poll() is None, "it writes, or has only just been given the bench"
    end_hung(lease_of(child, 300.0), tmp_path, 50.0)
    assert child.wait(10) == -signal.SIGKILL
    end_hung(lease_of(child, 300.0), tmp_path, 50.0)


def test_the_longest_silence_holds_every_step_of_a_run(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path, limit_s=500))
    assert longest_silence_s(config) > 500 + config.sut.link_lost_s - 1
