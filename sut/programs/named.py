"""The files that the commands of scenarios name."""

import os
import re
import shlex
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sut.programs.places import SCENARIOS

PROGRAM_SUFFIXES = frozenset(
    (".py", ".ipynb", ".sh", ".bash", ".r", ".jl", ".pl", ".rb", ".lua", ".js", ".mjs", ".m", ".sql")
)
_PYTHON = re.compile(r"(python|pypy)[\d.]*")


@dataclass
class Named:
    """What a command names.

    Attributes:
        paths: plain files that are there.
        notes: a sentence part for each name that looks like a program and is no plain file.
    """

    paths: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_python(program: str) -> bool:
    """Say whether a program is a Python interpreter by its name."""
    return _PYTHON.fullmatch(Path(program).name) is not None


def named_by(command: Sequence[str], folder: Path, scenarios: Path) -> Named:
    """Find the files that a scenario's command names.

    Nothing is opened. Folders, and names that stand for something else than a file, are left alone.

    Args:
        command: program and arguments as configured.
        folder: its working directory.
        scenarios: folder of Wattlab's own programs.
    """
    named = Named()
    for place, argument in enumerate(command):
        after_m = place > 0 and command[place - 1] == "-m"
        texts = _module_files(argument) if after_m else _texts(argument)
        for text in texts:
            if place == 0 and ("/" not in text or is_python(text)):
                continue  # found by the system's path, or known by its packages
            ours = text.startswith(f"{SCENARIOS}/")
            path = scenarios / text.removeprefix(f"{SCENARIOS}/") if ours else folder / text
            if ours or not ("{" in text or text.startswith("-")):
                _take(text, path, named, tell=not after_m)
    named.paths = list(dict.fromkeys(named.paths))
    return named


def _texts(argument: str) -> Iterator[str]:
    """Give what of an argument may be a file: all of it, what follows ``=``, the words of a shell line."""
    yield argument
    if "=" in argument:
        yield argument.partition("=")[2]
    if any(letter.isspace() for letter in argument):
        try:
            yield from shlex.split(argument)
        except ValueError:  # a quotation without its end
            return


def _module_files(module: str) -> Iterator[str]:
    path = module.replace(".", "/")
    yield from (f"{path}.py", f"{path}/__main__.py", f"{path}/__init__.py")


def _take(text: str, path: Path, named: Named, *, tell: bool) -> None:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - the name may be none
    except (OSError, ValueError):
        if tell and _is_program(text):
            named.notes.append(f"{text} is not there")
        return
    if stat.S_ISREG(mode):
        named.paths.append(path)
    elif not stat.S_ISDIR(mode) and not path.is_relative_to("/dev"):
        named.notes.append(f"{text} is no plain file")


def _is_program(text: str) -> bool:
    return Path(text).suffix.lower() in PROGRAM_SUFFIXES and "\0" not in text
