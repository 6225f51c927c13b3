"""Findings as a reader meets them: those of one code together, with what the code means and what to do."""

import re
from collections.abc import Sequence

from records.finding_codes import CODES
from records.findings import LEVELS, Level
from records.rows.findings import FindingRow
from reports.blocks.contract import FindingEntry, Findings
from reports.words.numbers import count

CAMPAIGN = "the whole campaign"
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def findings_block(rows: Sequence[FindingRow]) -> Findings:
    """Return one entry per code, in the order of first appearance."""
    groups: dict[str, list[FindingRow]] = {}
    for row in rows:
        groups.setdefault(row.code, []).append(row)
    return Findings([_entry(code, found) for code, found in groups.items()])


def level_of(row: FindingRow) -> Level:
    """Return the level of a finding; an unknown one counts as a note."""
    return next((level for level in LEVELS if level == row.level), "info")


def _entry(code: str, found: list[FindingRow]) -> FindingEntry:
    each = [(row.run_dir or CAMPAIGN, row.message) for row in found]
    messages = list(dict.fromkeys(message for _, message in each))
    registered = CODES.get(code)
    return FindingEntry(
        level=level_of(found[0]),
        code=code,
        where=_where(each) if len(each) > 1 else found[0].run_dir,
        message=messages[0] if len(messages) == 1 else f"For example: {messages[0]}",
        each=each if len(each) > 1 else [],
        meaning=without_links(registered.meaning) if registered else "",
        remedy=without_links(registered.remedy) if registered else "",
    )


def _where(each: list[tuple[str, str]]) -> str:
    runs = list(dict.fromkeys(run for run, _ in each))
    if runs == [CAMPAIGN]:
        return f"{len(each)} times"
    return f"{len(each)} times, in {f'{count(len(runs))} runs' if len(runs) > 1 else runs[0]}"


def without_links(text: str) -> str:
    """Return a text of the reference page without its links, which lead nowhere from a report."""
    return _LINK.sub(r"\1", text)
