"""How a process of the lab learns that it shall end: a signal, or its standard input closing.

Standard library only: it also runs on the SUT.
"""

import os
import select
import signal
import time
from collections.abc import Callable

_STDIN = 0
_LONGEST_MS = 2**31 - 1  # of poll(2)


class StopSignal:
    """Watch for SIGTERM, SIGINT and SIGHUP, and for the end of standard input where asked.

    Args:
        until_stdin_closes: whether end of file on standard input (the controller died, or asks
            so) also ends this process.
        wake_on: further signals that end a wait without asking to stop, such as SIGCHLD.

    Attributes:
        asked: whether a signal came, or an end of standard input was seen by `wait`.
        heard: what came on standard input and was seen by `wait`.
        descriptors: one of them is readable when something came that `wait` will look at.
    """

    def __init__(self, until_stdin_closes: bool, wake_on: tuple[signal.Signals, ...] = ()) -> None:
        self.asked = False
        self.heard = b""
        # Python writes the number of each signal that comes into this pipe, so that a poll ends.
        reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for number in wake_on:
            signal.signal(number, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._ask)
        self.descriptors = (reading, _STDIN) if until_stdin_closes else (reading,)
        self._receivers: dict[int, Callable[[], bool]] = {}
        self._poll = select.poll()
        for descriptor in self.descriptors:
            self._poll.register(descriptor, select.POLLIN)

    def watch(self, descriptor: int, receive: Callable[[], bool]) -> None:
        """Let a wait also end when something came on a descriptor, and take it.

        Args:
            descriptor: to be read.
            receive: takes what came; says whether more may come.
        """
        self._receivers[descriptor] = receive
        self._poll.register(descriptor, select.POLLIN)

    def wait(self, until_mono_s: float) -> None:
        """Return at the given monotonic time, or earlier when something happened."""
        timeout_ms = max(0.0, until_mono_s - time.monotonic()) * 1000 + 1
        self._take(min(timeout_ms, _LONGEST_MS))

    def now(self) -> bool:
        """Tell, without waiting, whether it is time to end."""
        self._take(0)
        return self.asked

    def _ask(self, *_: object) -> None:
        self.asked = True

    def _take(self, timeout_ms: float) -> None:
        for descriptor, _ in self._poll.poll(timeout_ms):
            receive = self._receivers.get(descriptor)
            if receive is not None:
                if not receive():
                    self._poll.unregister(descriptor)
                continue
            received = os.read(descriptor, 4096)
            if not received:  # only standard input can end
                self.asked = True
                self._poll.unregister(descriptor)
            elif descriptor == _STDIN:
                self.heard += received
