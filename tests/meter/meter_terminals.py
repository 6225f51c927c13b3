"""Pseudo-terminals behind which something answers, pushes, or both, for the tests of the meter room."""

import os
import pty
import select
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Answer = Callable[[bytes], bytes]
"""From what was heard to what is said; ``b""`` is silence."""


@contextmanager
def answering(answer: bytes | Answer = b"", pushed: bytes = b"") -> Iterator[str]:
    """Make a pseudo-terminal with something behind it; yield its path.

    Args:
        answer: said to all that is heard, or what makes it.
        pushed: said again and again without being asked, in pieces of about a tenth of a second at
            9600 bit/s.
    """
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    over = threading.Event()
    said = (lambda heard: answer) if isinstance(answer, bytes) else answer
    thread = threading.Thread(target=_serve, args=(master, said, pushed, over))
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        over.set()
        thread.join()
        os.close(slave)
        os.close(master)


def _serve(master: int, answer: Answer, pushed: bytes, over: threading.Event) -> None:
    pieces = [pushed[start : start + 100] for start in range(0, len(pushed), 100)] or [b""]
    number = 0
    while not over.is_set():
        readable, _, _ = select.select([master], [], [], 0.05)
        answered = answer(os.read(master, 4096)) if readable else b""
        for chunk in (answered, pieces[number % len(pieces)]):
            if chunk:
                try:
                    os.write(master, chunk)
                except BlockingIOError:  # nobody reads: lost, as on a line
                    continue
        number += 1
