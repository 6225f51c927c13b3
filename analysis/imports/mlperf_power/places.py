"""Where the results of MLPerf Power lie, and what their runs are called."""

import re
from itertools import count
from pathlib import Path

from analysis.imports.writing import scenario_name
from records.errors import InputError

RANGING = "-ranging"
"""What the ranging phase has behind the name of its scenario."""

_NAME_LENGTH = 40


def find_results(given: Path) -> list[Path]:
    """Return the folders below that hold ``run_1/spl.txt``, sorted.

    Raises:
        RecordError: there is none.
    """
    found = sorted(path.parent.parent for path in given.rglob("run_1/spl.txt"))
    if not found:
        raise InputError(
            f"{given}: expected results of MLPerf Power, folders with performance/run_1/spl.txt, found none"
        )
    return found


def scenario_names(parts: list[tuple[str, str, str]]) -> list[str]:
    """Return a scenario's name for each system, benchmark and mode, none of them twice.

    A name has at most 40 characters and the ranging phase needs some of them: it is the system's name
    that is cut.
    """
    names: list[str] = []
    for place in parts:
        taken = {*names, *(name + RANGING for name in names)}
        candidates = (_name(place, f"-{number}" if number > 1 else "") for number in count(1))
        names.append(next(c for c in candidates if c not in taken and c + RANGING not in taken))
    return names


def _name(place: tuple[str, str, str], suffix: str) -> str:
    system, benchmark, mode = place
    room = _NAME_LENGTH - len(RANGING) - len(suffix)
    tail = _shortened(scenario_name(f"{benchmark}-{mode}"), room)
    head = _shortened(scenario_name(system), room - len(tail) - 1)
    return f"{head}-{tail}{suffix}" if head else f"{tail}{suffix}"


def _shortened(name: str, length: int) -> str:
    """Cut a name, between two of its words where that leaves one."""
    if len(name) <= length:
        return name
    words = re.match(r".*(?=[-_])", name[: max(length, 0) + 1])
    return (words[0] if words else name[: max(length, 0)]).strip("-_")
