"""Secrets that stand in ``lab.toml``, which every record and export of a campaign repeats."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from records.errors import ConfigurationError

_WORDS = frozenset(
    {"token", "secret", "password", "passwd", "passphrase", "credential", "credentials", "apikey"}
)
_PAIRS = frozenset({("api", "key"), ("access", "key"), ("secret", "key"), ("private", "key")})
_OPTIONS = frozenset(
    {"token", "auth-token", "access-token", "api-token", "hf-token", "secret", "client-secret", "password"}
    | {"passwd", "passphrase", "apikey", "api-key", "access-key", "secret-key"}
)
_OPTION = re.compile(r"--?([a-z-_]+)(?:=(.*))?", re.IGNORECASE | re.DOTALL)
_VALUES = re.compile(
    r"""
    [a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@$]+@           # an address with a password
    | PRIVATE\ KEY-----
    | \bAuthorization:\s*(?:Bearer|Basic)\ [^$\s]      # of HTTP
    | \b(?:ghp|gho|ghs|ghu|github_pat|glpat|hf|sk|xox[abprs])[-_][A-Za-z0-9_-]{16,}
    | \bAKIA[0-9A-Z]{16}\b
    | \bhooks\.slack\.com/services/
    """,
    re.VERBOSE,
)

_REMEDY = (
    "expected no password, token or key, because the records and the report of a campaign repeat it. Hand it "
    "to a program in an environment variable that is set before this command, and name that in env_from of "
    "the scenario in lab.toml; for a meter use ~/.netrc"
)


def check_secrets(document: dict[str, Any], source: Path | str) -> None:
    """Refuse a configuration in which a password or a key seems to stand. Its value is in no message.

    Args:
        document: as TOML gave it.
        source: what messages call it.

    Raises:
        ConfigurationError: with every place.
    """
    places = list(dict.fromkeys(_places(document, "")))
    if places:
        raise ConfigurationError("\n".join(f"{source}: {place}: {_REMEDY}" for place in places))


def _places(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            where = f"{place}.{key}" if place else str(key)
            if place.endswith(".env") and _names_secret(str(key)) and item:
                yield where
            yield from _places(item, where)
    elif isinstance(value, list):
        if _in_arguments(value):
            yield place
        for n, item in enumerate(value):
            yield from _places(item, _item_place(item, place, n))
    elif isinstance(value, str) and _VALUES.search(value):
        yield place


def _item_place(item: Any, place: str, n: int) -> str:
    if not isinstance(item, dict):
        return place
    return f"{place}.{item['name']}" if isinstance(item.get("name"), str) else f"{place}[{n}]"


def _names_secret(variable: str) -> bool:
    """Say whether the name of a variable is one that secrets have, such as ``HF_TOKEN``."""
    words = [word for word in re.split(r"[^a-z]+", variable.lower()) if word]
    return not _WORDS.isdisjoint(words) or not _PAIRS.isdisjoint(pairwise(words))


def _in_arguments(words: list[Any]) -> bool:
    """Say whether an option of a command, such as ``--password X`` or ``--token=X``, holds a secret."""
    for n, word in enumerate(words):
        option = _OPTION.fullmatch(word) if isinstance(word, str) else None
        if option is None or option[1].lower().replace("_", "-") not in _OPTIONS:
            continue
        following = words[n + 1] if n + 1 < len(words) else ""
        given = option[2] if option[2] is not None else following
        if isinstance(given, str) and given and not given.startswith(("-", "$", "{")):
            return True
    return False
