"""The registry of finding codes: complete, without doubles, and what the reference page is made from."""

import re
import subprocess
import sys
from pathlib import Path

from records.finding_codes import CHAPTERS, CODES
from records.finding_codes.readings import COVERAGE_LOW
from records.findings import Finding

ROOT = Path(__file__).parents[2]


def test_no_code_stands_twice_and_all_have_one_form() -> None:
    names = [code.code for chapter in CHAPTERS for code in chapter.codes]
    assert len(names) == len(set(names)) == len(CODES)
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


def test_every_code_has_meaning_and_remedy_in_one_table_cell() -> None:
    for code in CODES.values():
        for text in (code.meaning, code.remedy):
            assert text.endswith(".") and "\n" not in text and "|" not in text, code.code


def test_every_chapter_of_the_package_is_listed() -> None:
    files = {path.stem for path in (ROOT / "records/finding_codes").glob("*.py")} - {"__init__"}
    assert len(CHAPTERS) == len(files)


def test_the_reference_page_is_made_from_the_codes() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools/findings_page.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_findings_are_made_from_codes_only() -> None:
    rooms = ("records", "meter", "sut", "workload", "analysis", "reports", "lab")
    made = {
        str(path.relative_to(ROOT))
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"\bFinding\(", path.read_text())
    }
    assert made == {"records/findings.py", "records/imported.py"}


def test_a_finding_has_level_and_code_of_its_registration() -> None:
    found = COVERAGE_LOW.finding("the meter covered 91 %", "0003-cnn")
    assert found == Finding("refuse", "0003-cnn", "coverage-low", "the meter covered 91 %")
    assert set(found.to_json()) == {"level", "run_dir", "code", "message"}


def test_a_place_is_written_as_far_as_it_is_known() -> None:
    found = COVERAGE_LOW.finding("line 3 is torn", file="meter.csv", line=3)
    assert {"file": "meter.csv", "line": 3}.items() <= found.to_json().items()
    assert "column" not in found.to_json()
    assert Finding(**found.to_json()) == found
