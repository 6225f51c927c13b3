"""Keep a process running on a host while the link to its controller comes and goes.

Started over ssh as ``python keeper.py FOLDER``, with JSON lines in both directions. The first link makes the
folder and leaves a keeper behind, which starts the process and listens on a socket in the folder; this and
every later link only pass bytes on between ssh and that socket. When nothing has been heard of the controller
for ``lost_s`` seconds, or when the controller has ended, the keeper ends the process and all of its group.

From the controller: ``{"do": "open", "new", "argv", "env", "lost_s", "out", "err"}`` first; ``new`` says that
there may be no keeper yet, ``out`` and ``err`` how many bytes it has. Then orders with a number, which are
obeyed once however often they come: ``{"n", "do": "tell", "line"}``, ``"cut"`` (the tether), ``"signal"``,
``"leave"``. Without a number: ``{"do": "have", "out", "err"}`` and ``{"do": "gone"}``, which the controller's
end leaves behind.

To the controller: ``{"pid"}`` or ``{"error"}``, ``{"out": offset, "data"}``, ``{"err": offset, "data"}``,
``{"closed": "out"}``, ``{"exit"}``, ``{"obeyed": n}`` with the number of the last order, and
``{"lost": true}`` where there is no keeper any more.

Standard library only, and one file: it is put on a host that has nothing else of ours.
"""

import base64
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

_CHUNK = 1 << 16
_SOCKET = "link"
_PATIENCE_S = 15.0
"""How long a process may take to end after its tether was cut, and again after SIGTERM."""

_READY_S = 10.0
_SILENT_S = 90.0
"""A controller that was not heard of for so long has lost its link or ended; it reports more often."""


class Stream:
    """Output of the process that the controller does not have yet.

    Args:
        name: key of the message.
        descriptor: the read end of a pipe.
    """

    def __init__(self, name: str, descriptor: int) -> None:
        self.name, self.descriptor = name, descriptor
        self.open = True
        self._begin, self._kept = 0, bytearray()
        os.set_blocking(descriptor, False)

    def read(self) -> bytes:
        """Take what is there; `open` becomes false at its end."""
        got = bytearray()
        while True:
            try:
                part = os.read(self.descriptor, _CHUNK)
            except BlockingIOError:
                break
            if not part:
                self.open = False
                break
            got += part
        self._kept += got
        return bytes(got)

    @property
    def end(self) -> int:
        """How many bytes have come so far."""
        return self._begin + len(self._kept)

    def forget(self, offset: int) -> None:
        """Forget what comes before an offset: the controller has it."""
        ahead = min(max(0, offset - self._begin), len(self._kept))
        del self._kept[:ahead]
        self._begin += ahead

    def since(self, offset: int) -> bytes:
        """Return what came from an offset on."""
        return bytes(self._kept[max(0, offset - self._begin) :])


