"""A collector that is a third-party program: started, listened to line by line, ended.

It writes to a pipe, and we keep its lines. So the first row is known to have come before a run begins, a
full disk ends the collection with a message instead of silently thinning the file, and the program cannot
outlive us: it dies with its parent (prctl(2), PR_SET_PDEATHSIG), and if that were not enough of the broken
pipe.
"""

import os
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, ClassVar

from records.errors import SutError
from records.parentage import die_with_parent

_READ_BYTES = 1 << 16
_SILENCE_LEAST_S = 10.0
_SILENCE_INTERVALS = 5
_PATIENCE_S = 5.0


class ChildCollector(ABC):
    """A running program whose lines are kept.

    Args:
        command: program and arguments.
        path: the file that its rows go into.
        remarks: gets what it writes on standard error; removed where that was nothing.
        interval_s: time between its rows in seconds.

    Class attributes:
        name: as collectors are named.
        try_by_hand: a command that shows what it does.
        without_it: the option that leaves it out.

    Raises:
        SutError: the file of its remarks cannot be opened, or the program cannot be started.
    """

    name: ClassVar[str]
    try_by_hand: ClassVar[str]
    without_it: ClassVar[str]

    def __init__(self, command: list[str], path: Path, remarks: Path, interval_s: float) -> None:
        self.path = path
        self.ready = False
        self._silence_s = max(_SILENCE_LEAST_S, _SILENCE_INTERVALS * interval_s)
        self._rest = b""
        self._remarks = remarks
        self._pipe, childs_end = os.pipe()
        try:
            with open(remarks, "ab") as file:
                self._process = _start(self.name, command, childs_end, file)
        except OSError as error:
            raise SutError(f"{remarks}: cannot be written: {error.strerror}. Free space there") from error
        finally:
            os.close(childs_end)
        self._heard_mono_s = time.monotonic()

    @abstractmethod
    def keep(self, line: str) -> None:
        """Keep a line, and set `ready` once it shows that the program works.

        Raises:
            SutError: the disk did not take it.
        """

    @abstractmethod
    def close_file(self) -> None:
        """Close the file of the rows."""

    @property
    def pid(self) -> int:
        """Process id of the program."""
        return self._process.pid

    def fileno(self) -> int:
        """Return the descriptor to wait on; `receive` when it is readable."""
        return self._pipe

    def receive(self) -> None:
        """Keep what it has written since.

        Raises:
            SutError: it ended by itself, or the disk did not take a line.
        """
        data = os.read(self._pipe, _READ_BYTES)
        if not data:
            raise SutError(self._obituary())
        self._take(data)

    def check_alive(self) -> None:
        """Complain when it has been silent for too long.

        Raises:
            SutError: no row came for ten seconds or five intervals, whichever is longer.
        """
        silent_s = time.monotonic() - self._heard_mono_s
        if silent_s > self._silence_s:
            raise SutError(
                f"{self.name}: expected a row every interval, but none came for {silent_s:.0f} s. "
                f"Try `{self.try_by_hand}` by hand, or record with {self.without_it}"
            )

    def close(self) -> None:
        """End it and wait for it; what it still wrote is kept."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        try:
            while data := os.read(self._pipe, _READ_BYTES):
                self._take(data)
        finally:
            os.close(self._pipe)
            self.close_file()
            if self._remarks.exists() and not self._remarks.stat().st_size:
                self._remarks.unlink()

    def _take(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self.keep(line.decode("utf-8", errors="replace"))
            self._heard_mono_s = time.monotonic()

    def _obituary(self) -> str:
        try:
            code = self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            how = "it closed its output"
        else:
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return (
            f"{self.name}: expected it to record until the end of the run, but it ended by itself ({how}) "
            f"and {self.path} stops there. Run again, or record with {self.without_it}"
        )


def _start(name: str, command: list[str], output: int, remarks: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=remarks,
            process_group=0,  # a Ctrl-C at the terminal is for us; we end it in good order
            preexec_fn=die_with_parent,  # noqa: PLW1509 - this process has no threads
        )
    except OSError as error:
        raise SutError(f"{command[0]}: expected to start {name}, but: {error.strerror}") from None
