"""What speaks against the data, or limits it."""

from records.findings import LEVELS
from records.rows.findings import FindingRow
from reports.blocks.contract import Block, Chapter, Heading, Text, Tone
from reports.blocks.findings import findings_block, level_of
from reports.blocks.tables import Columns, table, text_column
from reports.campaign.view import View
from reports.words.texts import counted

_NAMES = {"refuse": "Errors", "warn": "Warnings", "info": "Notes"}


def chapter(view: View) -> Chapter:
    """Show all findings of the evidence and of the analysis, those of one code together."""
    all_rows = view.results.findings
    if not all_rows:
        nothing = Text("Neither the check of the evidence nor the analysis found anything.", "good")
        return Chapter("findings", "Findings", "Findings", [nothing])
    blocks: list[Block] = [_verdict(view)]
    for level in LEVELS:
        rows = [row for row in all_rows if level_of(row) == level]
        if rows:
            blocks += [Heading(f"{_NAMES[level]}: {len(rows)}"), findings_block(rows)]
    columns: Columns[FindingRow] = (
        text_column("Level", lambda row: row.level, whole=True),
        text_column("Run", lambda row: row.run_dir, whole=True),
        text_column("Code", lambda row: row.code, whole=True),
        text_column("Finding", lambda row: row.message),
    )
    blocks.append(
        table("finding-rows", "All findings, one a line", columns, all_rows, folded=True, source="findings")
    )
    return Chapter("findings", "Findings", "Findings", blocks)


def _verdict(view: View) -> Text:
    rows = view.results.findings
    refuse, warn, info = (sum(level_of(row) == level for row in rows) for level in LEVELS)
    runs = {row.run_dir for row in rows if row.run_dir}
    whole = sum(not row.run_dir for row in rows)
    first = f"{counted(refuse, 'finding')} {_verb(refuse, 'invalidate')} data" if refuse else "Data usable"
    words = f"{first}; {counted(warn, 'warning')}, {counted(info, 'note')}."
    if runs:
        all_runs = len(view.results.runs) + len(view.results.refused)
        other = len(rows) - whole
        words += f" {whole} {_verb(whole, 'concern')} the whole campaign, "
        words += f"{other} {_verb(other, 'concern')} {len(runs)} of {all_runs} runs."
    tone: Tone = "refuse" if refuse else "warn" if warn else "good"
    return Text(words, tone)


def _verb(number: int, word: str) -> str:
    return f"{word}s" if number == 1 else word
