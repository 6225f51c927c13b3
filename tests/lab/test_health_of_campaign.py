"""A control workload whose energy changes stops the campaign, which says why and can be resumed."""

import csv
import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from lab_bench import journal, lab

from lab.conduct.campaign import create, draw_campaign
from lab.conduct.health import HealthWatch
from lab.config.file import load_config
from records.campaign import Environment
from records.health import HealthRecord, read_health
from records.journal import Journal
from records.run import RunFolder

CONFIG = """
[campaign]
title = "Health"
repeats = 1
seed = 1
[sut]
collectl = "never"
[meter]
driver = "microchip_mcp39f511n"
port = "virtual"
interval_s = 0.1
[meter.virtual]
cpu_w = 0.0
gain_error_pct = {gain_error_pct}
[gate]
enabled = false
[run]
lead_in_s = 0.2
lead_out_s = 0.4
[health]
control = "control"
relative_sd_max_pct = 10.0
[[scenario]]
name = "control"
command = ["sleep", "1"]
"""


def run(folder: Path, name: str, *, gain_error_pct: float) -> Any:
    """Run a campaign of two control runs below a folder that it shares with the others."""
    config = folder / f"{name}.toml"
    config.write_text(CONFIG.format(gain_error_pct=gain_error_pct))
    return lab("run", "--config", config, "--out", folder / "campaigns" / name)


def health(campaign: Path) -> HealthRecord:
    found = read_health(campaign)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One sound campaign, and a second one on the same bench, whose meter has gone wrong by half."""
    folder = tmp_path_factory.mktemp("bench")
    (folder / "campaigns").mkdir()
    first = run(folder, "first", gain_error_pct=0.0)
    assert first.returncode == 0, first.stdout + first.stderr
    assert health(folder / "campaigns/first").stopped is None
    second = run(folder, "second", gain_error_pct=50.0)
    assert second.returncode == 1, second.stdout + second.stderr
    (folder / "second.out").write_text(second.stdout)
    return folder


def test_a_changed_meter_stops_the_next_campaign_at_its_first_control_run(bench: Path) -> None:
    campaign = bench / "campaigns/second"
    said = (bench / "second.out").read_text()
    assert "STOPPED: lab health (relative-sd, 0001-control)" in said
    assert f"lab resume {campaign}" in said
    assert "1 of 2 runs completed" in said
    record = health(campaign)
    assert [point.campaign for point in record.history] == [
        point.campaign for point in health(bench / "campaigns/first").points
    ]
    assert len(record.points) == 1
    (stop,) = [entry for entry in journal(campaign) if entry["what"] == "campaign stopped"]
    assert stop["reason"] == record.stopped
    assert not (campaign / "runs/0002-control").exists()


def test_the_status_repeats_why_it_stopped(bench: Path) -> None:
    campaign = bench / "campaigns/second"
    assert "STOPPED: lab health" in lab("status", campaign).stdout
    assert json.loads(lab("status", campaign, "--json").stdout)["stopped"] == health(campaign).stopped


def test_to_resume_is_to_acknowledge_and_begins_a_new_phase(bench: Path) -> None:
    campaign = bench / "campaigns/second"
    reason = health(campaign).stopped
    environment = Environment.read(campaign / "environment.json")
    environment.sut["kernel"] = environment.controller["kernel"] = "0.1"
    environment.write(campaign / "environment.json")
    done = lab("resume", campaign)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 runs completed" in done.stdout
    record = health(campaign)
    assert [stop.reason for stop in record.acknowledged] == [reason]
    assert record.stopped is None
    assert reason in [e["reason"] for e in journal(campaign) if e["what"] == "health acknowledged"]

    assert "Lab health: unknown by 2 runs of control and 2 before" in lab("analyse", campaign).stdout
    analysed = lab("analyse", campaign, "--json")
    assert analysed.returncode == 0, analysed.stderr
    chart = json.loads(analysed.stdout)["health"]
    assert [point["phase"] for point in chart["points"]] == [0, 0, 0, 1]
    assert chart["points"][2]["signals"].split()[0] == "relative-sd"
    assert (chart["verdict"], chart["signals"]) == ("unknown", [])  # one run of the new phase says nothing
    with open(campaign / "results/health.csv") as file:
        rows = list(csv.DictReader(file))
    assert [row["run_dir"] for row in rows[2:]] == ["0001-control", "0002-control"]
    assert {row["simulated"] for row in rows} == {"True"}


def test_the_next_campaign_begins_its_chart_after_the_acknowledgement(bench: Path) -> None:
    second = health(bench / "campaigns/second")
    (stop,) = second.acknowledged
    third = bench / "campaigns/third"
    config = load_config(bench / "second.toml")
    opened = create(draw_campaign(config, only=(), simulated=True), config, third)
    shutil.copy(bench / "campaigns/second/environment.json", third)
    with closing(Journal(opened.folder.journal)) as log:
        assert HealthWatch(opened, log).begin([]) is None
    assert health(third).history == [p for p in second.points if p.t_utc_s > stop.t_utc_s]
    assert len(health(third).history) == 1


def test_another_meter_or_a_damaged_neighbour_gives_no_history(bench: Path) -> None:
    fourth = bench / "campaigns/fourth"
    config = load_config(bench / "second.toml")
    opened = create(draw_campaign(config, only=(), simulated=True), config, fourth)
    environment = Environment.read(bench / "campaigns/first/environment.json")
    environment.meter["serial"] = "another"
    environment.write(fourth / "environment.json")
    (bench / "campaigns/torn").mkdir()
    (bench / "campaigns/torn/health.json").write_text("{")
    with closing(Journal(opened.folder.journal)) as log:
        HealthWatch(opened, log).begin([])
    assert health(fourth).history == []
    (left_out,) = [entry for entry in journal(fourth) if entry["what"] == "health history left out"]
    assert left_out["campaign"] == "torn"


BUSY = {"readings-late", "jitter-high", "cadence-uneven"}
"""What a busy machine does to readings every tenth of a second, and no fault of the campaign."""


def test_the_evidence_of_these_campaigns_is_sound(bench: Path) -> None:
    found = {}
    for campaign in (bench / "campaigns/first", bench / "campaigns/second"):
        done = lab("check", campaign, "--json")
        assert done.returncode == 0
        found[campaign.name] = {row["code"] for row in json.loads(done.stdout)["findings"]} - BUSY
        assert RunFolder(campaign / "runs/0001-control").read().status == "completed"
    assert found["first"] == {"campaign-simulated", "gate-off"}
    assert found["second"] - found["first"] == {"environment-changed", "health-acknowledged"}
