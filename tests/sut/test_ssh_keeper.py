"""The keeper of a process, without ssh: links that end at awkward moments."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sut.remote import keeper

WAITS = "import sys; sys.stdin.read()"

Wait = Callable[[Callable[[], object], str], None]


class Controller:
    """A link to the keeper of a folder; the first one starts it."""

    def __init__(self, folder: Path, argv: list[str] | None = None) -> None:
        command = [sys.executable, keeper.__file__, str(folder)]
        self.relay = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        order = {"do": "open", "new": argv is not None, "argv": argv, "env": {}, "lost_s": 60}
        self.send({**order, "out": 0, "err": 0})

    def send(self, message: dict[str, object]) -> None:
        assert self.relay.stdin is not None
        self.relay.stdin.write(json.dumps(message).encode() + b"\n")

    def next(self) -> dict[str, object]:
        assert self.relay.stdout is not None
        message: dict[str, object] = json.loads(self.relay.stdout.readline())
        return message

    def end(self) -> None:
        self.relay.kill()
        self.relay.communicate()


def stat_of(pid: int) -> list[str]:
    """Return state, parent and more of a process."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def test_a_link_that_ends_while_the_process_writes_costs_nothing(tmp_path: Path, wait_until: Wait) -> None:
    folder = tmp_path / "kept"
    first = Controller(folder, [sys.executable, "-c", WAITS])
    pid = first.next()["pid"]
    assert isinstance(pid, int)
    kept_by = int(stat_of(pid)[1])
    wait_until(lambda: stat_of(kept_by)[0] == "S", "the keeper to have nothing to do")
    os.kill(kept_by, signal.SIGSTOP)  # so that it finds all of what follows at one time
    wait_until(lambda: stat_of(kept_by)[0] == "T", "the stop of the keeper")
    with open(f"/proc/{pid}/fd/1", "wb", buffering=0) as output:
        output.write(b"tulip\n")
    first.end()
    os.kill(kept_by, signal.SIGCONT)
    second = Controller(folder)
    assert second.next() == {"pid": pid}
    assert second.next() == {"out": 0, "data": "dHVsaXAK"}
    assert second.next() == {"obeyed": 0}
    second.send({"n": 1, "do": "leave"})
    second.relay.communicate()
    wait_until(lambda: not folder.exists(), "the end of the keeper")


def test_only_its_user_reaches_what_a_keeper_keeps(tmp_path: Path, wait_until: Wait) -> None:
    folder = tmp_path / "kept"
    first = Controller(folder, [sys.executable, "-c", WAITS])
    assert first.next()["pid"]
    assert folder.stat().st_mode & 0o777 == 0o700
    first.send({"do": "gone"})
    wait_until(lambda: not folder.exists(), "the end of the keeper")
    first.end()
