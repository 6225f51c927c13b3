"""Asking the SUT to look at the program."""

import json
import tempfile
from pathlib import Path
from uuid import uuid4

from records.documents import build, plain
from records.errors import SutError
from sut.host import ask
from sut.programs.look import Look, Request
from sut.sut import Sut

_TIMEOUT_S = 600.0


def look_on(sut: Sut, request: Request) -> Look:
    """Look at the program by a process on the SUT.

    Args:
        sut: where the program lies.
        request: what to look at.

    Raises:
        SutError: the process cannot be run, or does not answer.
    """
    there = sut.home / f".program-request-{uuid4().hex}.json"  # of a name that no link can have here before
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / there.name
        here.write_text(json.dumps(plain(request)), encoding="utf-8")
        sut.host.put(here, there)
    answer = ask(sut.host, [str(sut.python), "-m", "sut.programs.look", str(there)], _TIMEOUT_S)
    if answer.code != 0:
        found = "no answer" if answer.code is None else f"exit code {answer.code}"
        raise SutError(
            f"expected the SUT to tell about the files of the program, found {found}: {answer.errors}. "
            f"See whether {sut.python} there has Wattlab and its packages"
        )
    look: Look = build(Look, json.loads(answer.output), "the SUT's look at the program")
    return look
