"""A few kills of a fleet's campaign at random moments, of which the script has hundreds, and a lost bench."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fleet_stage import Fleet
from lab_program import run_lab
from short_campaign import config
from ssh_bench import need_sshd

SCRIPT = Path(__file__).with_name("fleet_campaign.py")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("far", [False, True], ids=["one machine", "over ssh"])
def test_a_dozen_kills_over_a_fleet_lose_damage_and_double_nothing(far: bool) -> None:
    options = ["--kills", "12", "--seed", "12", "--pause", "1", "--blocks", "4"]
    if far:
        need_sshd()
        options.append("--far")
    done = subprocess.run([sys.executable, SCRIPT, *options], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| all | 12 |" in done.stdout


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_bench_that_is_lost_for_good_leaves_its_block_to_another(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, gone_s=10)
    try:
        fleet.begin(["a", "b"])
        fleet.begin_workers()
        fleet.begin_campaign("c", config(random.Random(1), 3, garbled=False))
        lost = fleet.benches[0]
        while fleet.keep_up():
            time.sleep(0.2)
            if not lost.down and lost.run_under_way():
                lost.down = True
                for pid in lost.on_controller():
                    os.kill(pid, signal.SIGKILL)
        runs = [json.loads(path.read_text()) for path in fleet.campaign.glob("runs/*/run.json")]
    finally:
        fleet.end()
    assert sorted(run["slot"] for run in runs) == [1, 2, 3, 4, 5, 6, 7]
    assert {(run["bench"], run["status"]) for run in runs} == {("b", "completed")}
    assert run_lab("check", fleet.campaign).returncode == 0
    assert fleet.problems == []
