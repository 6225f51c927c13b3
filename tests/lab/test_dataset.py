"""``lab dataset build``: what a list may say, which programs are taken, what is on record of failures."""

import csv
import json
import shlex
import signal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from lab_bench import lab, start_lab, wait_for

from lab.cli import cli
from lab.dataset.listing import read_listing
from lab.dataset.programs import programs_of
from lab.dataset.requirements import NotDeclared, declared_environment
from lab.dataset.state import alone, project_folder
from lab.dataset.tables import DATABASE, FAILURES_CSV
from records.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]


def listing(folder: Path, text: str) -> Path:
    path = folder / "list.toml"
    path.write_text(f'title = "Test"\n{text}', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "project"),
        ("[[project]]\nname = 'a'\npath = 'nowhere'", "nowhere"),
        ("[[project]]\nname = 'a'\npath = '.'\n[[project]]\nname = 'a'\npath = '.'", "two projects"),
        ("[[project]]\nname = 'a'\npath = '.'\nenvironnement = 'cpu'", "environment"),
        ("[[project]]\nname = 'a'\npath = '.'\nenvironment = 'cpuu'", "cpu"),
        ("[[project]]\nname = 'a'\npath = '.'\nenvironment = 'codecarbon'", "programs"),
        ("[[project]]\nname = 'a'\npath = '.'\nprograms = ['/train.py']", "below the checkout"),
        ("[[project]]\nname = 'a'\npath = '.'\nprograms = ['']", "below the checkout"),
        ("[[project]]\nname = 'a'\npath = '.'\nprograms = ['./']", "below the checkout"),
        ("[[project]]\nname = 'a'\npath = '.'\nprograms = ['**.py']", "below the checkout"),
        ("repeats = 0\n[[project]]\nname = 'a'\npath = '.'", "repeats"),
        ("[[project", "TOML"),
    ],
)
def test_a_mistake_in_the_list_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        read_listing(listing(tmp_path, text))


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("requirements.txt", "# pins\nnumpy==2.4.6  # arrays\n\nscipy>=1\n", ["numpy==2.4.6", "scipy>=1"]),
        ("requirements.txt", "", []),
        ("requirements.txt", "\ufeffnumpy\n", ["numpy"]),
        ("pyproject.toml", '[project]\ndependencies = ["keras>=3"]\n', ["keras>=3"]),
        ("setup.cfg", "[options]\ninstall_requires =\n    numpy\n    pandas>=2\n", ["numpy", "pandas>=2"]),
    ],
)
def test_what_a_project_declares_becomes_an_environment(
    tmp_path: Path, name: str, text: str, found: list[str]
) -> None:
    (tmp_path / name).write_text(text)
    environment = declared_environment(tmp_path, tmp_path / "found.txt")
    assert environment.pins() == found
    again = declared_environment(tmp_path, tmp_path / "again.txt")
    assert (again.name, again.digest()) == (environment.name, environment.digest())


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "no requirements"),
        ({"setup.py": "raise SystemExit"}, "setup.py"),
        ({"environment.yml": "dependencies: [numpy]"}, "environment.yml"),
        ({"requirements.txt": "-r more.txt\n"}, "-r more.txt"),
        ({"pyproject.toml": "[project\n"}, "pyproject.toml"),
        ({"pyproject.toml": "[tool.x]\n"}, "no requirements"),
    ],
)
def test_a_project_without_usable_requirements_is_told(
    tmp_path: Path, files: dict[str, str], told: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(NotDeclared, match=told):
        declared_environment(tmp_path, tmp_path / "found.txt")


def test_programs_are_what_calls_a_library_and_is_not_imported(tmp_path: Path) -> None:
    files = {
        "train.py": "import parts\nparts.build()\n",
        "parts.py": "import keras\ndef build():\n    return keras.Sequential()\n",
        "plain.py": "print('no library')\n",
        "examples/other.py": "from sklearn.svm import SVC\nSVC().fit([[0], [1]], [0, 1])\n",
        "test_train.py": "import keras\nkeras.Sequential()\n",
        ".venv/lib/inside.py": "import keras\nkeras.Sequential()\n",
        "broken.py": "import keras\nkeras.Sequential(\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert [str(path) for path in programs_of(tmp_path, (), ["keras"])] == ["train.py"]
    both = [str(path) for path in programs_of(tmp_path, (), ["keras", "sklearn"])]
    assert both == ["examples/other.py", "train.py"]
    assert [str(path) for path in programs_of(tmp_path, ("pl*.py",), ["keras"])] == ["plain.py"]
    (tmp_path / "notes.txt").write_text("no program\n")
    every = [str(path) for path in programs_of(tmp_path, ("*", "../*"), ["keras"])]
    assert every == ["broken.py", "parts.py", "plain.py", "test_train.py", "train.py"]


def test_a_program_may_reach_a_library_through_modules_that_import_each_other(tmp_path: Path) -> None:
    files = {
        "train.py": "import first\n",
        "plain.py": "import third\n",
        "first.py": "import second\n",
        "second.py": "import first, keras\ndef build():\n    return keras.Sequential()\n",
        "third.py": "x = 1\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert [str(path) for path in programs_of(tmp_path, (), ["keras"])] == ["train.py"]


def test_the_programs_of_the_example_are_all_found() -> None:
    folder = ROOT / "workload/dataset"
    wanted = read_listing(folder / "list.toml")
    for project in wanted.project:
        checkout = folder / project.path
        assert programs_of(checkout, project.programs, wanted.libs) == sorted(
            path.relative_to(checkout) for path in checkout.glob("*.py")
        )


def test_a_project_that_fails_is_on_record_and_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/train.py").write_text("import numpy\nnumpy.zeros(3)\n")
    path = listing(tmp_path, '[[project]]\nname = "mine"\npath = "mine"')
    command = ["dataset", "build", str(path), "--out", str(tmp_path / "out"), "--port", "virtual", "--json"]
    first = CliRunner().invoke(cli, command)
    assert (first.exit_code, json.loads(first.stdout)["projects"]) == (
        1,
        [{"name": "mine", "programs": 0, "failures": 1}],
    )
    with (tmp_path / "out" / FAILURES_CSV).open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["project"], row["program"], row["stage"]) == ("mine", "", "requirements")
    (tmp_path / "mine/requirements.txt").write_text("")
    assert "done before" in CliRunner().invoke(cli, command).stderr
    path.write_text(path.read_text() + '\nenvironment = "cpu"')
    changed = CliRunner().invoke(cli, command)
    assert (changed.exit_code, "other settings" in changed.stderr) == (2, True)
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["requirements.txt", "train.py"]
    assert CliRunner().invoke(cli, ["dataset", "summary", str(tmp_path / "out")]).exit_code == 2


@pytest.mark.parametrize("out", ["mine/out", "mine"])
def test_a_dataset_may_lie_in_the_checkout_it_is_made_of(tmp_path: Path, out: str) -> None:
    (tmp_path / "mine/data").mkdir(parents=True)
    (tmp_path / "mine/train.py").write_text("import numpy\nnumpy.zeros(3)\n")
    path = listing(tmp_path, '[[project]]\nname = "mine"\npath = "mine"')
    command = ["dataset", "build", str(path), "--out", str(tmp_path / out), "--port", "virtual", "--json"]
    assert CliRunner().invoke(cli, command).exit_code == 1
    copy = project_folder(tmp_path / out, "mine").copy
    assert {path.name for path in copy.iterdir()} - {"build.lock"} == {"data", "train.py"}


def test_the_next_command_can_be_pasted_whatever_the_folder_is_called(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    path, out = listing(tmp_path, '[[project]]\nname = "mine"\npath = "mine"'), tmp_path / "a set"
    built = CliRunner().invoke(cli, ["dataset", "build", str(path), "--out", str(out), "--port", "virtual"])
    assert f"lab dataset summary {shlex.quote(str(out))}" in built.stdout
    assert "1 project " in built.stdout


def test_two_builds_do_not_work_in_one_folder(tmp_path: Path) -> None:
    path = listing(tmp_path, '[[project]]\nname = "mine"\npath = "."')
    command = ["dataset", "build", str(path), "--out", str(tmp_path / "out"), "--port", "virtual"]
    with alone(tmp_path / "out"):
        result = CliRunner().invoke(cli, command)
    assert (result.exit_code, "another" in result.stderr) == (3, True)
    assert not (tmp_path / "out/projects").exists()


def test_patterns_that_name_no_program_are_the_reason_on_record(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")
    path = listing(tmp_path, '[[project]]\nname = "mine"\npath = "."\nprograms = ["nowhere/*.py"]')
    command = ["dataset", "build", str(path), "--out", str(tmp_path / "out"), "--port", "virtual"]
    assert "nowhere/*.py" in CliRunner().invoke(cli, command).stdout


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.timeout(600)
def test_a_build_that_was_interrupted_goes_on_and_a_program_that_fails_is_told(tmp_path: Path) -> None:
    for name, text in {
        "good.py": "import numpy\nprint(numpy.sort(numpy.arange(3_000_000)[::-1])[0])\n",
        "bad.py": "import numpy\nnumpy.zeros(3)\nraise SystemExit(4)\n",
    }.items():
        (tmp_path / "mine").mkdir(exist_ok=True)
        (tmp_path / "mine" / name).write_text(text)
    text = 'libs = ["numpy"]\nrepeats = 1\nbaseline_s = 3.0\n[[project]]\nname = "mine"\npath = "mine"\n'
    path = listing(tmp_path, text + 'environment = "cpu"')
    out = tmp_path / "out"
    command = ["dataset", "build", path, "--out", out, "--port", "virtual", "--gate", "none"]
    building = start_lab(*command)
    journal = project_folder(out, "mine").campaign / "journal.jsonl"
    wait_for("a first run", lambda: journal.is_file() and '"run ended"' in journal.read_text(), 120)
    building.send_signal(signal.SIGINT)
    building.communicate(timeout=60)
    assert building.returncode == 130
    before = {run for run in (journal.parent / "runs").iterdir() if (run / "run.json").is_file()}
    result = lab(*command)
    assert result.returncode == 1, result.stderr
    assert "bad.py" in result.stdout
    assert before <= set((journal.parent / "runs").iterdir())
    with duckdb.connect(str(out / DATABASE), read_only=True) as connection:
        rows = connection.execute("SELECT program, api FROM api_calls WHERE kind = 'call'").fetchall()
    assert ("good.py", "numpy.sort") in rows
    assert {program for program, _ in rows} == {"good.py"}
