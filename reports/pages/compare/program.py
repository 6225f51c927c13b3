"""The programs of the two scenarios: which files, packages and revisions differ."""

from collections.abc import Sequence

from analysis.comparing.programs import FileDifference, ProgramDifference, ValueDifference
from reports.blocks.contract import Block, Chapter, Code, Fold, Text
from reports.blocks.tables import Columns, Table, table, text_column
from reports.words.program import file_words, program_lines


def program_chapter(program: ProgramDifference) -> Chapter:
    """Show what differs between two programs, each file's difference folded."""
    blocks: list[Block] = [Text(f"{line[:1].upper()}{line[1:]}.") for line in program_lines(program)]
    blocks += [_file(number, file) for number, file in enumerate(program.files, start=1)]
    if program.packages:
        blocks.append(_values("packages", "Package versions that differ", "Package", program.packages))
    if program.revisions:
        blocks.append(_values("revisions", "Git revisions that differ", "Folder", program.revisions))
    return Chapter("program", "The programs", "Programs", blocks)


def _file(number: int, file: FileDifference) -> Fold:
    words = f"File {number}: {file_words(file)}"
    if not file.diff:
        return Fold(words, [Text("Both contents are not on record, or too long to compare.", "nothing")])
    return Fold(words, [Code(f"Difference of {file_words(file)}", file.diff.expandtabs(8))])


def _values(key: str, caption: str, label: str, values: Sequence[ValueDifference]) -> Table:
    columns: Columns[ValueDifference] = (
        text_column(label, lambda one: one.name),
        text_column("A", lambda one: one.a or "none"),
        text_column("B", lambda one: one.b or "none"),
    )
    return table(f"program-{key}", caption, columns, values, folded=True)
