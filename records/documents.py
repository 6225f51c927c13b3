"""JSON documents as dataclasses: one reader and one writer for every ``*.json`` of a campaign.

A document class is a dataclass that derives from `Document` and names its ``SCHEMA``. Fields
without default are required; keys that the class does not know are kept in ``extra`` and written
back, so that a newer minor addition survives being read by an older program.
"""

import dataclasses
import types
import typing
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Self

from records.errors import RecordError, SchemaError
from records.files import read_json, write_json


@dataclass(kw_only=True)
class Document:
    """Base of the documents; see the module's text."""

    SCHEMA: ClassVar[str] = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write the document atomically."""
        write_json(path, self.to_json())

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON types, its schema first."""
        return {"schema": self.SCHEMA, **plain(self)}

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a document.

        Raises:
            SchemaError: the file carries another schema, for example that of a newer version.
            RecordError: the file is absent, no JSON, or a required key is missing or mistyped.
        """
        document = read_json(path)
        check_schema(document.pop("schema", None), cls.SCHEMA, path)
        return typing.cast(Self, build(cls, document, str(path)))


def check_schema(found: object, expected: str, path: Path) -> None:
    """Refuse a document of another kind or of a newer version, saying which.

    Raises:
        SchemaError: always, unless ``found`` is ``expected``.
    """
    if found == expected:
        return
    kind, _, version = expected.partition("/")
    found_kind, _, found_version = str(found).partition("/")
    if found_kind == kind and found_version.isdigit() and int(found_version) > int(version):
        raise SchemaError(
            f"{path}: this campaign was written by a newer Wattlab (schema {found}; this version "
            f"reads {expected}). Nothing was changed: read it with that version, or upgrade this one"
        )
    raise SchemaError(
        f"{path}: expected schema {expected}, found {found!r}: not such a record. "
        f"Put a copy of the right file in its place"
    )


def plain(value: Any) -> Any:
    """Return a dataclass and all that it holds as JSON types, its ``extra`` keys last."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            item.name: plain(getattr(value, item.name))
            for item in dataclasses.fields(value)
            if item.name != "extra"
        }
        return {**fields, **getattr(value, "extra", {})}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


@lru_cache
def _hints(cls: Any) -> dict[str, Any]:
    """Return the types of a class's fields; finding them takes longer than reading a document."""
    return typing.get_type_hints(cls)


def build(cls: Any, data: dict[str, Any], where: str) -> Any:
    """Make a dataclass from a JSON object.

    Args:
        cls: the dataclass; where it has a field ``extra``, that gets the keys it does not know.
        data: the object.
        where: what messages call it.

    Raises:
        RecordError: a required key is missing, or a value is mistyped.
    """
    hints = _hints(cls)
    values: dict[str, Any] = {}
    for item in dataclasses.fields(cls):
        if item.name == "extra":
            continue
        if item.name in data:
            values[item.name] = _convert(hints[item.name], data[item.name], f"{where}: {item.name}")
        elif item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
            raise RecordError(f"{where}: the required key {item.name!r} is missing")
    if "extra" in hints:
        values["extra"] = {key: value for key, value in data.items() if key not in values}
    return cls(**values)


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(hint)
    if hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        options = typing.get_args(hint)
        if value is None and type(None) in options:
            return None
        return _convert(next(o for o in options if o is not type(None)), value, where)
    if origin is typing.Literal:
        if value not in typing.get_args(hint):
            raise RecordError(f"{where}: expected one of {typing.get_args(hint)}, found {value!r}")
        return value
    if hasattr(hint, "from_json"):
        return hint.from_json(value, where)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, dict):
            raise RecordError(f"{where}: expected an object, found {value!r}")
        return build(hint, value, where)
    if isinstance(hint, type) and issubclass(hint, Enum):
        if value not in list(hint):
            raise RecordError(f"{where}: expected one of {', '.join(map(str, hint))}, found {value!r}")
        return hint(value)
    if origin is list:
        if not isinstance(value, list):
            raise RecordError(f"{where}: expected a list, found {value!r}")
        (inner,) = typing.get_args(hint)
        return [_convert(inner, item, f"{where}[{index}]") for index, item in enumerate(value)]
    if origin is dict or hint is dict:
        if not isinstance(value, dict):
            raise RecordError(f"{where}: expected an object, found {value!r}")
        of_values = typing.get_args(hint)[1] if origin is dict else Any
        return {key: _convert(of_values, item, f"{where}[{key!r}]") for key, item in value.items()}
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise RecordError(f"{where}: expected {hint.__name__}, found {value!r}")
    return value
