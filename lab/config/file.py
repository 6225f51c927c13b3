"""Reading ``lab.toml``: from TOML to models, and from a mistake to a sentence that mends it."""

import difflib
import tomllib
import types
import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lab.config.model import LabConfig
from records.errors import ConfigurationError


def load_config(path: Path) -> LabConfig:
    """Read a configuration file.

    Raises:
        ConfigurationError: the file is absent, no TOML, or has a wrong or unknown key; the message
            lists every mistake with its key, what was expected and the nearest valid key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path}: there is no such file. `lab init` writes one for this machine; "
            f"another one is named with --config"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from None
    return parse_config(text, path, path.absolute().parent)


def parse_config(text: str, source: Path | str, base_dir: Path) -> LabConfig:
    """Read a configuration from its text.

    Args:
        text: the TOML.
        source: what messages call it.
        base_dir: folder from which relative paths are taken.

    Raises:
        ConfigurationError: as `load_config`.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{source}: this is not TOML: {error}") from None
    return build_config(document, source, base_dir)


def build_config(document: dict[str, Any], source: Path | str, base_dir: Path) -> LabConfig:
    """Check a configuration that was read from TOML, or from ``campaign.json``.

    Raises:
        ConfigurationError: as `load_config`.
    """
    document = {key: value for key, value in document.items() if key != "base_dir"}
    try:
        config = LabConfig.model_validate(document)
    except ValidationError as error:
        mistakes = [f"{source}: {describe(item, document)}" for item in error.errors()]
        raise ConfigurationError("\n".join(mistakes)) from None
    return config.model_copy(update={"base_dir": base_dir})


def describe(item: ErrorDetails, document: dict[str, Any]) -> str:
    """Word one mistake: where, what was expected, what came, and what may have been meant."""
    where = _place(item["loc"], document)
    kind = item["type"]
    if kind == "extra_forbidden":
        key = str(item["loc"][-1])
        known = _known_keys(item["loc"][:-1])
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
        return f"{where}: unknown key; {hint}"
    if kind == "missing":
        return f"{where}: this key is required and is missing"
    message = item["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    if kind == "value_error":
        return f"{where}: {message}" if where else message
    unit = _unit_hint(str(item["loc"][-1]))
    return f"{where}: {message}{unit}; found {item['input']!r}"


_LISTS = (("meter", "more"), ("requirement", "task"), ("requirement", "result"))
"""Sections within sections that can be there several times."""


def _place(loc: tuple[int | str, ...], document: dict[str, Any]) -> str:
    """Return ``[meter] port``, ``[[scenario]] 'cnn' limit_s`` and the like."""
    if not loc:
        return ""
    parts = [str(part) for part in loc]
    if loc[0] == "scenario" and len(loc) > 1 and isinstance(loc[1], int):
        entry = document["scenario"][loc[1]]
        name = entry.get("name") if isinstance(entry, dict) else None
        head = f"[[scenario]] {name!r}" if name else f"[[scenario]] number {loc[1] + 1}"
        return " ".join([head, ".".join(parts[2:])]).rstrip()
    if loc[:2] in _LISTS and len(loc) > 2 and isinstance(loc[2], int):
        entry = document[parts[0]][parts[1]][loc[2]]
        name = entry.get("name") if isinstance(entry, dict) else None
        section = f"[[{parts[0]}.{parts[1]}]]"
        head = f"{section} {name!r}" if name else f"{section} number {loc[2] + 1}"
        return " ".join([head, ".".join(parts[3:])]).rstrip()
    if len(parts) == 1:
        return f"[{parts[0]}]" if isinstance(document.get(parts[0]), dict) else parts[0]
    return f"[{'.'.join(parts[:-1])}] {parts[-1]}"


def _known_keys(loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys of the section that a location leads to."""
    model: Any = LabConfig
    for part in loc:
        if str(part) in model.model_fields:  # else it is an index, or a name the user chose
            model = _inner_model(model.model_fields[str(part)].annotation)
    fields = [name for name in model.model_fields if name != "base_dir"]
    return sorted(fields)


def _inner_model(hint: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    if typing.get_origin(hint) in (list, dict, typing.Annotated, typing.Union, types.UnionType):
        for inner in reversed(typing.get_args(hint)):
            found = _inner_model(inner)
            if isinstance(found, type) and issubclass(found, BaseModel):
                return found
    return hint


def _unit_hint(key: str) -> str:
    units = {
        "_s": "seconds",
        "_w": "watts",
        "_pct": "percent",
        "_c": "degrees Celsius",
    }
    unit = next((unit for suffix, unit in units.items() if key.endswith(suffix)), None)
    return f" (a plain number of {unit})" if unit else ""
