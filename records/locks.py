"""Locks of files between processes; the system ends a lock when the process ends."""

import fcntl
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
