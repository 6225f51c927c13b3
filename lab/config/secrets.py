"""Secrets that are in ``lab.toml``, which every record and export of a campaign repeats."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from records.errors import ConfigurationError

_WORDS = frozenset({"token", "credential", "credentials", "sshpass"})
_ENDINGS = ("password", "passwd", "passphrase", "secret", "apikey")
_PAIRS = frozenset({("api", "key"), ("access", "key"), ("secret", "key"), ("mysql", "pwd"), ("db", "pass")})
_ELSEWHERE = frozenset({"file", "path", "dir", "env", "name", "stdin", "command", "cmd", "prompt"})
"""Last words of names that say where a secret is, and do not hold it."""
_TOKENS = frozenset({"token", "auth-token", "access-token", "api-token", "hf-token"})
"""Options; others that end in "token" are those of language models, such as ``--pad-token``."""
_OPTION = re.compile(r"--?([a-z][a-z_-]*)(?:=(.*))?", re.IGNORECASE | re.DOTALL)
_ASSIGNMENT = re.compile(r"([a-z][a-z0-9_.]*)=(\S+)", re.IGNORECASE)
_REPLACED = ("$", "{", "`", "<")
"""What begins a variable or a placeholder, which stands where the secret will."""
_VALUES = re.compile(
    r"""
    [a-z][a-z0-9+.-]*://[^/\s:@]*:(?![${])[^/\s@"']+@  # an address with a password
    | [?&](?:(?:access|auth|api)_?)?(?:token|secret|password|apikey|api_key)=(?![${"'])[^&\s]
    | PRIVATE\ KEY-----
    | \bauthorization:\s*+(?:(?:bearer|basic|token|digest)\s++)?+[^\s${]  # of HTTP, with those below
    | \b(?:x-)?(?:api-key|(?:api|auth|access|private)-token):\s*+[^\s${]
    | \bgh[opsru]_[a-z0-9]{16,} | \bgithub_pat_[a-z0-9_]{16,} | \bglpat-[a-z0-9_-]{16,}
    | \bhf_[a-z0-9]{30,} | \bxox[abeprs]-[a-z0-9-]{10,} | \bnpm_[a-z0-9]{30,} | \bpypi-[a-z0-9_-]{30,}
    | \bsk[-_](?:[a-z0-9]{20,}|(?:proj|ant|or|svcacct|live|test)[-_][a-z0-9_-]{16,})
    | \b(?-i:AKIA|ASIA)[A-Z0-9]{16}\b | \b(?-i:AIza)[A-Za-z0-9_-]{35}
    | \beyJ[a-z0-9_-]{10,}\.eyJ[a-z0-9_-]{10,}\.       # a JSON web token
    | \bhooks\.slack\.com/services/ | \bdiscord(?:app)?\.com/api/webhooks/ | \bwebhook\.office\.com/
    | \bapi\.telegram\.org/bot\d
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LOGIN = re.compile(r"[^@:]*:[^@]*@.*", re.DOTALL)
"""User and password before a host, as no ``[sut] host`` has them."""

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
    try:
        places = list(dict.fromkeys(_places(document, "")))
    except RecursionError:
        raise ConfigurationError(
            f"{source}: expected tables within tables, but not hundreds of them"
        ) from None
    if places:
        raise ConfigurationError("\n".join(f"{source}: {place}: {_REMEDY}" for place in places))


def _places(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            where = f"{place}.{key}" if place else str(key)
            if place.endswith((".env", ".options")) and _names_secret(str(key)) and item:
                yield where
            yield from _places(item, where)
    elif isinstance(value, list):
        if _in_arguments([item for item in value if isinstance(item, str)]):
            yield place
        for n, item in enumerate(value):
            yield from _places(item, _item_place(item, place, n))
    elif isinstance(value, str) and (_VALUES.search(value) or (place == "sut.host" and _LOGIN.match(value))):
        yield place


def _item_place(item: Any, place: str, n: int) -> str:
    if not isinstance(item, dict):
        return place
    return f"{place}.{item['name']}" if isinstance(item.get("name"), str) else f"{place}[{n}]"


def _names_secret(variable: str) -> bool:
    """Say whether the name of a variable is one that secrets have, such as ``HF_TOKEN``."""
    words = [word for word in re.split(r"[^a-z]+", variable.lower()) if word]
    if not words or words[-1] in _ELSEWHERE:
        return False
    return (
        any(word in _WORDS or word.endswith(_ENDINGS) for word in words)
        or not _PAIRS.isdisjoint(pairwise(words))
        or words[-2:] == ["private", "key"]
    )


def _in_arguments(arguments: list[str]) -> bool:
    """Say whether the arguments of a command hold a secret, also within the text of a shell.

    These are ``--password X``, ``--token=X``, ``HF_TOKEN=X``, ``logger.api_key=X``, ``curl -u USER:X`` and
    ``sshpass -p X``.
    """
    words = [_bare(word) for argument in arguments for word in argument.split()]
    curl = next((n for n, word in enumerate(words) if word.rpartition("/")[2] == "curl"), len(words))
    return (
        any(_is_assigned(argument) for argument in arguments)
        or any(_is_assigned(word, variable=True) for word in words)
        or any(
            _is_option_with_secret(words[n - 1] if n else "", *words[n : n + 2]) for n in range(len(words))
        )
        or any(_is_login(*words[n : n + 2]) for n in range(curl + 1, len(words)))
    )


def _is_assigned(word: str, *, variable: bool = False) -> bool:
    """Say whether a word is ``NAME=X`` with a secret.

    Args:
        word: of the command.
        variable: only names of variables in capitals, because code says ``api_key=...`` of what it looks up.
    """
    assigned = _ASSIGNMENT.fullmatch(word)
    if assigned is None or not _is_given(_bare(assigned[2])):
        return False
    key = assigned[1].rpartition(".")[2]
    return _names_secret(key) if key.isupper() else not variable and _option_of_secret(key)


def _is_option_with_secret(before: str, word: str, following: str = "") -> bool:
    option = _OPTION.fullmatch(word)
    if option is None or not (_option_of_secret(option[1]) or (before, option[1]) == ("sshpass", "p")):
        return False
    if option[2] is not None:
        return _is_given(_bare(option[2]))
    return _is_given(following) and not following.startswith("-")


def _option_of_secret(option: str) -> bool:
    """Say whether an option takes a secret: its last words are what secrets are called."""
    words = option.lower().replace("_", "-").strip("-").split("-")
    return "-".join(words) in _TOKENS or words[-1].endswith(_ENDINGS) or tuple(words[-2:]) in _PAIRS


def _is_login(word: str, following: str = "") -> bool:
    """Say whether these words of curl are ``-u USER:X``, ``-uUSER:X`` or ``--user=USER:X``."""
    if word.startswith("-u") and len(word) > 2:
        return _is_given(word[2:].lstrip("=").partition(":")[2])
    option = _OPTION.fullmatch(word)
    if option is None or option[1] not in ("u", "user"):
        return False
    return _is_given((following if option[2] is None else _bare(option[2])).partition(":")[2])


def _bare(word: str) -> str:
    return word.strip("\"'();&|")


def _is_given(value: str) -> bool:
    return bool(value) and not value.startswith(_REPLACED)
