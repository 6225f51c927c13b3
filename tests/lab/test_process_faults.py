"""Processes of the lab that are killed while a campaign runs."""

import os
import signal
from pathlib import Path

from lab_bench import (
    lab,
    processes_naming,
    run_record,
    start_lab,
    wait_for,
    workload_started,
    write_config,
)


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
