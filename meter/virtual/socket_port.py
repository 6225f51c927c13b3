"""The TCP socket behind which a virtual instrument on the network sits."""

import contextlib
import socket
from typing import IO

from meter.line.simulated import mark_socket

_HOST = "127.0.0.1"


class VirtualSocket:
    """A listening socket on the loopback address, marked as simulated; one client at a time.

    A new client takes the place of the one before, as on instruments that serve one session.

    Args:
        url: of the port, with ``{host}`` and ``{port}``.

    Attributes:
        lost_bytes: how many bytes were lost because the client did not take them.
    """

    def __init__(self, url: str) -> None:
        self.lost_bytes = 0
        self._url = url
        self._tcp_port = 0
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._mark: IO[bytes] | None = None
        self.plug_in()

    @property
    def path(self) -> str:
        """What a client opens."""
        return self._url.format(host=_HOST, port=self._tcp_port)

    @property
    def plugged_in(self) -> bool:
        """Whether clients can connect now."""
        return self._listener is not None

    def plug_in(self) -> None:
        """Listen; after an `unplug`, at the same port as before."""
        self._listener = socket.create_server((_HOST, self._tcp_port))
        self._listener.setblocking(False)
        self._tcp_port = self._listener.getsockname()[1]
        if self._mark is None:  # it stays while the instrument is away: it is no less simulated then
            self._mark = mark_socket(self._tcp_port)

    def unplug(self) -> None:
        """Listen no more and drop the client."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._drop()

    def close(self) -> None:
        """Take the port away for good, and with it the mark."""
        self.unplug()
        if self._mark is not None:
            self._mark.close()
            self._mark = None

    def descriptors(self) -> list[socket.socket]:
        """Return what to wait on for a client or its bytes."""
        return [found for found in (self._listener, self._client) if found is not None]

    def accept_client(self) -> bool:
        """Take the client that waits, if one does; tell whether there is a new one."""
        if self._listener is None:
            return False
        try:
            client, _ = self._listener.accept()
        except BlockingIOError:
            return False
        self._drop()
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        return True

    def read(self) -> bytes:
        """Return the bytes that the client sent; none when there are none."""
        if self._client is None:
            return b""
        try:
            data = self._client.recv(65536)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._drop()
        return data

    def holds(self) -> list[int]:
        """Return nothing: the system holds back what the client does not take yet."""
        return []

    def write(self, data: bytes = b"") -> None:
        """Send bytes to the client; what it does not take is lost."""
        if self._client is None:
            return
        sent = 0
        with contextlib.suppress(OSError):
            sent = self._client.send(data)
        self.lost_bytes += len(data) - sent

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
