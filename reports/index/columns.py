"""Types of the columns of the database: those of the rows of the results, others by the values that come."""

import json
from collections.abc import Iterable
from typing import Any

from records.errors import RecordError
from records.rows.row import Kind, ResultRow

TEXT, NUMBER, WHOLE, FLAG = "VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN"

KEYS = ("campaign", "folder", "simulated")
"""Columns that every table begins with; a row's own column of such a name becomes ``row_NAME``."""

_OF_KIND: dict[Kind, str] = {"text": TEXT, "number": NUMBER, "whole": WHOLE, "flag": FLAG}

_LONGEST_NAME = 200
_WHOLE_END = 2**63


def type_of(values: Iterable[Any]) -> str | None:
    """Return the narrowest type that holds all values; ``None`` where all are absent."""
    found: str | None = None
    for value in values:
        if value is not None:
            found = wider(found, _type_of_one(value))
            if found == TEXT:
                break
    return found


def _type_of_one(value: Any) -> str:
    if isinstance(value, bool):
        return FLAG
    if isinstance(value, float):
        return NUMBER
    if isinstance(value, int) and -_WHOLE_END <= value < _WHOLE_END:
        return WHOLE
    return TEXT


def wider(first: str | None, second: str | None) -> str | None:
    """Return the type that holds the values of both: whole numbers become numbers, all else text."""
    if first is None or second is None or first == second:
        return second if first is None else first
    return NUMBER if {first, second} == {WHOLE, NUMBER} else TEXT


def declared_types(row: type[ResultRow]) -> dict[str, str]:
    """Return the type of each column that a row has by its declaration, by its name in the database."""
    return {own_name(column.name): _OF_KIND[column.kind] for column in row.COLUMNS}


def fit(value: Any, kind: str) -> Any:
    """Return a value as its column holds it."""
    if value is None or (kind != TEXT and kind != NUMBER):
        return value
    if kind == NUMBER:
        return float(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def by_column(rows: list[ResultRow], where: str) -> dict[str, list[Any]]:
    """Turn rows into columns, in the order in which they are met.

    Args:
        rows: of one table.
        where: file and table, for the message.

    Returns:
        By name a list with a value for each row, ``None`` where a row has none.

    Raises:
        RecordError: names of their columns cannot be told apart in SQL.
    """
    plain = [row.to_json() for row in rows]
    names = dict.fromkeys(name for row in plain for name in row)
    _check_names(names, where)
    return {own_name(name): [row.get(name) for row in plain] for name in names}


def own_name(name: str) -> str:
    """Return the name of a row's own column, which must not be one of `KEYS`."""
    return f"row_{name}" if name.lower() in KEYS else name


def _check_names(names: Iterable[str], where: str) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
            raise RecordError(
                f"{where}: expected a printable name of a column, found {name[:_LONGEST_NAME]!r}"
            )
        other = seen.setdefault(own_name(name).lower(), name)
        if other != name:
            raise RecordError(f"{where}: the columns {other!r} and {name!r} cannot be told apart in SQL")
