"""The SUT that is this machine: controller and SUT in one, the small lab."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from records.errors import SutError
from sut.clock import SAME_HOST, ClockComparison
from sut.collectors.nvml import Gpus, open_gpus
from sut.collectors.temperature import CpuThermometer, Temperatures
from sut.inventory.machine import inventory
from sut.sut import Output


class LocalProcess:
    """A child of this process, leader of its own group, tethered by its standard input.

    Args:
        popen: the started child; its ``stdin`` is a pipe.
    """

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self._popen = popen

    @property
    def pid(self) -> int:
        """Process id, and id of the process group."""
        return self._popen.pid

    @property
    def stdout(self) -> IO[bytes] | None:
        """What it writes, where ``subprocess.PIPE`` was asked for; unbuffered, the caller closes it."""
        return self._popen.stdout

    def poll(self) -> int | None:
        """Return the exit code (minus the signal's number if one ended it), ``None`` while it runs."""
        code = self._popen.poll()
        if code is not None:
            self._cut_tether()
        return code

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Wait for its end; return the exit code, or ``None`` when the time is up."""
        try:
            code = self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        self._cut_tether()
        return code

    def end(self, patience_s: float = 10.0) -> int:
        """End it and whatever it started in its group; return the exit code.

        First the tether is cut, which ends our own processes in good order; then SIGTERM goes to the
        group, then SIGKILL.

        Args:
            patience_s: how long to wait after each of the first two steps, in seconds.
        """
        self._cut_tether()
        code = self.wait(patience_s)
        if code is None:
            self._signal_group(signal.SIGTERM)
            code = self.wait(patience_s)
        self._signal_group(signal.SIGKILL)  # also what an ended leader left behind in its group
        return self._popen.wait() if code is None else code

    def _cut_tether(self) -> None:
        if self._popen.stdin is not None:
            self._popen.stdin.close()

    def _signal_group(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._popen.pid, number)
        except ProcessLookupError:  # the whole group has ended
            return


class LocalSut:
    """This machine as system under test (see `sut.sut.Sut`)."""

    def __init__(self) -> None:
        self._thermometer = CpuThermometer()

    @property
    def python(self) -> Path:
        """The interpreter of the lab itself."""
        return Path(sys.executable)

    def start(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdout: Output = subprocess.PIPE,
        stderr: Output = None,
    ) -> LocalProcess:
        """Start a process in a group of its own, so that a Ctrl-C at the console does not reach it.

        Args:
            argv: program and arguments.
            cwd: its working directory; ours if ``None``.
            env: its whole environment; ours if ``None``.
            stdout: where its output goes; a pipe by default.
            stderr: where its errors go; ours by default.

        Raises:
            SutError: the program cannot be started.
        """
        try:
            popen = subprocess.Popen(
                list(argv),
                cwd=cwd,
                env=None if env is None else dict(env),
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=stderr,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise SutError(
                f"{argv[0]}: expected to start it on the SUT, but: {error.strerror} ({error.filename}). "
                f"See whether the program is installed and the path is right"
            ) from None
        return LocalProcess(popen)

    def inventory(self, environments: Mapping[str, Path]) -> dict[str, Any]:
        """Return hardware and software of this machine (see `sut.inventory.machine.inventory`)."""
        return inventory(environments)

    def clock_offset(self) -> ClockComparison:
        """Return no offset: SUT and controller read one clock."""
        return SAME_HOST

    def temperatures(self) -> Temperatures:
        """Read the sensors of this machine."""
        gpu_c = None if self._cards is None else self._cards.temperature_c()
        return Temperatures(self._thermometer.read_c(), gpu_c)

    @cached_property
    def _cards(self) -> Gpus | None:
        """The cards, opened when they are first asked for: NVML costs a driver call."""
        return open_gpus()
