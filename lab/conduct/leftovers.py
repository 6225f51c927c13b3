"""Nothing of an earlier run may run during a later one."""

import json
from pathlib import PurePosixPath

from records.errors import SutError
from sut.host import ask
from sut.sut import Sut

_TIMEOUT_S = 60.0


def end_leftovers(sut: Sut, folder: PurePosixPath) -> int:
    """End the processes that killed runners left on the SUT: those of a folder, and orphans of any run.

    Args:
        sut: where to look.
        folder: a run folder there, or one that holds run folders.

    Returns:
        How many processes were ended.

    Raises:
        SutError: one cannot be ended.
    """
    answer = ask(sut.host, [str(sut.python), "-m", "workload.leftovers", str(folder)], _TIMEOUT_S)
    if answer.code != 0:
        raise SutError(f"expected to look for processes of earlier runs on the SUT, but: {answer.errors}")
    found = json.loads(answer.output)
    if found["alive"]:
        named = ", ".join(f"process {pid} of {run}" for pid, run in sorted(found["alive"].items()))
        raise SutError(
            f"expected no process of an earlier run on the SUT, but these still run: {named}. Every later "
            "run would include them: end them (`kill -KILL`), or restart the SUT"
        )
    ended: int = found["ended"]
    return ended
