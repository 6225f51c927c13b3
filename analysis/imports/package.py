"""A replication package (`lab export`) becomes the campaign that was packed, or nothing.

The archive is judged as a whole first (`package_archive`), then unpacked next to the target, counted and
hashed byte by byte, and moved into place as the last step. What comes out is the campaign as it was, with the
programs and the texts of the package next to it: it is no import of foreign data, and gets no
``import.json``.
"""

import errno
import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.imports.package_archive import check_members, open_archive
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.package import LONGEST_SUM_BYTES, SUMS, parse_sums, shown
from records.times import now_utc_s

_CHUNK_BYTES = 1 << 20
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError)

Progress = Callable[[int, int], None]
"""Told how many bytes are done and how many there are."""


@dataclass(frozen=True)
class Unpacked:
    """What was unpacked: number of files, ``SHA256SUMS`` not counted, and their bytes."""

    files: int
    bytes: int


def import_package(path: Path, out: Path, progress: Progress | None = None) -> Unpacked:
    """Unpack a package after checking everything about it.

    Args:
        path: the archive.
        out: the folder to be made.
        progress: see `Progress`.

    Raises:
        ConfigurationError: ``out`` holds something.
        RecordError: the archive is damaged, dangerous, or not what its ``SHA256SUMS`` say; names the file.
            Nothing is written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(
            f"--out {out}: expected a folder that does not exist or is empty; nothing is overwritten"
        )
    beside = out.absolute().parent / f".{out.absolute().name}.{os.getpid()}.part"
    with open_archive(path) as archive:
        try:
            members = check_members(archive, path.stat().st_size)
            sums = _read_sums(archive, members)
            _check_room(members, out.absolute().parent)
            beside.mkdir(parents=True)
            unpacked = _unpack(archive, members, sums, beside, progress or _silent)
            CampaignFolder(beside).read()
            if out.is_dir():
                out.rmdir()
            beside.rename(out)
        except RecordError as error:
            message = str(error).replace(str(beside), path.name)
            raise type(error)(f"{path}: {message}. Nothing was unpacked") from None
        except (*_DAMAGED, OSError) as error:
            if isinstance(error, OSError) and error.errno != errno.EINVAL:
                raise  # the disk's fault; a place before the archive's begin is the archive's
            raise RecordError(f"{path}: the archive is damaged: {error}. Nothing was unpacked") from None
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return unpacked


def _silent(_done: int, _total: int) -> None:
    pass


def _read_sums(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> dict[str, str]:
    """Return the sums, after every file was found to have one and every sum a file."""
    if SUMS not in members:
        raise RecordError(f"expected a package of `lab export`, but it holds no {SUMS}")
    most_bytes = len(members) * LONGEST_SUM_BYTES
    if members[SUMS].file_size > most_bytes:
        raise RecordError(f"{SUMS}: expected at most {most_bytes} bytes, a line for each of the other files")
    with archive.open(members[SUMS]) as file:
        sums = parse_sums(file.read(most_bytes).decode())
    files = {name for name, member in members.items() if not member.is_dir() and name != SUMS}
    for name in sorted(files - set(sums)):
        raise RecordError(f"{shown(name)}: not in {SUMS}; it was added later")
    for name in sorted(set(sums) - files):
        raise RecordError(f"{shown(name)}: in {SUMS}, but not in the archive")
    return sums


def _check_room(members: dict[str, zipfile.ZipInfo], place: Path) -> None:
    total = sum(member.file_size for member in members.values())
    existing = next(folder for folder in (place, *place.parents) if folder.is_dir())
    free = shutil.disk_usage(existing).free
    if total > free:
        raise RecordError(
            f"it needs {total} bytes, but {existing} has {free} left; free some or name another"
        )


def _unpack(
    archive: zipfile.ZipFile,
    members: dict[str, zipfile.ZipInfo],
    sums: dict[str, str],
    folder: Path,
    progress: Progress,
) -> Unpacked:
    total = sum(member.file_size for member in members.values())
    done = 0
    now_s = now_utc_s()
    for name, member in members.items():
        target = folder / name
        if member.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        found = _unpack_file(archive, member, target)
        if name != SUMS and found != sums[name]:
            raise RecordError(
                f"{shown(name)}: not the file that {SUMS} has the sum of; the archive was changed"
            )
        os.utime(target, (now_s, now_s))  # one stamp for all: what was made of what is told by it
        done += member.file_size
        progress(done, total)
    return Unpacked(len(sums), total - members[SUMS].file_size)


def _unpack_file(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> str:
    """Write one file and return its SHA-256; more bytes than were announced end it."""
    digest = hashlib.sha256()
    left = member.file_size
    with archive.open(member) as source, open(target, "xb") as file:
        while data := source.read(min(_CHUNK_BYTES, left + 1)):
            left -= len(data)
            if left < 0:
                break
            digest.update(data)
            file.write(data)
    if left:
        raise RecordError(f"{shown(member.filename)}: it does not hold the {member.file_size} bytes it says")
    return digest.hexdigest()
