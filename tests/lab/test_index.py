"""``lab index``: what it prints, its exit codes, its one JSON document."""

import json
import subprocess
from pathlib import Path

import duckdb
import pytest
from lab_bench import LAB
from typed_rows import MadeResults

from records.campaign import Campaign


def put(folder: Path, *, analysed: bool = True, simulated: bool = True) -> None:
    """Write a campaign whose results hold one scenario; its numbers are made up."""
    (folder / "results").mkdir(parents=True)
    Campaign(
        id=folder.name,
        created_utc_s=1.79e9,
        wattlab_version="0",
        simulated=simulated,
        seed=1,
        config={},
        config_sha256="0" * 64,
        plan=[],
    ).write(folder / "campaign.json")
    if analysed:
        identity = {"id": folder.name, "title": folder.name, "created_utc_s": 1.79e9, "simulated": simulated}
        row = {"scenario": "work", "kind": "workload", "n": 3, "energy_wh": 2.0, "induced_wh": 1.25}
        results = MadeResults(
            campaign=identity, rule="default", settings={}, environment={}, meter={}, runs=[], scenarios=[row]
        )
        results.write(folder / "results/results.json")


def index(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*LAB, "index", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def test_a_folder_of_campaigns_becomes_a_database_and_a_page(tmp_path: Path) -> None:
    put(tmp_path / "one", simulated=False)
    put(tmp_path / "deep/two")
    done = index(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 campaigns, 1 of them SIMULATED; 0 left out" in done.stdout
    assert done.stderr == "", "no progress bar off a terminal"
    with duckdb.connect(str(tmp_path / "index.duckdb"), read_only=True) as connection:
        rows = connection.execute("SELECT folder, simulated, induced_wh FROM induced_per_scenario").fetchall()
    assert sorted(rows) == [("deep/two", True, 1.25), ("one", False, 1.25)]
    assert "SIMULATED" in (tmp_path / "index.html").read_text()


def test_one_that_was_not_analysed_is_named_and_the_exit_code_says_so(tmp_path: Path) -> None:
    put(tmp_path / "one")
    put(tmp_path / "two", analysed=False)
    done = index(tmp_path, "--out", tmp_path / "all.duckdb", "--json")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert document["campaigns"] == [{"id": "one", "folder": "one", "simulated": True}]
    (left,) = document["left_out"]
    assert left["folder"] == "two"
    assert "Run `lab analyse" in left["reason"]
    assert Path(document["database"]) == tmp_path / "all.duckdb"
    assert Path(document["page"]) == tmp_path / "all.html"
    assert (tmp_path / "all.html").is_file()


@pytest.mark.parametrize("option", ["--out", "--page"])
def test_a_foreign_file_is_spared(tmp_path: Path, option: str) -> None:
    put(tmp_path / "one")
    mine = tmp_path / "thesis.txt"
    mine.write_text("three years of work")
    done = index(tmp_path, option, mine)
    assert done.returncode == 2
    assert f"{mine}: expected no file or an earlier index here" in done.stderr
    assert option in done.stderr
    assert mine.read_text() == "three years of work"


def test_a_folder_without_campaigns_is_wrong_usage(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        done = index(folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert "expected" in done.stderr
