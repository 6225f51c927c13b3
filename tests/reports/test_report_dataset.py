"""The tables of a dataset, and what ``lab dataset summary`` makes of them."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from calls_example import profiled
from click.testing import CliRunner

from lab.cli import cli
from lab.dataset.state import Failure, ProjectState, project_folder
from lab.dataset.summary import summarise
from lab.dataset.tables import CALLS_PARQUET, COLUMNS, DATABASE, write_tables
from records.campaign import Campaign, CampaignFolder
from records.programs import PROGRAMS_JSON, Packages, Programs, Revision
from records.results import write_results


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A dataset of one project with an analysed campaign, and of one that failed."""
    folder = project_folder(tmp_path, "pictures")
    folder.campaign.mkdir(parents=True)
    results = profiled()
    campaign = CampaignFolder(folder.campaign)
    Campaign(
        id=results.campaign.id,
        created_utc_s=0.0,
        wattlab_version="0.0.0",
        simulated=True,
        seed=1,
        config={},
        config_sha256="0" * 64,
        plan=[],
    ).write(campaign.campaign_json)
    write_results(results, folder.campaign / "results")
    (folder.campaign / "programs").mkdir()
    revision = Revision(folder=".", revision="a" * 40, branch="main", remote="https://example.org/p.git")
    packages = Packages(name="profiled", python="3.11.2", packages={"numpy": "2.4.6", "keras": "3.15.1"})
    Programs(taken_utc_s=0.0, revisions=[revision], environments=[packages]).write(
        folder.campaign / "programs" / PROGRAMS_JSON
    )
    state: dict[str, Any] = {"listed_sha256": "0" * 64, "finished": True}
    failed = Failure(program="other.py", stage="run", reason="it ended with 1")
    ProjectState(
        name="pictures", programs={"cnn": "cnn.py", "other": "other.py"}, failures=[failed], **state
    ).write(folder.state_json)
    other = project_folder(tmp_path, "words")
    other.path.mkdir()
    ProjectState(
        name="words", failures=[Failure(program=None, stage="environment", reason="it's gone")], **state
    ).write(other.state_json)
    write_tables(tmp_path)
    return tmp_path


def test_every_call_site_is_a_row_with_its_program_and_the_meaning_of_each_column(dataset: Path) -> None:
    sites = [row for row in profiled().call_sites if row.scenario == "cnn"]
    with duckdb.connect(str(dataset / DATABASE), read_only=True) as connection:
        rows = connection.execute(
            "SELECT project, program, site, energy_inclusive_j FROM api_calls"
        ).fetchall()
        assert rows == [("pictures", "cnn.py", row.site, row.energy_inclusive_j) for row in sites]
        programs = "SELECT program, git_revision, git_branch, python, packages, simulated FROM programs"
        assert connection.execute(programs).fetchall() == [
            ("cnn.py", "a" * 40, "main", "3.11.2", "keras==3.15.1 numpy==2.4.6", True)
        ]
        for table in COLUMNS:
            comments = "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = ?"
            found = dict(connection.execute(comments, [table]).fetchall())
            assert set(found) <= {*COLUMNS[table], "simulated"}, table
            assert all(found.values()), table
        parquet = str(dataset / CALLS_PARQUET)
        assert connection.execute("SELECT count(*) FROM read_parquet(?)", [parquet]).fetchone() == (
            len(sites),
        )


def test_the_summary_tells_known_energies_from_bounds_and_counts_failures(dataset: Path) -> None:
    calls = [row for row in profiled().call_sites if row.scenario == "cnn" and row.api]
    summary = summarise(dataset)
    known = [row for row in calls if row.label in ("measured", "pooled") and row.group is None]
    assert (summary.simulated, summary.programs, summary.sites) == (True, 1, len(calls))
    assert (summary.sites_known, len(summary.failures)) == (len(known), 2)
    for api in summary.apis:
        energies = [row.energy_per_call_j for row in known if row.api == api.api]
        assert (api.energy_median_j is None) == (not energies)
        if len(energies) == 1:
            assert api.energy_median_j == pytest.approx(energies[0])
    document = json.loads(CliRunner().invoke(cli, ["dataset", "summary", str(dataset), "--json"]).stdout)
    assert [row["stage"] for row in document["failures"]] == ["run", "environment"]