class Link:
    """A connection, and the part of a line that has come over it."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._received = b""
        connection.settimeout(_PATIENCE_S)

    def orders(self) -> list[dict[str, Any]] | None:
        """Return the orders that have come; ``None`` at the end of the connection."""
        try:
            part = self.connection.recv(_CHUNK)
        except OSError:
            part = b""
        if not part:
            return None
        *lines, self._received = (self._received + part).split(b"\n")
        return [json.loads(line) for line in lines]

    def send(self, message: dict[str, Any]) -> bool:
        """Send a message; say whether the connection took it."""
        try:
            self.connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            return False
        return True


class Keeper:
    """A process, what it wrote, and the present link to the controller.

    Args:
        server: the socket that new links come from.
        order: the first message.
    """

    def __init__(self, server: socket.socket, order: dict[str, Any]) -> None:
        self._lost_s = float(order["lost_s"])
        self._heard_s = time.monotonic()
        self._orders = 0
        self._link: Link | None = None
        self._deadlines: list[tuple[float, Callable[[], None]]] = []
        self._left = False
        self._error: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._streams: list[Stream] = []
        self._selector = selectors.DefaultSelector()
        self._server = server
        self._selector.register(server, selectors.EVENT_READ, self._accept)
        self._start(order)

    def run(self) -> None:
        """Serve until the controller has left, or everything was ended without it."""
        while not self._left:
            wait_s = max(0.0, min(self._next_deadline() - time.monotonic(), 3600.0))
            for key, _ in self._selector.select(wait_s):
                if self._selector.get_map().get(key.fd) is key:  # else one before it has put an end to it
                    key.data()
            now = time.monotonic()
            if not self._deadlines and now >= self._heard_s + self._lost_s:
                self._end_alone()
            for deadline, act in [one for one in self._deadlines if one[0] <= now]:
                self._deadlines.remove((deadline, act))
                act()
        self._kill_group(signal.SIGKILL)

    def _next_deadline(self) -> float:
        return min([self._heard_s + self._lost_s, *(at for at, _ in self._deadlines)])

    def _start(self, order: dict[str, Any]) -> None:
        try:
            process = subprocess.Popen(
                order["argv"],
                env={**os.environ, **order["env"]},
                cwd=Path.home(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            self._error = f"{error.strerror} ({error.filename})"
            return
        self._process = process
        for name, pipe in (("out", process.stdout), ("err", process.stderr)):
            if pipe is not None:
                stream = Stream(name, pipe.fileno())
                self._streams.append(stream)
                self._selector.register(
                    stream.descriptor, selectors.EVENT_READ, lambda s=stream: self._read(s)
                )
        ended = os.pidfd_open(process.pid)
        self._selector.register(ended, selectors.EVENT_READ, lambda: self._ended(ended))

    def _read(self, stream: Stream) -> None:
        offset = stream.end
        data = stream.read()
        if data:
            self._send_data(stream.name, offset, data)
        if not stream.open:
            self._selector.unregister(stream.descriptor)
            self._send({"closed": stream.name})

    def _ended(self, descriptor: int) -> None:
        self._selector.unregister(descriptor)
        os.close(descriptor)
        for stream in self._streams:
            if stream.open:
                self._read(stream)
        if self._process is not None:
            self._process.wait()
            self._send({"exit": self._process.returncode})
        self._left = bool(self._deadlines)  # then nobody waits to be told

    # -- the link ----------------------------------------------------------------------------------

    def _accept(self) -> None:
        link = Link(self._server.accept()[0])
        self._selector.register(link.connection, selectors.EVENT_READ, lambda: self._receive(link))

    def _drop(self, link: Link) -> None:
        with suppress(KeyError):  # it was dropped before
            self._selector.unregister(link.connection)
        link.connection.close()
        self._link = None if self._link is link else self._link

    def _receive(self, link: Link) -> None:
        orders = link.orders()
        if orders is None:
            self._drop(link)
            return
        for order in orders:
            if order["do"] == "sweep":
                self._sweep(link)
                continue
            if order["do"] == "open":
                if self._link is not None:
                    self._drop(self._link)
                self._link = link
            self._heard_s = time.monotonic()
            self._obey(order)

    def _sweep(self, link: Link) -> None:
        """End everything, unless a controller has just been heard of."""
        if self._link is not None and time.monotonic() - self._heard_s < min(_SILENT_S, self._lost_s):
            self._drop(link)
            return
        link.send({"ending": True})
        self._end_alone()

    def _obey(self, order: dict[str, Any]) -> None:
        if order["do"] == "open":
            self._resume(order)
        elif order["do"] == "have":
            self._forget(order)
        elif order["do"] == "gone":
            self._end_alone()
        elif order["n"] > self._orders:
            self._orders = order["n"]
            self._obey_once(order)
            self._send({"obeyed": self._orders})

    def _obey_once(self, order: dict[str, Any]) -> None:
        if order["do"] == "tell":
            self._tell(order["line"])
        elif order["do"] == "cut":
            self._cut_tether()
        elif order["do"] == "signal":
            self._kill_group(order["number"])
        elif order["do"] == "leave":
            self._left = True

    def _resume(self, order: dict[str, Any]) -> None:
        self._forget(order)
        self._send({"error": self._error} if self._process is None else {"pid": self._process.pid})
        for stream in self._streams:
            data = stream.since(order[stream.name])
            if data:
                self._send_data(stream.name, order[stream.name], data)
            if not stream.open:
                self._send({"closed": stream.name})
        self._send({"obeyed": self._orders})
        if self._process is not None and self._process.returncode is not None:
            self._send({"exit": self._process.returncode})

    def _forget(self, order: dict[str, Any]) -> None:
        for stream in self._streams:
            stream.forget(order[stream.name])

    def _send_data(self, name: str, offset: int, data: bytes) -> None:
        for at in range(0, len(data), _CHUNK):
            text = base64.b64encode(data[at : at + _CHUNK]).decode()
            self._send({name: offset + at, "data": text})

    def _send(self, message: dict[str, Any]) -> None:
        if self._link is not None and not self._link.send(message):
            self._drop(self._link)  # what it did not get is asked for by the next link

    # -- the process -------------------------------------------------------------------------------

    def _tell(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.closed:
            with suppress(BrokenPipeError):
                self._process.stdin.write(f"{line}\n".encode())

    def _cut_tether(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def _kill_group(self, number: int) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _end_alone(self) -> None:
        """End everything cleanly, for there is no controller any more."""
        if self._deadlines:
            return
        self._cut_tether()
        now = time.monotonic()
        if self._process is None or self._process.returncode is not None:
            self._left = True
            return
        self._deadlines = [
            (now + _PATIENCE_S, lambda: self._kill_group(signal.SIGTERM)),
            (now + 2 * _PATIENCE_S, self._leave),
        ]

    def _leave(self) -> None:
        self._left = True


def keep(folder: Path, order: dict[str, Any]) -> None:
    """Make the folder and leave a keeper behind; nothing happens where there is one already."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        return
    os.chdir(folder)  # the name of a socket may be no longer than 107 bytes
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"{_SOCKET}.new")
    server.listen()
    Path(f"{_SOCKET}.new").rename(_SOCKET)
    if os.fork() != 0:
        server.close()
        return
    os.setsid()
    _let_go_of_ssh()
    try:
        Keeper(server, order).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


