"""A SUT that is this machine seen by another user: other folders, other home, other Python, no way back.

The user ``nobody`` cannot read the folder of the campaign or the checkout, and only the user's processes see
the user's files: they have a mount namespace of their own. So whatever takes a path of the one for a path of
the other fails.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import pathspec
import pynvml

from sut.host import Output
from sut.local import LocalHost, LocalProcess, LocalSut

NOBODY = 65534
_OUR_ROOMS = ("records", "sut", "workload")
_CHECKOUT = Path(__file__).resolve().parents[2]
_SEARCH = "/usr/bin:/usr/local/bin"


_ENTER = """
mount --bind "$1" "$2" && cd "$2" && shift 2 &&
exec setpriv --reuid "$0" --regid "$0" --clear-groups -- "$@"
"""


class OtherUser(LocalHost):
    """This machine as user ``nobody``, whose files lie below one folder.

    Args:
        root: the folder as the user sees it; empty for everybody else.
        files: where its content lies; made over to the user.
    """

    def __init__(self, root: Path, files: Path) -> None:
        self.root, self.files = root, files
        for folder in (root, files):
            folder.mkdir()
        os.chown(files, NOBODY, NOBODY)
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
        enter = ["unshare", "--mount", "sh", "-c", _ENTER, str(NOBODY), str(self.files), str(self.root)]
        popen = subprocess.Popen(
            [*enter, *argv],
            env={**self._env, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            bufsize=0,
            start_new_session=True,
        )
        return LocalProcess(popen)

    def mkdir(self, path: PurePosixPath) -> None:
        """Make a folder that belongs to the user."""
        super().mkdir(PurePosixPath(self.real(path)))
        self._make_over(self.real(path))

    def put(self, source: Path, target: PurePosixPath) -> None:
        """Copy a file, which then belongs to the user."""
        super().put(source, PurePosixPath(self.real(target)))
        self._make_over(self.real(target))

    def get(self, source: PurePosixPath, target: Path) -> None:
        """Copy what is in a folder of the user's."""
        super().get(PurePosixPath(self.real(source)), target)

    def exists(self, path: PurePosixPath) -> bool:
        """Say whether there is a file of this name for the user."""
        return super().exists(PurePosixPath(self.real(path)))

    def has_folder(self, path: PurePosixPath) -> bool:
        """Say whether there is a folder of this name for the user."""
        return super().has_folder(PurePosixPath(self.real(path)))

    def real(self, path: PurePosixPath) -> Path:
        """Return where a file of the user's lies for everybody else."""
        return self.files / path.relative_to(self.root)

    def _make_over(self, path: Path) -> None:
        while path != self.files:
            os.chown(path, NOBODY, NOBODY)
            path = path.parent


class OtherSut(LocalSut):
    """The SUT of that user: a Python of its own with the rooms that run on a SUT, and nothing else of ours.

    Args:
        folder: an empty one that every user can reach.
        interpreter: a Python that the user may run.
    """

    host: OtherUser

    def __init__(self, folder: Path, interpreter: str) -> None:
        root = folder / "sut"
        super().__init__(root / "campaign", root / "base")
        self.host = OtherUser(root, folder / "files")
        packages = _environment(self.host.files / "env", interpreter)
        self._packages = root / packages.relative_to(self.host.files)
        for room in _OUR_ROOMS:
            shutil.copytree(_CHECKOUT / room, packages / room, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(Path(pathspec.__file__).parent, packages / "pathspec")
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
    """Return a Python that ``nobody`` may run, ``None`` where there is none or we may not be that user."""
    if os.geteuid() != 0 or not _may_have_own_view():
        return None
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        found = shutil.which(name, path=_SEARCH)
        if found is not None and _is_new_enough(found):
            return found
    return None


def _may_have_own_view() -> bool:
    tools = all(shutil.which(name, path=_SEARCH) for name in ("unshare", "mount", "setpriv"))
    command = ["unshare", "--mount", "true"]
    return tools and subprocess.run(command, capture_output=True, check=False).returncode == 0


def _is_new_enough(interpreter: str) -> bool:
    code = "import sys, venv; sys.exit(sys.version_info < (3, 11))"
    command = [interpreter, "-c", code]
    return subprocess.run(command, user=NOBODY, cwd="/", capture_output=True, check=False).returncode == 0


def _environment(folder: Path, interpreter: str) -> Path:
    subprocess.run([interpreter, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = (folder / "lib").glob("python3*/site-packages")
    return packages
