"""A second process that sees a program end, and stamps it.

A runner that is stopped for a while (SIGSTOP, a debugger) notices the end of its program only when it goes
on, and the kernel keeps no time of it. So a fork of the runner waits for that end and nothing else. If it
was stopped itself when the program ended it says nothing rather than a time that is too late.

Linux only (pidfd_open(2), prctl(2)), standard library only: it runs on the system under test.
"""

import json
import os
import select
import signal
import time
from typing import TYPE_CHECKING, NamedTuple

if __package__ or TYPE_CHECKING:
    from workload import processes
else:  # beside the runner as a plain script
    import processes


class Stamp(NamedTuple):
    """A moment on the wall clock and on the monotonic clock, in seconds."""

    t_utc_s: float
    t_mono_s: float


class EndWitness:
    """A process that waits for the end of another. Make it first, so that the fork costs no measured time."""

    def __init__(self) -> None:
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(self._orders)
                os.close(self._answers)
                _wait_and_tell(orders, answers)
            finally:
                os._exit(0)
        os.close(orders)
        os.close(answers)

    def watch(self, pid: int) -> None:
        """Begin to wait for the end of a child of this process that is not collected before `stamp`."""
        os.write(self._orders, str(pid).encode())

    def stamp(self, patience_s: float) -> Stamp | None:
        """Return when the process ended, ``None`` where that is not known.

        Args:
            patience_s: how long to wait for the answer, in seconds.
        """
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        answer = os.read(self._answers, 256) if poll.poll(patience_s * 1000) else b""
        return Stamp(*json.loads(answer)) if answer else None

    def dismiss(self) -> None:
        """End and collect it; until then its use of memory is not among that of the collected children."""
        os.close(self._orders)
        os.close(self._answers)
        processes.send([self._pid], signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _wait_and_tell(orders: int, answers: int) -> None:
    processes.die_with_parent()
    os.close(0)  # tether and messages are the runner's own
    os.close(1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    continued = _readable_when_continued()
    pid = os.read(orders, 32)
    stamp = _end_of(int(pid), continued) if pid else None
    if stamp is not None:
        os.write(answers, json.dumps(stamp).encode())
    os.close(answers)
    os.read(orders, 1)


def _end_of(pid: int, continued: int) -> Stamp | None:
    poll = select.poll()
    poll.register(continued, select.POLLIN)
    process = os.pidfd_open(pid)
    poll.register(process, select.POLLIN)
    while True:
        ready = {fd for fd, _ in poll.poll()}
        stamp = Stamp(round(time.time(), 6), round(time.monotonic(), 6))
        was_stopped = continued in ready or bool(select.select([continued], [], [], 0)[0])
        if process in ready:
            return None if was_stopped else stamp
        os.read(continued, 4096)


def _readable_when_continued() -> int:
    """Return a descriptor that becomes readable when a stopped process goes on."""
    receiving, sending = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(sending, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGCONT, lambda *_: None)
    return receiving
