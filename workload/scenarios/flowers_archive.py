"""Take the pictures of the five classes out of an archive from anywhere, trusting nothing in it.

Member paths are never used as places to write to: a picture goes to ``DEST/CLASS/FILE``, both names
checked. An archive that holds a path out of itself, a link or a device is refused as a whole.
"""

import shutil
import tarfile
import zipfile
from pathlib import PurePosixPath

from flowers_errors import DataError
from flowers_generator import CLASSES

MAX_PICTURE_BYTES = 50 * 2**20
MAX_PICTURES = 100_000


def extract(archive, destination):
    """Write the pictures of an archive (``.tgz``, ``.tar.gz``, ``.tar``, ``.zip``) by class.

    Raises:
        DataError: it is no such archive, is damaged, or holds what no data set needs.
    """
    try:
        if tarfile.is_tarfile(archive):
            with tarfile.open(archive) as file:
                _extract(archive, _tar_members(archive, file), destination)
        elif zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as file:
                _extract(archive, _zip_members(file), destination)
        else:
            raise DataError(f"{archive}: expected a .tar.gz, .tgz or .zip archive; it is none")
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise DataError(f"{archive}: damaged: {error}. Fetch it again") from error


def _tar_members(archive, file):
    for member in file:
        if member.isdir():
            continue
        if not member.isreg():
            raise DataError(
                f"{archive}: holds a link or device, {member.name!r}; refused, no data set needs it"
            )
        yield member.name, member.size, lambda member=member: file.extractfile(member)


def _zip_members(file):
    for member in file.infolist():
        if not member.is_dir():
            yield member.filename, member.file_size, lambda member=member: file.open(member)


def _extract(archive, members, destination):
    count = 0
    for name, size, open_member in members:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in name:
            raise DataError(f"{archive}: holds the path {name!r}, which leads out of it; refused")
        if len(path.parts) < 2 or path.parts[-2] not in CLASSES:
            continue
        count += 1
        if size > MAX_PICTURE_BYTES or count > MAX_PICTURES:
            raise DataError(f"{archive}: {name!r}: more than a data set of pictures would hold; refused")
        folder = destination / path.parts[-2]
        folder.mkdir(parents=True, exist_ok=True)
        with open_member() as source, open(folder / path.name, "xb") as target:
            shutil.copyfileobj(source, target)
    if not count:
        raise DataError(f"{archive}: expected folders named {', '.join(CLASSES)}; none is in it")
