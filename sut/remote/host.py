"""A host behind ssh: processes, files and folders on it (see `sut.host.Host`)."""

import hashlib
import json
import shlex
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from errno import EEXIST
from pathlib import Path, PurePosixPath
from typing import IO

from records.errors import SutError
from sut.host import Output
from sut.remote.link import Done, Link
from sut.remote.process import RemoteProcess

_KEEPER = Path(__file__).with_name("keeper.py")
_OURS = ".cache/wattlab"
"""Below the home of the user there: the keeper, and a folder for each process that it keeps."""

_SHORT_S = 120.0

_GREET = """
cd && pwd && "$2" -c 'import sys; sys.exit(sys.version_info < (3, 11))' &&
if test -f "$1"; then echo there; fi
"""
_PUT = 'mkdir -p "$(dirname "$1")" && cat > "$1.part" && mv "$1.part" "$1"'
_FINDS = """
cd "$1" && { [ -z "$3" ] || PATH=$3; } && found=$(command -v -- "$2") || exit 1
case $found in */*) [ -x "$found" ] && [ ! -d "$found" ];; esac
"""


class SshHost:
    """A host behind ssh.

    Args:
        name: as ssh takes it: ``user@host``, or a name in the user's ssh configuration.
        python: interpreter there that is there before anything of ours is.
        lost_s: how long what runs there goes on without a link to the controller, in seconds.
    """

    def __init__(self, name: str, python: str = "python3", lost_s: float = 600.0) -> None:
        self.link = Link(name, lost_s)
        self._python = python
        digest = hashlib.sha256(_KEEPER.read_bytes()).hexdigest()[:12]
        self._keeper = f"{_OURS}/keeper-{digest}.py"
        self._user_home: PurePosixPath | None = None

    @property
    def name(self) -> str:
        """Name of the host, as ssh takes it."""
        return self.link.host

    @property
    def user_home(self) -> PurePosixPath:
        """Home folder of the user there; connects, and puts the keeper there where it is missing."""
        if self._user_home is None:
            home, has_keeper = self._greet()
            if not has_keeper:
                self._put_file(_KEEPER, home / self._keeper)
            self._user_home = home
        return self._user_home

    def _greet(self) -> tuple[PurePosixPath, bool]:
        """Return the home folder there, and whether it has the keeper."""
        done = self.link.run(_GREET, self._keeper, self._python)
        home, *more = done.output.decode(errors="replace").splitlines() or [""]
        if not home.startswith("/") or more not in ([], ["there"]):
            raise SutError(
                f"{self.name}: expected nothing but the answer to a command, but the login shell there "
                f"writes {home[:80]!r}. Let its start-up files, such as ~/.bashrc, write only to a terminal"
            )
        if done.code != 0:
            raise SutError(
                f"{self.name}: expected [sut] python = {self._python!r} to be Python 3.11 or newer there, "
                f"but: {done.errors or 'it is older'}. Install one, and name it in [sut] python"
            )
        return PurePosixPath(home), more == ["there"]

    def start(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        stdout: Output = subprocess.PIPE,
        stderr: Output = None,
    ) -> RemoteProcess:
        """Start a process in the user's home, which goes on while the link is down."""
        home = self.user_home
        keeper = f'exec {shlex.quote(self._python)} "{home}/{self._keeper}" "{home}/{_OURS}/kept/$1"'
        return RemoteProcess(self.link, keeper, argv, env or {}, stdout, stderr)

    def end_forsaken(self) -> int:
        """End what controllers left behind here that ended, or that have been silent for a while."""
        home = self.user_home
        words = [self._python, str(home / self._keeper), str(home / _OURS / "kept")]
        done = self.link.run('exec "$1" "$2" --end-forsaken "$3"', *words, timeout_s=_SHORT_S)
        self._checked(done, "expected to look for processes of earlier controllers")
        return int(json.loads(done.output)["ended"])

    def mkdir(self, path: PurePosixPath) -> None:
        """Make a folder and those above it."""
        self._checked(self.link.run('mkdir -p "$1"', str(path)), f"{path}: expected to make this folder")

    def put(self, source: Path, target: PurePosixPath) -> None:
        """Copy a file to the host; the folders above it are made."""
        _ = self.user_home
        self._put_file(source, target)

    def _put_file(self, source: Path, target: PurePosixPath) -> None:
        def opened() -> IO[bytes]:
            try:
                return open(source, "rb")
            except OSError as error:
                raise SutError(f"{target}: expected to put {source} there, but: {error.strerror}") from None

        self._checked(
            self.link.run(_PUT, str(target), given=opened), f"{target}: expected to put {source} there"
        )

    def get(self, source: PurePosixPath, target: Path) -> None:
        """Copy what is in a folder of the host into a folder here; nothing is overwritten."""
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile() as archive:
            done = self.link.run('tar -C "$1" -cf - .', str(source), taken=archive)
            self._checked(done, f"{source}: expected to fetch what was recorded there")
            archive.seek(0)
            try:
                with tarfile.open(fileobj=archive, mode="r:") as tar:
                    tar.extractall(target, filter=_new)
            except (OSError, tarfile.TarError) as error:
                raise SutError(
                    f"{source}: expected to copy what was recorded there into {target}, but: {error}"
                ) from None

    def exists(self, path: PurePosixPath) -> bool:
        """Say whether there is a file of this name."""
        return self.link.run('test -f "$1"', str(path)).code == 0

    def has_folder(self, path: PurePosixPath) -> bool:
        """Say whether there is a folder of this name."""
        return self.link.run('test -d "$1"', str(path)).code == 0

    def finds(self, program: str, folder: PurePosixPath, path: str | None = None) -> bool:
        """Say whether a program would be found that is started in a folder."""
        return self.link.run(_FINDS, str(folder), program, path or "").code == 0

    def boot_id(self) -> str:
        """Return what the kernel calls its present boot."""
        done = self.link.run("cat /proc/sys/kernel/random/boot_id")
        self._checked(done, f"{self.name}: expected the id of its boot")
        return done.output.decode().strip()

    def _checked(self, done: Done, expected: str) -> None:
        if done.code != 0:
            raise SutError(f"{expected} on {self.name}, but: {done.errors or f'exit code {done.code}'}")


def _new(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Take files, folders and links as files of ours, and nothing that would lie outside of the folder.

    Raises:
        FileExistsError: a file of this name is here already.
        tarfile.FilterError: it would lie outside.
    """
    there = Path(folder, member.name)
    if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        return None  # sockets and pipes hold no record
    if member.isdir() and there.is_dir():
        return None
    if there.exists() or there.is_symlink():
        raise FileExistsError(EEXIST, "a file of this name is here already", str(there))
    return tarfile.tar_filter(member.replace(uid=None, gid=None, uname=None, gname=None), folder)  # type: ignore[arg-type]
