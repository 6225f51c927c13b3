"""The tables of a dataset: one DuckDB file and two Parquet files, made again after every build.

The database is an index of the dataset's campaigns (`reports.index`), so that it has every table of their
results. Added are ``programs``, ``api_calls`` and ``failures``, which `COLUMNS` describes.
"""

import csv
from pathlib import Path
from typing import Any

import duckdb

from lab.dataset.state import PROJECTS, ProjectFolder, ProjectState, project_folders
from records.campaign import CampaignFolder
from records.errors import RecordError
from records.programs import PROGRAMS_JSON, Packages, Programs, Revision
from records.rows.calls import CallSiteRow
from reports.index.writing import write_index

DATABASE = "dataset.duckdb"
CALLS_PARQUET = "calls.parquet"
PROGRAMS_PARQUET = "programs.parquet"
FAILURES_CSV = "failures.csv"

_PROGRAM = {
    "project": ("VARCHAR", "Project, as the list names it"),
    "program": ("VARCHAR", "Path of the program within the checkout"),
    "scenario": ("VARCHAR", "Scenario of the campaign that runs it"),
    "campaign": ("VARCHAR", "Id of the campaign"),
    "git_revision": ("VARCHAR", "Commit that was checked out; NULL without git"),
    "git_branch": ("VARCHAR", "Branch that was checked out"),
    "git_remote": ("VARCHAR", "Address of the repository, without user and password"),
    "git_changed": ("BIGINT", "Number of tracked files that differ from the commit"),
    "python": ("VARCHAR", "Version of the interpreter"),
    "packages": ("VARCHAR", "What its environment has installed, name==version with spaces between"),
}
_MEASURED = {
    "simulated": "Whether a virtual instrument took part; then no energy is a measurement",
    "sut": "System under test",
    "meter": "Power meter",
    "runs": "Number of counted runs",
    "duration_s": "Mean length of a run in seconds",
    "energy_j": "Mean energy of a run in joules",
    "energy_low_j": "Lower end of its 95 % interval",
    "energy_high_j": "Upper end",
    "induced_j": "Mean energy above the baseline in joules",
    "induced_low_j": "Lower end of its 95 % interval",
    "induced_high_j": "Upper end",
    "sites": "Number of call sites that were called",
    "calls": "Number of calls in all runs",
}
_FAILURES = {
    "project": "Project, as the list names it",
    "program": "Path of the program; empty for the whole project",
    "stage": "requirements, environment, programs or run",
    "reason": "Why there are no energies",
}

COLUMNS: dict[str, dict[str, str]] = {
    "programs": {name: meaning for name, (_, meaning) in _PROGRAM.items()} | _MEASURED,
    "api_calls": {
        "project": _FAILURES["project"],
        "program": _PROGRAM["program"][1],
        "simulated": _MEASURED["simulated"],
        **{
            column.name: column.meaning + (f" in {column.unit}" if column.unit else "")
            for column in CallSiteRow.COLUMNS
        },
    },
    "failures": _FAILURES,
}
"""Meaning of the columns by table; ``calls.parquet`` is ``api_calls``, ``programs.parquet`` ``programs``."""

_PROGRAMS_QUERY = """
CREATE TABLE programs AS
SELECT p.*, c.simulated, c.sut, c.meter, s.n AS runs, s.duration_s,
    s.energy_wh * 3600 AS energy_j, s.energy_low_wh * 3600 AS energy_low_j,
    s.energy_high_wh * 3600 AS energy_high_j, s.induced_wh * 3600 AS induced_j,
    s.induced_low_wh * 3600 AS induced_low_j, s.induced_high_wh * 3600 AS induced_high_j,
    coalesce(f.sites, 0) AS sites, coalesce(f.calls, 0) AS calls
FROM listed p
JOIN campaigns c USING (campaign)
LEFT JOIN scenarios s USING (campaign, scenario)
LEFT JOIN call_fits f USING (campaign, scenario)
WHERE s.n > 0
ORDER BY project, program
"""
_CALLS_QUERY = """
CREATE TABLE api_calls AS
SELECT p.project, p.program, c.* EXCLUDE (campaign, folder)
FROM call_sites c JOIN programs p USING (campaign, scenario)
ORDER BY project, program, site
"""


def write_tables(out: Path) -> None:
    """Write all tables of a dataset, from the campaigns of its projects.

    Args:
        out: folder of the dataset.

    Raises:
        RecordError: a table cannot be written.
    """
    folders = project_folders(out)
    states = [(folder, ProjectState.read(folder.state_json)) for folder in folders]
    _write_failures(out / FAILURES_CSV, [state for _, state in states])
    measured = [(folder, state) for folder, state in states if _has_results(folder)]
    if not measured:
        return
    write_index(out / PROJECTS, out / DATABASE, out / "index.html")
    try:
        with duckdb.connect(str(out / DATABASE)) as connection:
            _add(connection, measured, states, out)
    except duckdb.Error as error:
        raise RecordError(f"{out / DATABASE}: the tables cannot be written: {error}") from None


def _has_results(folder: ProjectFolder) -> bool:
    return (folder.campaign / "results" / "results.json").is_file()


def _add(
    connection: duckdb.DuckDBPyConnection,
    measured: list[tuple[ProjectFolder, ProjectState]],
    states: list[tuple[ProjectFolder, ProjectState]],
    out: Path,
) -> None:
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in _PROGRAM.items())
    connection.execute(f"CREATE TEMP TABLE listed ({columns})")
    for folder, state in measured:
        for row in _programs(folder, state):
            connection.execute(f"INSERT INTO listed VALUES ({', '.join('?' * len(row))})", row)
    connection.execute(_PROGRAMS_QUERY)
    connection.execute(_CALLS_QUERY)
    connection.execute(f"CREATE TABLE failures ({', '.join(f'{name} VARCHAR' for name in _FAILURES)})")
    for _, state in states:
        for failure in state.failures:
            row = [state.name, failure.program, failure.stage, failure.reason]
            connection.execute("INSERT INTO failures VALUES (?, ?, ?, ?)", row)
    for table, columns_of in COLUMNS.items():
        for name, meaning in columns_of.items():
            text = meaning.replace("'", "''")
            connection.execute(f"COMMENT ON COLUMN {table}.\"{name}\" IS '{text}'")
    for table, file in (("api_calls", CALLS_PARQUET), ("programs", PROGRAMS_PARQUET)):
        path = str(out / file).replace("'", "''")
        connection.execute(f"COPY {table} TO '{path}' (FORMAT parquet)")


def _programs(folder: ProjectFolder, state: ProjectState) -> list[list[Any]]:
    campaign = CampaignFolder(folder.campaign)
    identity = campaign.read().id
    recorded = Programs.read(campaign.path / "programs" / PROGRAMS_JSON)
    revision = recorded.revisions[0] if recorded.revisions else Revision(folder="", revision=None)
    environment = (
        recorded.environments[0] if recorded.environments else Packages(name="", python="", packages={})
    )
    packages = " ".join(f"{name}=={version}" for name, version in sorted(environment.packages.items()))
    return [
        [
            *(state.name, program, scenario, identity),
            *(revision.revision, revision.branch, revision.remote, revision.changed),
            *(environment.python, packages),
        ]
        for scenario, program in state.programs.items()
    ]


def _write_failures(path: Path, states: list[ProjectState]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_FAILURES)
        for state in states:
            for failure in state.failures:
                writer.writerow([state.name, failure.program or "", failure.stage, failure.reason])
