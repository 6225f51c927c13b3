"""Virtual meters that speak HTTP: questions in, JSON out, without a socket."""

import json
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qsl, urlsplit

import h11

from meter.virtual.instrument import InstrumentErrors, VirtualInstrument


@dataclass(frozen=True)
class Question:
    """What a client asks.

    Attributes:
        method: ``GET`` or another.
        path: without the parameters.
        parameters: by name.
        body: what came with it.
    """

    method: str
    path: str
    parameters: dict[str, str]
    body: bytes


class VirtualHttp(VirtualInstrument):
    """An instrument with a web server, which answers once there is a first indication to tell.

    Class attributes:
        chunked: whether its server sends answers in chunks and not with their length.
    """

    link: ClassVar[Literal["pty", "tcp"]] = "tcp"
    url: ClassVar[str] = "http://{host}:{port}"
    chunked: ClassVar[bool] = False

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self.connected()

    def connected(self) -> None:
        """What the client before left unfinished is forgotten."""
        self._connection = h11.Connection(h11.SERVER)
        self._request: h11.Request | None = None
        self._body = b""
        self._early = b""

    @abstractmethod
    def answer(self, question: Question) -> dict[str, Any] | None:
        """Return the JSON object that answers a question; ``None`` for a path that does not exist."""

    def not_found(self, question: Question) -> tuple[str, bytes]:
        """Return content type and body of the answer to a path that does not exist."""
        return "text/plain", b"Not Found"

    def receive(self, data: bytes) -> bytes:
        if not self.now.number:
            self._early += data
            return b""
        return self._served(data)

    def stream(self) -> bytes:
        """What was asked too early is answered now."""
        early, self._early = self._early, b""
        return self._served(early) if early else b""

    def _served(self, data: bytes) -> bytes:
        answers = b""
        self._connection.receive_data(data)
        try:
            while True:
                event = self._connection.next_event()
                if isinstance(event, h11.Request):
                    self._request, self._body = event, b""
                elif isinstance(event, h11.Data):
                    self._body += bytes(event.data)
                elif isinstance(event, h11.EndOfMessage) and self._request is not None:
                    answers += self._answer(self._request)
                    if self._connection.our_state is h11.MUST_CLOSE:  # the client closes: it asked for that
                        self.connected()
                        return answers
                    self._connection.start_next_cycle()
                else:
                    return answers
        except h11.RemoteProtocolError:
            answers += self._send(400, "text/plain", b"Bad Request")
            self.connected()
            return answers

    def _answer(self, request: h11.Request) -> bytes:
        parts = urlsplit(request.target.decode("ascii", "replace"))
        question = Question(
            request.method.decode("ascii"),
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            self._body,
        )
        found = self.answer(question)
        if found is None:
            return self._send(404, *self.not_found(question))
        return self._send(200, "application/json", json.dumps(found, separators=(",", ":")).encode())

    def _send(self, status: int, content_type: str, body: bytes) -> bytes:
        headers = [("Content-Type", content_type)]
        if not self.chunked:
            headers.append(("Content-Length", str(len(body))))
        reason = {200: b"OK", 400: b"Bad Request", 404: b"Not Found"}[status]
        events = (
            h11.Response(status_code=status, headers=headers, reason=reason),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        return b"".join(self._connection.send(event) or b"" for event in events)
