"""This machine as a host, and as system under test: controller and SUT in one, the small lab."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from errno import EEXIST
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, Any

from records.errors import SutError
from sut.bench_lock import hold_sut
from sut.collectors.nvml import Gpus, open_gpus
from sut.collectors.temperature import CpuThermometer, Temperatures
from sut.host import Host, Output
from sut.inventory.machine import inventory
from sut.preflight import Check, preflight
from sut.sut import ClockComparison

SAME_HOST = ClockComparison(offset_s=0.0, offset_u_s=0.0, rtt_s=0.0, method="same-host")
"""SUT and controller are one machine and read one clock."""


class LocalProcess:
    """A child of this process (see `sut.host.HostProcess`).

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

    def tell(self, line: str) -> None:
        """Write a line into its tether; nothing happens where the process has ended."""
        if self._popen.stdin is None or self._popen.stdin.closed:
            return
        with suppress(BrokenPipeError):
            self._popen.stdin.write(f"{line}\n".encode())
            self._popen.stdin.flush()

    def poll(self) -> int | None:
        """Return the exit code, ``None`` while it runs."""
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
        """End it and whatever it started in its group; return the exit code."""
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


class LocalHost:
    """This machine (see `sut.host.Host`); it also runs the controller's own processes."""

    def start(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        stdout: Output = subprocess.PIPE,
        stderr: Output = None,
    ) -> LocalProcess:
        """Start a process in a session of its own, so that a Ctrl-C at the console does not reach it."""
        try:
            popen = subprocess.Popen(
                list(argv),
                env={**os.environ, **(env or {})},
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=stderr,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise SutError(
                f"{argv[0]}: expected to start this program, but: {error.strerror} ({error.filename}). "
                f"See whether it is installed and the path is right"
            ) from None
        return LocalProcess(popen)

    def mkdir(self, path: PurePosixPath) -> None:
        """Make a folder and those above it."""
        Path(path).mkdir(parents=True, exist_ok=True)

    def put(self, source: Path, target: PurePosixPath) -> None:
        """Copy a file, unless it is there already under this very name."""
        there = Path(target)
        try:
            if not (there.exists() and there.samefile(source)):
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, there)
        except OSError as error:
            raise SutError(f"{target}: expected to put {source} there, but: {error.strerror}") from None

    def get(self, source: PurePosixPath, target: Path) -> None:
        """Copy what is in a folder, unless the target is that folder."""
        folder = Path(source)
        try:
            if folder != target and not (target.exists() and folder.samefile(target)):
                _copy_into(folder, target)
        except OSError as error:
            raise SutError(
                f"{source}: expected to copy what was recorded there into {target}, but: "
                f"{error.strerror} ({error.filename})"
            ) from None

    def exists(self, path: PurePosixPath) -> bool:
        """Say whether there is a file of this name."""
        return Path(path).is_file()

    def has_folder(self, path: PurePosixPath) -> bool:
        """Say whether there is a folder of this name."""
        return Path(path).is_dir()

    def finds(self, program: str, folder: PurePosixPath, path: str | None = None) -> bool:
        """Say whether a program would be found that is started in a folder."""
        name = str(folder / program) if "/" in program else program
        return shutil.which(name, path=path) is not None

    def boot_id(self) -> str:
        """Return what the kernel calls its present boot."""
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


class LocalSut:
    """This machine as system under test (see `sut.sut.Sut`).

    Args:
        home: folder of the campaign, the controller's own.
        base_dir: folder of ``lab.toml``.
    """

    host: Host

    def __init__(self, home: Path, base_dir: Path) -> None:
        self.host = LocalHost()
        self._home, self._base_dir = home, base_dir
        self._thermometer = CpuThermometer()

    @property
    def home(self) -> PurePosixPath:
        """The campaign's folder: SUT and controller write into one."""
        return PurePosixPath(self._home)

    @property
    def python(self) -> PurePosixPath:
        """The interpreter of the lab itself."""
        return PurePosixPath(sys.executable)

    def installed(self, path: Path) -> PurePosixPath:
        """Return the path: controller and SUT share one installation."""
        return PurePosixPath(path)

    def resolve(self, path: str) -> PurePosixPath:
        """Return a path of ``lab.toml`` seen from its folder."""
        return PurePosixPath((self._base_dir / Path(path).expanduser()).absolute())

    def inventory(self, environments: Mapping[str, PurePosixPath]) -> dict[str, Any]:
        """Return hardware and software of this machine (see `sut.inventory.machine.inventory`)."""
        return inventory(self.host, environments)

    def clock_offset(self) -> ClockComparison:
        """Return no offset: SUT and controller read one clock."""
        return SAME_HOST

    def temperatures(self) -> Temperatures:
        """Read the sensors of this machine."""
        gpu_c = None if self._cards is None else self._cards.temperature_c()
        return Temperatures(self._thermometer.read_c(), gpu_c)

    def load_average(self) -> float:
        """Read the kernel's average over one minute."""
        return os.getloadavg()[0] / (os.cpu_count() or 1)

    def preflight(self) -> list[Check]:
        """Look this machine over; the disk is the one that holds `home`."""
        return preflight(self._home)

    def hold(self, campaign: Path) -> AbstractContextManager[None]:
        """Hold this machine for a campaign."""
        return hold_sut(str(campaign.absolute()))

    def keep_held(self) -> None:
        """Do nothing: a restart of this machine also ends the controller."""

    @cached_property
    def _cards(self) -> Gpus | None:
        """The cards, opened when they are first asked for: NVML costs a driver call."""
        return open_gpus()


def _copy_into(source: Path, target: Path) -> None:
    """Copy what is in a folder into another, without overwriting anything; links are copied as links.

    Raises:
        OSError: it cannot be copied; a ``FileExistsError`` where something of that name is there already.
    """
    for path in sorted(source.iterdir()):
        there = target / path.name
        if path.is_dir() and not path.is_symlink():
            there.mkdir(exist_ok=True)
            _copy_into(path, there)
        elif there.exists() or there.is_symlink():
            raise FileExistsError(EEXIST, "a file of this name is here already", str(there))
        elif path.is_file() or path.is_symlink():  # sockets and pipes hold no record
            shutil.copy2(path, there, follow_symlinks=False)
