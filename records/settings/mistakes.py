"""From a mistake in a configuration to a sentence that says how to correct it."""

import types
import typing
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from records.errors import ConfigurationError
from records.near_match import nearest

Model = TypeVar("Model", bound=BaseModel)

_LISTS = (("scenario",), ("smell",), ("meter", "more"), ("requirement", "task"), ("requirement", "result"))
"""Sections that can be there several times."""

_UNITS = {"_s": "seconds", "_w": "watts", "_pct": "percent", "_c": "degrees Celsius"}


def read_model(
    model: type[Model], document: dict[str, Any], source: Path | str, *, closed: bool = True
) -> Model:
    """Make a model of a document.

    Args:
        model: of the whole document.
        document: as TOML or JSON gave it.
        source: what messages call it.
        closed: whether an unknown key is a mistake; else it is passed over.

    Raises:
        ConfigurationError: it has mistakes; the message lists each with its key, what was expected and the
            nearest valid key.
    """
    try:
        return model.model_validate(document, extra="forbid" if closed else "ignore")
    except ValidationError as error:
        mistakes = [f"{source}: {_describe(item, document, model)}" for item in error.errors()]
        raise ConfigurationError("\n".join(mistakes)) from None


def _describe(item: ErrorDetails, document: dict[str, Any], model: type[BaseModel]) -> str:
    """Word one mistake: where, what was expected, what came, and what may have been meant."""
    where = _place(item["loc"], document)
    kind = item["type"]
    if kind == "extra_forbidden":
        key = str(item["loc"][-1])
        known = _known_keys(item["loc"][:-1], model)
        near = nearest(key, known)
        hint = f"did you mean {near!r}?" if near else f"known here: {', '.join(known)}"
        return f"{where}: unknown key; {hint}"
    if kind == "missing":
        return f"{where}: this key is required and is missing"
    message = item["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    if kind == "value_error":
        return f"{where}: {message}" if where else message
    unit = next((unit for suffix, unit in _UNITS.items() if str(item["loc"][-1]).endswith(suffix)), None)
    words = f" (a plain number of {unit})" if unit else ""
    return f"{where}: {message}{words}; found {item['input']!r}"


def _place(loc: tuple[int | str, ...], document: dict[str, Any]) -> str:
    """Return ``[meter] port``, ``[[scenario]] 'cnn' limit_s`` and the like."""
    if not loc:
        return ""
    parts = [str(part) for part in loc]
    for section in _LISTS:
        depth = len(section)
        if loc[:depth] == section and len(loc) > depth and isinstance(loc[depth], int):
            entry: Any = document
            for part in loc[: depth + 1]:
                entry = entry[part]
            name = entry.get("name") if isinstance(entry, dict) else None
            which = repr(name) if name else f"number {int(loc[depth]) + 1}"
            return f"[[{'.'.join(section)}]] {which} {'.'.join(parts[depth + 1 :])}".rstrip()
    if len(parts) == 1:
        return f"[{parts[0]}]" if isinstance(document.get(parts[0]), dict) else parts[0]
    return f"[{'.'.join(parts[:-1])}] {parts[-1]}"


def _known_keys(loc: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    """Return the keys of the section that a location leads to."""
    inner: Any = model
    for part in loc:
        if str(part) in (fields := _fields(inner)):  # else it is an index, or a name the user chose
            inner = _inner_model(fields[str(part)])
    return sorted(_fields(inner))


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """Return the types of a model's keys, by the names they have in a file."""
    return {
        field.alias or name: field.annotation
        for name, field in model.model_fields.items()
        if not field.exclude
    }


def _inner_model(hint: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    if typing.get_origin(hint) in (list, tuple, dict, typing.Annotated, typing.Union, types.UnionType):
        for inner in reversed(typing.get_args(hint)):
            found = _inner_model(inner)
            if isinstance(found, type) and issubclass(found, BaseModel):
                return found
    return hint
