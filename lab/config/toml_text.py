"""Writing TOML: a configuration that was read becomes a file again (the standard library only reads)."""

import json
import re
from typing import Any

from records.errors import RecordError

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(document: dict[str, Any]) -> str:
    """Return a document of JSON types as TOML (v1.0.0); keys without a value (``None``) are left out.

    Raises:
        RecordError: a list holds ``None``, which TOML has no form for.
    """
    return "\n".join(_table((), document)) + "\n"


def _table(path: tuple[str, ...], table: dict[str, Any]) -> list[str]:
    """Return the lines of a table: its own values before the tables within it, as TOML has it."""
    inner = {key: value for key, value in table.items() if _is_table(value) or _is_tables(value)}
    lines = [
        f"{_key(key)} = {_value(value)}"
        for key, value in table.items()
        if value is not None and key not in inner
    ]
    for key, value in inner.items():
        place = (*path, key)
        name = ".".join(map(_key, place))
        if _is_table(value):
            lines += ["", f"[{name}]", *_table(place, value)]
        else:
            for entry in value:
                lines += ["", f"[[{name}]]", *_table(place, entry)]
    return lines


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_table, value))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        entries = (f"{_key(key)} = {_value(item)}" for key, item in value.items() if item is not None)
        return f"{{{', '.join(entries)}}}"
    if value is None:
        raise RecordError("expected a configuration that TOML can hold, but a list in it holds null")
    return repr(value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, which also wants the delete character escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
