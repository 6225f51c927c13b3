"""A few kills at random moments of a fleet's campaign; the script itself has two hundred of them."""

import subprocess
import sys
from pathlib import Path

import pytest
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
