"""What stops a controller: a kill, Ctrl-C, a full disk. Nothing completed is lost, and resume goes on."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_bench import (
    journal,
    kill,
    lab,
    processes_naming,
    run_record,
    start_lab,
    wait_for,
    workload_started,
    write_config,
)

from records.files import hash_tree


def test_a_killed_controller_leaves_no_process_and_resume_finishes(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    wait_for("the second workload", workload_started(campaign, 2))
    kill(controller)
    first = hash_tree(campaign / "runs/0001-baseline")
    wait_for("the end of every process of the campaign", lambda: not processes_naming(str(campaign)))
    states = json.loads(lab("status", campaign, "--json").stdout)
    assert (states["completed"], states["running_now"]) == (1, False)

    done = lab("resume", campaign)
    assert done.returncode == 0, done.stderr
    assert run_record(campaign, "0002-work")["status"] == "aborted"
    assert run_record(campaign, "0002-work.2")["status"] == "completed"
    assert hash_tree(campaign / "runs/0001-baseline") == first, "a completed run is never touched"
    assert lab("check", campaign).returncode == 0


def test_a_kill_between_the_record_of_a_run_and_the_journal_loses_no_run(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    assert lab("run", "--config", write_config(tmp_path), "--out", campaign).returncode == 0
    lines = (campaign / "journal.jsonl").read_text().splitlines(keepends=True)
    (*_, last) = (n for n, line in enumerate(lines) if '"what": "run ended"' in line)
    (campaign / "journal.jsonl").write_text("".join(lines[:last]) + lines[last][:40])
    assert "journal-differs" in lab("check", campaign).stdout, "nothing says yet that the run ended"
    before = hash_tree(campaign / "runs")

    done = lab("resume", campaign)
    assert done.returncode == 0, done.stderr
    assert hash_tree(campaign / "runs") == before, "no run was repeated or touched"
    assert "journal-differs" not in lab("check", campaign).stdout
    assert lab("resume", campaign).returncode == 0
    assert sum(e["what"] == "run ended" for e in journal(campaign)) == 3


def test_a_run_whose_folder_is_removed_fails_and_is_measured_again(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    wait_for("the second workload", workload_started(campaign, 2))
    wait_for("its program", (campaign / "runs/0002-work/stdout.log").exists)
    shutil.rmtree(campaign / "runs/0002-work")
    output, words = controller.communicate(timeout=110)
    assert controller.returncode == 0, output + words
    run = run_record(campaign, "0002-work")
    assert run["status"] == "failed" and str(campaign / "runs/0002-work") in run["reason"]
    assert run_record(campaign, "0002-work.2")["status"] == "completed"
    assert lab("check", campaign).returncode == 0


def test_a_campaign_goes_on_when_nobody_reads_its_progress_any_more(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    assert controller.stderr is not None
    controller.stderr.readline()
    controller.stderr.close()
    wait_for("the end of the campaign", lambda: controller.poll() is not None, 110)
    assert controller.returncode == 0
    assert [e["what"] for e in journal(campaign)][-1] == "campaign ended"
    assert controller.stdout is not None
    assert "3 of 3 runs completed" in controller.stdout.read()
    controller.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_ends_in_order_and_says_how_to_go_on(tmp_path: Path, number: int) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    wait_for("the first workload", workload_started(campaign))
    controller.send_signal(number)
    _, words = controller.communicate(timeout=60)
    assert controller.returncode == 130
    assert f"`lab resume {campaign}`" in words
    run = run_record(campaign, "0001-baseline")
    assert (run["status"], run["reason"]) == ("aborted", "interrupted by the operator")
    assert not processes_naming(str(campaign))


def test_a_second_controller_is_refused(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    try:
        wait_for("the first workload", workload_started(campaign))
        second = lab("resume", campaign)
        assert second.returncode == 3
        assert f"with {campaign} is measuring" in second.stderr
        other = lab("run", "--config", tmp_path / "lab.toml", "--out", tmp_path / "d")
        assert other.returncode == 3
        assert f"with {campaign} is measuring" in other.stderr
        assert not (tmp_path / "d").exists()
        assert json.loads(lab("status", campaign, "--json").stdout)["running_now"] is True
    finally:
        controller.send_signal(signal.SIGINT)
        controller.communicate(timeout=60)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 KiB, which only root can make."""
    if os.geteuid() != 0:
        pytest.skip("making a small file system needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_stops_the_campaign_and_space_lets_it_go_on(tmp_path: Path, small_disk: Path) -> None:
    filler = f"{sys.executable} -c \"open('{small_disk}/fill', 'wb').write(bytes(10**6))\""
    command = json.dumps(["sh", "-c", f"{filler}; sleep 4"])
    campaign = small_disk / "c"
    done = lab("run", "--config", write_config(tmp_path, command=command), "--out", campaign)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Free space on this disk" in done.stderr
    assert f"`lab resume {campaign}`" in done.stderr
    assert run_record(campaign, "0001-baseline")["status"] == "completed"
    (small_disk / "fill").unlink()
    states = json.loads(lab("status", campaign, "--json").stdout)
    assert states["completed"] == 1
    assert states["slots"][1]["state"] != "completed"
