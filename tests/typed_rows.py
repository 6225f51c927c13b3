"""Rows of results for tests: made of the few columns that matter, or emptied of all that may be empty."""

from typing import Any, TypeVar

from records.rows.mapping import filled
from records.rows.row import ResultRow

RowClass = TypeVar("RowClass", bound=ResultRow)


def row_of(cls: type[RowClass], **columns: Any) -> RowClass:
    """Make a row; columns that are not given are empty where they may be, else zero or an empty text."""
    row: RowClass = filled(cls, columns)
    return row


def emptied(row: RowClass, kept: set[str]) -> RowClass:
    """Return a row without any value that may be absent, but for those to be kept."""
    optional = {column.name for column in row.COLUMNS if column.optional} - kept
    row_without: RowClass = type(row).from_json(
        {name: None if name in optional else value for name, value in row.to_json().items()}, "emptied"
    )
    return row_without
