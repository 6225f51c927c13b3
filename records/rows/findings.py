"""The row of a finding."""

from dataclasses import asdict
from typing import Self

from records.findings import Finding, Level
from records.rows.row import ResultRow, column, result_row


@result_row
class FindingRow(ResultRow):
    """One finding about the data."""

    level: Level = column("", "refuse, warn or info")
    run_dir: str = column("", "Folder of the run below runs/; empty for the whole campaign")
    code: str = column("", "Code, explained in docs/reference/findings.md")
    message: str = column("", "Figures, and what to do")
    file: str | None = column("", "File that it is about", default=None, rare=True)
    line: int | None = column("", "Line in the file, from 1", default=None, rare=True)
    column: int | None = column("", "Column in the line, from 1", default=None, rare=True)

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """Return a finding as a row."""
        return cls(**asdict(finding))
