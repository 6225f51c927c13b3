"""A ZIP archive that is the same to the last bit whenever it holds the same: names sorted, stamps fixed."""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from records.errors import RecordError

Source = Path | bytes
Progress = Callable[[str, int, int], None]
"""Told what is being done, how many bytes are done and how many there are."""

_CHUNK_BYTES = 1 << 20
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_FILE, _FOLDER = 0o100644 << 16, 0o040755 << 16
_FOLDER_MARK = 0x10  # what MS-DOS calls a directory
_UNIX = 3


def size_of(source: Source) -> int:
    """Return how many bytes a source has."""
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def chunks_of(source: Source) -> Iterable[bytes]:
    """Give the bytes of a source, a piece at a time."""
    if isinstance(source, bytes):
        yield source
        return
    with open(source, "rb") as file:
        while data := file.read(_CHUNK_BYTES):
            yield data


def hash_sources(sources: Mapping[str, Source], progress: Progress) -> dict[str, str]:
    """Return the SHA-256 of each source by its name."""
    total, done = sum(map(size_of, sources.values())), 0
    sums = {}
    for name, source in sources.items():
        digest = hashlib.sha256()
        for data in chunks_of(source):
            digest.update(data)
            done += len(data)
            progress("hashing", done, total)
        sums[name] = digest.hexdigest()
    return sums


def write_archive(
    path: Path,
    sources: Mapping[str, Source],
    empty: Iterable[str],
    sums: Mapping[str, str],
    t_utc_s: float,
    progress: Progress,
) -> None:
    """Write an archive atomically, without ever holding a whole file.

    Args:
        path: the file.
        sources: content by name.
        empty: names of folders that hold nothing.
        sums: SHA-256 that the content must have, by name.
        t_utc_s: stamp of every member, before 2107.
        progress: see `Progress`.

    Raises:
        RecordError: a file changed since it was hashed.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    stamp = max(datetime.fromtimestamp(t_utc_s, UTC).timetuple()[:6], _EARLIEST)
    total, done = sum(map(size_of, sources.values())), 0
    entries = sorted([*sources, *(f"{name}/" for name in empty)])
    try:
        with open(beside, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name in entries:
                    member = _member(name, stamp)
                    if name in sources:
                        _write_member(archive, member, sources[name], sums.get(name))
                        done += member.file_size
                        progress("packing", done, total)
                    else:
                        archive.writestr(member, b"")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _member(name: str, stamp: tuple[int, ...]) -> zipfile.ZipInfo:
    year, month, day, hour, minute, second = stamp
    member = zipfile.ZipInfo(name, (year, month, day, hour, minute, second))
    member.create_system = _UNIX
    member.compress_type = zipfile.ZIP_STORED if member.is_dir() else zipfile.ZIP_DEFLATED
    member.external_attr = _FOLDER | _FOLDER_MARK if member.is_dir() else _FILE
    return member


def _write_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: Source, expected: str | None
) -> None:
    digest = hashlib.sha256()
    member.file_size = size_of(source)  # by which zipfile decides on large files
    with archive.open(member, "w") as target:
        for data in chunks_of(source):
            digest.update(data)
            target.write(data)
    if expected is not None and digest.hexdigest() != expected:
        raise RecordError(
            f"{member.filename}: it changed while it was packed; export again when nothing writes to it"
        )
