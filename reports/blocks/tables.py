"""A table of the report: columns with units in the header, and texts in the cells."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from records.results import Row

LONG_TABLE_ROWS = 14
"""Longer tables are folded, so that a page of 120 runs can still be read."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        label: header.
        show: makes the cell's text from the row.
        unit: unit of the numbers, shown in the header.
        numeric: numbers are set flush right in figures of equal width.
        whole: short words that are never broken over lines.
    """

    label: str
    show: Callable[[Row], str]
    unit: str = ""
    numeric: bool = True
    whole: bool = False


@dataclass(frozen=True)
class Table:
    """What the template prints.

    Attributes:
        key: id on the page.
        caption: what the rows are.
        columns: see `Column`.
        rows: texts of the cells, row by row.
        folded: shown only when the reader opens it.
        note: how it was computed.
        nothing: what is said where there is no row.
        source: name of the table of ``results/`` (``runs``, ...) that holds the same numbers with all their
            digits, which the page offers as CSV and JSON; the cells themselves are offered where empty.
    """

    kind: ClassVar[str] = "table"
    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: list[list[str]]
    folded: bool = False
    note: str = ""
    nothing: str = ""
    source: str = ""


def table(
    key: str,
    caption: str,
    columns: Iterable[Column],
    rows: Iterable[Row],
    *,
    folded: bool | None = None,
    note: str = "",
    nothing: str = "",
    source: str = "",
) -> Table:
    """Make a table; columns in which no row says anything are left out.

    Args:
        key: id on the page.
        caption: what the rows are.
        columns: the first one names the row and always stays.
        rows: rows of the results.
        folded: whether it is folded; when not given, long ones are.
        note: how it was computed.
        nothing: what is said where there is no row.
        source: name of the table of ``results/`` with the same numbers; see `Table`.
    """
    wanted = tuple(columns)
    texts = [[column.show(row) for column in wanted] for row in rows]
    kept = [
        index
        for index in range(len(wanted))
        if index == 0 or not texts or any(line[index] not in _EMPTY for line in texts)
    ]
    cells = [[line[index] for index in kept] for line in texts]
    fold = len(cells) > LONG_TABLE_ROWS if folded is None else folded
    return Table(key, caption, tuple(wanted[index] for index in kept), cells, fold, note, nothing, source)


def text_column(label: str, column: str, *, whole: bool = False) -> Column:
    """Make a column of words; see `Column` for ``whole``."""
    return Column(label, lambda row: words(row.get(column)), numeric=False, whole=whole)


def words(value: object) -> str:
    """Return a value as words; an absent one is a dash."""
    return "–" if value is None or value == "" else str(value)


_EMPTY = ("–", "")
