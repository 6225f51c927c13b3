"""Serve a RAPL tree by FUSE: each counter is computed at the moment at which it is read.

``python -m sut.virtual.rapl_fuse SCRIPT MARKS FOLDER`` mounts the tree and serves it until it is unmounted.
Needs the package mfusepy and the system's libfuse (Debian: libfuse2 or libfuse3).
"""

import errno
import stat
import sys
import time
from pathlib import Path, PurePosixPath
from typing import Any

from mfusepy import FUSE, FuseOSError, Operations

from records.truth.script import TruthScript
from sut.virtual.rapl import reader, tree

_LINKS = {"/subsystem": ".."}
"""Real zones have it; trackers look for ``intel-rapl/subsystem``."""


class RaplFiles(Operations):  # type: ignore[misc]  # mfusepy carries no types
    """The file system.

    Args:
        script: of the truth.
        marks: file of the marks.
    """

    use_ns = True

    def __init__(self, script: TruthScript, marks: Path) -> None:
        self._files = {f"/{path}": content for path, content in tree(script).items()}
        self._folders = {str(parent) for path in self._files for parent in PurePosixPath(path).parents}
        self._read = reader(marks, time.monotonic)

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        """Return mode and size; the size of a sysfs file is a page."""
        if path in self._folders:
            return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}
        if path in _LINKS:
            return {"st_mode": stat.S_IFLNK | 0o777, "st_nlink": 1}
        if path in self._files:
            return {"st_mode": stat.S_IFREG | 0o444, "st_nlink": 1, "st_size": 4096}
        raise FuseOSError(errno.ENOENT)

    def readlink(self, path: str) -> str:
        """Return where a link leads."""
        return _LINKS[path]

    def readdir(self, path: str, fh: int) -> list[str]:
        """List a folder."""
        names = {*self._files, *self._folders, *_LINKS} - {"/"}
        return [
            ".",
            "..",
            *(name.rpartition("/")[2] for name in names if str(PurePosixPath(name).parent) == path),
        ]

    def open(self, path: str, flags: int) -> int:
        """Open a file; opening one that is denied fails as well."""
        self.read(path, 1, 0, 0)
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        """Return the bytes of a file as they are now."""
        content = self._files[path]
        try:
            data = content.encode() if isinstance(content, str) else self._read(content)
        except PermissionError:
            raise FuseOSError(errno.EACCES) from None
        return data[offset : offset + size]


def main(script: str, marks: str, folder: str) -> None:
    """Serve the tree."""
    files = RaplFiles(TruthScript.read(Path(script)), Path(marks))
    FUSE(files, folder, foreground=True, direct_io=True, nothreads=True, ro=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
