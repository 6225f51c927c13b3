"""Processes of ours that end when the controller ends.

A child holds the read end of a pipe as its standard input and ends when the pipe closes; so it
ends whether the controller asks for it, dies, or is killed. On its standard output it writes one
JSON object a line, the first of which says ``"ready": true``.
"""

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO, Any

from records.journal_events import Process
from sut.host import Host, HostProcess
from sut.local import LocalHost

_EXPLAINED_BYTES = 4000
_STEP_S = 0.05


class Child:
    """A tethered process whose messages are read as they come.

    Args:
        name: which process it is.
        process: started with its standard output as a pipe.
        errors: the open file that takes its standard error.
    """

    def __init__(self, name: Process, process: HostProcess, errors: IO[bytes]) -> None:
        self.name = name
        self.messages: list[dict[str, Any]] = []
        self.first_line: str | None = None
        self._process = process
        self._errors = errors
        self._last_words = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Process id, for the journal."""
        return self._process.pid

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with stream:
            for line in stream:
                text = line.decode(errors="replace").rstrip("\n")
                self.first_line = self.first_line if self.first_line is not None else text
                try:
                    value = json.loads(text)
                except json.JSONDecodeError:
                    continue
                if isinstance(value, dict):
                    self.messages.append(value)

    def poll(self) -> int | None:
        """Return the exit code, or ``None`` while the process runs."""
        return self._process.poll()

    def tell(self, line: str) -> None:
        """Send it a line; where it has ended, `poll` says so."""
        self._process.tell(line)

    def ready(self) -> dict[str, Any] | None:
        """Return the ready message once it has come."""
        return next((message for message in self.messages if message.get("ready")), None)

    def wait_ready(self, timeout_s: float, error: type[Exception]) -> dict[str, Any]:
        """Wait until the process works, and return its ready message.

        Raises:
            error: it ended, or did not begin to work in time; the message says what it wrote.
        """
        deadline = time.monotonic() + timeout_s
        while (message := self.ready()) is None:
            if self.poll() is not None:
                raise error(self.explain())
            if time.monotonic() > deadline:
                raise error(f"{self.explain()}, but it did not begin to work within {timeout_s:g} s")
            time.sleep(_STEP_S)
        return message

    def last_message(self) -> dict[str, Any]:
        """Return the last thing it said, waiting for its end if it is ending."""
        self._reader.join(timeout=2.0)
        return self.messages[-1] if self.messages else {}

    def stop(self, patience_s: float = 10.0) -> int:
        """Cut its tether and wait for its end; what does not end in time is killed.

        Returns:
            Its exit code; minus the signal's number when a signal ended it.
        """
        code = self._process.end(patience_s)
        self._reader.join(timeout=2.0)
        self._last_words = self._read_errors()
        self._errors.close()
        return code

    def explain(self) -> str:
        """Say how it ended and what it wrote on standard error."""
        code = self.poll()
        words = self._read_errors()
        if code is None:
            ended = "is still running"
        elif code < 0:
            ended = f"was killed by {signal_name(-code)}"
        else:
            ended = f"ended with exit code {code}"
        return f"the {self.name} {ended}" + (f": {words}" if words else "")

    def _read_errors(self) -> str:
        if self._errors.closed:
            return self._last_words
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _EXPLAINED_BYTES))
        return self._errors.read().decode(errors="replace").strip()


def signal_name(number: int) -> str:
    """Return the name of a signal; of the real-time signals only the first and the last have one."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIGRTMIN+{number - signal.SIGRTMIN}" if number > signal.SIGRTMIN else f"signal {number}"


def launch(
    name: Process, argv: Sequence[str], *, host: Host | None = None, env: Mapping[str, str] | None = None
) -> Child:
    """Start a process of ours, on this machine or on the SUT.

    Args:
        name: which process it is.
        argv: program and arguments.
        host: where; on this machine if ``None``.
        env: variables on top of the user's own there.

    Raises:
        SutError: it cannot be started.
    """
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
    process = (host or LocalHost()).start(argv, env=env, stdout=subprocess.PIPE, stderr=errors)
    return Child(name, process, errors)
