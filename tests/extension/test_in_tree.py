"""How many files a new meter, tracker, table and chapter touch: each is added in a copy of the tree."""

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
    tracker = json.dumps({"name": "acme_watch", "command": [sys.executable, wrapper]})
    options = ("--run-dir", tmp_path, "--name", "t", "--limit-s", "60", "--tracker", tracker)
    tree.python("-m", "workload.runner", *options, "--", "true")
    assert read_trackers(tmp_path).frame["tracker"].tolist() == ["acme_watch"]
    assert len(tree.touched) == 2


ROW = '''"""The row of a table that is added by a test."""

from records.rows.row import ResultRow, column, result_row


@result_row
class StubRow(ResultRow):
    """One row per scenario."""

    scenario: str = column("", "Name of the scenario")
    minutes: float = column("min", "How long all its runs took")
'''

CHAPTER = '''"""A chapter that is added by a test."""

from reports.blocks.contract import Chapter
from reports.blocks.tables import table, text_column
from reports.campaign.view import View


def chapter(view: View) -> Chapter:
    """Show the table."""
    columns = (
        text_column("Scenario", lambda row: row.scenario),
        text_column("Minutes", lambda row: row.minutes),
    )
    shown = table("stub-rows", "Minutes per scenario", columns, view.results.stub, source="stub")
    return Chapter("stub", "Stub", "Stub", [shown])
'''


@pytest.mark.usefixtures("count")
def test_a_table_touches_three_files_and_its_chapter_two_more(tree: Tree, tmp_path: Path) -> None:
    tree.add("records/rows/stub.py", ROW)
    tree.insert("records/results.py", "from records.rows.standards", "from records.rows.stub import StubRow")
    tree.insert(
        "records/results.py",
        "    findings: list[FindingRow]",
        "    stub: list[StubRow] = field(default_factory=list)",
    )
    tree.insert("analysis/campaign.py", "from records.rows", "from records.rows.stub import StubRow")
    tree.insert(
        "analysis/campaign.py",
        "        rule=rule.name if rule else DEFAULT,",
        "        stub=[StubRow(scenario=g.label, minutes=len(g.rows) / 60) for g in groups],",
    )
    assert len(tree.touched) == 3
    tree.add("reports/campaign/stub/__init__.py", '"""A topic that is added by a test."""\n')
    tree.add("reports/campaign/stub/chapter.py", CHAPTER)
    tree.insert(
        "reports/campaign/page.py",
        "from reports.campaign.first_screen",
        "from reports.campaign.stub import chapter as stub",
    )
    tree.insert("reports/campaign/page.py", "    power.chapter,", "    stub.chapter,")
    log = tmp_path / "fan.csv"
    log.write_text("t,W\n" + "".join(f"{1_790_000_000 + n},{40.0 + n % 2}\n" for n in range(30)))
    folder = tmp_path / "campaign"
    tree.python("-m", "lab", "import", "csv", log, "--time", "t", "--power", "W", "--out", folder)
    tree.python("-m", "lab", "analyse", folder)
    header, row = (folder / "results" / "stub.csv").read_text().splitlines()
    assert header.startswith("scenario,minutes") and row.startswith("fan,")
    tree.python("-m", "lab", "report", folder)
    assert "Minutes per scenario" in (folder / "report.html").read_text()
    assert len(tree.touched) == 6
