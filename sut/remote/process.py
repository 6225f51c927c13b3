"""A process on a host behind ssh, which goes on while the link is down (see `sut.remote.keeper`)."""

import base64
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

from records.errors import SutError
from sut.host import Output, ProcessLost
from sut.remote.link import Link, is_for_good

_GONE = json.dumps({"do": "gone"})
_REPORT_S = 30.0
_STEP_S = 0.05
_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)
_CHUNK = 1 << 16
_LOST = -int(signal.SIGKILL)


class RemoteProcess:
    """A process on the host (see `sut.host.HostProcess`).

    Args:
        link: to the host.
        keeper: shell command of the keeper; it takes the name of a folder.
        argv, env, stdout, stderr: as of `sut.host.Host.start`.

    Raises:
        SutError: it cannot be started.
    """

    def __init__(
        self,
        link: Link,
        keeper: str,
        argv: Sequence[str],
        env: Mapping[str, str],
        stdout: Output,
        stderr: Output,
    ) -> None:
        self._link, self._keeper = link, keeper
        self._folder = uuid.uuid4().hex
        self._spec: dict[str, Any] = {"argv": list(argv), "env": dict(env), "lost_s": link.lost_s}
        self._stdout: IO[bytes] | None = None
        self._sinks = {"out": self._sink(stdout, sys.stdout), "err": self._sink(stderr, sys.stderr)}
        self._received = {"out": 0, "err": 0}
        self._orders: list[dict[str, Any]] = []
        self._obeyed = 0
        self._lock = threading.Lock()
        self._ssh: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._error: SutError | None = None
        self._code: int | None = None
        self._begun, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._begun.wait()
        if self._error is not None:
            if self._stdout is not None:
                self._stdout.close()
            raise self._error

    @property
    def pid(self) -> int:
        """Process id on the host; also the id of its session and its process group."""
        return self._pid or 0

    @property
    def stdout(self) -> IO[bytes] | None:
        """What it writes, where ``subprocess.PIPE`` was asked for."""
        return self._stdout

    def tell(self, line: str) -> None:
        """Write a line into its tether; nothing happens where the process has ended."""
        self._order(do="tell", line=line)

    def poll(self) -> int | None:
        """Return the exit code; ``None`` while it runs, as far as is known."""
        return self._code

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Wait for its end; return the exit code, or ``None`` when the time is up."""
        self._ended.wait(timeout_s)
        return self._code

    def end(self, patience_s: float = 10.0) -> int:
        """End it and whatever it started in its group; return the exit code."""
        self._order(do="cut")
        self._wait_obeyed(patience_s)
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._code is None:
                self._order(do="signal", number=number)
                self._wait_obeyed(patience_s)
        self._order(do="leave")
        self._thread.join(patience_s)
        return _LOST if self._code is None else self._code

    def _wait_obeyed(self, patience_s: float) -> None:
        """Wait for the end; the time until the last order has got there does not count, up to ``lost_s``.

        ssh takes some seconds to notice that its link is silent, and as long for a new one.
        """
        left_s, on_the_way_s = patience_s, self._link.lost_s
        while min(left_s, on_the_way_s) > 0 and not self._ended.wait(_STEP_S):
            if self._obeyed == len(self._orders):
                left_s -= _STEP_S
            else:
                on_the_way_s -= _STEP_S

    def _sink(self, where: Output, ours: Any) -> IO[bytes] | int | None:
        """Return where a stream is written, ``None`` for nowhere."""
        if where == subprocess.PIPE:
            reading, writing = os.pipe()
            self._stdout = open(reading, "rb", buffering=0)  # noqa: SIM115  (the caller closes it)
            return open(writing, "wb", buffering=0)
        if where is None:
            return int(ours.fileno())
        return None if where == subprocess.DEVNULL else where

    # -- the link ----------------------------------------------------------------------------------

    def _order(self, **order: Any) -> None:
        with self._lock:
            self._orders.append({"n": len(self._orders) + 1, **order})
            self._write(self._orders[-1])

    def _write(self, message: dict[str, Any]) -> None:
        """Send a message; where the link is down the next one sends all orders again."""
        if self._ssh is not None and self._ssh.stdin is not None:
            with suppress(OSError):
                self._ssh.stdin.write(json.dumps(message).encode() + b"\n")

    def _serve(self) -> None:
        """Follow the process over one link after the other."""
        lost_at_s, failures = time.monotonic(), 0
        try:
            while True:
                with tempfile.TemporaryFile() as errors:
                    self._connect(errors)
                    if self._follow():
                        lost_at_s, failures = time.monotonic(), 0
                    self._disconnect()
                    errors.seek(0)
                    words = errors.read().decode(errors="replace").strip()
                if self._ended.is_set() and self._has_left():
                    return
                never = not self._begun.is_set() and not self._link.works
                if never or is_for_good(words) or time.monotonic() - lost_at_s > self._link.lost_s:
                    self._give_up(self._link.error(words))
                    return
                time.sleep(_PAUSES_S[min(failures, len(_PAUSES_S) - 1)])
                failures += 1
        except (OSError, ValueError) as error:
            self._give_up(SutError(f"{self._link.host}: following a process there failed: {error}"))
        finally:
            self._ended.set()
            self._begun.set()
            self._close_stdout()

    def _close_stdout(self) -> None:
        """Let whoever reads our end of the pipe see that nothing more comes."""
        sink = self._sinks["out"]
        if self._stdout is not None and not isinstance(sink, int | None):
            sink.close()

    def _has_left(self) -> bool:
        return bool(self._orders) and self._orders[-1]["do"] == "leave"

    def _connect(self, errors: IO[bytes]) -> None:
        new = not self._begun.is_set()
        first = {"do": "open", "new": new, **self._spec, **self._received}
        with self._lock:
            self._ssh = self._link.open(self._keeper, self._folder, tail=_GONE, errors=errors)
            for message in (first, *self._orders):
                self._write(message)

    def _disconnect(self) -> None:
        with self._lock:
            ssh, self._ssh = self._ssh, None
        if ssh is not None:
            with suppress(ProcessLookupError):  # first, so that nothing says that we are gone
                os.killpg(ssh.pid, signal.SIGKILL)
            for pipe in (ssh.stdin, ssh.stdout):
                if pipe is not None:
                    pipe.close()
            ssh.wait()

    def _follow(self) -> bool:
        """Take what comes until the link ends; say whether anything came."""
        if self._ssh is None or self._ssh.stdout is None:
            return False
        descriptor, text, came = self._ssh.stdout.fileno(), b"", False
        report_s = min(_REPORT_S, self._link.lost_s / 4)
        reported_s = time.monotonic()
        while True:
            now = time.monotonic()
            if now >= reported_s + report_s:
                with self._lock:
                    self._write({"do": "have", **self._received})
                reported_s = now
            if not select.select([descriptor], [], [], reported_s + report_s - now)[0]:
                continue
            part = os.read(descriptor, _CHUNK)
            if not part:
                return came
            came = True
            *lines, text = (text + part).split(b"\n")
            for line in lines:
                self._take(json.loads(line))

    def _take(self, message: dict[str, Any]) -> None:
        if "data" in message:
            name = "out" if "out" in message else "err"
            self._keep(name, message[name], base64.b64decode(message["data"]))
        elif message.get("closed") == "out":
            self._close_stdout()
        elif "pid" in message:
            self._pid = message["pid"]
            self._link.works = True
            self._begun.set()
        elif "obeyed" in message:
            self._obeyed = message["obeyed"]
        elif "exit" in message:
            self._code = message["exit"]
            self._ended.set()
        elif "error" in message:
            self._error = SutError(
                f"{self._spec['argv'][0]}: expected to start this program on {self._link.host}, but: "
                f"{message['error']}. See whether it is installed there and the path is right"
            )
            self._order(do="leave")
            self._ended.set()
        elif "lost" in message and not self._has_left():
            self._give_up(ProcessLost(f"{self._link.host}: what kept this process was killed, or gave it up"))
            self._order(do="leave")

    def _keep(self, name: str, offset: int, data: bytes) -> None:
        new = data[max(0, self._received[name] - offset) :]
        self._received[name] += len(new)
        sink = self._sinks[name]
        if sink is not None:
            with suppress(BrokenPipeError, ValueError):  # nobody reads it any more
                descriptor = sink if isinstance(sink, int) else sink.fileno()
                while new:
                    new = new[os.write(descriptor, new) :]

    def _give_up(self, error: SutError) -> None:
        """Let it count as killed: the host ends what it cannot report on, or has done so."""
        words = f"{error}\n".encode()
        if self._begun.is_set():
            self._keep("err", self._received["err"], words)
            self._code = _LOST if self._code is None else self._code
        else:
            self._error = error
        self._ended.set()
