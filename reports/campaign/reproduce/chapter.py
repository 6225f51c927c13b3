"""How to cite the campaign, and how to check it and compute it again."""

from typing import Any, NamedTuple

from records.results import Results, tables_of
from records.times import iso_utc
from reports.blocks.contract import Block, Chapter, Code, Heading, Lines, Text
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.reproduce.citation import bibtex, citation
from reports.campaign.reproduce.results_files import RESULT_FILES
from reports.campaign.view import ScenarioView, View, mean_words
from reports.words.identity import PLACEHOLDER, folder_words, rule_words
from reports.words.numbers import count, given

_TAKING = (
    "The buttons under a table give its rows with all their digits, as CSV or JSON; so does the folder "
    "results/ of the campaign. Markdown and LaTeX have the table as it is shown. Every row has the column "
    "simulated, so that a table passed on alone cannot be taken for measured. A number "
    "that could not be computed is an empty field, never a zero. Units are the "
    "ends of the names: energy_wh, duration_s."
)
_LICENCE = (
    "No data licence given: ask those who measured before you publish or redistribute the data. "
    "lab export writes the one that is named with --license into the package's metadata."
)


def chapter(view: View) -> Chapter:
    """Show citation, identity, commands and what the data files hold."""
    results = view.results
    blocks: list[Block] = [
        Text(_complete(view)),
        Heading("Cite"),
        Text(_names(results)),
        Text(citation(view)),
        Code("Citation for BibTeX", bibtex(view)),
        Heading("Which campaign this is"),
        Lines("Identity of the campaign", _identity(view)),
    ]
    if results.imported:
        blocks += [Heading("Where the records were imported from"), *_import_blocks(results)]
    blocks += [
        Heading("Check it and compute it again"),
        *_commands(results),
        Heading("The numbers as files"),
        Text(_TAKING),
        files_table(results),
        Heading("Licence"),
        Text(_LICENCE),
    ]
    return Chapter("reproduce", "Cite and reproduce", "Reproduce", blocks)


def _complete(view: View) -> str:
    """Say what belongs to a number that is passed on, with one of this campaign as the example."""
    first = (
        "A number from this report is complete with its unit, its interval, the number of runs, whether it "
        "is gross or induced, the meter, and this campaign's id."
    )
    plain = [item for item in view.scenarios if not item.tracker and _has_interval(item)]
    item = plain[-1] if plain else None
    if item is None:
        return first
    unit = view.unit
    ends = unit.interval(item.row.energy_low_wh, item.row.energy_high_wh)
    mark = " (SIMULATED, not a measurement)" if view.simulated else ""
    return (
        f"{first} For example{mark}: {item.name} used {mean_words(item.row, 'energy', unit)} {unit.name} "
        "per run, gross, "
        f"95 % interval {ends} {unit.name}, n = {item.n}."
    )


def _has_interval(item: ScenarioView) -> bool:
    return item.row.energy_low_wh is not None and item.row.energy_wh is not None


def _names(results: Results) -> str:
    if results.imported:
        return "The power was measured by others: cite them first. Replace the text in brackets."
    return "Replace the text in brackets."


def _identity(view: View) -> list[tuple[str, str]]:
    results, campaign = view.results, view.results.campaign
    done, planned = campaign.slots_completed, campaign.slots_planned
    made = "Imported" if results.imported else "Planned"
    seed = "none: the order of the runs is that of the logs" if results.imported else str(campaign.seed)
    return [
        ("Campaign", campaign.id),
        ("Title", campaign.title or "none"),
        *([("SIMULATED", "no number is a measurement")] if view.simulated else []),
        (made, iso_utc(campaign.created_utc_s)),
        ("Wattlab, when " + made.lower(), campaign.wattlab_version),
        ("Configuration, SHA-256", campaign.config_sha256),
        ("Seed of the order of the runs", seed),
        ("Runs", f"{done} of {planned} completed, in {campaign.blocks} blocks"),
        ("Rule of the analysis", results.rule),
    ]


def _import_blocks(results: Results) -> list[Block]:
    imported = results.imported
    sources: list[dict[str, Any]] = imported.get("sources") or []
    options = {name: value for name, value in (imported.get("options") or {}).items() if value is not None}
    chosen = ", ".join(f"{name} = {value}" for name, value in options.items()) or "none"
    columns: Columns[dict[str, Any]] = (
        text_column("File", lambda source: source.get("name")),
        Column("Size", lambda source: count(source.get("bytes")), "bytes"),
        text_column("SHA-256", lambda source: source.get("sha256")),
    )
    return [
        Text(
            f"Format {imported.get('format')}, from {len(sources)} files; options: {chosen}. The hashes are "
            "those of the files that were imported. What was repaired or assumed is among the findings."
        ),
        table("import-sources", "Files that were imported", columns, sources, nothing="No file is named."),
    ]


def _commands(results: Results) -> list[Block]:
    folder = folder_words(results)
    lines = (
        f"lab check {folder}",
        f"lab analyse {folder}{rule_words(results)}",
        f"lab report {folder}",
        f"lab export {folder} --out {folder}.zip",
    )
    where = (
        f"{PLACEHOLDER} stands for the campaign's folder. "
        if folder == PLACEHOLDER
        else "The folder usually bears the campaign's id. "
    )
    return [
        Text(
            f"{where}The first command checks the hashes, clocks and readings of the records and lists "
            "every finding, the second computes all numbers anew, the third writes this page, the fourth "
            "packs records, results, programs and checksums for others."
        ),
        Code("Commands that check and recompute", "\n".join(lines)),
        Text(
            "To unpack a package, run lab import package; the analysis of the same records "
            "by the same version gives the same numbers, digit by digit."
        ),
    ]


class _File(NamedTuple):
    """A file of the results: how many rows it has, and what one is."""

    name: str
    rows: int | None
    words: str


def files_table(results: Results) -> Table:
    """Tabulate the files of ``results/``: how many rows, and what one holds."""
    rows = [
        _File(f"{name}.csv", len(table.rows), RESULT_FILES.get(name, ""))
        for name, table in tables_of(results).items()
        if table.rows
    ]
    rows.append(_File("results.json", None, "all of these, settings and environment"))
    columns: Columns[_File] = (
        text_column("File", lambda row: row.name, whole=True),
        Column("Rows", lambda row: given(row.rows)),
        text_column("One row is", lambda row: row.words),
    )
    return table("results-files", "Files of the folder results/", columns, rows, folded=True)
