"""The lease of a bench: one controller at a time, and none begins when its turn has passed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lab_bench import lab, run_record, start_lab, wait_for, workload_started, write_config

from lab.conduct.campaign import draw_campaign
from lab.conduct.lease import DEAD_AFTER_S, BenchBusy, BenchLease, grant, is_held, read_lease
from lab.config.file import load_config
from records.errors import RecordError, SutError
from records.shard import LeaseRecord, Shard

HOLDER = """
import sys
from pathlib import Path
from lab.conduct.lease import grant
with grant("a", Path(sys.argv[1]), "campaign c, block 1").held():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lease of bench a in the test's folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_each_grant_has_a_higher_number(tmp_path: Path) -> None:
    assert [grant("a", tmp_path, "c").number for _ in range(3)] == [1, 2, 3]


def test_an_older_grant_cannot_be_held(tmp_path: Path) -> None:
    late = grant("a", tmp_path, "block 1")
    grant("a", tmp_path, "block 2")
    with pytest.raises(SutError, match="block 2"), late.held():
        pass


def test_a_bench_on_which_a_process_measures_is_not_given_away(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    lease = read_lease(tmp_path)
    assert lease is not None
    assert lease.pid == holder.pid
    assert is_held(tmp_path)
    with pytest.raises(BenchBusy, match="campaign c, block 1"):
        grant("a", tmp_path, "block 2")


def test_a_killed_holder_leaves_the_bench_free(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    assert not is_held(tmp_path)
    assert grant("a", tmp_path, "block 2").number == 2


def test_a_holder_that_ends_in_order_says_so(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.communicate("")
    lease = read_lease(tmp_path)
    assert lease is not None
    assert (lease.number, lease.pid) == (1, None)


def test_a_holder_on_another_controller_lives_as_long_as_its_heart_beats(tmp_path: Path) -> None:
    """A file system over the network may show no lock of another machine."""
    lease_json = tmp_path / "lease.json"
    LeaseRecord(number=7, owner="block 1", host="elsewhere", granted_utc_s=0.0, pid=1).write(lease_json)
    with pytest.raises(BenchBusy, match="elsewhere"):
        grant("a", tmp_path, "block 2")
    silent_since_s = lease_json.stat().st_mtime - DEAD_AFTER_S - 1
    os.utime(lease_json, (silent_since_s, silent_since_s))
    assert grant("a", tmp_path, "block 2").number == 8


def test_a_damaged_lease_gives_no_number(tmp_path: Path) -> None:
    (tmp_path / "lease.json").write_text("{")
    with pytest.raises(RecordError):
        grant("a", tmp_path, "block 1")


def write_shard(folder: Path, lease: BenchLease) -> Path:
    """Write a shard of all slots but the first."""
    campaign = draw_campaign(load_config(write_config(folder)), only=(), simulated=True)
    campaign = replace(campaign, plan=[slot for slot in campaign.plan if slot.slot > 1])
    path = folder / "shard.json"
    Shard(campaign=campaign, bench=lease.bench, folder=str(lease.folder), lease=lease.number).write(path)
    return path


@pytest.mark.slow
def test_the_runs_of_a_shard_name_bench_and_lease(tmp_path: Path) -> None:
    grant("a", tmp_path / "bench", "before")
    shard = write_shard(tmp_path, grant("a", tmp_path / "bench", "block 1"))
    done = lab("run", "--plan", shard, "--out", tmp_path / "c", "--json")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "c/runs").iterdir()) == ["0002-work", "0003-baseline"]
    record = run_record(tmp_path / "c", "0002-work")
    assert (record["bench"], record["lease"]) == ("a", 2)
    again = lab("run", "--plan", shard, "--out", tmp_path / "c", "--json")
    assert again.returncode == 0, "a shard that is complete stays so"
    assert lab("resume", tmp_path / "c").returncode == 2, "only with the lease of the bench"
    assert lab("check", tmp_path / "c").returncode == 0


def test_a_shard_whose_turn_has_passed_makes_no_folder(tmp_path: Path) -> None:
    shard = write_shard(tmp_path, grant("a", tmp_path / "bench", "block 1"))
    grant("a", tmp_path / "bench", "block 2")
    done = lab("run", "--plan", shard, "--out", tmp_path / "c")
    assert done.returncode == 3
    assert not (tmp_path / "c").exists()


def test_a_plan_takes_no_other_option(tmp_path: Path) -> None:
    shard = write_shard(tmp_path, grant("a", tmp_path / "bench", "block 1"))
    assert lab("run", "--plan", shard, "--out", tmp_path / "c", "--seed", "1").returncode == 2
    assert lab("run", "--plan", shard).returncode == 2


@pytest.mark.slow
def test_a_bench_that_was_given_away_in_mid_block_takes_no_further_run(tmp_path: Path) -> None:
    """On a file system that shows no lock of another machine, the number is what stops the older one."""
    lease = grant("a", tmp_path / "bench", "block 1")
    shard = write_shard(tmp_path, lease)
    process = start_lab("run", "--plan", shard, "--out", tmp_path / "c")
    wait_for("the first workload", workload_started(tmp_path / "c"))
    LeaseRecord(number=2, owner="block 2", host="elsewhere", granted_utc_s=0.0).write(
        lease.folder / "lease.json"
    )
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "block 2" in errors
    assert run_record(tmp_path / "c", "0002-work")["status"] == "completed"
    assert not (tmp_path / "c/runs/0003-baseline/meter.csv").exists()
    current = read_lease(lease.folder)
    assert current is not None
    assert current.number == 2
