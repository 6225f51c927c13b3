"""Types of the columns of the database, found from the values: a table's columns differ between campaigns."""

import json
from collections.abc import Iterable
from typing import Any

from records.errors import RecordError

TEXT, NUMBER, WHOLE, FLAG = "VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN"

KEYS = ("campaign", "folder", "simulated")
"""Columns that every table begins with; a row's own column of such a name becomes ``row_NAME``."""

WORDS = frozenset(
    {
        "a",
        "against",
        "b",
        "base_scenario",
        "campaign",
        "code",
        "config_sha256",
        "design",
        "equivalent",
        "family",
        "folder",
        "kind",
        "level",
        "message",
        "name",
        "note",
        "notes",
        "of",
        "outliers",
        "proof",
        "quantity",
        "rank_test",
        "reference",
        "row_campaign",
        "rule",
        "run_dir",
        "scale",
        "scenario",
        "scope",
        "settings",
        "signals",
        "task",
        "tracker",
        "unit",
        "utilisation_unit",
        "verdict",
        "version",
        "words",
        "x",
        "y",
    }
)
"""Declared columns that hold words: their type where no campaign has a value. All others hold numbers."""

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


def empty_type(name: str) -> str:
    """Return the type of a column without any value."""
    return TEXT if name in WORDS else NUMBER


def fit(value: Any, kind: str) -> Any:
    """Return a value as its column holds it."""
    if value is None or (kind != TEXT and kind != NUMBER):
        return value
    if kind == NUMBER:
        return float(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def by_column(declared: Iterable[str], rows: Any, where: str) -> dict[str, list[Any]]:
    """Turn rows into columns, the declared ones first.

    Args:
        declared: names that are there in any case.
        rows: a list of rows as results hold them.
        where: file and table, for the message.

    Returns:
        By name a list with a value for each row, ``None`` where a row has none.

    Raises:
        RecordError: they are no rows, or names of their columns cannot be told apart in SQL.
    """
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RecordError(f"{where}: expected a list of rows. Run `lab analyse` again")
    names = dict.fromkeys([*declared, *(name for row in rows for name in row)])
    _check_names(names, where)
    return {own_name(name): _column(rows, name) for name in names}


def own_name(name: str) -> str:
    """Return the name of a row's own column, which must not be one of `KEYS`."""
    return f"row_{name}" if name.lower() in KEYS else name


def _column(rows: list[dict[str, Any]], name: str) -> list[Any]:
    return [row.get(name) for row in rows]


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
