"""A SUT that is this machine seen by another user: other folders, other home, other Python, no way back.

The user ``nobody`` cannot read the folder of the campaign or the checkout, so whatever takes a path of the
controller for one of the SUT's fails.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import pynvml

from sut.host import Output
from sut.local import LocalHost, LocalProcess, LocalSut

NOBODY = 65534
_OUR_ROOMS = ("records", "sut", "workload")
_CHECKOUT = Path(__file__).resolve().parents[2]
_SEARCH = "/usr/bin:/usr/local/bin"


class OtherUser(LocalHost):
    """This machine as user ``nobody``, whose files lie below one folder.

    Args:
        root: the folder; made over to the user.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        os.chown(root, NOBODY, NOBODY)
        self._env = {"HOME": str(root), "PATH": _SEARCH, "LANG": "C.UTF-8"}

    def start(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        stdout: Output = subprocess.PIPE,
        stderr: Output = None,
    ) -> LocalProcess:
        """Start a process as the user, in the user's home."""
        popen = subprocess.Popen(
            list(argv),
            cwd=self.root,
            env={**self._env, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            bufsize=0,
            start_new_session=True,
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
        )
        return LocalProcess(popen)

    def mkdir(self, path: PurePosixPath) -> None:
        """Make a folder that belongs to the user."""
        super().mkdir(path)
        self._make_over(Path(path))

    def put(self, source: Path, target: PurePosixPath) -> None:
        """Copy a file, which then belongs to the user."""
        super().put(source, target)
        self._make_over(Path(target))

    def _make_over(self, path: Path) -> None:
        while path != self.root:
            os.chown(path, NOBODY, NOBODY)
            path = path.parent


class OtherSut(LocalSut):
    """The SUT of that user: a Python of its own with the rooms that run on a SUT, and nothing else of ours.

    Args:
        root: an empty folder that every user can reach.
        interpreter: a Python that the user may run.
    """

    def __init__(self, root: Path, interpreter: str) -> None:
        super().__init__(root / "campaign", root / "base")
        self.host = OtherUser(root)
        packages = _environment(root / "env", interpreter)
        self._packages = packages
        for room in _OUR_ROOMS:
            shutil.copytree(_CHECKOUT / room, packages / room, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(pynvml.__file__, packages)
        self.host.mkdir(self.home)
        self.host.mkdir(self.resolve("."))

    @property
    def python(self) -> PurePosixPath:
        """The interpreter of the user's environment."""
        return PurePosixPath(self._packages.parents[2] / "bin/python")

    def installed(self, path: Path) -> PurePosixPath:
        """Return where the copy of a file of ours lies."""
        return PurePosixPath(self._packages / path.relative_to(_CHECKOUT))


def interpreter_for_nobody() -> str | None:
    """Return a Python that ``nobody`` may run, ``None`` where there is none or we may not change users."""
    if os.geteuid() != 0:
        return None
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        found = shutil.which(name, path=_SEARCH)
        if found is not None and _is_new_enough(found):
            return found
    return None


def _is_new_enough(interpreter: str) -> bool:
    code = "import sys, venv; sys.exit(sys.version_info < (3, 11))"
    command = [interpreter, "-c", code]
    return subprocess.run(command, user=NOBODY, cwd="/", capture_output=True, check=False).returncode == 0


def _environment(folder: Path, interpreter: str) -> Path:
    subprocess.run([interpreter, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = (folder / "lib").glob("python3*/site-packages")
    return packages
