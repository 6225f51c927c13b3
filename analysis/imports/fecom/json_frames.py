"""JSON from elsewhere, read so that what is wrong is refused by its place, and pandas frames within it."""

import json
from typing import Any, NoReturn

import numpy as np

from analysis.maths.arrays import Floats
from records.errors import RecordError


def number_of(value: object, where: str) -> float:
    """Return a finite number; truth values, text and null are none."""
    # JSON writes integers of any length: one that no float can hold is no measurement either
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e18:
        refuse(where, "a number", value)
    return float(value)


def object_of(value: object, where: str) -> dict[str, Any]:
    """Return a JSON object as such."""
    if not isinstance(value, dict):
        refuse(where, "a JSON object", kind_of(value))
    return value


def json_of(content: bytes, where: str) -> Any:
    """Read a JSON document; NaN and Infinity, which JSON does not have, are refused."""

    def no_number(word: str) -> NoReturn:
        refuse(where, "numbers", word)

    try:
        return json.loads(content, parse_constant=no_number)
    except (ValueError, RecursionError) as error:  # ValueError: also bytes that are no text
        raise RecordError(f"{where}: expected a JSON document, but {error}") from None


def kind_of(value: object) -> str:
    """Say in a few words what a value is."""
    if isinstance(value, dict):
        return f"an object with the keys {[str(key)[:40] for key in list(value)[:6]]}"
    if isinstance(value, list):
        first = f", the first {type(value[0]).__name__}" if value else ""
        return f"a list of {len(value)} values{first}"
    return f"{type(value).__name__} {str(value)[:60]!r}"


def refuse(where: str, expected: str, found: object) -> NoReturn:
    """Raise the error that names place, expectation and what came instead."""
    raise RecordError(
        f"{where}: expected {expected}, found {found if isinstance(found, str) else repr(found)}. "
        f"Nothing was imported: leave this file out, or take it from its source again"
    )


def split_frame(document: object, where: str) -> tuple[list[Any], list[Any]]:
    """Return columns and rows of a pandas frame in the form ``orient="split"``."""
    fields = document if isinstance(document, dict) else {}
    columns, rows = fields.get("columns"), fields.get("data")
    if not isinstance(columns, list) or not isinstance(rows, list):
        refuse(
            where, 'orient="split": {"columns": [...], "index": [...], "data": [[...]]}', kind_of(document)
        )
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(columns):
            refuse(f"{where}: row {number}", f"a list of {len(columns)} values", kind_of(row))
    return columns, rows


def column_of(columns: list[Any], rows: list[Any], name: str, where: str) -> Floats:
    """Return a column of numbers ``(n,)``."""
    if name not in columns:
        refuse(where, f"a column {name!r}", f"columns {columns}")
    place = columns.index(name)
    return np.array([number_of(row[place], f"{where}: row {i}: {name}") for i, row in enumerate(rows)])
