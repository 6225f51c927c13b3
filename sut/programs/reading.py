"""One file of a program: what the record says of it, and the content that is copied."""

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from records.package import problem_of
from records.plain_files import read_plain
from records.programs import ProgramFile, Source
from sut.programs.named import PROGRAM_SUFFIXES
from sut.programs.places import SCENARIOS, copy_name
from sut.programs.privacy import holds_key, is_ignored, may_hold_secret

MOST_COPIED_BYTES = 2 << 20
COPIED_SUFFIXES = (
    PROGRAM_SUFFIXES
    | {
        ".pyi",
        ".pyx",
        ".pxd",
        ".c",
        ".h",
        ".cc",
        ".cpp",
        ".hpp",
        ".cu",
        ".cuh",
        ".rs",
        ".go",
        ".java",
        ".f90",
    }
    | {".toml", ".cfg", ".ini", ".conf", ".yaml", ".yml", ".json"}
)
"""Programs and settings. Data have other suffixes; a hash of them is recorded, their content is not."""


@dataclass(frozen=True)
class Content:
    """A file at one reading: its place in the record, and in Base64 what is to be copied."""

    file: ProgramFile
    data: str | None


def read_file(path: Path, name: str, source: Source, scenario: str) -> Content:
    """Read a file of a program, unless it may hold a secret, is no plain file or too large.

    Args:
        path: where it lies.
        name: in the record.
        source: why it is on record.
        scenario: that uses it.
    """
    path = Path(os.path.realpath(path))
    file = ProgramFile(name=name, source=source, scenarios=[scenario])
    if may_hold_secret(PurePosixPath(name)):
        file.note = "its name says that it may hold a secret: neither read nor copied"
        return Content(file, None)
    try:
        data = read_plain(path)
    except (OSError, ValueError) as error:
        file.note = f"not read: {_reason(error)}"
        return Content(file, None)
    file.sha256, file.bytes = hashlib.sha256(data).hexdigest(), len(data)
    file.note = _why_not_copied(path, name, data)
    if file.note is None:
        file.copy = copy_name(name)
    return Content(file, base64.b64encode(data).decode() if file.copy else None)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _why_not_copied(path: Path, name: str, data: bytes) -> str | None:
    if (problem := problem_of(copy_name(name))) is not None:
        return f"not copied: {problem}"
    if len(data) > MOST_COPIED_BYTES:
        return f"not copied: larger than {MOST_COPIED_BYTES >> 20} MiB"
    suffix = path.suffix.lower()
    if suffix not in COPIED_SUFFIXES and not (suffix == "" and data.startswith(b"#!")):
        return "not copied: by its suffix neither a program nor settings"
    if b"\0" in data:
        return "not copied: a binary file"
    if holds_key(data):
        return "not copied: it holds a private key"
    if not name.startswith(SCENARIOS) and is_ignored(path):
        return "not copied: .gitignore names it"
    return None
