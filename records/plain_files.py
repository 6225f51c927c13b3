"""Reading files that a program or somebody else chose: plain ones only, up to a limit, never waiting.

Standard library only: it also runs alongside the runner on the system under test.
"""

import os
import stat
from io import FileIO
from pathlib import Path

MOST_BYTES = 64 << 20
"""Files beyond this are not hashed: the machine is to be quiet soon."""

_CHUNK_BYTES = 1 << 20


class NotPlainError(OSError):
    """What has this name is no file: a pipe, a socket, a device, a folder."""


def open_plain(path: str | Path) -> FileIO:
    """Open a plain file for reading, unbuffered.

    A FIFO, a socket and a device are never opened: opening one may wait for ever, or do something.

    Args:
        path: the file; a link is followed.

    Raises:
        NotPlainError: it is no plain file.
        OSError: it is not there, or cannot be opened.
        ValueError: no file can have this name.
    """
    _check(Path(path).stat())
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _check(os.fstat(descriptor))
    except NotPlainError:
        os.close(descriptor)
        raise
    return FileIO(descriptor)


def read_plain(path: str | Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Read a plain file.

    Args:
        path: the file; a link is followed.
        most_bytes: longest content that is read.

    Raises:
        OSError: as `open_plain`, or it is too large.
        ValueError: as `open_plain`.
    """
    with open_plain(path) as file:
        parts, left = [], most_bytes + 1
        while left > 0 and (part := file.read(min(_CHUNK_BYTES, left))):
            parts.append(part)
            left -= len(part)
    if left <= 0:
        raise OSError(f"larger than {most_bytes} bytes")
    return b"".join(parts)


def sha256_of_plain(path: str | Path, most_bytes: int = MOST_BYTES) -> str:
    """Return the SHA-256 of a plain file; raises as `read_plain`."""
    import hashlib  # loads OpenSSL, which the runner does not need while the program is measured

    return hashlib.sha256(read_plain(path, most_bytes)).hexdigest()


def _check(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotPlainError("no plain file")
