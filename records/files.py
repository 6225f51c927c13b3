"""Writing so that a crash costs at most the last line, and reading what a crash left.

Lines are appended with one ``write`` on a descriptor opened ``O_APPEND``; JSON documents are
written next to their place and moved into it, so that a reader never sees half of one.
"""

import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from records.errors import ConfigurationError, RecordError
from records.links import leads_outside
from records.plain_files import NotPlainError, open_plain

_NO_JSON = (ValueError, RecursionError)
"""What parsing and checking raise: no UTF-8, no JSON, a number of thousands of digits, thousands of
brackets, half a surrogate pair, and numbers that JSON does not have (NaN, infinity)."""


_MOST_DIGITS = 30
_LONG_NUMBER = re.compile(rb"\d{%d}" % _MOST_DIGITS)


class LineAppender:
    """Append whole lines to a text file, each with a single system call.

    If the file ends in a torn line (its writer was killed), that line is closed with a line end
    first: it stays in the file as evidence and cannot swallow the next one.

    Args:
        path: the file; made if absent, its folder must exist.
        header: first line of a new (empty) file, without line end.
    """

    def __init__(self, path: Path, header: str | None = None) -> None:
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        size = os.fstat(self._fd).st_size
        if size == 0:
            if header is not None:
                self.append(header)
        elif os.pread(self._fd, 1, size - 1) != b"\n":
            self._write(b"\n")

    def append(self, line: str) -> None:
        """Append one line (given without its line end).

        Raises:
            OSError: the file cannot take the whole line, for example because the disk is full.
        """
        self._write(line.encode() + b"\n")

    def _write(self, data: bytes) -> None:
        written = os.write(self._fd, data)
        if written != len(data):  # a disk that fills up takes a part first and refuses the rest
            os.write(self._fd, data[written:])

    def sync(self) -> None:
        """Force what was appended onto the disk."""
        os.fsync(self._fd)

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old one or the new one, never a part.

    Raises:
        ConfigurationError: there is no folder to write into.
        OSError: the file cannot be written.
    """
    write_parts_atomically(path, [text])


def write_parts_atomically(path: Path, parts: Iterable[str]) -> None:
    """Write a text file part by part, so that it need not be in memory as a whole; see `write_atomically`.

    Raises:
        ConfigurationError: there is no folder to write into.
        OSError: the file cannot be written.
    """
    if not path.parent.is_dir():
        raise ConfigurationError(
            f"{path}: expected a folder to write into, but there is no {path.parent}. "
            "Make it, or name another"
        )
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(beside, "w", encoding="utf-8") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write a JSON document atomically, indented, without NaN (which JSON does not have)."""
    write_atomically(path, json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON document.

    Raises:
        RecordError: the file is absent, is not JSON, or its top level is not an object.
    """
    try:
        with open_record(path) as file:
            document = _loads(file.read())
        _check_writable(document)
    except _NO_JSON as error:
        raise RecordError(f"{path}: expected a JSON document, but it is none ({error})") from None
    if not isinstance(document, dict):
        raise RecordError(f"{path}: expected a JSON object, but its top level is {type(document).__name__}")
    return document


def open_record(path: Path) -> io.FileIO:
    """Open a record for reading.

    Raises:
        RecordError: there is no such file, or it is no plain file; opening a pipe would wait for ever.
    """
    try:
        return open_plain(path)
    except FileNotFoundError:
        raise RecordError(f"{path}: expected a record here, but there is no such file") from None
    except NotPlainError:
        raise RecordError(
            f"{path}: expected a file here, found a folder, a pipe, a socket or a device. Put a copy of the "
            f"right file in its place"
        ) from None


def _loads(text: bytes) -> Any:
    """Parse JSON; a number of more digits than any of ours is none.

    Raises:
        ValueError, RecursionError: it is no JSON.
    """
    decoded = text.decode()
    return json.loads(decoded, parse_int=_integer) if _LONG_NUMBER.search(text) else json.loads(decoded)


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _check_writable(document: Any) -> None:
    """Refuse what the parser takes and no file can hold: whatever is read is shown and written again.

    Raises:
        ValueError: a number is not finite, or a text is no text.
    """
    json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


@dataclass(frozen=True, slots=True)
class JsonLines:
    """The readable objects of a ``.jsonl`` file and the numbers of the lines that were not."""

    objects: list[dict[str, Any]]
    damaged_lines: list[int]
    """1-based numbers of lines that are no JSON object; a torn last line is one of them."""
    end_byte: int = 0
    """Where the last whole line ends."""


def read_json_lines(path: Path, from_byte: int = 0) -> JsonLines:
    """Read a ``.jsonl`` file; lines that a crash tore are left out and their numbers returned.

    Args:
        path: the file.
        from_byte: where a line begins; what lies before is passed over.

    Raises:
        RecordError: there is no such file.
    """
    objects: list[dict[str, Any]] = []
    damaged: list[int] = []
    end = from_byte
    for number, line, whole in _numbered_lines(path, from_byte):
        end += len(line) if whole else 0
        try:
            value = _loads(line) if whole else None
            if b"\\u" in line:
                _check_writable(value)
        except _NO_JSON:
            value = None
        if isinstance(value, dict):
            objects.append(value)
        elif line.strip():
            damaged.append(number)
    return JsonLines(objects, damaged, end)


def _numbered_lines(path: Path, from_byte: int = 0) -> Iterator[tuple[int, bytes, bool]]:
    with io.BufferedReader(open_record(path)) as file:
        file.seek(from_byte)
        for number, line in enumerate(file, start=1):
            yield number, line, line.endswith(b"\n")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    import hashlib  # loads OpenSSL, which the processes next to the measured program never need

    with open_record(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_json(document: dict[str, Any]) -> str:
    """Return the SHA-256 of a document's content: of canonical JSON, with sorted keys and no spaces."""
    import hashlib

    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def hash_tree(folder: Path, leave_out: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return ``{path relative to folder: SHA-256}`` of every file below a folder, sorted.

    A link that leads out of the folder is left out.

    Args:
        folder: where to start.
        leave_out: relative paths that are not hashed.
    """
    hashes = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name in leave_out or (path.is_symlink() and leads_outside(path, folder)):
            continue
        if path.is_file():
            hashes[name] = sha256_of(path)
    return hashes
