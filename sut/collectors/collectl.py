"""collectl as a child process: what it says goes into ``collectl.tab`` as it says it.

collectl writes to a pipe, and we append its lines to the file. So the first row is known to have
come before a run begins, a full disk ends the collection with a message instead of silently thinning
the file, and collectl cannot outlive us: it dies with its parent (prctl(2), PR_SET_PDEATHSIG), and
if that were not enough of the broken pipe. What it remarks on standard error, such as a record
that it left out, goes into ``collectl.log`` beside.
"""

import os
import subprocess
import time
from pathlib import Path
from typing import IO

from records.errors import SutError
from records.folders import COLLECTL_LOG
from records.parentage import die_with_parent
from sut.collectors.collectl_tool import collectl_command
from sut.collectors.rows import RowFile

_READ_BYTES = 1 << 16
_SILENCE_LEAST_S = 10.0
_SILENCE_INTERVALS = 5
_PATIENCE_S = 5.0


class Collectl:
    """A running collectl.

    Args:
        program: path of collectl.
        path: the file its output is appended to; its remarks go to ``collectl.log`` beside it.
        interval_s: time between its rows in seconds.

    Raises:
        SutError: the file cannot be opened, or collectl cannot be started.
    """

    name = "collectl"

    def __init__(self, program: str, path: Path, interval_s: float) -> None:
        self._silence_s = max(_SILENCE_LEAST_S, _SILENCE_INTERVALS * interval_s)
        self._rest = b""
        self._file = RowFile(path, header=None)
        self._remarks = path.with_name(COLLECTL_LOG)
        self._pipe, childs_end = os.pipe()
        try:
            with open(self._remarks, "ab") as remarks:
                self._process = _start(collectl_command(program, interval_s), childs_end, remarks)
        except OSError as error:
            raise SutError(
                f"{self._remarks}: cannot be written: {error.strerror}. Free space there"
            ) from error
        finally:
            os.close(childs_end)
        self._heard_mono_s = time.monotonic()
        self.ready = False

    @property
    def pid(self) -> int:
        """Process id of collectl."""
        return self._process.pid

    def fileno(self) -> int:
        """Return the descriptor to wait on; `receive` when it is readable."""
        return self._pipe

    def receive(self) -> None:
        """Append what collectl has written since; it is ready when its first row came.

        Raises:
            SutError: collectl ended by itself, or the disk did not take the line.
        """
        data = os.read(self._pipe, _READ_BYTES)
        if not data:
            raise SutError(self._obituary())
        self._keep(data)

    def check_alive(self) -> None:
        """Complain when collectl has been silent for too long.

        Raises:
            SutError: no row came for ten seconds or five intervals, whichever is longer.
        """
        silent_s = time.monotonic() - self._heard_mono_s
        if silent_s > self._silence_s:
            raise SutError(
                f"collectl: expected a row every interval, but none came for {silent_s:.0f} s. "
                f"Try `collectl -scdmn -i1 -P --utc -om` by hand, or record with --collectl never"
            )

    def close(self) -> None:
        """End collectl and wait for it; what it still said is appended."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        try:
            while data := os.read(self._pipe, _READ_BYTES):
                self._keep(data)
        finally:
            os.close(self._pipe)
            self._file.close()
            if self._remarks.exists() and not self._remarks.stat().st_size:
                self._remarks.unlink()

    def _keep(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._file.append(line.decode("utf-8", errors="replace"))
            self._heard_mono_s = time.monotonic()
            self.ready = self.ready or line[:1].isdigit()

    def _obituary(self) -> str:
        try:
            code = self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            how = "it closed its output"
        else:
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return (
            f"collectl: expected it to record until the end of the run, but it ended by itself ({how}) and "
            f"{self._file.path} stops there. Run again, or record with --collectl never"
        )


def _start(command: list[str], output: int, remarks: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=remarks,
            process_group=0,  # a Ctrl-C at the terminal is for us; we end collectl in good order
            preexec_fn=die_with_parent,  # noqa: PLW1509 - this process has no threads
        )
    except OSError as error:
        raise SutError(f"{command[0]}: expected to start collectl, but: {error.strerror}") from None
