"""A campaign for which counters of the CPU stand in for a meter, of a program that prints its phases."""

import csv
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_bench import lab

pytestmark = pytest.mark.slow

PACKAGE_W, DRAM_W = 30.0, 5.0

CONFIG = r"""
[campaign]
title = "Counters"
repeats = 1
[sut]
collectl = "never"
[meter]
driver = "rapl"
port = "{tree}"
interval_s = 0.2
[gate]
enabled = false
[run]
lead_in_s = 1.0
lead_out_s = 1.0
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 2.0
[[scenario]]
name = "work"
command = ["sh", "-c", "echo '== train'; for n in 1 2; do echo Epoch $n; sleep 2; echo loss: 0.$n; done"]
phases_from_stdout = '^== (?P<phase>\w+)|^Epoch (?P<epoch>\d+)|loss: (?P<loss>[\d.]+)'
limit_s = 60
"""


def feed(zones: dict[Path, float], stop: threading.Event) -> None:
    """Let counters count as the kernel does: a reader never sees half a number."""
    begun_s = time.monotonic()
    while not stop.wait(0.01):
        for folder, power_w in zones.items():
            beside = folder / "energy_uj.new"
            beside.write_text(f"{round((time.monotonic() - begun_s) * power_w * 1e6)}\n")
            beside.replace(folder / "energy_uj")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("counters")
    zones = {
        folder / "tree" / "intel-rapl:0": ("package-0", PACKAGE_W),
        folder / "tree" / "intel-rapl:0:0": ("dram", DRAM_W),
    }
    for path, (name, _) in zones.items():
        path.mkdir(parents=True)
        (path / "name").write_text(name)
        (path / "max_energy_range_uj").write_text("262143328850")
        (path / "energy_uj").write_text("0")
    stop = threading.Event()
    feeder = threading.Thread(target=feed, args=({path: power for path, (_, power) in zones.items()}, stop))
    feeder.start()
    try:
        (folder / "lab.toml").write_text(CONFIG.format(tree=folder / "tree"))
        done = lab("run", "--config", folder / "lab.toml", "--out", folder / "c")
    finally:
        stop.set()
        feeder.join()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT MEASURED AT THE WALL" in done.stdout + done.stderr
    analysed = lab("analyse", folder / "c")
    assert analysed.returncode == 0 and "Not measured at the wall" in analysed.stdout
    yield folder / "c"


def test_its_numbers_are_those_of_the_counters_and_marked(campaign: Path) -> None:
    with open(campaign / "results" / "runs.csv") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        assert float(row["mean_power_w"]) == pytest.approx(PACKAGE_W + DRAM_W, rel=0.05)
        assert (row["simulated"], row["measuring_point"]) == ("False", "inside")
    findings = json.loads(lab("check", campaign, "--json").stdout)["findings"]
    assert [finding["code"] for finding in findings].count("meter-is-counter") == 1


def test_its_phases_have_energies(campaign: Path) -> None:
    with open(campaign / "results" / "epochs.csv") as file:
        epochs = list(csv.DictReader(file))
    assert [(row["epoch"], row["loss"]) for row in epochs] == [("1", "0.1"), ("2", "0.2")]
    for row in epochs:
        expected_wh = (PACKAGE_W + DRAM_W) * float(row["duration_s"]) / 3600
        assert float(row["energy_wh"]) == pytest.approx(expected_wh, rel=0.05)
    with open(campaign / "results" / "actions.csv") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["train"]
