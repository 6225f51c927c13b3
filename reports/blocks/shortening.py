"""What a chapter need not say twice, and what a page need not carry along."""

from dataclasses import replace

from records.results import Results, tables_of
from reports.blocks.contract import Block, Chapter, Fold
from reports.blocks.kit import Sheet
from reports.blocks.tables import Table
from reports.words.numbers import count

MOST_ROWS = 300
"""Of a longer table the page shows the first rows, so that a browser still opens it."""

MOST_TAKEN = 3000
"""Of a longer table of the results the page does not carry all digits along; the folder results/ has them."""


def shortened(chapter: Chapter, results: Results) -> Chapter:
    """Say once per chapter how something was computed, and keep its tables to a size for a page.

    Args:
        chapter: as its module made it.
        results: whose tables are offered as CSV and JSON.

    Returns:
        The chapter, in which a table has no note that is given in full at a figure or table before it. Every
        figure keeps its own.
    """
    kept = {name for name, table in tables_of(results).items() if len(table.rows) <= MOST_TAKEN}
    return replace(chapter, blocks=_blocks(chapter.blocks, kept, []))


def _blocks(blocks: list[Block], kept: set[str], earlier_notes: list[str]) -> list[Block]:
    return [_block(block, kept, earlier_notes) for block in blocks]


def _block(block: Block, kept: set[str], earlier_notes: list[str]) -> Block:
    if isinstance(block, Fold):
        return replace(block, blocks=_blocks(block.blocks, kept, earlier_notes))
    if isinstance(block, Table):
        return replace(
            _carried(block, kept), note=_once(block.note, earlier_notes) if block.rows else block.note
        )
    if isinstance(block, Sheet) and block.panels:
        data = None if block.data is None else _carried(block.data, kept)
        earlier_notes.append(block.how)
        return replace(block, data=data)
    return block


def _once(words: str, earlier_notes: list[str]) -> str:
    if not words or any(words in earlier for earlier in earlier_notes):
        return ""
    earlier_notes.append(words)
    return words


def _carried(table: Table, kept: set[str]) -> Table:
    source = table.source if table.source in kept else ""
    if len(table.rows) <= MOST_ROWS:
        return replace(table, source=source)
    first = f"{table.caption}: the first {MOST_ROWS} of {count(len(table.rows))}"
    return replace(table, rows=table.rows[:MOST_ROWS], source=source, caption=first + _rest(table, source))


def _rest(table: Table, source: str) -> str:
    if source:
        return "; CSV and JSON hold all"
    return f"; all in results/{table.source}.csv" if table.source else ""
