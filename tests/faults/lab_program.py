"""The command ``lab`` of this environment, and what it holds against a campaign."""

import json
import subprocess
import sys
from pathlib import Path

LAB = str(Path(sys.executable).with_name("lab"))


def run_lab(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run([LAB, *map(str, words)], check=False, capture_output=True, text=True)


def rejected(campaign: Path) -> list[str]:
    """Analyse a campaign and check it; return what is wrong with it, in words."""
    analysed = run_lab("analyse", campaign)
    if analysed.returncode != 0:
        return [f"lab analyse: {analysed.stderr}"]
    findings = json.loads(run_lab("check", campaign, "--json").stdout)["findings"]
    return [f"lab check: {finding}" for finding in findings if finding["level"] == "refuse"]
