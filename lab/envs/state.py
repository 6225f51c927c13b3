"""Whether an environment is there, complete and made of the present pins."""

import json
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from lab.envs.catalogue import Environment
from lab.envs.places import environments_folder, interpreter_in
from records.files import write_atomically

_MARK = "wattlab-environment.json"


class State(StrEnum):
    """What can be said of an environment."""

    READY = "ready"
    MISSING = "missing"
    UNFINISHED = "unfinished"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Built:
    """What is written into an environment when it is complete.

    Attributes:
        digest: `Environment.digest` of the pins that it was made from.
        python: version of its interpreter.
        builder: ``uv`` or ``pip``.
        seconds: how long that took.
        size_mib: of its files.
    """

    digest: str
    python: str
    builder: str
    seconds: float
    size_mib: int


def folder_of(environment: Environment) -> Path:
    """Return the folder of an environment; it need not exist."""
    return environments_folder() / environment.name


def state_of(environment: Environment) -> State:
    """Look whether an environment can be used as it is."""
    folder = folder_of(environment)
    if not folder.exists():
        return State.MISSING
    built = read_mark(folder)
    if built is None or not interpreter_in(folder).exists():
        return State.UNFINISHED
    current = (environment.digest(), running_python())
    return State.READY if (built.digest, built.python) == current else State.STALE


def running_python() -> str:
    """Return the version that environments are built with: that of the running interpreter."""
    return ".".join(map(str, sys.version_info[:2]))


def read_mark(folder: Path) -> Built | None:
    """Return what was written when the environment was complete, ``None`` where it never was."""
    try:
        return Built(**json.loads((folder / _MARK).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_mark(folder: Path, built: Built) -> None:
    """Mark an environment as complete."""
    write_atomically(folder / _MARK, json.dumps(asdict(built), indent=1) + "\n")
