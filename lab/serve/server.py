"""Listening on this machine, and on nothing else."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from lab.serve.app import make_app
from lab.serve.connection import BoundedConnection
from records.errors import ConfigurationError

if TYPE_CHECKING:
    from lab.serve.fleet import FleetWatch

ADDRESS = "127.0.0.1"

_LAST_ANSWERS_S = 2


def listen(port: int) -> socket.socket:
    """Take a port of the loopback interface.

    Args:
        port: its number; 0 takes a free one.

    Raises:
        ConfigurationError: it cannot be had.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((ADDRESS, port))
        listening.listen()  # whoever reads the address may ask before the server has started
    except OSError as error:
        listening.close()
        raise ConfigurationError(
            f"--port {port}: expected a free port of {ADDRESS}, but {error.strerror}. "
            f"`--port 0` takes a free one"
        ) from None
    return listening


def address_of(listening: socket.socket) -> str:
    """Return the address of the page."""
    return f"http://{ADDRESS}:{listening.getsockname()[1]}/"


def serve(top: Path, listening: socket.socket, fleet: "FleetWatch | None" = None) -> None:
    """Answer until Ctrl-C or SIGTERM.

    Args:
        top: folder of campaigns.
        listening: of `listen`.
        fleet: whose benches are shown, if any.
    """
    config = uvicorn.Config(
        make_app(top, fleet),
        http=BoundedConnection,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LAST_ANSWERS_S,
    )
    with _ending_in_order():
        uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let the signals that end the page do no more: uvicorn raises them once more when it has ended."""
    before = {number: signal.signal(number, _nothing) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _nothing(*_: object) -> None:
    """Take a signal that was heeded already."""
