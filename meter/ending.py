"""How a process of the lab learns that it shall end: a signal, or its standard input closing."""

import os
import select
import signal
import sys
from types import FrameType


class Ending:
    """Watch for SIGTERM and SIGINT, and for the end of standard input where asked.

    Args:
        until_stdin_closes: whether end of file on standard input (the controller died, or asks
            so) ends this process too.
    """

    def __init__(self, until_stdin_closes: bool) -> None:
        self._reached = False
        self._stdin = sys.stdin.fileno() if until_stdin_closes else None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._reached = True

    def reached(self) -> bool:
        """Tell, without waiting, whether it is time to end."""
        if not self._reached and self._stdin is not None:
            readable, _, _ = select.select([self._stdin], [], [], 0)
            if readable and not os.read(self._stdin, 4096):
                self._reached = True
        return self._reached
