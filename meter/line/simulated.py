"""Which ports have a program behind them instead of an instrument.

Whatever comes from such a port must be marked SIMULATED. A pseudo-terminal is one. Of TCP ports of
this machine a virtual instrument holds a mark: a locked file, so that a dead one's mark is no mark.
Virtual instruments listen on the loopback address only, where nobody else can mistake them.
"""

import functools
import ipaddress
import os
import socket
import stat
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from meter.line import visa
from meter.line.own_folder import own_folder
from records.errors import DeviceError
from records.locks import try_lock

_MAJORS_OF_PTYS = range(136, 144)  # Linux, Documentation/admin-guide/devices.txt
REPLAYED = ("replay://", "tape://")
"""Schemes of what was recorded earlier: nothing is measured now."""


def is_simulated_port(port: str) -> bool:
    """Tell whether a port is a pseudo-terminal, a virtual instrument's socket, or a recording.

    A link is followed. A bridge to a real meter through a pseudo-terminal is also taken for
    simulated: it cannot be told apart; use ``socket://`` or ``rfc2217://`` for that.
    """
    if "://" in port:
        simulated_library = port.startswith(visa.SCHEME) and visa.is_simulated_library()
        return port.startswith(REPLAYED) or simulated_library or _is_marked_socket(port)
    path = Path(port)
    if not path.exists():
        return False
    status = path.stat()
    return stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) in _MAJORS_OF_PTYS


def mark_socket(tcp_port: int) -> IO[bytes]:
    """Mark a TCP port of the loopback address as simulated until the returned file is closed.

    Raises:
        DeviceError: there is no place for marks.
    """
    file = open(_mark(tcp_port), "ab")  # noqa: SIM115 (the caller closes it)
    if not try_lock(file):
        file.close()
        raise DeviceError(f"port {tcp_port}: another simulated instrument has this port")
    return file


def _is_marked_socket(url: str) -> bool:
    host, tcp_port = (visa.tcp_address(url) if url.startswith(visa.SCHEME) else _address(url)) or ("", 0)
    if not host or not _is_loopback(host):
        return False
    try:
        with open(_mark(tcp_port), "rb") as file:
            return not try_lock(file, shared=True)
    except OSError:
        return False


def _address(url: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url)
        return None if parts.hostname is None or parts.port is None else (parts.hostname, parts.port)
    except ValueError:
        return None


@functools.lru_cache
def _is_loopback(host: str) -> bool:
    """Tell whether a host is this machine's loopback address, in any of its spellings (127.1, 0x7f000001)."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return any(_reaches_loopback(ipaddress.ip_address(str(address).partition("%")[0])) for address in found)


def _reaches_loopback(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or address.is_unspecified or (mapped is not None and _reaches_loopback(mapped))


def _mark(tcp_port: int) -> Path:
    return own_folder() / f"simulated-{tcp_port}"
