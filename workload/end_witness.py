"""The process that sees a program end, and stamps it: ``end_witness.py``, asked by `workload.witness`.

It reads a process id from standard input, waits for the end of that process and nothing else, and writes
the moment on standard output as two numbers: seconds of the wall clock and of the monotonic clock. If it was
stopped itself when the process ended it writes nothing, because the time would be too late.

Linux only (pidfd_open(2)), standard library only: it runs on the system under test.
"""

import os
import select
import signal
import time


def wait_and_tell() -> None:
    """Say that it is ready, wait for the end of the process that is named, tell when that was."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with the runner, which is its parent
    continued = _readable_when_continued()
    os.write(1, b"ready\n")
    pid = os.read(0, 32)
    stamp = _end_of(int(pid), continued) if pid else ""
    os.write(1, stamp.encode())
    os.close(1)
    os.read(0, 1)


def _end_of(pid: int, continued: int) -> str:
    process = os.pidfd_open(pid)
    poll = select.poll()
    for fd in (continued, process):
        poll.register(fd, select.POLLIN)
    while True:
        ready = {fd for fd, _ in poll.poll()}
        stamp = f"{time.time():.6f} {time.monotonic():.6f}"
        was_stopped = continued in ready or bool(select.select([continued], [], [], 0)[0])
        if process in ready:
            return "" if was_stopped else stamp
        os.read(continued, 4096)


def _readable_when_continued() -> int:
    """Return a descriptor that becomes readable when a stopped process continues."""
    receiving, sending = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(sending, warn_on_full_buffer=False)
    signal.signal(signal.SIGCONT, lambda *_: None)
    return receiving


if __name__ == "__main__":
    wait_and_tell()
