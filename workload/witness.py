"""When a program really ended, also where its runner was stopped for a while (SIGSTOP, a debugger).

A stopped runner notices the end of its program only when it continues, and the kernel keeps no time of it.
So a second process waits for that end and nothing else. Linux only, standard library only: it runs on the
system under test.
"""

import contextlib
import select
import subprocess
import sys
from pathlib import Path

from records.parentage import die_with_parent

_PROGRAM = Path(__file__).with_name("end_witness.py")


class EndWitness:
    """A process that waits for the end of another. Made before the run begins, it costs no measured time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            preexec_fn=die_with_parent,  # noqa: PLW1509  (this process has one thread)
        )
        if self._process.stdin is None or self._process.stdout is None:  # as asked for above, they are pipes
            raise OSError("the witness of the run has no pipes")
        self._orders, self._answers = self._process.stdin, self._process.stdout
        self._answers.readline()

    def watch(self, pid: int) -> None:
        """Begin to wait for the end of a child of this process that is not collected before `stamp`."""
        with contextlib.suppress(BrokenPipeError):  # it was killed; `stamp` says that the end is unknown
            self._orders.write(str(pid).encode())

    def stamp(self, patience_s: float) -> tuple[float, float] | None:
        """Return when the process ended, on wall clock and monotonic clock in seconds.

        Args:
            patience_s: how long to wait for the answer, in seconds.

        Returns:
            The two stamps, or ``None`` where the end is not known.
        """
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        answer = self._answers.read(256).split() if poll.poll(patience_s * 1000) else []
        return (float(answer[0]), float(answer[1])) if len(answer) == 2 else None

    def dismiss(self) -> None:
        """End and collect it; until then what it used is not counted among the collected children."""
        self._process.kill()
        self._process.communicate()
