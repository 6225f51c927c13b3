"""Connections of a browser that come to an end: slow and silent ones do not pile up."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 64
"""A browser opens six. One more than this takes the place of the oldest."""

REQUEST_S = 10.0
"""How long a client may take for its request, and leave a connection idle."""

ANSWER_S = 60.0
"""How long an answer may take to be made and read; a report of 100 MB takes a second."""


class BoundedConnection(H11Protocol):
    """A connection with a deadline for each request and each answer."""

    _deadline: asyncio.TimerHandle | None = None
    _begun_s = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; the oldest one goes where there are too many."""
        super().connection_made(transport)
        self._begun_s = self.loop.time()
        ours = [one for one in self.connections if isinstance(one, BoundedConnection)]
        if len(ours) > MOST_CONNECTIONS:
            min(ours, key=lambda one: one._begun_s).transport.abort()
        self._end_in(REQUEST_S)

    def handle_events(self) -> None:
        """Take what was received; once that is a whole request, its answer has a deadline of its own."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._end_in(ANSWER_S)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._end_in(REQUEST_S)
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._cancel()
        super().connection_lost(exc)

    def _end_in(self, seconds: float) -> None:
        self._cancel()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _cancel(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
