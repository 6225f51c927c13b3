"""A replication package: what lies where, how its files may be named, and its list of checksums.

The writer (`reports.exports.package`) and the reader (`analysis.imports.package`) share these rules, so that
nothing is packed that is refused again.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from records.errors import RecordError

README = "README.md"
SUMS = "SHA256SUMS"
CRATE = "ro-crate-metadata.json"
CONFIG = "lab.toml"
PROGRAMS = "programs"

_LONGEST_PART_BYTES = 200
_LONGEST_BYTES = 900
_DEEPEST = 30
_SHOWN = 80
_DRIVE = re.compile(r"[A-Za-z]:")
LONGEST_SUM_BYTES = 64 + 2 + _LONGEST_BYTES + 1
"""Longest line of `SUMS`: SHA-256, two characters, name, line end."""

_SUM = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def problem_of(name: str) -> str | None:
    """Say why a file of a package cannot have this name; ``None`` where it can.

    Args:
        name: path within the package, its parts divided by ``/``.
    """
    parts = name.split("/")
    if not name or name.startswith("/") or _DRIVE.match(name):
        return "expected a path within the package, found an absolute one or none"
    if any(part in ("", ".", "..") for part in parts):
        return "expected a plain path, found an empty part, '.' or '..'"
    if "\\" in name or not name.isprintable():
        return "expected printable characters without a backslash"
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return "expected a name that UTF-8 can hold"
    longest = max(len(part.encode()) for part in parts)
    if length > _LONGEST_BYTES or longest > _LONGEST_PART_BYTES or len(parts) > _DEEPEST:
        return f"expected at most {_DEEPEST} parts of {_LONGEST_PART_BYTES} bytes, {_LONGEST_BYTES} in all"
    return None


def check_names(files: Sequence[str], folders: Sequence[str] = ()) -> None:
    """Refuse names that are no good or cannot be next to each other on every file system.

    Raises:
        RecordError: a name is impossible, comes twice, is both a file and a folder, or differs from another
            only in the case of its letters or in how its accents are composed; names it.
    """
    for name in (*files, *folders):
        problem = problem_of(name)
        if problem is not None:
            raise RecordError(f"{shown(name)}: {problem}")
    above = {str(parent) for name in (*files, *folders) for parent in PurePosixPath(name).parents[:-1]}
    for name in (*_twice(files), *_twice(folders), *sorted(set(files) & {*above, *folders})):
        raise RecordError(f"{shown(name)}: this name is there twice")
    seen: dict[str, str] = {}
    for name in (*files, *folders, *above):
        before = seen.setdefault(_folded(name), name)
        if before != name:
            raise RecordError(
                f"{shown(name)}: another name differs from it only in case or accents: {shown(before)}"
            )


def _twice(names: Sequence[str]) -> list[str]:
    return [name for name, often in Counter(names).items() if often > 1]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def shown(name: str) -> str:
    """Return a name for a message, whatever it holds."""
    return ascii(name if len(name) <= _SHOWN else f"{name[: _SHOWN - 3]}...")


def sums_text(sums: dict[str, str]) -> str:
    """Return ``SHA256SUMS`` as ``sha256sum -c`` reads it, sorted by name."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def parse_sums(text: str) -> dict[str, str]:
    """Return ``{name: SHA-256}`` of a ``SHA256SUMS``.

    Raises:
        RecordError: a line is none of ``sha256sum``, or names a file again.
    """
    sums: dict[str, str] = {}
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        match = _SUM.fullmatch(line)
        if match is None or match[2] in sums:
            raise RecordError(
                f"{SUMS}, line {number}: expected a SHA-256 and a name that is new, found {shown(line)}"
            )
        sums[match[2]] = match[1]
    return sums
