"""The way of a program's calls to the stability gate, which is the controller's.

A program whose calls are recorded with a gate asks before each outermost call, through a pipe that it
inherits: ``gate SITE``. The runner passes the question on as a message, and the answer, a line ``gate open``
or ``gate timeout`` on its standard input, back as ``open`` or ``timeout``. Standard library only.
"""

import os
import time
from collections.abc import Callable
from typing import Any

from records.stop_signal import StopSignal

VARIABLE = "WATTLAB_GATE_FD"
"""Variable of the program: descriptors to read answers from and to write questions to, ``R,W``."""

_READ_BYTES = 4096
_ANSWER = b"gate "


class CallGate:
    """Questions and answers of one program.

    Args:
        stop: what hears the controller.
        ask: passes a message on to the controller.

    Attributes:
        programs_ends: descriptors that the program inherits.
    """

    def __init__(self, stop: StopSignal, ask: Callable[[dict[str, Any]], None]) -> None:
        self._waited_s = 0.0
        self._stop, self._ask = stop, ask
        self._questions, question = os.pipe2(os.O_CLOEXEC)
        answer, self._answers = os.pipe2(os.O_CLOEXEC)
        self.programs_ends = (answer, question)
        self._rest = b""
        self._asked_mono_s: float | None = None
        self._heard = len(stop.heard)
        os.set_blocking(self._questions, False)
        stop.watch(self._questions, self._receive)

    @property
    def waited_s(self) -> float:
        """For how long the program has waited in all; the limit of a run is longer by that."""
        since_s = self._asked_mono_s
        return self._waited_s + (0.0 if since_s is None else time.monotonic() - since_s)

    @property
    def variable(self) -> dict[str, str]:
        """What the program finds in its environment."""
        return {VARIABLE: "{},{}".format(*self.programs_ends)}

    def hand_over(self) -> None:
        """Close our copies of the program's ends, once the program has been started."""
        for descriptor in self.programs_ends:
            os.close(descriptor)

    def answer(self) -> None:
        """Pass on the answers that the controller has given since the last call."""
        heard = self._stop.heard[self._heard :]
        whole = heard[: heard.rfind(b"\n") + 1]
        self._heard += len(whole)
        for line in whole.splitlines(keepends=True):
            if line.startswith(_ANSWER) and self._asked_mono_s is not None:
                self._waited_s, self._asked_mono_s = self.waited_s, None
                try:
                    os.write(self._answers, line.removeprefix(_ANSWER))
                except BrokenPipeError:  # the program has ended
                    return

    def close(self) -> None:
        """Close our ends."""
        os.close(self._questions)
        os.close(self._answers)

    def _receive(self) -> bool:
        try:
            data = os.read(self._questions, _READ_BYTES)
        except BlockingIOError:
            return True
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            word, _, site = line.partition(b" ")
            if word == b"gate":
                self._asked_mono_s = time.monotonic()
                self._ask({"gate": int(site) if site.isdigit() else None})
        return bool(data)
