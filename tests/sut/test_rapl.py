"""The sampler of the CPU's energy counters, on trees of files as the kernel has them."""

import sys
from pathlib import Path

import numpy as np
import pytest
from truth_stage import PROGRAM, on_stage, staged

from records.meter import read_readings
from records.rapl import RaplRecord, read_rapl
from records.run import RunFolder
from sut.collectors.rapl import RaplSampler, readable_zones

RANGE_UJ = 262_143_328_850


def zone(tree: Path, folder: str, name: str, energy_uj: int) -> Path:
    path = tree / folder
    path.mkdir(parents=True)
    (path / "name").write_text(f"{name}\n")
    (path / "max_energy_range_uj").write_text(f"{RANGE_UJ}\n")
    (path / "energy_uj").write_text(f"{energy_uj}\n")
    return path / "energy_uj"


def test_counters_are_recorded_as_read_and_power_where_it_is_known(run_dir: Path, tmp_path: Path) -> None:
    package = zone(tmp_path, "intel-rapl:0", "package-0", RANGE_UJ - 1)
    dram = zone(tmp_path, "intel-rapl:0:0", "dram", 7_000_000_000)
    folder = RunFolder(run_dir)
    zones, refusal = readable_zones(tmp_path)
    assert refusal == ""
    sampler = RaplSampler(folder.rapl_csv, folder.rapl_json, 1.0, zones)
    package.write_text("1\n")  # went round: 2 uJ
    dram.write_text("5000000000\n")  # was reset
    sampler.sample()
    package.unlink()
    sampler.sample()
    package.write_text("3000000\n")
    sampler.sample()
    sampler.close()
    table = read_rapl(run_dir)
    assert table.frame["zone"].tolist() == ["package-0", "package-0/dram"] * 4
    of_package = table.frame[table.frame["zone"] == "package-0"]
    assert of_package["energy_uj"].tolist()[:2] == [RANGE_UJ - 1, 1]
    assert of_package["power_w"].notna().tolist() == [False, True, False, False]
    assert of_package["power_w"].iloc[1] > 0
    assert table.frame[table.frame["zone"] == "package-0/dram"]["power_w"].iloc[2:].tolist() == [0.0, 0.0]
    assert RaplRecord.read(folder.rapl_json).zones == [
        {"name": "package-0", "max_energy_range_uj": RANGE_UJ},
        {"name": "package-0/dram", "max_energy_range_uj": RANGE_UJ},
    ]


def test_a_counter_that_cannot_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 1)
    zone(tmp_path, "intel-rapl:1", "psys", 1).write_text("")
    zones, refusal = readable_zones(tmp_path)
    assert [found.name for found in zones] == ["package-0"]
    assert "intel-rapl:1/energy_uj" in refusal and "chmod" not in refusal


@pytest.mark.parametrize("text", ["", "package-0\n"])
def test_a_machine_without_counters_has_no_zones(tmp_path: Path, text: str) -> None:
    (tmp_path / "intel-rapl:0").mkdir()
    (tmp_path / "intel-rapl:0" / "name").write_text(text)
    assert readable_zones(tmp_path) == ([], "")


SCRIPT = """
[[package]]
cpu = {idle_w = 10, program_w = 50}
dram = {idle_w = 1, program_w = 5}
max_energy_range_j = 25
"""

RECORD = """
import subprocess, sys, time
folder, program, *more = sys.argv[1:]
command = [sys.executable, "-m", "sut.collectors.collect", "--out", folder, "--interval", "0.1"]
with subprocess.Popen([*command, "--collectl", "never"], stdout=subprocess.PIPE) as collectors:
    collectors.stdout.readline()
    command = [sys.executable, "-m", "lab", "meter", "log", "--driver", "rapl", "--interval", "0.1"]
    command += ["-n", "40", "--port", "/sys/class/powercap", "--out", folder + "/meter"]
    with subprocess.Popen(command) as meter:
        time.sleep(1.5)
        subprocess.run([sys.executable, program, *more], check=True)
        meter.wait()
    collectors.terminate()
"""


@pytest.mark.slow
def test_collector_and_meter_show_the_power_of_a_scripted_tree_round_by_round(
    run_dir: Path, tmp_path: Path
) -> None:
    stage = staged(tmp_path, SCRIPT)
    done = on_stage(stage, sys.executable, "-c", RECORD, str(run_dir), str(PROGRAM), "2")
    assert done.returncode == 0, done.stderr
    table = read_rapl(run_dir).frame
    for zone, idle_w, program_w in (("package-0", 10, 50), ("package-0/dram", 1, 5)):
        power_w = table[table["zone"] == zone]["power_w"].dropna()
        counter_uj = table[table["zone"] == zone]["energy_uj"]
        assert np.median(power_w[power_w > (idle_w + program_w) / 2]) == pytest.approx(program_w, rel=0.02)
        assert np.median(power_w[power_w < (idle_w + program_w) / 2]) == pytest.approx(idle_w, rel=0.05)
        assert counter_uj.max() < 25e6
    assert table[table["zone"] == "package-0"]["energy_uj"].diff().min() < 0  # it went round
    metered_w = read_readings(run_dir / "meter" / "meter.csv").frame["power_w"]
    assert metered_w.notna().all()
    assert np.median(metered_w[metered_w > 40]) == pytest.approx(55, rel=0.02)
    assert np.median(metered_w[metered_w < 30]) == pytest.approx(11, rel=0.05)
