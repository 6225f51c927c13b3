"""Answer the controller's short questions on the SUT: ``python -m sut.remote.answers FOLDER``, over ssh.

One JSON line asks, one answers. Between them it waits and does nothing, so that it can stay during a run.
Standard library only, except for NVML.
"""

import json
import select
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

import sut
from records.errors import SutError
from sut.inventory.machine import inventory
from sut.local import LocalHost, LocalSut
from sut.remote.deployed import deployed_version

_SILENT_S = 3600.0
"""A controller that is silent for so long has lost its link; it starts another one when it needs it."""


def main() -> None:
    """Answer until standard input ends."""
    folder = Path(sys.argv[1])
    there = LocalSut(folder, folder)
    answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "version": lambda _: {"version": deployed_version(), "packages": str(Path(sut.__file__).parents[1])},
        "temperatures": lambda _: asdict(there.temperatures()),
        "load": lambda _: {"per_cpu": there.load_average()},
        "preflight": lambda _: {"checks": [asdict(check) for check in there.preflight()]},
        "inventory": lambda asked: inventory(
            LocalHost(), {name: PurePosixPath(path) for name, path in asked["environments"].items()}
        ),
    }
    given = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115  (until the end of the process)
    while select.select([given], [], [], _SILENT_S)[0]:
        line = given.readline()
        received_ns = time.time_ns()
        if not line:
            return
        asked = json.loads(line)
        if asked["ask"] == "clock":
            answer: dict[str, Any] = {"received_ns": received_ns, "answered_ns": time.time_ns()}
        else:
            try:
                answer = answers[asked["ask"]](asked)
            except SutError as error:
                answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
