"""Devices on the network that owe nothing to our virtual ones, and documents that they may send."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hypothesis import strategies as st

Respond = Callable[[BaseHTTPRequestHandler], tuple[int, dict[str, str], bytes]]


@contextmanager
def device(answers: dict[str, bytes] | Respond) -> Iterator[str]:
    """Serve answers by their exact target, or what a function makes of a request; yield the address."""

    def fixed(request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        assert isinstance(answers, dict)
        found = answers.get(request.path)
        return (404, {}, b"Not Found") if found is None else (200, {}, found)

    respond = fixed if isinstance(answers, dict) else answers

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = respond(self)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def wire(*replies: bytes) -> Iterator[str]:
    """Answer each question with the next of some bytes, the last one for ever; yield the address."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        thread = threading.Thread(target=_serve, args=(server, replies, over))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


@contextmanager
def trickle(head: bytes, piece: bytes, pause_s: float = 0.05) -> Iterator[str]:
    """Answer each question with some bytes, then a piece again and again for ever; yield the address."""
    over = threading.Event()

    def drip(client: socket.socket) -> None:
        with client, suppress(OSError):
            client.recv(65536)
            client.sendall(head)
            while not over.wait(pause_s):
                client.sendall(piece)

    def serve(server: socket.socket) -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                threading.Thread(target=drip, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def _serve(server: socket.socket, replies: tuple[bytes, ...], over: threading.Event) -> None:
    asked, open_ones = 0, []
    while not over.is_set():
        try:
            client, _ = server.accept()
        except TimeoutError:
            continue
        client.settimeout(5.0)
        open_ones.append(client)
        if client.recv(65536):
            client.sendall(replies[min(asked, len(replies) - 1)])
            asked += 1
    for client in open_ones:
        client.close()


def http(body: bytes, status: str = "200 OK") -> bytes:
    """Return an answer as it is on the wire."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


NO_NUMBERS = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=5),
    st.sampled_from(["57.4", "1e3", "9.91E+37", "NaN", float("nan"), float("inf"), -float("inf"), 10**400]),
    st.lists(st.one_of(st.none(), st.text(max_size=3), st.booleans()), max_size=3),
    st.dictionaries(st.text(max_size=3), st.one_of(st.none(), st.integers()), max_size=3),
)
"""What is no finite number; some of it is not even JSON."""

ANY_JSON = st.recursive(
    st.one_of(NO_NUMBERS, st.integers(), st.floats()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """Return a JSON document in which one value, anywhere, became something that is no number."""
    document = json.loads(body)
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        deeper = place[key]
        if isinstance(deeper, dict | list) and deeper and draw(st.booleans()):
            place = deeper
            continue
        place[key] = draw(NO_NUMBERS)
        return json.dumps(document).encode()
