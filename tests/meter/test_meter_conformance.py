"""Every driver against every fault of its virtual twin, over real pseudo-terminals and sockets."""

import subprocess
import sys
from pathlib import Path

import pytest

from meter.registry import driver_names, virtual_drivers
from meter.virtual.conformance import COLUMNS, NOT_POSSIBLE, Outcome, examine_driver, print_table
from meter.virtual.faults import KINDS

PAGE = Path(__file__).parents[2] / "docs/meters/conformance.md"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("driver", virtual_drivers())
def test_no_fault_becomes_watts_and_every_meter_comes_back(driver: str) -> None:
    outcomes = examine_driver(driver)
    assert [outcome.check for outcome in outcomes] == list(COLUMNS)
    failed = [outcome for outcome in outcomes if outcome.failed]
    assert failed == []


def test_every_driver_of_an_instrument_has_a_twin() -> None:
    assert set(driver_names()) - set(virtual_drivers()) == {
        "replay",
        "nvml",
        "rapl",
    }  # no instrument: a recording, counters of the computer


def test_the_table_has_a_row_for_each_driver_and_a_column_for_each_fault() -> None:
    table = print_table([Outcome("a", "garbage", "flag malformed"), Outcome("b", "header", NOT_POSSIBLE)])
    head, _, first, second = table.splitlines()
    assert [cell.strip() for cell in head.split("|")[5:-1]] == list(KINDS)
    assert first.startswith("| `a` |")
    assert "flag malformed" in first
    assert second.startswith("| `b` |")


def test_a_failure_is_told_with_its_reason_and_the_exit_code() -> None:
    wrong = subprocess.run(
        [sys.executable, "-m", "meter.virtual.conformance", "--driver", "nobody"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode == 2
    assert "nobody" in wrong.stderr


def test_the_printed_table_in_the_docs_names_every_driver_and_no_failure() -> None:
    text = PAGE.read_text()
    assert "FAILED" not in text
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(virtual_drivers())
