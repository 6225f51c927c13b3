"""Holding a SUT behind ssh for one campaign, also over a restart of it (see `sut.bench_lock`)."""

import os
import platform
import tempfile
from pathlib import Path, PurePosixPath

from records.errors import SutError
from sut.bench_lock import HELD
from sut.remote.host import SshHost
from sut.remote.process import RemoteProcess


class Hold:
    """The process on the SUT that holds it.

    Args:
        host: of the SUT.
    """

    def __init__(self, host: SshHost) -> None:
        self._host = host
        self._process: RemoteProcess | None = None
        self._command: list[str] = []
        self._boot_id = ""

    def take(self, python: PurePosixPath, campaign: Path) -> None:
        """Hold the SUT for a campaign.

        Args:
            python: interpreter of our environment there.
            campaign: its folder here, named to whoever asks meanwhile.

        Raises:
            SutError: another campaign holds it.
        """
        self._command = [str(python), "-m", "sut.bench_lock", f"{platform.node()}:{campaign.absolute()}"]
        self._start()

    def keep(self) -> None:
        """Hold it again where the process that did was killed, or ended with an earlier boot.

        Raises:
            SutError: another campaign holds it by now.
        """
        ended = self._process is not None and self._process.poll() is not None
        if self._command and (ended or self._host.boot_id() != self._boot_id):
            self._start()

    def release(self) -> None:
        """Let go of it."""
        self._command = []
        if self._process is not None:
            self._process.end()
        self._process = None

    def _start(self) -> None:
        self._boot_id = self._host.boot_id()
        with tempfile.TemporaryFile() as errors:
            process = self._host.start(self._command, stderr=errors)
            with process.stdout or open(os.devnull, "rb") as output:
                if output.readline().decode().strip() == HELD:
                    self._process = process
                    return
            process.end()
            errors.seek(0)
            raise SutError(f"{self._host.name}: {errors.read().decode(errors='replace').strip()}")
