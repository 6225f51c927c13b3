"""Measure speed and memory of `lab smells`, next to ruff and pylint on the same files.

    python -m benchmarks.smells FOLDER [--pylint-files 20] [--pylint PROGRAM]

Each tool runs in a process of its own, on one core; ruff gets one thread. Times are CPU seconds; ratios are
to `lab smells`. pylint is slow and reads every n-th file only. It is no dependency of Wattlab: install it
where you like (python -m venv V; V/bin/pip install pylint) and name it by --pylint V/bin/pylint; else its row
is left out.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from source.files import source_paths

_SMELLS = (
    "import sys; from pathlib import Path; from source.smells.engine import search; "
    "found = search([Path(name) for name in sys.argv[1:]]); print(len(found.smells), found.lines)"
)


def cost(command: list[str]) -> tuple[float, float]:
    """Return CPU seconds and the largest memory (MiB) of a command."""
    pid = os.fork()
    if pid == 0:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.execvpe(command[0], command, os.environ | {"RAYON_NUM_THREADS": "1"})
    _, _, used = os.wait4(pid, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def lines_of(paths: list[Path]) -> int:
    """Return the number of lines of some files."""
    return sum(path.read_bytes().count(b"\n") for path in paths)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pylint-files", type=int, default=20)
    parser.add_argument("--pylint", default="pylint")
    options = parser.parse_args()
    files = list(source_paths([options.folder]))
    tools = {"lab smells": ([sys.executable, "-c", _SMELLS, str(options.folder)], files)}
    ruff = Path(sys.executable).with_name("ruff")
    if ruff.exists():
        command = [
            str(ruff),
            "check",
            "--isolated",
            "--no-cache",
            "--select",
            "E,F,B,PL",
            str(options.folder),
        ]
        tools["ruff"] = (command, files)
    pylint = shutil.which(options.pylint)
    if pylint is None:
        print(f"{options.pylint}: not found, so without the row of pylint (see --help)")
    else:
        some = files[:: max(1, len(files) // options.pylint_files)]
        tools["pylint"] = ([pylint, "--disable=all", "--enable=W,R", *map(str, some)], some)
    speeds = {}
    for name, (command, read) in tools.items():
        seconds, memory_mib = cost(command)
        lines = lines_of(read)
        speeds[name] = lines / seconds
        ratio = speeds[name] / speeds["lab smells"]
        print(
            f"{name:12} {lines:>9} lines {speeds[name]:>10.0f} lines/s x{ratio:<8.3g} {memory_mib:>6.0f} MiB"
        )


if __name__ == "__main__":
    main()
