"""What killed runners left running: ``python -m workload.leftovers FOLDER`` ends it.

A runner that lives ends all of its workload. One that was killed takes the main process with it, but not
that one's children. Every process of a run inherits ``WATTLAB_RUN_DIR``, by which they are found: those of
the runs below the folder, and those of any run that the system had to adopt.

On standard output stands one JSON object: ``ended``, how many there were; ``alive``, which of them are still
there. Linux only, standard library only: it runs on the system under test.
"""

import argparse
import json
import signal
import time
from pathlib import Path

from workload import processes

_TERM_S = 5.0
_KILL_S = 5.0
_LOOK_EVERY_S = 0.05


def find(folder: Path) -> dict[int, str]:
    """Return ``{process id: run folder}`` of the runs in or below a folder, and of orphans of any run."""
    runs = processes.runs_of_processes()
    return {
        pid: run for pid, run in runs.items() if Path(run).is_relative_to(folder) or _is_orphan(pid, runs)
    }


def end(folder: Path) -> int:
    """End what `find` finds, with SIGTERM, then SIGKILL; return how many processes that were."""
    found = set(find(folder))
    for number, patience_s in ((signal.SIGTERM, _TERM_S), (signal.SIGKILL, _KILL_S)):
        deadline = time.monotonic() + patience_s
        processes.send(sorted(find(folder)), number)
        while (left := find(folder)) and time.monotonic() < deadline:
            found |= set(left)
            time.sleep(_LOOK_EVERY_S)
    return len(found)


def _is_orphan(pid: int, marked: dict[int, str]) -> bool:
    """Say whether the runner above a process is gone; the processes between them also bear the mark."""
    parent = processes.parent_of(pid)
    while parent in marked:
        parent = processes.parent_of(parent)
    return processes.adopts_orphans(parent)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="workload.leftovers", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a run folder, or one that holds run folders")
    folder = parser.parse_args().folder.resolve()
    print(json.dumps({"ended": end(folder), "alive": find(folder)}))


if __name__ == "__main__":
    main()
