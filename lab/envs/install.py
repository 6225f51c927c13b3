"""Building an environment of the catalogue from its pins.

Scripts in a virtual environment hold its path, so that one cannot be built elsewhere and moved. It is
built in its place and marked when complete; the one that was there before is put aside meanwhile and
comes back if the new one fails.
"""

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from lab.envs import building
from lab.envs.catalogue import Environment
from lab.envs.places import interpreter_in
from lab.envs.state import Built, State, folder_of, running_python, state_of, write_mark
from records.errors import SutError

_MIB = 1 << 20
_LAST_LINES = 6
_OFFLINE = (
    "name resolution",
    "failed to establish a new connection",
    "newconnectionerror",
    "dns error",
    "connection refused",
    "network is unreachable",
    "timed out",
    "from versions: none",
)
"""What pip and uv say where the package index cannot be reached, in small letters."""


class InstallationError(SutError):
    """An environment cannot be built on this machine."""


def install(environment: Environment, tell: Callable[[str], None]) -> State:
    """Build an environment where it is missing, unfinished or stale.

    Args:
        environment: of the catalogue.
        tell: gets a line at each step.

    Returns:
        The state in which it was found.

    Raises:
        InstallationError: it cannot be built; what was there before is there again.
    """
    if obstacle := environment.obstacle():
        raise InstallationError(f"environment {environment.name!r} cannot be built: {obstacle}")
    folder = folder_of(environment)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder, environment, tell):
        aside = _recover(folder)
        found = state_of(environment)
        if found is State.READY:
            return found
        if folder.exists():
            folder.rename(aside)
        try:
            built = _build(environment, folder, tell)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            if aside.exists():
                aside.rename(folder)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    tell(f"{environment.name}: ready after {built.seconds:.0f} s, {built.size_mib} MiB in {folder}")
    return found


def remove(environment: Environment, tell: Callable[[str], None]) -> bool:
    """Delete an environment; say whether there was one."""
    folder = folder_of(environment)
    if not folder.exists():
        return False
    with _alone(folder, environment, tell):
        shutil.rmtree(folder)
    return True


@contextmanager
def _alone(folder: Path, environment: Environment, tell: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other process builds this environment."""
    with open(folder.with_name(f".{folder.name}.lock"), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"{environment.name}: another process builds it; waiting")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _recover(folder: Path) -> Path:
    """Bring back what a build that was killed had put aside; return the place for putting aside."""
    aside = folder.with_name(f".{folder.name}.before")
    if aside.exists():
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    return aside


def _build(environment: Environment, folder: Path, tell: Callable[[str], None]) -> Built:
    builder = building.builder_name()
    began = time.monotonic()
    count = len(environment.pins())
    tell(f"{environment.name}: {count} packages for {environment.purpose}, with {builder}")

    def tell_of(line: str) -> None:
        tell(f"{environment.name}: {line}")

    try:
        building.build(folder, ["--requirement", str(environment.pins_file())], tell_of)
        tell_of(f"importing {environment.module}")
        building.run([str(interpreter_in(folder)), "-c", f"import {environment.module}"], tell_of)
    except building.BuildFailed as failure:
        raise _failure(environment, failure) from None
    built = Built(
        environment.digest(), running_python(), builder, round(time.monotonic() - began, 1), _size_mib(folder)
    )
    write_mark(folder, built)
    return built


def _failure(environment: Environment, failure: building.BuildFailed) -> InstallationError:
    again = f"`lab envs install {environment.name}`"
    if any(words in line.lower() for line in failure.lines for words in _OFFLINE):
        reason, fix = (
            "the package index cannot be reached",
            f"Check network and proxy, then run {again} again",
        )
    else:
        reason = f"{' '.join(map(quote, failure.command[:4]))} ... ended with {failure.code}"
        fix = f"Remove the cause, then run {again} again"
    last = "\n".join(f"    {line}" for line in failure.lines[-_LAST_LINES:])
    return InstallationError(
        f"environment {environment.name!r} was not built: {reason}. {fix}. It said:\n{last}"
    )


def _size_mib(folder: Path) -> int:
    return round(sum(path.lstat().st_size for path in folder.rglob("*")) / _MIB)
