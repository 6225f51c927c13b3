"""What goes wrong in a lab: each ends in a clear message and the right exit code, and loses nothing."""

import json
import os
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_ends_in_order_and_says_how_to_go_on(tmp_path: Path, number: int) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    wait_for("the first workload", workload_started(campaign))
    controller.send_signal(number)
    _, words = controller.communicate(timeout=60)
    assert controller.returncode == 130
    assert f"`lab resume {campaign}` goes on" in words
    run = run_record(campaign, "0001-baseline")
    assert (run["status"], run["reason"]) == ("aborted", "interrupted by the operator")
    assert not processes_naming(str(campaign))


def test_a_second_controller_is_refused(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    try:
        wait_for("the first workload", workload_started(campaign))
        second = lab("resume", campaign)
        assert second.returncode == 1
        assert "another process is running this campaign now" in second.stderr
        assert json.loads(lab("status", campaign, "--json").stdout)["running_now"] is True
    finally:
        controller.send_signal(signal.SIGINT)
        controller.communicate(timeout=60)


def test_a_failing_workload_is_reported_with_its_last_words_and_not_counted(tmp_path: Path) -> None:
    command = '["sh", "-c", "echo no such data set >&2; exit 7"]'
    campaign = tmp_path / "c"
    done = lab("run", "--config", write_config(tmp_path, command=command), "--out", campaign)
    assert done.returncode == 1
    assert "exit code 7" in done.stdout
    assert "no such data set" in done.stdout
    for name in ("0002-work", "0002-work.2"):
        run = run_record(campaign, name)
        assert (run["status"], run["exit_code"]) == ("failed", 7)
    assert run_record(campaign, "0003-baseline")["status"] == "completed", "the others are still run"
    check = lab("check", campaign)
    assert check.returncode == 1
    assert "slot-incomplete" in check.stdout


def test_a_hanging_workload_is_ended_at_its_limit(tmp_path: Path) -> None:
    command = '["sh", "-c", "trap \'\' TERM; sleep 61234 & sleep 61234"]'
    config = write_config(tmp_path, command=command, limit_s=2, max_attempts=1)
    campaign = tmp_path / "c"
    done = lab("run", "--config", config, "--out", campaign)
    assert done.returncode == 1
    assert "longer than its limit_s = 2 s" in run_record(campaign, "0002-work")["reason"]
    assert not processes_naming("sleep 61234")


def test_a_program_that_is_not_there_is_told_with_the_key_to_mend(tmp_path: Path) -> None:
    config = write_config(tmp_path, command='["no-such-program"]', max_attempts=1)
    done = lab("run", "--config", config, "--out", tmp_path / "c")
    assert done.returncode == 1
    assert "no-such-program" in done.stdout
    assert "command" in run_record(tmp_path / "c", "0002-work")["reason"]


@pytest.mark.parametrize("fault", ["unplug", "silence", "garbage"])
def test_a_run_with_a_hole_in_its_readings_is_refused_and_measured_again(tmp_path: Path, fault: str) -> None:
    # The first rating interval begins some 2 s after the first streamed reading.
    config = write_config(tmp_path, fault=[f"{fault}@4+3"], baseline_s=6.0)
    campaign = tmp_path / "c"
    done = lab("run", "--config", config, "--out", campaign)
    assert done.returncode == 0, done.stdout + done.stderr
    refused = run_record(campaign, "0001-baseline")
    assert refused["status"] == "failed"
    assert "of the rating interval" in refused["reason"]
    assert run_record(campaign, "0001-baseline.2")["status"] == "completed"
    flags = {
        line.rpartition(",")[2] for line in (campaign / "runs/0001-baseline/meter.csv").read_text().split()
    }
    assert flags & {"nodata", "malformed", "reconnected"}


def test_a_meter_that_stays_silent_stops_the_campaign_which_can_be_resumed(tmp_path: Path) -> None:
    config = write_config(tmp_path, fault=["silence@12+600"])
    campaign = tmp_path / "c"
    done = lab("run", "--config", config, "--out", campaign)
    assert done.returncode == 3, done.stdout + done.stderr
    assert f"`lab resume {campaign}` goes on" in done.stderr
    assert run_record(campaign, "0001-baseline")["status"] == "completed"


def test_nobody_on_the_port_is_told_before_anything_is_run(tmp_path: Path) -> None:
    master, slave = os.openpty()
    try:
        config = write_config(tmp_path, port=os.ttyname(slave))
        done = lab("run", "--config", config, "--out", tmp_path / "c")
    finally:
        os.close(master)
        os.close(slave)
    assert done.returncode == 3
    assert os.ttyname is not None
    assert "nothing" in done.stderr or "no answer" in done.stderr
    assert not list((tmp_path / "c" / "runs").iterdir())


def test_a_killed_collector_costs_one_attempt_and_not_the_campaign(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    wait_for("the first workload", workload_started(campaign))
    (collectors,) = [pid for pid, words in processes_naming(str(campaign)).items() if "sut.collect" in words]
    os.kill(collectors, signal.SIGKILL)
    output, words = controller.communicate(timeout=110)
    assert controller.returncode == 0, output + words
    run = run_record(campaign, "0001-baseline")
    assert run["status"] == "failed"
    assert "the collector process was killed by SIGKILL" in run["reason"]
    assert run_record(campaign, "0001-baseline.2")["status"] == "completed"


def test_a_killed_meter_logger_stops_the_campaign_with_its_name(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    wait_for("the first workload", workload_started(campaign))
    (logger,) = [pid for pid, words in processes_naming(str(campaign)).items() if "meter.logger" in words]
    os.kill(logger, signal.SIGKILL)
    _, words = controller.communicate(timeout=60)
    assert controller.returncode == 3
    assert "the meter logger was killed by SIGKILL" in words
    assert lab("resume", campaign).returncode == 0


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


def test_a_campaign_of_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    campaign.mkdir()
    (campaign / "campaign.json").write_text('{"schema": "wattlab.campaign/2"}')
    for command in ("status", "resume", "analyse"):
        done = lab(command, campaign)
        assert done.returncode == 2, done.stderr
        assert "written by a newer Wattlab" in done.stderr
    assert [path.name for path in campaign.iterdir()] == ["campaign.json"]


@pytest.mark.parametrize("command", ["status", "resume", "analyse", "report"])
def test_a_folder_that_is_no_campaign_is_told(tmp_path: Path, command: str) -> None:
    done = lab(command, tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("lab: ")
    assert "Traceback" not in done.stderr


def test_a_typing_mistake_in_the_configuration_exits_with_2(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    config.write_text(config.read_text().replace("repeats", "repeets"))
    done = lab("run", "--config", config)
    assert done.returncode == 2
    assert "[campaign] repeets: unknown key; did you mean 'repeats'?" in done.stderr


def test_an_intruding_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis/__init__.py").write_text("")
    done = lab("--version", env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2
    assert str(tmp_path / "analysis") in done.stderr


def test_the_journal_tells_the_whole_story_of_a_run(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    assert lab("run", "--config", write_config(tmp_path), "--out", campaign).returncode == 0
    entries = [e for e in journal(campaign) if e["what"] != "process ready"]
    assert [e["what"] for e in entries][:6] == [
        "campaign started",
        "virtual meter started",
        "run started",
        "workload started",
        "workload ended",
        "run ended",
    ]
    stamps = [e["t_mono_s"] for e in entries]
    assert stamps == sorted(stamps)
