"""What a row of a result table is made of: columns with unit and meaning, and families of columns."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import UnionType
from typing import (
    Any,
    ClassVar,
    Literal,
    Self,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from records.errors import RecordError

Value = str | int | float | bool | None
"""What a field of a table can hold; ``None`` where there is nothing to say."""

Kind = Literal["text", "number", "whole", "flag"]
"""What a column holds: words, floating point numbers, whole numbers, or yes and no."""

_KINDS: dict[type, Kind] = {str: "text", float: "number", int: "whole", bool: "flag"}
_HELD: dict[Kind, tuple[type, ...]] = {
    "text": (str,),
    "number": (float, int),
    "whole": (int,),
    "flag": (bool,),
}

Meanings = Mapping[str, tuple[str, str]]
"""Unit and meaning by the name of a column."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: in CSV and JSON; its suffix is the unit where it has one.
        unit: as it is printed; empty for words and plain numbers.
        meaning: one line.
        kind: what it holds.
        optional: whether a field may be empty.
        rare: whether the CSV file has it only where a row has a value.
    """

    name: str
    unit: str
    meaning: str
    kind: Kind
    optional: bool
    rare: bool = False


def column(
    unit: str, meaning: str, *, default: Any = MISSING, omit_empty: bool = False, rare: bool = False
) -> Any:
    """Declare a column of a row.

    Args:
        unit: empty for words and plain numbers.
        meaning: one line.
        default: the value where none is given.
        omit_empty: leave the key out of the JSON object where the value is ``None``.
        rare: likewise, and leave the column out of the CSV file where no row has a value.
    """
    return field(
        default=default, metadata={"says": (unit, meaning), "omit_empty": omit_empty or rare, "rare": rare}
    )


def family(meanings: Meanings, *, prefix: str = "", open_ended: bool = False) -> Any:
    """Declare columns of one kind that are held as one mapping, each under its own name in CSV and JSON.

    Args:
        meanings: unit and meaning by key.
        prefix: what the names of the columns have before the key.
        open_ended: whether the mapping also takes every column that the row does not know.
    """
    return field(metadata={"family": meanings, "prefix": prefix, "open_ended": open_ended})


def names(text: str) -> tuple[str, ...]:
    """Return names that are written with spaces between them."""
    return tuple(text.split())


RowClass = TypeVar("RowClass", bound="ResultRow")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(column, family))
def result_row(cls: type[RowClass]) -> type[RowClass]:
    """Make a row of a class; a field that is itself a row contributes its columns at its place."""
    row = dataclass(frozen=True, kw_only=True)(cls)
    row.PARTS = _parts_of(row)
    by_name = {column.name: column for part in row.PARTS for column in part.columns}
    row.COLUMNS = tuple(by_name[name] for name in dict.fromkeys([*row.CONTRACT, *by_name]))
    row.CONTRACT = row.CONTRACT or tuple(column.name for column in row.COLUMNS if not column.rare)
    return row


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """Base of the rows.

    Attributes:
        CONTRACT: names of the columns that other programs rely on, in the order of the CSV file; further
            columns follow them. All of them unless named; the fields are in the order of the JSON object.
        COLUMNS: all columns in the order of the CSV file.
        PARTS: the fields, each with its columns.
        extra: columns that this version does not know, as they were found.
    """

    CONTRACT: ClassVar[tuple[str, ...]] = ()
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    PARTS: ClassVar[tuple["Part", ...]] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the row as JSON types, by the names of its columns."""
        row: dict[str, Any] = {}
        for part in self.PARTS:
            part.write(getattr(self, part.name), row)
        row.update(self.extra)
        return row

    @classmethod
    def from_json(cls, row: object, where: str) -> Self:
        """Read a row; a column that is absent is empty, one that is unknown is kept.

        Args:
            row: an object as `to_json` gives it.
            where: file and place, for the message.

        Raises:
            RecordError: it is no object, a column that cannot be empty is, or holds another kind of value.
        """
        if not isinstance(row, dict):
            raise RecordError(f"{where}: expected an object, found {row!r}")
        rest = dict(row)
        values = {part.name: part.read(rest, where) for part in cls.PARTS}
        open_ended = next((part for part in cls.PARTS if part.open_ended), None)
        if open_ended is not None:
            values[open_ended.name] |= rest
            rest = {}
        return cls(**values, extra=rest)

    def named(self, name: str) -> Any:
        """Return a column by a name that comes from settings or from a user.

        Raises:
            KeyError: there is no such column.
        """
        return self.to_json()[name]


