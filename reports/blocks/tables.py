"""A table of the report: columns with units in the header, and texts in the cells."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

LONG_TABLE_ROWS = 14
"""Longer tables are folded, so that a page of 120 runs can still be read."""


R = TypeVar("R")
S = TypeVar("S")


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column of rows of one kind.

    Attributes:
        label: header.
        show: makes the cell's text from the row.
        unit: unit of the numbers, shown in the header.
        numeric: numbers are set flush right in figures of equal width.
        whole: short words that are never broken over lines.
    """

    label: str
    show: Callable[[R], str]
    unit: str = ""
    numeric: bool = True
    whole: bool = False


Columns = Iterable[Column[R] | Sequence[Column[R]]]
"""Columns, single ones and groups that belong together."""


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
    columns: tuple[Column[Any], ...]
    rows: list[list[str]]
    folded: bool = False
    note: str = ""
    nothing: str = ""
    source: str = ""


def table(
    key: str,
    caption: str,
    columns: Columns[R],
    rows: Iterable[R],
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
        rows: what the columns show, such as rows of the results.
        folded: whether it is folded; when not given, long ones are.
        note: how it was computed.
        nothing: what is said where there is no row.
        source: name of the table of ``results/`` with the same numbers; see `Table`.
    """
    wanted = _flat(columns)
    texts = [[column.show(row) for column in wanted] for row in rows]
    kept = [
        index
        for index in range(len(wanted))
        if index == 0 or not texts or any(line[index] not in _EMPTY for line in texts)
    ]
    cells = [[line[index] for index in kept] for line in texts]
    fold = len(cells) > LONG_TABLE_ROWS if folded is None else folded
    return Table(key, caption, tuple(wanted[index] for index in kept), cells, fold, note, nothing, source)


def _flat(columns: Columns[R]) -> list[Column[R]]:
    groups = [(column,) if isinstance(column, Column) else column for column in columns]
    return [column for group in groups for column in group]


def columns_of_part(part: Callable[[R], S], columns: Columns[S]) -> Sequence[Column[R]]:
    """Return columns of a part of a row as columns of the row."""

    def shown(column: Column[S]) -> Callable[[R], str]:
        return lambda row: column.show(part(row))

    return [
        Column(column.label, shown(column), column.unit, column.numeric, column.whole)
        for column in _flat(columns)
    ]


def text_column(label: str, of: Callable[[R], object], *, whole: bool = False) -> Column[R]:
    """Make a column of words; see `Column` for ``whole``."""
    return Column(label, lambda row: words(of(row)), numeric=False, whole=whole)


def words(value: object) -> str:
    """Return a value as words; an absent one is a dash."""
    return "–" if value is None or value == "" else str(value)


_EMPTY = ("–", "")
