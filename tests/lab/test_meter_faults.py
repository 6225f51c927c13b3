"""A meter that is silent, garbled or unplugged while a campaign runs."""

import os
from pathlib import Path

import pytest
from lab_bench import (
    lab,
    run_record,
    write_config,
)


@pytest.mark.parametrize(
    "fault",
    [
        "unplug",
        pytest.param("silence", marks=pytest.mark.slow),
        pytest.param("garbage", marks=pytest.mark.slow),
    ],
)
def test_a_run_with_a_gap_in_its_readings_is_refused_and_measured_again(tmp_path: Path, fault: str) -> None:
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
    assert f"`lab resume {campaign}`" in done.stderr
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
    assert "expected a Watts up? PRO, but nothing answered" in done.stderr
    assert not (tmp_path / "c").exists()
