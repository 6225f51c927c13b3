"""A block that hangs is ended, and one that only takes long is not."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from lab_bench import write_config

from lab.conduct.campaign import draw_campaign
from lab.config.file import load_config
from lab.fleet.stall import end_hung, longest_silence_s, wait
from records.shard import LeaseRecord, Shard


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


def look_at_holder(folder: Path, process: subprocess.Popen[bytes], for_s: float, **changes: object) -> None:
    """Look at the process of a block that was given the bench and wrote its last entry that long ago."""
    lease = LeaseRecord(
        number=7, owner="block 1", host="", granted_utc_s=time.time() - for_s, pid=process.pid
    )
    block = folder / "shards/campaign/block-0001"
    journal = block / "c/journal.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.touch()
    os.utime(journal, (lease.granted_utc_s, lease.granted_utc_s))
    campaign = draw_campaign(load_config(write_config(folder, **changes)), only=(), simulated=True)
    Shard(campaign=campaign, bench="b", folder="", lease=7).write(block / "shard.json")
    end_hung(lease, folder / "shards")


def test_a_hung_process_of_an_earlier_worker_is_killed_by_the_limits_of_its_own_campaign(
    tmp_path: Path,
) -> None:
    child = subprocess.Popen(["sleep", "60"])
    look_at_holder(tmp_path, child, 30_000.0, limit_s=36_000)
    look_at_holder(tmp_path, child, 100.0, limit_s=60)
    assert child.poll() is None, "one of its runs may take so long, or it has only just written"
    look_at_holder(tmp_path, child, 30_000.0, limit_s=60)
    assert child.wait(10) == -signal.SIGKILL
    look_at_holder(tmp_path, child, 30_000.0, limit_s=60)


def test_a_process_that_runs_no_block_of_the_bench_is_not_killed(tmp_path: Path) -> None:
    child = subprocess.Popen(["sleep", "60"])
    end_hung(LeaseRecord(number=7, owner="", host="", granted_utc_s=0.0, pid=child.pid), tmp_path)
    assert child.poll() is None
    child.kill()
    child.wait()


def test_the_longest_silence_holds_every_step_of_a_run(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path, limit_s=500))
    assert longest_silence_s(config) > 500 + config.sut.link_lost_s - 1
