"""The linter of wordings: what it reads of a file, and what of it readers never meet."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def found(path: Path) -> list[tuple[int, str]]:
    """Return line and wording of each that the command finds in a file."""
    command = [sys.executable, str(ROOT / "tools" / "prose.py"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line.removeprefix(f"{path}:").split(": ")[:2] for line in done.stdout.splitlines()]
    assert done.returncode == (1 if lines else 0), done.stderr
    return [(int(line), words.strip('"')) for line, words in lines]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.md", "One run.\nThe meter stands\nbeside it.\n", [(3, "beside")]),
        ("a.md", "What he got\ngoes on\nwith it.\n", [(2, "goes on with")]),
        ("a.md", "`beside` and\n\n```\nbeside\n```\n[x](docs/beside.md)\n", []),
        ("a.py", 'raise ValueError(f"{x} readings beside {y}")\n', [(1, "beside")]),
        ("a.py", 'beside = row["beside"]  # beside\n', []),
        ("a.b.py", 'beside = row["beside"]  # beside\n', []),
        ("a.py", '"""Readings.\n\nThose beside them.\n"""\n', [(3, "beside")]),
        ("a.html.j2", "<p>\n{{ beside }}<b class='beside'>beside</b></p>\n", [(2, "beside")]),
        ("a.js", "const beside = 1;\nshow('beside it');\n", [(2, "beside")]),
        ("CHANGELOG.md", "## Unreleased\n- fine\n\n## [0.1.0]\n- beside it\n", []),
    ],
)
def test_what_readers_meet_is_read_and_code_is_not(
    name: str, text: str, expected: list[tuple[int, str]], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert found(path) == expected


def test_a_path_that_is_not_there_is_an_error() -> None:
    command = [sys.executable, str(ROOT / "tools" / "prose.py"), "nowhere.md"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("nowhere.md: ")
