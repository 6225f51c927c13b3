"""The twin of NVML, asked through the same library that trackers use."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from truth_stage import PROGRAM, on_stage, staged

from records.truth.marks import Marks, true_energies_j
from records.truth.script import TruthScript

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler: NVML's twin is C")

ASK = """
import json, subprocess, sys, time
import pynvml as n
def ask(call, *arguments):
    try:
        return call(*arguments)
    except n.NVMLError as error:
        return str(error)
n.nvmlInit()
cards = [n.nvmlDeviceGetHandleByIndex(i) for i in range(n.nvmlDeviceGetCount())]
def look():
    now = time.monotonic()
    calls = n.nvmlDeviceGetTotalEnergyConsumption, n.nvmlDeviceGetPowerUsage
    return now, [[ask(call, card) for call in calls] for card in cards]
said = [[n.nvmlDeviceGetName(c) for c in cards], look()]
program = subprocess.Popen([sys.executable, *sys.argv[1:]])
time.sleep(0.45)
said.append(look())
program.wait()
said.append(look())
print(json.dumps(said))
"""


def asked(tmp_path: Path, script: str) -> tuple[list, TruthScript, Marks]:
    stage = staged(tmp_path, script)
    done = on_stage(stage, sys.executable, "-c", ASK, str(PROGRAM), "0.8")
    assert done.returncode == 0, done.stderr
    return (
        json.loads(done.stdout.splitlines()[-1]),
        TruthScript.read(tmp_path / "script.toml"),
        Marks.read(stage.marks),
    )


def test_counters_and_power_follow_the_script(tmp_path: Path) -> None:
    script = """
[[gpu]]
power = {idle_w = 10, program_w = [[0, 200], [0.1, 300]], repeat_s = 0.25}
[[gpu]]
power = {idle_w = 20, program_w = 150.5}
counter = false
"""
    (names, first, during, last), truth, marks = asked(tmp_path, script)
    assert names == ["SIMULATED X100"] * 2
    assert first[1] == [[first[1][0][0], 10_000], ["Not Supported", 20_000]]
    assert during[1][0][1] in (200_000, 300_000)
    assert during[1][1] == ["Not Supported", 150_500]
    one = truth.model_copy(update={"gpu": truth.gpu[:1]})
    energy_j = true_energies_j(one, marks, first[0], last[0])["gpu"]
    assert (last[1][0][0] - first[1][0][0]) / 1000 == pytest.approx(energy_j, rel=0.01)


def test_faults_come_at_their_time(tmp_path: Path) -> None:
    script = """
[[gpu]]
power = {program_w = 200}
[[gpu]]
power = {program_w = 200}
[[fault]]
kind = "lost"
of = "gpu-0"
at_s = 0.1
[[fault]]
kind = "no-power"
of = "gpu-1"
at_s = 0.0
duration_s = 0.7
"""
    (_, first, during, last), _, _ = asked(tmp_path, script)
    assert all(isinstance(value, int) for card in first[1] for value in card)
    assert during[1] == [["GPU is lost"] * 2, ["Not Supported"] * 2]
    assert last[1][0] == ["GPU is lost"] * 2
    assert all(isinstance(value, int) for value in last[1][1])


def test_nvidia_smi_lists_the_cards(tmp_path: Path) -> None:
    stage = staged(tmp_path, "[[gpu]]\npower = {idle_w = 12.5, program_w = 200}\n")
    assert "SIMULATED X100" in on_stage(stage, "nvidia-smi").stdout
    assert (
        on_stage(stage, "nvidia-smi", "--query-gpu=power.draw", "--format=csv,noheader").stdout == "12.50 W\n"
    )
    assert "<power_draw>12.50 W</power_draw>" in on_stage(stage, "nvidia-smi", "-q", "-x").stdout
