"""Processes of the lab that are killed while a campaign runs."""

import os
import signal
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

from lab.conduct.children import signal_name


def test_a_killed_collector_costs_one_attempt_and_not_the_campaign(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    wait_for("the first workload", workload_started(campaign))
    (collectors,) = [
        pid for pid, words in processes_naming(str(campaign)).items() if "sut.collectors.collect" in words
    ]
    os.kill(collectors, signal.SIGKILL)
    output, words = controller.communicate(timeout=110)
    assert controller.returncode == 0, output + words
    run = run_record(campaign, "0001-baseline")
    assert run["status"] == "failed"
    assert "the collector process was killed by SIGKILL" in run["reason"]
    assert run_record(campaign, "0001-baseline.2")["status"] == "completed"


def test_what_a_killed_runner_leaves_is_ended_before_the_next_run(tmp_path: Path) -> None:
    command = '["sh", "-c", "sleep 61235 & setsid sleep 61235 & sleep 5"]'
    campaign = tmp_path / "c"
    config = write_config(tmp_path, command=command)
    controller = start_lab("run", "--config", config, "--out", campaign)
    wait_for("the second workload", workload_started(campaign, 2))
    wait_for("its children", lambda: len(processes_naming("sleep 61235")) == 4)
    (runner,) = _runners(campaign)
    os.kill(runner, signal.SIGKILL)
    wait_for("the end of the attempt", lambda: any(e["what"] == "leftovers ended" for e in journal(campaign)))
    assert not processes_naming("sleep 61235")
    output, words = controller.communicate(timeout=110)
    assert controller.returncode == 0, output + words
    assert "the workload runner was killed by SIGKILL" in run_record(campaign, "0002-work")["reason"]
    assert run_record(campaign, "0002-work.2")["status"] == "completed"


def test_what_outlived_runner_and_controller_is_ended_by_resume(tmp_path: Path) -> None:
    command = '["sh", "-c", "sleep 61236 & setsid sleep 61236 & sleep 5"]'
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path, command=command), "--out", campaign)
    wait_for("the second workload", workload_started(campaign, 2))
    wait_for("its children", lambda: len(processes_naming("sleep 61236")) == 4)
    (runner,) = _runners(campaign)
    os.kill(controller.pid, signal.SIGSTOP)
    os.kill(runner, signal.SIGKILL)
    kill(controller)
    wait_for("the main process to go", lambda: "sleep 5" not in " ".join(processes_naming("61236").values()))
    assert lab("resume", campaign).returncode == 0
    assert not processes_naming("sleep 61236")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_runner_that_stays_stopped_costs_one_attempt(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path, limit_s=4), "--out", campaign)
    wait_for("the second workload", workload_started(campaign, 2))
    wait_for("the runner", lambda: _runners(campaign))
    (runner,) = _runners(campaign)
    os.kill(runner, signal.SIGSTOP)
    output, words = controller.communicate(timeout=220)
    assert controller.returncode == 0, output + words
    assert "did not end" in run_record(campaign, "0002-work")["reason"]
    assert run_record(campaign, "0002-work.2")["status"] == "completed"


@pytest.mark.parametrize(
    ("number", "name"), [(9, "SIGKILL"), (34, "SIGRTMIN"), (39, "SIGRTMIN+5"), (64, "SIGRTMAX")]
)
def test_a_signal_is_told_by_its_name_where_it_has_one(number: int, name: str) -> None:
    assert signal_name(number) == name


def _runners(campaign: Path) -> list[int]:
    return [pid for pid, words in processes_naming(str(campaign)).items() if "workload.runner" in words]


def test_a_killed_virtual_instrument_stops_the_campaign_even_if_another_answers_at_its_port(
    tmp_path: Path,
) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    wait_for("the first workload", workload_started(campaign))
    (twin,) = [pid for pid, words in processes_naming(str(campaign)).items() if "-m meter.virtual" in words]
    os.kill(twin, signal.SIGKILL)
    _, words = controller.communicate(timeout=60)
    assert controller.returncode == 3, words
    assert "virtual meter was killed by SIGKILL" in words
    assert run_record(campaign, "0001-baseline")["status"] == "failed"
    assert not (campaign / "runs/0001-baseline.2").exists()
    assert lab("resume", campaign).returncode == 0


def test_a_killed_meter_logger_stops_the_campaign_with_its_name(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    controller = start_lab("run", "--config", write_config(tmp_path), "--out", campaign)
    wait_for("the first workload", workload_started(campaign))
    (logger,) = [
        pid for pid, words in processes_naming(str(campaign)).items() if "meter.recording.logger" in words
    ]
    os.kill(logger, signal.SIGKILL)
    _, words = controller.communicate(timeout=60)
    assert controller.returncode == 3
    assert "the meter logger was killed by SIGKILL" in words
    assert lab("resume", campaign).returncode == 0
