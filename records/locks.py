"""Locks of files between processes; the system ends a lock when the process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


def try_lock(file: IO[Any] | int, *, shared: bool = False) -> bool:
    """Lock an open file at once, or return ``False`` where another process holds it.

    Args:
        file: the file or its descriptor; closing it ends the lock.
        shared: whether others may hold a shared lock at the same time.

    Raises:
        OSError: the file system has no locks.
    """
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def lock_file(path: Path) -> Iterator[bool]:
    """Lock a file, which is made where it is missing, until the block ends.

    Yields:
        Whether it is ours; another process may hold it.

    Raises:
        OSError: it cannot be opened, or its file system has no locks.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield try_lock(descriptor)
    finally:
        os.close(descriptor)
