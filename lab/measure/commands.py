"""The commands that are measured, as they stand on the command line behind the first ``--``."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from shlex import join

from lab.conduct.scripts import script_of
from lab.config.programs import BASELINE
from records.errors import ConfigurationError

_MOST_CHARACTERS = 40
_END, _VERSUS = "--", "vs"


@dataclass(frozen=True, slots=True)
class MeasuredCommand:
    """A program with its arguments, and its name in records and sentences."""

    name: str
    words: tuple[str, ...]


def commands_of(name: str | None, words: Sequence[str]) -> list[MeasuredCommand]:
    """Return the commands of a command line.

    ``A vs -- B`` and ``A vs NAME -- B`` are two; without a ``vs``, ``A -- B`` are two as well, unless B
    begins with a dash: then it is an argument of A.

    Args:
        name: of the first command, or ``None``.
        words: what follows the first ``--``.

    Raises:
        ConfigurationError: a command is empty, or two have the same name.
    """
    parts = _parts_by_versus(name, words)
    if len(parts) == 1:
        parts = [(name if n == 0 else None, part) for n, part in enumerate(_parts_by_end(words))]
    if any(not part for _, part in parts):
        raise ConfigurationError(
            "expected a command behind each `--`: lab measure -- python train.py, or "
            "lab measure OLD -- python old.py vs NEW -- python new.py"
        )
    return [MeasuredCommand(name, tuple(part)) for name, (_, part) in zip(_names(parts), parts, strict=True)]


def stray_versus(commands: Sequence[MeasuredCommand]) -> str | None:
    """Return a note where a ``vs`` is an argument of a command, which may have been meant to compare."""
    for command in commands:
        if _VERSUS in command.words[1:]:
            place = command.words.index(_VERSUS, 1)
            first, second = join(command.words[:place]), join(command.words[place + 1 :]) or "COMMAND"
            return (
                f"`{_VERSUS}` is an argument of {command.name}, because no `{_END}` follows it. To compare "
                f"two commands: lab measure -- {first} {_VERSUS} -- {second}"
            )
    return None


_Part = tuple[str | None, Sequence[str]]


def _parts_by_versus(name: str | None, words: Sequence[str]) -> list[_Part]:
    parts: list[_Part] = []
    begin = place = 0
    while place < len(words):
        named = words[place : place + 3 : 2] == [_VERSUS, _END]
        if named or list(words[place : place + 2]) == [_VERSUS, _END]:
            parts.append((name, words[begin:place]))
            name = words[place + 1] if named else None
            begin = place = place + 2 + named
        else:
            place += 1
    return [*parts, (name, words[begin:])]


def _parts_by_end(words: Sequence[str]) -> Iterator[Sequence[str]]:
    begin = 0
    for place, (word, following) in enumerate(pairwise(words)):
        if word == _END and not following.startswith("-"):
            yield words[begin:place]
            begin = place + 1
    yield words[begin:]


def _names(parts: Sequence[_Part]) -> list[str]:
    given = [name for name, _ in parts if name is not None]
    names = [_slug(name) if name is not None else _name_of(words) for name, words in parts]
    unusable = next((name for name in given if _slug(name) in ("", BASELINE)), None)
    if unusable is not None:
        raise ConfigurationError(
            f"{unusable!r}: expected a name with letters (a to z) or digits, other than {BASELINE}"
        )
    own = Counter(_slug(name) for name in given)
    twice = next((name for name, times in own.items() if times > 1), None)
    if twice is not None:
        raise ConfigurationError(f"two commands are named {twice!r}: give each a name of its own")
    return _distinct(names)


def _distinct(names: Sequence[str]) -> list[str]:
    """Return the names, those that occur more than once with their place behind."""
    times = Counter(names)
    return [f"{name}-{place}" if times[name] > 1 else name for place, name in enumerate(names, start=1)]


def _name_of(words: Sequence[str]) -> str:
    """Return the name of a script or module where there is one, else that of the program."""
    program, *arguments = words
    script = script_of(program, arguments)
    if script is not None:
        said = PurePosixPath(script.names[0]).stem
    elif arguments[:1] == ["-m"] and len(arguments) > 1:
        said = arguments[1]
    else:
        said = PurePosixPath(program).name
    name = _slug(said) or "command"
    return f"{name}-command" if name == BASELINE else name


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[: _MOST_CHARACTERS - 3].strip("-")
