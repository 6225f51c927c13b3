"""A baseline file: smells of old code that are known, so that only new ones are reported.

A smell is known again by its path, its code and the text of its line, so that lines may move.
"""

import json
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from source.smells.engine import Smell

SCHEMA = "wattlab.smells-baseline/1"


class BaselineError(Exception):
    """The file is no baseline."""


def fingerprint(smell: Smell, root: Path) -> str:
    """Return what tells a smell from others: hash of path below ``root``, code and text of the line."""
    path, base = smell.path.resolve(), root.resolve()
    name = path.relative_to(base).as_posix() if path.is_relative_to(base) else smell.path.as_posix()
    return sha256(f"{name}\0{smell.code}\0{smell.text}".encode()).hexdigest()[:16]


def baseline_text(smells: Iterable[Smell], root: Path) -> str:
    """Return the content of a baseline file."""
    counts = Counter(fingerprint(smell, root) for smell in smells)
    return json.dumps({"schema": SCHEMA, "smells": dict(sorted(counts.items()))}, indent=1) + "\n"


def read_baseline(path: Path) -> Counter[str]:
    """Read a baseline file.

    Raises:
        BaselineError: it is none.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise ValueError(f"schema {document['schema']!r}")
        return Counter({str(key): int(count) for key, count in document["smells"].items()})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BaselineError(f"{path}: expected a baseline ({SCHEMA}): {error}") from error


def without_known(smells: Iterable[Smell], known: Counter[str], root: Path) -> list[Smell]:
    """Return the smells that a baseline does not hold; each entry accounts for as many as it counts."""
    left, new = Counter(known), []
    for smell in smells:
        key = fingerprint(smell, root)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(smell)
    return new
