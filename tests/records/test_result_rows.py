"""Rows of the result tables: what is derived from them, and what they refuse to be read from."""

import subprocess
import sys
from pathlib import Path

import pytest
from typed_rows import row_of

from records.errors import RecordError
from records.results import result_tables
from records.rows.budgets import BudgetRow
from records.rows.row import ResultRow, column, family, names, result_row
from records.rows.runs import RunRow
from records.rows.standards import RuleRow

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_the_records_has_every_column() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools/results_page.py", "--check"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", result_tables())
def test_every_column_has_a_meaning_and_a_name_of_its_own(name: str) -> None:
    row = result_tables()[name]
    found = [one.name for one in row.COLUMNS]
    assert len(found) == len(set(found))
    assert set(row.CONTRACT) <= set(found)
    assert tuple(found[: len(row.CONTRACT)]) == row.CONTRACT
    assert all(one.meaning and "|" not in one.meaning for one in row.COLUMNS)
    assert (row.__doc__ or "").strip()


@pytest.mark.parametrize("name", result_tables())
def test_a_row_comes_back_from_its_json(name: str) -> None:
    row = row_of(result_tables()[name])
    assert type(row).from_json(row.to_json(), "here") == row


def test_a_column_that_is_not_known_is_kept() -> None:
    written = {**row_of(RunRow, energy_wh=1.5).to_json(), "later_wh": 2.5}
    row = RunRow.from_json(written, "here")
    assert row.energy_wh == 1.5
    assert row.to_json() == written


def test_a_family_is_flat_in_the_file_and_a_mapping_in_the_row() -> None:
    row = row_of(BudgetRow, of="run", u_gain=0.5)
    assert row.terms == {"gain": 0.5}
    assert row.to_json()["u_gain"] == 0.5
    rule = RuleRow.from_json({"rule": "oscar", "samples": 217}, "here")
    assert rule.values == {"samples": 217}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"energy_wh": "much"}, "runs[3]: energy_wh: expected a number, found 'much'"),
        ({"slot": 1.5}, "runs[3]: slot: expected a whole number, found 1.5"),
        ({"run_dir": None}, "runs[3]: run_dir: expected text, found None"),
        ({"gpu_power_w": [1]}, "runs[3]: gpu_power_w: expected a number, found [1]"),
    ],
)
def test_a_value_of_another_kind_is_named_with_its_place(changes: dict[str, object], said: str) -> None:
    with pytest.raises(RecordError) as caught:
        RunRow.from_json({**row_of(RunRow).to_json(), **changes}, "runs[3]")
    assert str(caught.value) == said


def test_a_contract_that_names_no_column_is_found_at_once() -> None:
    with pytest.raises(KeyError):

        @result_row
        class Misspelled(ResultRow):
            """A row."""

            CONTRACT = names("energy_wh enrgy_u_wh")
            energy_wh: float = column("Wh", "Energy")
            hardware: dict[str, float | None] = family({"cpu_load_pct": ("%", "CPU load")})
