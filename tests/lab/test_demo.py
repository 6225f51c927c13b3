"""The demonstration itself, as `make demo` runs it: the longest test, run by `make test-all`."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from lab_bench import LAB, lab
from measured_environments import python_or_skip
from report_in_browser import check_report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.tensorflow,
    pytest.mark.codecarbon,
    pytest.mark.timeout(1200),
]


def rows(path: Path) -> list[dict[str, str]]:
    with open(path) as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import subprocess

    for name in ("cpu", "codecarbon"):
        python_or_skip(name)
    folder = tmp_path_factory.mktemp("demo") / "c"
    done = subprocess.run(
        [*LAB, "demo", "--out", str(folder)], check=False, capture_output=True, text=True, timeout=1100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith(str(folder / "report.html"))
    return folder


def test_each_scenario_ran_three_times_and_training_from_nothing_with_the_tracker_as_well(demo: Path) -> None:
    counted = Counter((row["scenario"], row["tracker"]) for row in rows(demo / "results/runs.csv"))
    assert counted.pop(("baseline", "")) == 4
    assert counted == {("cnn", ""): 3, ("cnn", "codecarbon"): 3, ("transfer", ""): 3}


def test_transfer_learning_is_well_above_chance_after_two_epochs_and_above_training_from_nothing(
    demo: Path,
) -> None:
    second = [row for row in rows(demo / "results/epochs.csv") if row["epoch"] == "2" and not row["tracker"]]
    best = {
        scenario: max(float(row["val_accuracy"]) for row in second if row["scenario"] == scenario)
        for scenario in ("cnn", "transfer")
    }
    assert best["transfer"] >= 0.7  # of five classes; chance is 0.2
    assert best["transfer"] > best["cnn"]


def test_nothing_refuses_it(demo: Path) -> None:
    assert json.loads(lab("check", demo, "--json").stdout)["refuse"] == 0


def test_the_energy_of_every_run_is_within_the_meters_stated_accuracy_of_the_truth(demo: Path) -> None:
    (path,) = (demo / "virtual").glob("truth-*.csv")
    truth = [(float(row["t_utc_s"]), float(row["energy_j"])) for row in rows(path)]

    def energy_j(t_utc_s: float) -> float:
        after = next(i for i, (t, _) in enumerate(truth) if t >= t_utc_s)
        (t0, e0), (t1, e1) = truth[after - 1], truth[after]
        return e0 + (e1 - e0) * (t_utc_s - t0) / (t1 - t0)

    for row in rows(demo / "results/runs.csv"):
        start, duration = float(row["t_start_utc_s"]), float(row["duration_s"])
        true_wh = (energy_j(start + duration) - energy_j(start)) / 3600
        # Microchip MCP39F511N: 0.5 % of the reading; at the ends half a reading of 0.2 s each, at 60 W
        accuracy_wh = 0.005 * true_wh + 0.2 * 60 / 3600
        assert abs(float(row["energy_wh"]) - true_wh) < accuracy_wh, row["run_dir"]


def test_the_report_is_drawn_zoomed_read_in_the_dark_and_printed(demo: Path, browser) -> None:
    report = demo / "report.html"
    assert report.stat().st_size < 5_000_000
    check_report(browser, report, figures=40, plots=3)
