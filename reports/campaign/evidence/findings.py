"""What speaks against the data, or limits it."""

from records.findings import LEVELS
from records.results import Row
from reports.blocks.contract import Block, Chapter, Findings, Heading, Text, Tone
from reports.blocks.tables import table, text_column
from reports.campaign.view import View
from reports.words.numbers import count

_MEANINGS = {
    "refuse": "Must not be used as it is",
    "warn": "Weakens the data",
    "info": "To know",
}
_CAMPAIGN = "the whole campaign"


def chapter(view: View) -> Chapter:
    """Show all findings of the evidence and of the analysis, those of one code together."""
    found = view.results.findings
    if not found:
        nothing = Text("Neither the check of the evidence nor the analysis has anything to remark.", "good")
        return Chapter("findings", "Findings", "Findings", [nothing])
    blocks: list[Block] = [_verdict(view)]
    for level in LEVELS:
        rows = [row for row in found if _level(row) == level]
        if rows:
            blocks += [Heading(f"{_MEANINGS[level]}: {len(rows)}"), Findings(_by_code(rows))]
    columns = (
        text_column("Level", "level", whole=True),
        text_column("Run", "run_dir", whole=True),
        text_column("Code", "code", whole=True),
        text_column("Finding", "message"),
    )
    blocks.append(
        table("finding-rows", "All findings, one a line", columns, found, folded=True, source="findings")
    )
    version = view.results.campaign.get("wattlab_version")
    said = "says of every code what it means and what to do"
    blocks.append(Text(f"docs/reference/findings.md of Wattlab {version} {said}.", "small"))
    return Chapter("findings", "Findings", "Findings", blocks)


def _level(row: Row) -> str:
    """Return the level of a finding; one that nobody knows is only to know, as its mark on the page is."""
    level = row.get("level")
    return str(level) if level in LEVELS else "info"


def _verdict(view: View) -> Text:
    found = view.results.findings
    refuse, warn, info = (sum(_level(row) == level for row in found) for level in LEVELS)
    runs = {str(row["run_dir"]) for row in found if row.get("run_dir")}
    whole = sum(not row.get("run_dir") for row in found)
    where = f"{whole} {_verb(whole, 'concern')} the whole campaign"
    if runs:
        where += f", the others {len(runs)} of {len(view.results.runs) + len(view.results.refused)} runs"
    first = f"{refuse} {_verb(refuse, 'refuse')} data" if refuse else "Nothing refuses the data"
    then = f"{warn} {_verb(warn, 'weaken')} it; {info} {'is' if info == 1 else 'are'} to know"
    tone: Tone = "refuse" if refuse else "warn" if warn else "good"
    return Text(f"{first}; {then}. Of all {len(found)}, {where}.", tone)


def _verb(number: int, word: str) -> str:
    return f"{word}s" if number == 1 else word


def _by_code(rows: list[Row]) -> list[Row]:
    """Return one row per code, in the order of first appearance; what it stands for is in ``each``."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str(row.get("code")), []).append(row)
    return [found[0] if len(found) == 1 else _folded(found) for found in groups.values()]


def _folded(found: list[Row]) -> Row:
    runs = list(dict.fromkeys(str(row.get("run_dir") or _CAMPAIGN) for row in found))
    where = f"{len(found)} times"
    if runs != [_CAMPAIGN]:
        where += f", in {count(len(runs))} runs" if len(runs) > 1 else f", in {runs[0]}"
    messages = list(dict.fromkeys(str(row.get("message")) for row in found))
    message = messages[0] if len(messages) == 1 else f"For example: {messages[0]}"
    each = [(str(row.get("run_dir") or _CAMPAIGN), str(row.get("message"))) for row in found]
    return {**found[0], "run_dir": where, "message": message, "each": each}
