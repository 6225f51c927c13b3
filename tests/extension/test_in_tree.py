"""How many files a new meter and a new tracker touch: each is added in a copy of the tree."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab.own_packages import ROOMS
from records.trackers import read_trackers

ROOT = Path(__file__).parents[2]
EXAMPLE = Path(__file__).parent / "acme-wattlab" / "acme_wattlab"


class Tree:
    """A copy of the lab's packages that remembers which of its files were touched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.touched: set[str] = set()
        for room in ROOMS:
            shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))

    def add(self, path: str, text: str) -> None:
        """Make a new file."""
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).write_text(text)
        self.touched.add(path)

    def insert(self, path: str, before: str, line: str) -> None:
        """Insert a line before the first one that begins with ``before``."""
        lines = (self.folder / path).read_text().splitlines()
        at = next(number for number, known in enumerate(lines) if known.startswith(before))
        (self.folder / path).write_text("\n".join([*lines[:at], line, *lines[at:]]) + "\n")
        self.touched.add(path)

    def python(self, *arguments: object) -> str:
        """Run Python on this tree and return what it prints."""
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "tree")


@pytest.fixture
def count(tree: Tree, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> object:
    """Print at the end which files were touched."""
    yield
    with capsys.disabled():
        name = request.node.name.removeprefix("test_")
        print(f"\n{name}: {len(tree.touched)} files: {', '.join(sorted(tree.touched))}")


@pytest.mark.usefixtures("count")
def test_a_meter_with_its_twin_touches_three_files(tree: Tree) -> None:
    tree.add("meter/drivers/acme_wall.py", (EXAMPLE / "meter.py").read_text())
    tree.add("meter/virtual/twins/acme_wall.py", (EXAMPLE / "twin.py").read_text())
    line = '    "acme_wall": _own("acme_wall", "AcmeWall", "VirtualAcmeWall"),'
    tree.insert("meter/registry.py", '    "carlogavazzi_em24"', line)
    read = tree.python("-m", "lab", "meter", "read", "--driver", "acme_wall", "--port", "virtual", "--json")
    assert json.loads(read)["power_w"] > 0
    assert len(tree.touched) == 3


@pytest.mark.usefixtures("count")
def test_a_tracker_touches_two_files(tree: Tree, tmp_path: Path) -> None:
    tree.add("workload/trackers/acme_watch_run.py", (EXAMPLE / "tracker.py").read_text())
    line = '    "acme_watch": "acme_watch_run.py",'
    tree.insert("workload/registry.py", '    "codecarbon"', line)
    wrapper = tree.python(
        "-c", "from workload.registry import wrapper_of; print(wrapper_of('acme_watch'))"
    ).strip()
    tree.python(wrapper, "--run-dir", tmp_path, "--interval", "1", "--country", "DEU", "--", "true")
    assert read_trackers(tmp_path).frame["tracker"].tolist() == ["acme_watch"]
    assert len(tree.touched) == 2
