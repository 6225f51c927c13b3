"""The measured program as it was recorded: files, what is not committed, packages."""

from records.programs import Packages, ProgramFile, Programs, Revision
from reports.blocks.contract import Block, Chapter, Code, Fold, Lines, Text
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.view import RecordedProgram, View
from reports.words.numbers import count
from reports.words.texts import counted

_HASH_DIGITS = 16
_HOW = (
    "Files that commands name are recorded when the campaign begins; modules are added by the first run "
    "that imports them. Every run compares the program with these hashes before it is measured and at its "
    "end, and is rejected if they differ."
)


def chapter(view: View) -> Chapter:
    """Show what the record of the program holds."""
    program = view.program
    if program is None:
        imported = "the records were imported, and the lab did not run the programs."
        before = "the campaign has no programs/: it was measured before Wattlab recorded programs."
        return _chapter([], imported if view.results.imported else before)
    record = program.record
    blocks: list[Block] = [Text(_first(record)), _files(record)]
    for revision in record.revisions:
        blocks += _revision(revision, program)
    blocks += [_packages(environment) for environment in record.environments]
    if record.notes:
        blocks.append(Fold("What is not on record", [Text(f"{note}.", "small") for note in record.notes]))
    return _chapter(blocks)


def _chapter(blocks: list[Block], absent: str = "") -> Chapter:
    return Chapter("program", "The measured program", "Program", blocks, absent)


def _first(record: Programs) -> str:
    copies = sum(file.copy is not None for file in record.files)
    packages = sum(len(environment.packages) for environment in record.environments)
    return (
        f"On record: {counted(len(record.files), 'file')} ({copies} copied to programs/) and "
        f"{counted(packages, 'package')} of "
        f"{counted(len(record.environments), 'environment')}."
    )


def _files(record: Programs) -> Table:
    columns: Columns[ProgramFile] = (
        text_column("File", lambda file: file.name),
        text_column("Used by", lambda file: ", ".join(file.scenarios)),
        Column("Size", lambda file: count(file.bytes), "bytes"),
        text_column("SHA-256 begins", lambda file: (file.sha256 or "")[:_HASH_DIGITS]),
        text_column("Copy", lambda file: f"programs/{file.copy}" if file.copy else file.note),
    )
    nothing = "No file is on record: the commands name programs of the system only."
    return table("program-files", "Files of the program", columns, record.files, note=_HOW, nothing=nothing)


def _revision(revision: Revision, program: RecordedProgram) -> list[Block]:
    changed = "unknown" if revision.changed is None else count(revision.changed)
    rows = [
        ("Folder", revision.folder),
        ("Commit", revision.revision or "none"),
        ("Files that differ from it", changed),
        *([("Note", revision.note)] if revision.note else []),
    ]
    blocks: list[Block] = [Lines(f"Git repository {revision.folder}", rows)]
    if revision.diff is not None:
        text = program.diffs.get(revision.diff)
        caption = f"What is not committed in {revision.folder}"
        code = Code(caption, text.expandtabs(8)) if text else Text(f"See programs/{revision.diff}.")
        blocks.append(Fold(caption, [code]))
    return blocks


def _packages(environment: Packages) -> Table:
    rows = [("Python", environment.python), *environment.packages.items()]
    columns: Columns[tuple[str, str]] = (
        text_column("Package", lambda package: package[0]),
        text_column("Version", lambda package: package[1]),
    )
    key = f"program-packages-{environment.name}".replace(" ", "-")
    return table(key, f"Packages of the environment {environment.name}", columns, rows, folded=True)
