"""Every rule on its snippets: ``bad_*`` is found in the marked line, ``good_*`` has nothing of any rule."""

from pathlib import Path

import pytest

from source.smells.engine import search
from source.smells.registry import RULES

SNIPPETS = Path(__file__).parent / "smells"
BAD = sorted(SNIPPETS.glob("*/bad_*.py"))
GOOD = sorted(SNIPPETS.glob("*/good_*.py"))


def name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", BAD, ids=name)
def test_the_marked_line_is_found_and_nothing_else(path: Path) -> None:
    marked = [row for row, line in enumerate(path.read_text().splitlines(), 1) if line.endswith("# smell")]
    found = [(smell.code, smell.line) for smell in search([path]).smells]
    assert found == [(path.parent.name, row) for row in marked]


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_a_fixed_twin_and_ordinary_code_have_no_smell(path: Path) -> None:
    assert [(smell.code, smell.line) for smell in search([path]).smells] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_snippets_that_say_where_they_are_from(rule: object) -> None:
    code = getattr(rule, "code", "")
    bad, good = ([path for path in paths if path.parent.name == code] for paths in (BAD, GOOD))
    assert len(bad) >= 4 and len(good) >= 4
    assert all(path.read_text().startswith("# Shape: ") for path in [*bad, *good])
