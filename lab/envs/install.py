"""Building an environment from its pins, with uv where it is installed and pip otherwise.

Scripts in a virtual environment hold its path, so that one cannot be built elsewhere and moved. It is
built in its place and marked when complete; the one that was there before is put aside meanwhile and
comes back if the new one fails.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from lab.envs.catalogue import Environment
from lab.envs.places import interpreter_in
from lab.envs.state import Built, State, folder_of, running_python, state_of, write_mark
from records.errors import SutError

_MIB = 1 << 20
_LAST_LINES = 6
_SHOW_EVERY_S = 5.0
_SHOWN_CHARACTERS = 100
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
    uv = shutil.which("uv")
    builder = "uv" if uv else "pip"
    python = interpreter_in(folder)
    began = time.monotonic()
    tell(f"{environment.name}: {len(environment.pins())} packages for {environment.purpose}, with {builder}")
    for command in _commands(uv, folder, environment.pins_file()):
        _run(environment, command, tell)
    tell(f"{environment.name}: importing {environment.module}")
    _run(environment, [str(python), "-c", f"import {environment.module}"], tell)
    built = Built(
        environment.digest(), running_python(), builder, round(time.monotonic() - began, 1), _size_mib(folder)
    )
    write_mark(folder, built)
    return built


def _commands(uv: str | None, folder: Path, pins: Path) -> list[list[str]]:
    python = str(interpreter_in(folder))
    if uv is not None:
        install = [uv, "pip", "install", "--compile-bytecode", "--python", python, "--requirement", str(pins)]
        return [[uv, "venv", "--python", sys.executable, str(folder)], install]
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
    return [[sys.executable, "-m", "venv", str(folder)], [*pip, "--requirement", str(pins)]]


def _run(environment: Environment, command: Sequence[str], tell: Callable[[str], None]) -> None:
    variables = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    with subprocess.Popen(
        command,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        lines = list(_shown(process.stdout or (), lambda line: tell(f"{environment.name}: {line}")))
    if process.returncode != 0:
        raise _failure(environment, command, process.returncode, lines)


def _shown(lines: Iterable[str], tell: Callable[[str], None]) -> Iterator[str]:
    """Pass lines on; show one of them every few seconds."""
    shown = time.monotonic()
    for line in map(str.strip, lines):
        yield line
        if time.monotonic() - shown > _SHOW_EVERY_S:
            shown = time.monotonic()
            tell(line[:_SHOWN_CHARACTERS])


def _failure(
    environment: Environment, command: Sequence[str], code: int, lines: Sequence[str]
) -> InstallationError:
    again = f"`lab envs install {environment.name}`"
    if any(words in line.lower() for line in lines for words in _OFFLINE):
        reason, fix = (
            "the package index cannot be reached",
            f"Check network and proxy, then run {again} again",
        )
    else:
        reason = f"{' '.join(map(quote, command[:4]))} ... ended with {code}"
        fix = f"Remove the cause, then run {again} again"
    last = "\n".join(f"    {line}" for line in lines[-_LAST_LINES:])
    return InstallationError(
        f"environment {environment.name!r} was not built: {reason}. {fix}. It said:\n{last}"
    )


def _size_mib(folder: Path) -> int:
    return round(sum(path.lstat().st_size for path in folder.rglob("*")) / _MIB)
