"""``lab profile --list``: the calls of a program, found without running it."""

import ast
import csv
import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lab.cli import cli
from source.calls import CallSite, call_sites
from source.flow.module import ModuleFlow
from source.flow.project import Project

PROGRAM = """import tensorflow as tf
import numpy as np
from steps import prepare

@tf.function
def step(x, scale=tf.constant(2.0)):
    return [tf.square(part) for part in x] and tf.add(tf.abs(x), scale)

def own():
    return np.zeros(3)

with tf.device("cpu"):
    model = prepare(own())
    loss = lambda x: tf.reduce_mean(x)
    print(f"{tf.size(model)}", step(tf.ones(2)))
    model.unknown()
"""
STEPS = "from tensorflow import keras\n\ndef prepare(x):\n    return other(keras.Sequential())\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.py").write_text(PROGRAM)
    (tmp_path / "steps.py").write_text(STEPS)
    return tmp_path


def listed(*arguments: str) -> list[dict[str, Any]]:
    result = profile(*arguments, "--list", "--json")
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout)["calls"])


def profile(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["profile", *arguments])


def apis(calls: list[dict[str, Any]]) -> set[str | None]:
    return {call["api"] for call in calls}


def test_calls_are_found_in_every_kind_of_expression(folder: Path) -> None:
    tensorflow = {"function", "constant", "square", "add", "abs", "device", "reduce_mean", "size", "ones"}
    assert {f"tensorflow.{name}" for name in tensorflow} | {"keras.Sequential"} <= apis(listed("main.py"))


def test_calls_of_the_program_and_of_other_libraries_are_left_out(folder: Path) -> None:
    expressions = {call["expression"] for call in listed("main.py")}
    assert not expressions & {"own", "prepare", "print", "np.zeros"}
    assert "np.zeros" in {call["expression"] for call in listed("main.py", "--libs", "numpy")}


def test_what_only_a_run_can_tell_is_listed_without_an_api(folder: Path) -> None:
    undecided = {call["expression"] for call in listed("main.py") if call["api"] is None}
    assert {"model.unknown", "step", "other"} <= undecided


def test_places_are_those_of_the_file(folder: Path) -> None:
    calls = listed("main.py", "--libs", "tensorflow")
    (first,) = (call for call in calls if call["kind"] == "decorator")
    assert first == {
        "file": "main.py",
        "cell": None,
        "line": 5,
        "column": 2,
        "kind": "decorator",
        "expression": "tf.function",
        "api": "tensorflow.function",
    }
    lines = profile("main.py", "--list", "--libs", "tensorflow").stdout.splitlines()
    assert lines[0] == "main.py:5:2: tensorflow.function  @tf.function"


def test_a_notebook_is_listed_by_cell(folder: Path) -> None:
    cells = [
        {"cell_type": "code", "source": source}
        for source in ("%pip install x\nimport keras", "keras.Input()")
    ]
    (folder / "n.ipynb").write_text(json.dumps({"cells": cells}))
    (call,) = listed("n.ipynb")
    assert (call["cell"], call["line"], call["column"], call["api"]) == (2, 1, 1, "keras.Input")


def test_a_module_and_a_package_are_found_in_the_working_directory(folder: Path) -> None:
    (folder / "trainer").mkdir()
    (folder / "trainer/__init__.py").write_text("")
    (folder / "trainer/__main__.py").write_text("from trainer.parts import make\nmake()\n")
    (folder / "trainer/parts.py").write_text("import keras\n\ndef make():\n    return keras.Input()\n")
    assert apis(listed("-m", "trainer")) == {"keras.Input"}
    assert apis(listed("-m", "steps")) == {"keras.Sequential", None}
    assert profile("-m", "absent", "--list").exit_code == 2


@pytest.mark.parametrize("text", ["print 'two'\n", "\0"])
def test_a_program_that_cannot_be_read_is_wrong_usage(folder: Path, text: str) -> None:
    (folder / "bad.py").write_text(text)
    assert profile("bad.py", "--list").exit_code == 2


def test_a_local_module_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "steps.py").write_text("print 'two'\n")
    document = json.loads(profile("main.py", "--list", "--json").stdout)
    assert [item["file"] for item in document["unread"]] == [str(folder / "steps.py")]


def test_names_of_libraries_are_looked_at(folder: Path) -> None:
    assert profile("main.py", "--list", "--libs", "tensor flow").exit_code == 2
    assert profile("--list").exit_code == 2


SITES = "greenlight/fecom/patch_sites.csv"


@pytest.fixture(scope="module")
def tutorials() -> Path:
    """Folder of the 63 tutorial scripts, as ``audio/music_generation.py``."""
    named = os.environ.get("WATTLAB_FECOM_SCRIPTS")
    if named is None:
        pytest.skip("WATTLAB_FECOM_SCRIPTS does not name the folder of the 63 tutorial scripts")
    return Path(named)


def test_every_call_that_the_published_instrumenter_wraps_is_listed(reference: Path, tutorials: Path) -> None:
    wrapped = defaultdict(list)
    with open(reference / SITES, newline="") as file:
        for row in csv.DictReader(file):
            wrapped[row["project"]].append(row)
    assert (len(wrapped), sum(map(len, wrapped.values()))) == (63, 1717)
    missed = []
    for project, rows in wrapped.items():
        flow = Project().flow(tutorials / f"{project}.py")
        assert isinstance(flow, ModuleFlow)
        sites = {_place(site): site for site in call_sites(flow)}
        for row in rows:
            site = sites.get(_wrapped_call(flow.file.tree, row))
            if site is None or not site.may_reach(("tensorflow", "keras")):
                missed.append((project, row["original_line"], row["api_string"]))
    assert not missed


def _place(site: CallSite) -> tuple[int, int, str]:
    return site.line, site.column, site.expression


def _wrapped_call(tree: ast.Module, row: dict[str, str]) -> tuple[int, int, str]:
    """Return the place of the call that is the value of the statement in that line."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.Expr)) and node.lineno == int(row["original_line"]):
            call = node.value
            if isinstance(call, ast.Call) and (len(call.args), len(call.keywords)) == _arguments(row):
                return call.lineno, call.col_offset + 1, ast.unparse(call.func)
    raise AssertionError(f"the script has no such statement: {row}")


def _arguments(row: dict[str, str]) -> tuple[int, int]:
    return int(row["n_args"]), int(row["n_kwargs"])
