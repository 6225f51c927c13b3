"""``README.md`` of a dataset: what is in it, how it came about, and what it does not say."""

from pathlib import Path

from lab.dataset.summary import Summary, summarise
from lab.dataset.tables import CALLS_PARQUET, COLUMNS, DATABASE, FAILURES_CSV, PROGRAMS_PARQUET
from records.files import write_atomically

_FILES = {
    CALLS_PARQUET: "api_calls",
    PROGRAMS_PARQUET: "programs",
    FAILURES_CSV: "failures",
}


def known_words(summary: Summary) -> str:
    """Return a sentence on how many of the calls have an energy."""
    bounded = summary.sites - summary.sites_known
    return (
        f"{summary.programs} programs of {summary.projects} projects, {summary.calls} calls at "
        f"{summary.sites} sites: {summary.sites_known} with an energy of their own, {bounded} with an upper "
        "bound only"
    )


def write_datasheet(out: Path, title: str) -> None:
    """Write the README of a dataset; nothing is written where no program has energies."""
    if not (out / DATABASE).is_file():
        return
    summary = summarise(out)
    mark = "**SIMULATED: a virtual instrument stood in for the power meter. No energy is a measurement.**\n\n"
    lines = [
        f"# {title}\n",
        mark if summary.simulated else "",
        f"{known_words(summary)}. {len(summary.failures)} failures are listed with their reasons.\n",
        "| file | what is in it |",
        "|---|---|",
        f"| `{DATABASE}` | DuckDB with the tables below and every table of the campaigns' results |",
        *(f"| `{file}` | table `{table}` |" for file, table in _FILES.items()),
        "| `projects/NAME/campaign` | evidence, results and report of a project's programs |\n",
        "Energies are at the wall plug, gross unless called induced, means per run with 95 % intervals. "
        "`label` says how a call's energy is known: measured by itself, pooled by regression over the "
        "meter's intervals, or bounded from above. Where `group` is set, the energy is in the row of "
        "that site.\n",
        "Not included: energies of calls for which only a bound is known, and a licence of the programs, "
        "which is that of their authors.\n",
    ]
    for table, columns in COLUMNS.items():
        lines += [f"## `{table}`\n", "| column | meaning |", "|---|---|"]
        lines += [f"| `{name}` | {meaning} |" for name, meaning in columns.items()]
        lines += [""]
    write_atomically(out / "README.md", "\n".join(line for line in lines if line is not None))
