"""The pages of the meters say what the drivers declare."""

import subprocess
import sys
from pathlib import Path

import pytest

from meter.registry import driver_names

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs/meters"


def test_every_page_says_what_its_driver_declares() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools/meter_pages.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("driver", driver_names())
def test_every_driver_has_a_page_with_what_a_bench_needs(driver: str) -> None:
    texts = [path.read_text() for path in PAGES.glob("*.md")]
    text = next((text for text in texts if f"<!-- declared: {driver} -->" in text), "")
    assert text, f"no page in {PAGES} has the marker of {driver}"
    for section in ("## Limits", "## What the driver does", "## What is verified, and how"):
        assert section in text
    if driver != "replay":
        assert "ever run against the real instrument" in text
        assert "## Wiring" in text
