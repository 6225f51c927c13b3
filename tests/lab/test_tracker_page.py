"""The page that sets all trackers side by side is made from the campaign in the repository."""

import subprocess
import sys
from pathlib import Path

import pytest

from analysis.agreement.estimators.claims import ESTIMATORS
from workload.registry import tracker_names

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/reference/tracker-comparison.md"


def test_every_tracker_and_estimator_has_a_line_and_the_page_says_simulated() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "**SIMULATED.**" in text
    named = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
    assert {*tracker_names(), *ESTIMATORS} <= named


@pytest.mark.slow
def test_the_page_is_what_the_package_gives() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools/tracker_page.py", "--check"], check=False)
    assert done.returncode == 0
