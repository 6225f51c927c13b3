"""A few faults at random moments of a real campaign; the script itself has two hundred of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from ssh_bench import need_sshd

SCRIPT = Path(__file__).with_name("fault_campaign.py")


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("far", [False, True], ids=["one machine", "over ssh"])
def test_a_dozen_faults_lose_nothing_and_damage_nothing_that_counts(far: bool) -> None:
    options = ["--faults", "12", "--seed", "12", "--pause", "1", "--repeats", "1", "--json"]
    if far:
        need_sshd()
        options.append("--far")
    done = subprocess.run(
        [sys.executable, SCRIPT, *options], check=False, capture_output=True, text=True, timeout=390
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tally = json.loads(done.stdout)
    assert tally["problems"] == []
    assert tally["faults"] >= 12
    assert tally["runs"]["completed"] == 3 * tally["campaigns"]