def _let_go_of_ssh() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def connect(folder: Path) -> socket.socket | None:
    """Return a connection to the keeper of a folder, ``None`` where there is none."""
    link = socket.socket(socket.AF_UNIX)
    deadline = time.monotonic() + _READY_S
    while folder.is_dir():
        os.chdir(folder)
        try:
            link.connect(_SOCKET)
        except FileNotFoundError:
            if time.monotonic() > deadline:
                return None
            time.sleep(0.02)
        except ConnectionRefusedError:
            return None
        else:
            return link
    return None


def pass_on(link: socket.socket, first: bytes) -> None:
    """Pass bytes on between ssh and the keeper until either of them ends."""
    link.sendall(first)
    threading.Thread(target=_pass_from_keeper, args=(link,), daemon=True).start()
    with suppress(OSError):
        while part := os.read(0, _CHUNK):
            link.sendall(part)


def _pass_from_keeper(link: socket.socket) -> None:
    with suppress(OSError):
        while part := link.recv(_CHUNK):
            view = memoryview(part)
            while view:
                view = view[os.write(1, view) :]
    os._exit(0)


def end_forsaken(home: Path) -> int:
    """End what controllers left behind that are gone or out of reach; return how many processes those were.

    Args:
        home: holds the folders of keepers.
    """
    links = []
    for folder in home.glob("*/"):
        link = connect(folder)
        if link is None:  # its keeper was killed, or ended with the machine
            shutil.rmtree(folder, ignore_errors=True)
        else:
            link.sendall(b'{"do": "sweep"}\n')
            links.append(link)
    return sum(_waited_for(link) for link in links)


def _waited_for(link: socket.socket) -> bool:
    """Wait until a keeper closes a connection; say whether it had something to end."""
    link.settimeout(3 * _PATIENCE_S)
    ended = False
    with suppress(OSError):
        while link.recv(_CHUNK):
            ended = True
    return ended


def main() -> None:
    """Run the command line: ``keeper.py FOLDER``, or ``keeper.py --end-forsaken HOME``."""
    if sys.argv[1] == "--end-forsaken":
        print(json.dumps({"ended": end_forsaken(Path(sys.argv[2]))}))
        return
    folder = Path(sys.argv[1])
    with open(0, "rb", buffering=0, closefd=False) as given:
        first = given.readline()
    if not first.endswith(b"\n"):
        return
    order = json.loads(first)
    if order["new"]:
        keep(folder, order)
    link = connect(folder)
    if link is None:
        print(json.dumps({"lost": True}), flush=True)
        return
    pass_on(link, first)


if __name__ == "__main__":
    main()
