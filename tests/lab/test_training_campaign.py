"""A campaign with real training and a real tracker: an unmodified Keras script, with CodeCarbon beside it."""

import csv
import json
from pathlib import Path

import pytest
from lab_bench import lab
from measured_environments import python_or_skip
from report_in_browser import check_report

from records.rows.agreement import TrackerRow
from records.rows.runs import EpochRow

pytestmark = [pytest.mark.tensorflow, pytest.mark.codecarbon]

SCRIPT = Path(__file__).parent / "programs" / "keras_script.py"

CONFIG = """
[campaign]
title = "Training"
repeats = 1
tracker = ["none", "codecarbon"]
[meter]
driver = "wattsup_pro"
port = "virtual"
[gate]
enabled = false
[run]
lead_in_s = 1.0
[environments.cpu]
python = "{cpu}"
[trackers.codecarbon]
python = "{codecarbon}"
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 4
[[scenario]]
name = "train"
environment = "cpu"
command = ["{{python}}", "{script}"]
launcher = true
target_val_accuracy = 0.5
limit_s = 90
"""


def rows(path: Path) -> list[dict[str, str]]:
    with open(path) as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pythons = {name: python_or_skip(name) for name in ("cpu", "codecarbon")}
    folder = tmp_path_factory.mktemp("training")
    (folder / "lab.toml").write_text(CONFIG.format(script=SCRIPT, **pythons))
    done = lab("run", "--config", folder / "lab.toml", "--out", folder / "c")
    assert done.returncode == 0, done.stdout + done.stderr
    for command in ("check", "analyse", "report"):
        done = lab(command, folder / "c")
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "c"


def test_an_unmodified_script_gets_its_epochs(campaign: Path) -> None:
    epochs = rows(campaign / "results/epochs.csv")
    assert tuple(epochs[0])[: len(EpochRow.CONTRACT)] == EpochRow.CONTRACT
    without = [row for row in epochs if row["tracker"] == ""]
    assert [row["epoch"] for row in without] == ["1", "2", "3"]
    said = (campaign / "runs" / without[0]["run_dir"] / "stdout.log").read_text()
    for row in without:
        assert float(row["energy_wh"]) > 0
        # Keras prints val_accuracy with four digits.
        assert f"val_accuracy: {float(row['val_accuracy']):.4f}" in said


def test_its_actions_lie_within_the_run(campaign: Path) -> None:
    actions = [row for row in rows(campaign / "results/actions.csv") if row["name"] == "train"]
    assert len(actions) == 2
    runs = {row["slot"]: row for row in rows(campaign / "results/runs.csv")}
    for action in actions:
        assert float(action["energy_wh"]) < float(runs[action["slot"]]["energy_wh"])


def test_the_tracker_is_compared_with_the_meter_over_its_own_window(campaign: Path) -> None:
    (row,) = rows(campaign / "results/trackers.csv")
    assert tuple(row)[: len(TrackerRow.CONTRACT)] == TrackerRow.CONTRACT
    parts = [float(row[name] or 0) for name in ("cpu_wh", "gpu_wh", "ram_wh")]
    assert float(row["energy_wh"]) == pytest.approx(sum(parts), rel=1e-6)
    assert float(row["ratio"]) == pytest.approx(float(row["energy_wh"]) / float(row["meter_wh"]))
    settings = json.loads(row["settings"])
    assert settings["tracking_mode"] == "machine"
    assert settings["country_iso_code"] == "DEU"
    found = rows(campaign / "results/comparisons.csv")
    comparisons = {row["quantity"]: row for row in found if row["b"] == "train+codecarbon"}
    longer_s = float(comparisons["duration_s"]["mean_b"]) - float(comparisons["duration_s"]["mean_a"])
    assert float(comparisons["duration_s"]["difference"]) == pytest.approx(longer_s)


def test_the_report_is_drawn_zoomed_read_in_the_dark_and_printed(campaign: Path, browser) -> None:
    check_report(browser, campaign / "report.html", figures=27, plots=3)
