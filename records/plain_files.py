"""Reading files that a program or somebody else chose: plain ones only, up to a limit, never waiting.

Standard library only: it also runs beside the runner on the system under test.
"""

import os
import stat
from pathlib import Path

MOST_BYTES = 64 << 20
"""Files beyond this are not hashed: the machine is to be quiet soon."""

_CHUNK_BYTES = 1 << 20


def read_plain(path: str | Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Read a plain file.

    A FIFO, a socket and a device are never opened: opening one may wait for ever, or do something.

    Args:
        path: the file; a link is followed.
        most_bytes: longest content that is read.

    Raises:
        OSError: it is not there, no plain file, or too large.
        ValueError: no file can have this name.
    """
    _check(Path(path).stat(), most_bytes)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        _check(os.fstat(descriptor), most_bytes)
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


def _check(found: os.stat_result, most_bytes: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError("no plain file")
    if found.st_size > most_bytes:
        raise OSError(f"larger than {most_bytes} bytes")
