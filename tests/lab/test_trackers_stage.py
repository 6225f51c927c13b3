"""A campaign on a stage: counters of the GPU and the virtual wall meter follow one truth script."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from lab_bench import LAB, lab

from sut.virtual.stage import why_no_stage

TRUTH = """
efficiency = 0.8
rest = {idle_w = 10, program_w = 20}
[[package]]
cpu = {idle_w = 10, program_w = 100}
[[gpu]]
power = {idle_w = 20, program_w = 200}
"""
CONFIG = """
[campaign]
repeats = 1
seed = 1
[sut]
collectl = "never"
[meter]
driver = "wattsup_pro"
port = "virtual"
[meter.virtual]
truth = true
gain_error_pct = 0.0
[gate]
enabled = false
[run]
lead_in_s = 1.0
lead_out_s = 1.0
[[scenario]]
name = "scripted"
command = ["python3", "{scenarios}/scripted.py", "4"]
"""


def column(path: Path, name: str) -> list[float]:
    with open(path, newline="") as file:
        return [float(row[name]) for row in csv.DictReader(file) if row[name]]


@pytest.mark.slow
def test_wall_and_gpu_follow_one_script(tmp_path: Path) -> None:
    reason = why_no_stage() or ("" if shutil.which("cc") else "no C compiler")
    if reason:
        pytest.skip(reason)
    (tmp_path / "truth.toml").write_text(TRUTH)
    (tmp_path / "lab.toml").write_text(CONFIG)
    command = ["trackers", "stage", "truth.toml", "--", *LAB, "run"]
    done = lab(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (run,) = tmp_path.glob("campaigns/*/runs/0001-scripted")
    wall_w, gpu_w = column(run / "meter.csv", "power_w"), column(run / "gpu.csv", "power_w")
    assert max(wall_w) == pytest.approx(320 / 0.8, rel=0.01)
    assert min(wall_w) == pytest.approx(40 / 0.8, rel=0.01)
    assert (run.parents[1] / "virtual" / "truth.toml").read_text() == TRUTH
    assert (min(gpu_w), max(gpu_w)) == (20, 200)
    assert max(column(run / "rapl.csv", "power_w")) == pytest.approx(100, rel=0.02)


def test_a_meter_without_a_stage_says_so(tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text(CONFIG)
    done = lab("run", cwd=tmp_path)
    assert done.returncode == 3
    assert "lab trackers stage" in done.stderr


def test_the_exit_code_is_that_of_the_command(tmp_path: Path) -> None:
    reason = why_no_stage()
    if reason:
        pytest.skip(reason)
    (tmp_path / "truth.toml").write_text("[[package]]\ncpu = {program_w = 10}\n")
    script = "grep -q package-0 /sys/class/powercap/intel-rapl:0/name && exit 9"
    assert lab("trackers", "stage", "truth.toml", "--", "sh", "-c", script, cwd=tmp_path).returncode == 9


def test_counters_of_a_stage_that_stand_in_for_a_meter_are_marked(tmp_path: Path) -> None:
    reason = why_no_stage()
    if reason:
        pytest.skip(reason)
    (tmp_path / "truth.toml").write_text("[[package]]\ncpu = {idle_w = 12, program_w = 50}\n")
    read = [*LAB, "meter", "read", "--driver", "rapl", "--port", "/sys/class/powercap", "--json"]
    done = lab("trackers", "stage", "truth.toml", "--", *read, cwd=tmp_path)
    reading = json.loads(done.stdout)
    assert reading["simulated"] is True
    assert reading["power_w"] == pytest.approx(12, rel=0.05)
