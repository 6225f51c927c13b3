"""Making a virtual environment and filling it, with uv where it is installed and pip otherwise.

Standard library only: the Makefile builds the lab's own environment with it, before there is one::

    python3 -m lab.envs.building FOLDER REQUIREMENT...
"""

import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

_SHOW_EVERY_S = 5.0
_SHOWN_CHARACTERS = 70
_PACKAGE = re.compile(r"(?:Collecting|Requirement already satisfied:|\+) ?(\S+)")
"""Lines of which pip and uv print one a package."""

_REPLACING = (
    "Attempting uninstall",
    "Found existing installation",
    "Uninstalling",
    "Successfully uninstalled",
)
"""Lines of pip about the setuptools of a new environment, after which it says nothing for a long time."""


class BuildFailed(Exception):
    """A command of a build did not end with 0.

    Attributes:
        command: as it was run.
        code: its exit code.
        lines: what it printed.
    """

    def __init__(self, command: Sequence[str], code: int, lines: Sequence[str]) -> None:
        super().__init__(f"{' '.join(command)} ended with {code}")
        self.command, self.code, self.lines = command, code, lines


def builder_name() -> str:
    """Return what builds environments here: ``uv`` or ``pip``."""
    return "uv" if shutil.which("uv") else "pip"


def build(folder: Path, requirements: Sequence[str], tell: Callable[[str], None]) -> None:
    """Make a virtual environment for the running Python, or take the one that is there, and install into it.

    Both builders keep what they download, so that nothing is fetched twice by one user.

    Args:
        folder: of the environment.
        requirements: arguments that `pip install` and `uv pip install` understand.
        tell: gets a line every few seconds.

    Raises:
        BuildFailed: a command failed.
    """
    python = str(folder / "bin" / "python")
    uv = shutil.which("uv")
    if uv is not None:
        commands = [
            [uv, "venv", "--allow-existing", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "--compile-bytecode", "--python", python, *requirements],
        ]
    else:
        pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
        commands = [[sys.executable, "-m", "venv", str(folder)], [*pip, *requirements]]
    for command in commands:
        run(command, tell)


def run(command: Sequence[str], tell: Callable[[str], None], every_s: float = _SHOW_EVERY_S) -> None:
    """Run a command of a build; tell every few seconds how far it is, also while it prints nothing.

    Raises:
        BuildFailed: it did not end with 0.
    """
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
        assert process.stdout is not None
        lines = list(_shown(_timed(process.stdout, every_s), tell, every_s))
    if process.returncode != 0:
        raise BuildFailed(command, process.returncode, lines)


def _timed(stream: Iterable[str], every_s: float) -> Iterator[str | None]:
    """Yield lines as they come, and ``None`` whenever none has come for some seconds."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    ended = threading.Event()

    def read() -> None:
        for line in stream:
            lines.put(line)
        ended.set()
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=every_s)
        except queue.Empty:
            yield None
            continue
        if line is None and ended.is_set():
            return
        yield line


def _shown(lines: Iterable[str | None], tell: Callable[[str], None], every_s: float) -> Iterator[str]:
    """Pass lines on; every few seconds tell how many packages were looked at, and the last line."""
    began = shown = time.monotonic()
    packages: set[str] = set()
    last = ""
    for line in lines:
        if line is not None:
            text = line.strip()
            if found := _PACKAGE.match(text):
                packages.add(found[1])
            if not text.startswith(_REPLACING):
                last = text
            yield text
        now = time.monotonic()
        if now - shown >= every_s:
            shown = now
            count = f", {len(packages)} packages" if packages else ""
            tell(f"{now - began:3.0f} s{count}: {last[:_SHOWN_CHARACTERS]}".removesuffix(": "))


def main() -> int:
    """Build the environment that the command line names; say how far it is, and why it failed."""
    folder, *requirements = sys.argv[1:]
    print(f"building {folder} with {builder_name()}", flush=True)
    try:
        build(Path(folder), requirements, lambda line: print(f"{folder}: {line}", flush=True))
    except BuildFailed as failure:
        print("\n".join([*failure.lines[-10:], str(failure)]), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
