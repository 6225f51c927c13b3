"""What the conductor asks of a system under test, however it is reached."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from sut.clock import ClockComparison
from sut.collectors.temperature import Temperatures

Output = int | IO[bytes] | None
"""Where a stream goes: a file, ``subprocess.PIPE``, ``subprocess.DEVNULL``, or ``None`` to inherit."""


class SutProcess(Protocol):
    """A process on the SUT. It lives no longer than its tether, which is its standard input."""

    @property
    def pid(self) -> int:
        """Process id on the SUT; also the id of its process group."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """What it writes, where ``subprocess.PIPE`` was asked for; unbuffered, the caller closes it."""

    def poll(self) -> int | None:
        """Return the exit code, or ``None`` while it runs."""

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Wait for its end; return the exit code, or ``None`` when the time is up."""

    def end(self, patience_s: float = 10.0) -> int:
        """End it: cut the tether, then SIGTERM, then SIGKILL to its group; return the exit code."""


class Sut(Protocol):
    """The system under test."""

    @property
    def python(self) -> Path:
        """Interpreter that runs our own processes there."""

    def start(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdout: Output = subprocess.PIPE,
        stderr: Output = None,
    ) -> SutProcess:
        """Start a process in a group of its own with its tether held open."""

    def inventory(self, environments: Mapping[str, Path]) -> dict[str, Any]:
        """Return hardware and software of the SUT as JSON types."""

    def clock_offset(self) -> ClockComparison:
        """Compare the SUT's clock with the controller's."""

    def temperatures(self) -> Temperatures:
        """Read how hot the SUT is now, for the stability gate."""
