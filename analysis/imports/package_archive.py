"""What a ZIP archive of unknown origin holds, judged before a single byte of it is unpacked.

Every rule is about what an archive can do to the machine that reads it: write elsewhere (names, links),
write over something (names that are the same to some file system), or write without end (bombs).
"""

import errno
import stat
import zipfile
from pathlib import Path

from records.errors import InputError, RecordError
from records.package import check_names, shown

MOST_MEMBERS = 500_000
MOST_RATIO = 200
"""Bytes unpacked per byte of the archive. Readings as text pack to a tenth, a meter that stands still to a
fiftieth; deflate ends at 1032."""

FREE_BYTES = 1 << 26
"""So much may be unpacked at any ratio."""

_ENCRYPTED = 0x1 | 0x40 | 0x2000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNIX = 3


def check_members(
    archive: zipfile.ZipFile, archive_bytes: int, most: int = MOST_MEMBERS
) -> dict[str, zipfile.ZipInfo]:
    """Judge all members of an archive by its directory.

    Args:
        archive: opened for reading.
        archive_bytes: its size.
        most: so many members it may have.

    Returns:
        All of them by name; the names of folders end in ``/``.

    Raises:
        RecordError: a member is no plain file or folder, is encrypted or packed in a strange way, has an
            impossible name, or all together are too many or too large; names the member.
    """
    members = archive.infolist()
    if len(members) > most:
        raise RecordError(f"expected at most {most} members, found {len(members)}")
    for member in members:
        problem = _problem_of(member)
        if problem is not None:
            raise RecordError(f"{shown(member.orig_filename)}: {problem}")
    folders = [member.filename.removesuffix("/") for member in members if member.is_dir()]
    files = [member.filename for member in members if not member.is_dir()]
    check_names(files, folders)
    total = sum(member.file_size for member in members)
    if total > max(FREE_BYTES, MOST_RATIO * archive_bytes):
        raise RecordError(
            f"it says to hold {total} bytes, {total / max(archive_bytes, 1):.0f} times its own size; at most "
            f"{MOST_RATIO} times is believed"
        )
    return {member.filename: member for member in members}


def _problem_of(member: zipfile.ZipInfo) -> str | None:
    if member.orig_filename != member.filename:
        return "expected a name without a zero byte"
    if member.flag_bits & _ENCRYPTED:
        return "expected no encryption; unpack it elsewhere and pack it again"
    if member.compress_type not in _METHODS:
        return f"expected a member that is stored or deflated, found method {member.compress_type}"
    kind = stat.S_IFMT(member.external_attr >> 16) if member.create_system == _UNIX else 0
    wanted = stat.S_IFDIR if member.is_dir() else stat.S_IFREG
    if kind not in (0, wanted):
        return "expected a plain file or folder, found a link, a device or something else"
    if member.is_dir() and member.file_size:
        return "expected a folder, found one with content"
    return None


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a ZIP archive.

    Raises:
        RecordError: there is none, or it is damaged.
    """
    try:
        return zipfile.ZipFile(path)
    except (FileNotFoundError, IsADirectoryError):
        raise InputError(f"{path}: expected a package of `lab export`, but there is no such file") from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # a place before its begin
            raise
        raise RecordError(
            f"{path}: expected a package of `lab export`, which is a ZIP archive, but it cannot be read "
            f"as one ({error}). Name another file, or fetch this one again"
        ) from None
