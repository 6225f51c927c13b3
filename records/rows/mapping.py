"""Rows read as mappings, for the tests that do not read attributes yet. Goes when the last of them does."""

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

_NEUTRAL: dict[Any, Any] = {str: "", float: 0.0, int: 0, bool: False}


class AsMapping:
    """Read a row or part by the names of its columns."""

    if not TYPE_CHECKING:  # the type check knows attributes only, so that a misspelled column is its error

        def _json(self) -> dict[str, Any]:
            to_json = getattr(self, "to_json", None)
            if to_json is not None:
                plain: dict[str, Any] = to_json()
                return plain
            return {item.name: getattr(self, item.name) for item in fields(self) if item.name != "extra"}  # type: ignore[arg-type]

        def __getitem__(self, name: str) -> Any:
            value = self.__dict__.get(name, self)
            return self._json()[name] if value is self or name == "extra" else value

        def __setitem__(self, name: str, value: Any) -> None:
            made = filled(type(self), {**self._json(), name: value})
            self.__dict__.update(made.__dict__)

        def __contains__(self, name: object) -> bool:
            return name in self._json()

        def __iter__(self) -> Iterator[str]:
            return iter(self._json())

        def __or__(self, other: dict[str, Any]) -> dict[str, Any]:
            return {**self._json(), **other}

        def get(self, name: str, default: Any = None) -> Any:
            """Return a column, or the default where there is none."""
            return self._json().get(name, default)

        def update(self, *given: Any, **changes: Any) -> None:
            """Change some columns."""
            self.__dict__.update(filled(type(self), {**self._json(), **dict(*given), **changes}).__dict__)

        def keys(self) -> Any:
            """Return the names of the columns."""
            return self._json().keys()

        def items(self) -> Any:
            """Return names and values."""
            return self._json().items()


def filled(cls: Any, given: Any) -> Any:
    """Make a row or part of a mapping; what is missing is empty or neutral."""
    if not isinstance(given, dict):
        return given
    if hasattr(cls, "PARTS"):
        neutral = {
            column.name: None
            if column.optional
            else _NEUTRAL[{"text": str, "number": float, "whole": int, "flag": bool}[column.kind]]
            for part in cls.PARTS
            if not part.is_family
            for column in part.columns
            if not (column.rare or column.name in part.omitted)
        }
        return cls.from_json({**neutral, **given}, cls.__name__)
    if hasattr(cls, "from_json"):
        return cls.from_json(given, cls.__name__)
    hints, values = get_type_hints(cls), {}
    for item in fields(cls):
        hint = hints[item.name]
        if item.name in given:
            inner = get_args(hint)[0] if get_args(hint) else None
            value = given[item.name]
            rows = isinstance(value, list) and isinstance(inner, type) and is_dataclass(inner)
            values[item.name] = [filled(inner, row) for row in value] if rows else value
        elif item.default is MISSING and item.default_factory is MISSING:
            options = get_args(hint)
            values[item.name] = None if type(None) in options else [] if options else _NEUTRAL[hint]
    return cls(**values)


_HINTS: dict[Any, dict[str, Any]] = {}


def taken(cls: Any, name: str, value: Any) -> Any:
    """Return what is assigned to a field of the results, mappings made rows."""
    if cls not in _HINTS:
        _HINTS[cls] = get_type_hints(cls)
    hints = _HINTS[cls]
    options = get_args(hints[name])
    inner = options[0] if options else hints[name]
    if not (isinstance(inner, type) and is_dataclass(inner)):
        return value
    if isinstance(value, list):
        return Rows(inner, value)
    return None if value == {} and options else filled(inner, value)


class Rows(list[Any]):
    """A list whose members are rows, whatever is put in."""

    def __init__(self, row: Any = None, members: Any = ()) -> None:
        self.row = row
        super().__init__(filled(row, member) for member in members)

    def append(self, member: Any) -> None:
        """Add a row."""
        super().append(filled(self.row, member))

    def extend(self, members: Any) -> None:
        """Add rows."""
        super().extend([filled(self.row, member) for member in members])

    def __iadd__(self, members: Any) -> Any:  # type: ignore[misc]
        self.extend(members)
        return self

    def __setitem__(self, place: Any, value: Any) -> None:
        rows = isinstance(place, slice)
        super().__setitem__(
            place, [filled(self.row, one) for one in value] if rows else filled(self.row, value)
        )

    def __reduce__(self) -> Any:
        return Rows, (self.row, list(self))
