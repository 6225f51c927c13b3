"""Records are data: whoever reads those of a stranger runs nothing that they hold."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READERS = ("records", "analysis", "reports", "source", "lab", "meter", "sut")
UNPICKLING = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml"}
RUNNING = {"eval", "exec", "compile", "__import__"}


def findings(code: str) -> Iterator[str]:
    """Yield what in a module makes objects or code of bytes."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.split(".")[0] in UNPICKLING)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in UNPICKLING:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in RUNNING:
                yield node.func.id
            if any(k.arg == "allow_pickle" and ast.unparse(k.value) != "False" for k in node.keywords):
                yield "allow_pickle"
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("read_pickle", "to_pickle"):
                yield node.func.attr


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from yaml import load",
        "eval(x)",
        "np.load(p, allow_pickle=True)",
        "pd.read_pickle(p)",
    ],
)
def test_the_search_finds_what_it_looks_for(code: str) -> None:
    assert list(findings(code))


@pytest.mark.parametrize("room", READERS)
def test_no_reader_makes_objects_or_code_of_what_it_reads(room: str) -> None:
    modules = sorted((ROOT / room).rglob("*.py"))
    assert modules
    found = {path.relative_to(ROOT).as_posix(): list(findings(path.read_text())) for path in modules}
    assert {path: names for path, names in found.items() if names} == {}
