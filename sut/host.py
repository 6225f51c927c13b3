"""A machine on which processes are run and to which files are put, however it is reached."""

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from records.errors import SutError

Output = int | IO[bytes] | None
"""Where a stream goes: a file, ``subprocess.PIPE``, ``subprocess.DEVNULL``, or ``None`` to inherit."""


class ProcessLost(SutError):
    """A process was started on a host, and nobody there knows of it any more, as after a restart."""


class HostProcess(Protocol):
    """A process on a host, leader of its own session. It lives no longer than its tether.

    The tether is its standard input: it closes when the controller ends, however that ends. Where a host is
    reached over a network, a lost link does not cut it: the process continues, `poll` and `wait` say that it
    runs, and what it wrote meanwhile comes when the link is back.
    """

    @property
    def pid(self) -> int:
        """Process id on the host; also the id of its session and its process group."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """What it writes, where ``subprocess.PIPE`` was asked for; unbuffered, the caller closes it."""

    def tell(self, line: str) -> None:
        """Write a line into its tether; nothing happens where the process has ended."""

    def poll(self) -> int | None:
        """Return the exit code (minus the signal's number if one ended it), ``None`` while it runs."""

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Wait for its end; return the exit code, or ``None`` when the time is up."""

    def end(self, patience_s: float = 10.0) -> int:
        """End it and whatever it started in its group; return the exit code.

        First the tether is cut, which ends our own processes cleanly; then SIGTERM goes to the
        group, then SIGKILL.

        Args:
            patience_s: how long to wait after each of the first two steps, in seconds.
        """


@dataclass(frozen=True, slots=True)
class Answer:
    """What a short process said.

    Attributes:
        code: its exit code; ``None`` when it did not end in time and was ended.
        output, errors: what it wrote on standard output and standard error.
    """

    code: int | None
    output: str
    errors: str


class Host(Protocol):
    """A machine on which a process can be run, and files be put and got.

    Paths on it are `PurePosixPath`: nobody but the host itself may open them.
    """

    def start(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        stdout: Output = subprocess.PIPE,
        stderr: Output = None,
    ) -> HostProcess:
        """Start a process as leader of a session of its own, with its tether held open.

        Args:
            argv: program and arguments.
            env: variables on top of those that its user has on the host. They never appear in a command
                line, which every user of a machine can read.
            stdout: where its output goes; a pipe by default.
            stderr: where its errors go; ours by default.

        Raises:
            SutError: the program cannot be started.
        """

    def mkdir(self, path: PurePosixPath) -> None:
        """Make a folder and those above it; one that is there already is left alone."""

    def put(self, source: Path, target: PurePosixPath) -> None:
        """Copy a file to the host; the folders above it are made. Nothing is done where both are one file.

        Raises:
            SutError: it cannot be copied.
        """

    def get(self, source: PurePosixPath, target: Path) -> None:
        """Copy what is in a folder of the host into a folder here; links are copied as links.

        Nothing is done where both are one folder, and nothing that is here already is overwritten.

        Raises:
            SutError: it cannot be copied, or something of that name is here already.
        """

    def exists(self, path: PurePosixPath) -> bool:
        """Say whether there is a file of this name."""

    def has_folder(self, path: PurePosixPath) -> bool:
        """Say whether there is a folder of this name."""

    def finds(self, program: str, folder: PurePosixPath, path: str | None = None) -> bool:
        """Say whether a program would be found that is started in a folder.

        Args:
            program: its name, or its path as seen from the folder.
            folder: the working directory.
            path: the variable ``PATH`` to look in; the host's own if ``None``.
        """

    def boot_id(self) -> str:
        """Return what the kernel calls its present boot: another text after each restart.

        Raises:
            SutError: the host cannot be reached.
        """


def ask(host: Host, argv: Sequence[str], timeout_s: float) -> Answer:
    """Run a short process on a host to its end.

    Raises:
        SutError: it cannot be started; `ProcessLost` where the host may have restarted before it said so.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = host.start(argv, stdout=output, stderr=errors)
        code = process.wait(timeout_s)
        process.end()
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode(errors="replace").strip())
        return Answer(code, *texts)
