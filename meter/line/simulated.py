"""Which ports have a program behind them instead of an instrument.

Whatever comes from such a port must be marked SIMULATED. A pseudo-terminal is one. Of TCP ports of
this machine a virtual instrument holds a mark: a locked file, so that a dead one's mark is no mark.
Virtual instruments listen on the loopback address only, where nobody else can mistake them.
"""

import fcntl
import os
import stat
import tempfile
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

_MAJORS_OF_PTYS = range(136, 144)  # Linux, Documentation/admin-guide/devices.txt
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
REPLAYED = ("replay://", "tape://")
"""Schemes of what was recorded earlier: nothing is measured now."""


def is_simulated_port(port: str) -> bool:
    """Tell whether a port is a pseudo-terminal, a virtual instrument's socket, or a recording.

    A link is followed. A bridge to a real meter through a pseudo-terminal is taken for simulated,
    too: nobody can tell; use ``socket://`` or ``rfc2217://`` for that.
    """
    if "://" in port:
        return port.startswith(REPLAYED) or _is_marked_socket(port)
    path = Path(port)
    if not path.exists():
        return False
    status = path.stat()
    return stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) in _MAJORS_OF_PTYS


def mark_socket(tcp_port: int) -> IO[bytes]:
    """Mark a TCP port of the loopback address as simulated until the returned file is closed."""
    path = _mark(tcp_port)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = open(path, "ab")  # noqa: SIM115 (the caller closes it)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


def _is_marked_socket(url: str) -> bool:
    try:
        parts = urlsplit(url)
        if parts.hostname not in _LOOPBACK or parts.port is None:
            return False
        with open(_mark(parts.port), "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _mark(tcp_port: int) -> Path:
    return Path(tempfile.gettempdir()) / f"wattlab-{os.getuid()}" / f"simulated-{tcp_port}"
