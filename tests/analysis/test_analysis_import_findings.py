"""Every code that an importer can give is documented with its level, and provoked by a test."""

import ast
import re
from pathlib import Path

import analysis.imports
from records.findings import LEVELS

IMPORTS = Path(analysis.imports.__file__).parent
ROOT = IMPORTS.parent.parent
PAGE = (ROOT / "docs/reference/findings.md").read_text().partition("\n## Imported campaigns")[2]
TESTS = "".join(
    path.read_text() for path in (ROOT / "tests").rglob("test_*import*.py") if path != Path(__file__)
)

SOURCES = {path: ast.parse(path.read_text()) for path in IMPORTS.rglob("*.py")}
CONSTANTS = {
    node.targets[0].id: node.value.value
    for tree in SOURCES.values()
    for node in tree.body
    if isinstance(node, ast.Assign)
    and isinstance(node.targets[0], ast.Name)
    and isinstance(node.value, ast.Constant)
}


def documented() -> dict[str, str]:
    """Codes and levels by the tables about imported campaigns."""
    return dict(re.findall(r"^\| `([a-z-]+)` \| (refuse|warn|info) \|", PAGE, re.MULTILINE))


def value(node: ast.expr) -> object:
    if isinstance(node, ast.Name):
        return CONSTANTS.get(node.id)
    return node.value if isinstance(node, ast.Constant) else None


def in_source() -> dict[str, str]:
    """Codes and levels of all calls that begin with a level: of findings, repairs and the like."""
    found = {}
    for tree in SOURCES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and len(node.args) > 1 and value(node.args[0]) in LEVELS:
                codes = [code for code in map(value, node.args[1:3]) if isinstance(code, str) and code]
                if codes:
                    found[codes[0]] = str(value(node.args[0]))
    return found


def test_every_code_of_an_importer_is_documented_with_its_level() -> None:
    assert in_source() == documented()


def test_every_code_of_an_importer_is_named_by_a_test() -> None:
    assert [code for code in documented() if f'"{code}"' not in TESTS] == []