@dataclass(frozen=True)
class Part:
    """A field of a row class.

    Attributes:
        name: of the field.
        columns: that it has, by their names in the table.
        write: puts the value into a JSON object.
        read: takes it out of one.
        open_ended: whether it takes unknown columns.
    """

    name: str
    columns: tuple[Column, ...]
    write: Callable[[Any, dict[str, Any]], None]
    read: Callable[[dict[str, Any], str], Any]
    open_ended: bool = False
    is_family: bool = False
    omitted: tuple[str, ...] = ()


def _parts_of(cls: type[ResultRow]) -> tuple[Part, ...]:
    hints = get_type_hints(cls)
    return tuple(
        _part(item.name, hints[item.name], item.metadata, item.default)
        for item in fields(cls)
        if item.name != "extra"
    )


def _part(name: str, hint: Any, metadata: Mapping[str, Any], default: object) -> Part:
    if isinstance(hint, type) and issubclass(hint, ResultRow):
        return _nested(name, hint)
    if "family" in metadata:
        return _family(name, hint, metadata)
    unit, meaning = metadata["says"]
    kind, optional = _kind_of(hint)
    return _plain(
        Column(name, unit, meaning, kind, optional, metadata["rare"]), default, metadata["omit_empty"]
    )


def _kind_of(hint: Any) -> tuple[Kind, bool]:
    """Return what a type of a field holds, and whether it may be ``None``."""
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    optional = type(None) in options
    (inner,) = (option for option in options if option is not type(None))
    if get_origin(inner) is Literal:
        inner = type(get_args(inner)[0])
    return _KINDS[inner], optional


def _plain(column: Column, default: object, omit_empty: bool) -> Part:
    name, held = column.name, _HELD[column.kind]
    absent = None if default is MISSING else default

    def write(value: Any, row: dict[str, Any]) -> None:
        if value is not None or not omit_empty:
            row[name] = value

    def read(row: dict[str, Any], where: str) -> Any:
        value = row.pop(name, absent)
        if type(value) not in held and not (value is None and column.optional):
            raise RecordError(f"{where}: {name}: expected {_WORDS[column.kind]}, found {value!r}")
        return value

    return Part(name, (column,), write, read, omitted=(name,) if omit_empty else ())


_WORDS: dict[Kind, str] = {
    "text": "text",
    "number": "a number",
    "whole": "a whole number",
    "flag": "true or false",
}


def _family(name: str, hint: Any, metadata: Mapping[str, Any]) -> Part:
    meanings, prefix = metadata["family"], metadata["prefix"]
    kind, _ = _kind_of(get_args(hint)[1]) if not metadata["open_ended"] else ("text", True)
    columns = tuple(
        Column(f"{prefix}{key}", unit, meaning, kind, optional=True)
        for key, (unit, meaning) in meanings.items()
    )

    def write(value: Mapping[str, Any], row: dict[str, Any]) -> None:
        for key, member in value.items():
            row[f"{prefix}{key}"] = member

    def read(row: dict[str, Any], where: str) -> dict[str, Any]:
        found = {key: row.pop(f"{prefix}{key}") for key in meanings if f"{prefix}{key}" in row}
        for key, value in found.items():
            if value is not None and type(value) not in _HELD[kind]:
                raise RecordError(f"{where}: {prefix}{key}: expected {_WORDS[kind]}, found {value!r}")
        return found

    return Part(name, columns, write, read, metadata["open_ended"], is_family=True)


def _nested(name: str, inner: type[ResultRow]) -> Part:
    def write(value: ResultRow, row: dict[str, Any]) -> None:
        row.update(value.to_json())

    def read(row: dict[str, Any], where: str) -> ResultRow:
        return inner.from_json({c.name: row.pop(c.name, None) for c in inner.COLUMNS}, where)

    return Part(name, inner.COLUMNS, write, read)
