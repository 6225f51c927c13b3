"""Results for tests: rows made of the few columns that matter, changed in place, or emptied."""

from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from records.results import Results
from records.rows.row import ResultRow

RowClass = TypeVar("RowClass", bound=ResultRow)
Part = TypeVar("Part")

_NEUTRAL = {"text": "", "number": 0.0, "whole": 0, "flag": False, str: "", float: 0.0, int: 0, bool: False}


def row_of(cls: type[RowClass], **columns: Any) -> RowClass:
    """Make a row; columns that are not given are empty where they may be, else zero or an empty text."""
    missing = {
        column.name: None if column.optional else _NEUTRAL[column.kind]
        for part in cls.PARTS
        if not part.is_family
        for column in part.columns
        if column.name not in part.omitted
    }
    return cls.from_json({**missing, **columns}, cls.__name__)


def part_of(cls: Any, given: Any) -> Any:
    """Make a row or another part of the results of a mapping; anything else is returned as it is."""
    if not isinstance(given, dict):
        return given
    if issubclass(cls, ResultRow):
        return row_of(cls, **given)
    if hasattr(cls, "from_json"):
        return cls.from_json(given, cls.__name__)
    hints, values = get_type_hints(cls), {}
    for item in fields(cls):
        options = get_args(hints[item.name])
        if item.name in given:
            value = given[item.name]
            rows = isinstance(value, list) and bool(options) and is_dataclass(options[0])
            values[item.name] = [part_of(options[0], row) for row in value] if rows else value
        elif item.default is MISSING and item.default_factory is MISSING:
            values[item.name] = (
                None if type(None) in options else [] if options else _NEUTRAL[hints[item.name]]
            )
    return cls(**values)


def change(part: Any, **columns: Any) -> None:
    """Change a row or another part of the results in place, which nothing but a test may do."""
    to_json = getattr(part, "to_json", lambda: {item.name: getattr(part, item.name) for item in fields(part)})
    known = {name: value for name, value in to_json().items() if name != "extra"}
    vars(part).update(vars(part_of(type(part), {**known, **columns})))


def emptied(row: RowClass, kept: set[str]) -> RowClass:
    """Return a row without any value that may be absent, but for those to be kept."""
    optional = {column.name for column in row.COLUMNS if column.optional} - kept
    without = {name: None if name in optional else value for name, value in row.to_json().items()}
    return type(row).from_json(without, "emptied")


@cache
def _hints() -> dict[str, Any]:
    return get_type_hints(Results)


@dataclass(kw_only=True)
class MadeResults(Results):
    """Results that take mappings for rows and parts, whenever they are put in."""

    def __setattr__(self, name: str, value: Any) -> None:
        options = get_args(_hints()[name])
        inner = options[0] if options else _hints()[name]
        if isinstance(inner, type) and is_dataclass(inner):
            value = _Rows(inner, value) if isinstance(value, list) else part_of(inner, value)
        super().__setattr__(name, value)


class _Rows(list[Any]):
    """A list whose members are rows, whatever is put in."""

    def __init__(self, row: Any, members: Any) -> None:
        self._row = row
        super().__init__(part_of(row, member) for member in members)

    def append(self, member: Any) -> None:
        super().append(part_of(self._row, member))

    def extend(self, members: Any) -> None:
        super().extend([part_of(self._row, member) for member in members])

    def __iadd__(self, members: Any) -> Any:  # type: ignore[misc]
        self.extend(members)
        return self

    def __setitem__(self, place: Any, value: Any) -> None:
        rows = isinstance(place, slice)
        super().__setitem__(
            place, [part_of(self._row, one) for one in value] if rows else part_of(self._row, value)
        )

    def __reduce__(self) -> Any:
        return _Rows, (self._row, list(self))
