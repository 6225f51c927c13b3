"""Whole campaigns with real processes and a virtual meter: the good case."""

import csv
import json
import math
import os
from pathlib import Path

import pytest
from lab_bench import lab, run_record, write_config

from records.campaign import Campaign
from records.rows.runs import RunRow
from records.rows.scenarios import ScenarioRow
from records.run import RunFolder

BUSY = '["sh", "-c", "echo to stdout; timeout 4 sh -c \'while :; do :; done\'; exit 0"]'


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign as `lab run` leaves it."""
    folder = tmp_path_factory.mktemp("bench")
    done = lab("run", "--config", write_config(folder, command=BUSY), "--out", folder / "c")
    assert done.returncode == 0, done.stderr
    assert "3 of 3 runs completed" in done.stdout
    assert "SIMULATED" in done.stdout
    return folder / "c"


def test_every_run_is_completed_with_hashes_of_all_its_files(campaign: Path) -> None:
    for name in ("0001-baseline", "0002-work", "0003-baseline"):
        folder = RunFolder(campaign / "runs" / name)
        run = folder.read()
        assert run.status == "completed"
        assert run.files == folder.hash_files()
        assert {"meter.csv", "meter.json", "host.csv", "events.jsonl"} <= set(run.files)
    assert (campaign / "runs/0002-work/stdout.log").read_text() == "to stdout\n"


def test_everything_simulated_says_so(campaign: Path) -> None:
    assert Campaign.read(campaign / "campaign.json").simulated
    for meter in campaign.glob("runs/*/meter.json"):
        assert json.loads(meter.read_text())["simulated"] is True


def test_readings_surround_the_rating_interval(campaign: Path) -> None:
    for folder in (campaign / "runs").iterdir():
        run = run_record(campaign, folder.name)
        with open(folder / "meter.csv") as file:
            stamps = [float(row["t_utc_s"]) for row in csv.DictReader(file)]
        assert stamps[0] < run["t_start_utc_s"]
        assert stamps[-1] > run["t_stop_utc_s"] + 1.0


def test_the_evidence_refuses_nothing(campaign: Path) -> None:
    done = lab("check", campaign, "--json")
    assert done.returncode == 0, done.stdout
    findings = json.loads(done.stdout)
    assert findings["refuse"] == 0
    assert "campaign-simulated" in {finding["code"] for finding in findings["findings"]}


def true_energy_wh(campaign: Path, start_utc_s: float, stop_utc_s: float) -> float:
    """Interpolate the virtual computer's true energy at both borders."""
    (truth,) = (campaign / "virtual").glob("truth-*.csv")
    with open(truth) as file:
        rows = [(float(r["t_utc_s"]), float(r["energy_j"])) for r in csv.DictReader(file)]

    def energy_j(t_utc_s: float) -> float:
        after = next(i for i, (t, _) in enumerate(rows) if t >= t_utc_s)
        (t0, e0), (t1, e1) = rows[after - 1], rows[after]
        return e0 + (e1 - e0) * (t_utc_s - t0) / (t1 - t0)

    return (energy_j(stop_utc_s) - energy_j(start_utc_s)) / 3600


def test_the_energy_of_each_run_is_the_true_one_within_the_meters_accuracy(campaign: Path) -> None:
    assert lab("analyse", campaign).returncode == 0
    with open(campaign / "results/runs.csv") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0])[: len(RunRow.CONTRACT)] == RunRow.CONTRACT
    assert len(rows) == 3
    for row in rows:
        start, duration = float(row["t_start_utc_s"]), float(row["duration_s"])
        truth = true_energy_wh(campaign, start, start + duration)
        # 1.5 % + 3 counts of 0.1 W: the Watts up? PRO's stated accuracy
        accuracy = 0.015 * truth + 0.3 * duration / 3600
        # A reading that straddles a border is shared out by time, so the power's own step within
        # that second adds to the instrument's error in a run of only four seconds.
        borders = 3 * float(row["energy_u_wh"])
        assert math.isclose(float(row["energy_wh"]), truth, abs_tol=accuracy + borders)
        assert float(row["coverage_pct"]) == 100


def test_the_scenario_table_has_the_columns_of_the_contract(campaign: Path) -> None:
    assert lab("analyse", campaign).returncode == 0
    with open(campaign / "results/scenarios.csv") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0])[: len(ScenarioRow.CONTRACT)] == ScenarioRow.CONTRACT
    assert [row["scenario"] for row in rows] == ["baseline", "work"]


def test_every_row_of_every_result_table_says_that_it_is_simulated(campaign: Path) -> None:
    assert lab("analyse", campaign).returncode == 0
    filled = 0
    for table in (campaign / "results").glob("*.csv"):
        with open(table) as file:
            rows = list(csv.DictReader(file))
        filled += bool(rows)
        assert all(row["simulated"] == "True" for row in rows), table.name
    assert filled >= 3


def test_the_report_is_one_file_that_says_simulated(campaign: Path) -> None:
    assert lab("analyse", campaign).returncode == 0
    done = lab("report", campaign, "--json")
    assert done.returncode == 0, done.stderr
    text = Path(json.loads(done.stdout)["report"]).read_text()
    assert "SIMULATED" in text
    assert "Test bench" in text


def test_the_report_opens_in_the_browser(campaign: Path, tmp_path: Path) -> None:
    assert lab("analyse", campaign).returncode == 0
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/shown\n')
    browser.chmod(0o755)
    environment = {**os.environ, "BROWSER": str(browser)}
    done = lab("report", campaign, "--open", "--json", env=environment)
    document = json.loads(done.stdout)
    assert document["opened"] is True
    assert (tmp_path / "shown").read_text().strip() == Path(document["report"]).absolute().as_uri()


def test_the_report_as_markdown_goes_to_stdout_or_into_a_file(campaign: Path, tmp_path: Path) -> None:
    assert lab("analyse", campaign).returncode == 0
    text = lab("report", campaign, "--format", "md").stdout
    assert "| work |" in text and "SIMULATED" in text
    assert lab("report", campaign, "--format", "md", "--out", tmp_path / "answer.md").returncode == 0
    assert (tmp_path / "answer.md").read_text() == text
    assert lab("report", campaign, "--format", "md", "--open").returncode == 2


def test_status_says_what_to_do_next(campaign: Path) -> None:
    done = lab("status", campaign)
    assert "3 of 3 runs completed" in done.stdout
    assert f"lab check {campaign}" in done.stdout
    assert json.loads(lab("status", campaign, "--json").stdout)["completed"] == 3


def test_resuming_a_complete_campaign_changes_nothing(campaign: Path) -> None:
    before = {path.name for path in (campaign / "runs").iterdir()}
    done = lab("resume", campaign)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (campaign / "runs").iterdir()} == before


def test_a_campaign_folder_is_never_overwritten(campaign: Path) -> None:
    config = write_config(campaign.parent)
    done = lab("run", "--config", config, "--out", campaign)
    assert done.returncode == 2
    assert f"`lab resume {campaign}`" in done.stderr


def test_a_dry_run_prints_the_plan_and_writes_nothing(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    done = lab("run", "--config", config, "--out", tmp_path / "c", "--dry-run", "--repeats", "2")
    assert done.returncode == 0
    assert "5 runs" in done.stdout
    assert not (tmp_path / "c").exists()
    plan = json.loads(lab("run", "--config", config, "--dry-run", "--json").stdout)["plan"]
    assert [slot["scenario"] for slot in plan] == ["baseline", "work", "baseline"]
