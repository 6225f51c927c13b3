"""The controller's side of `sut.remote.answers`: questions to the SUT, and its clock."""

import json
import select
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from math import sqrt
from pathlib import PurePosixPath
from typing import IO, Any

from records.errors import SutError
from sut.remote.link import SSH_FAILED, Link, is_for_good
from sut.sut import ClockComparison

_EXCHANGES = 16
_PAUSE_S = 0.01
_NS = 1e-9
_TRY_AGAIN_S = 1.0
_ENDS_S = 2.0
"""How long ssh may take to end after its output has."""


class Answers:
    """A process on the SUT that answers; it is started when it is first asked, and again after a lost link.

    Args:
        link: to the SUT.
        python: returns the interpreter of our environment there.
        folder: of our files there.
    """

    def __init__(
        self, link: Link, python: Callable[[], PurePosixPath], folder: Callable[[], PurePosixPath]
    ) -> None:
        self._link, self._python, self._folder = link, python, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._sent_ns = self._back_ns = 0

    def ask(self, what: str, timeout_s: float, **more: Any) -> dict[str, Any]:
        """Return the answer to a question.

        Args:
            what: is asked.
            timeout_s: for one try, in seconds.
            more: belongs to the question.

        Raises:
            SutError: the SUT cannot be reached, has not what `lab sut deploy` installs, or says no.
        """
        deadline = time.monotonic() + self._link.lost_s
        while True:
            try:
                answer = self._exchange(json.dumps({"ask": what, **more}).encode() + b"\n", timeout_s)
                break
            except OSError as error:
                self._fail_for_good(str(error), deadline)
                time.sleep(_TRY_AGAIN_S)
        if "error" in answer:
            raise SutError(f"{self._link.host}: {answer['error']}")
        return answer

    def clock_offset(self) -> ClockComparison:
        """Compare the clocks by an exchange of stamps, as NTP does (RFC 5905, section 8).

        Of several exchanges the one with the shortest round trip is used, since it waited least. How
        the round trip divides over the two ways cannot be seen: the offset may be off by half of it.
        """
        shortest = min((self._stamps() for _ in range(_EXCHANGES)), key=lambda pair: pair[1])
        offset_s, rtt_s = shortest
        return ClockComparison(offset_s, rtt_s / 2 / sqrt(3), rtt_s, "ssh-exchange")

    def _stamps(self) -> tuple[float, float]:
        """Return offset and round trip of one exchange, in seconds."""
        time.sleep(_PAUSE_S)
        answer = self.ask("clock", 20.0)
        sent_ns, back_ns = self._sent_ns, self._back_ns
        received_ns, answered_ns = answer["received_ns"], answer["answered_ns"]
        offset_ns = ((received_ns - sent_ns) + (answered_ns - back_ns)) / 2
        return offset_ns * _NS, ((back_ns - sent_ns) - (answered_ns - received_ns)) * _NS

    def close(self) -> None:
        """End the process there."""
        if self._process is None:
            return
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(2.0)
        self._process.kill()
        self._process.wait()
        self._process = None
        if self._errors is not None:
            self._errors.close()

    def _exchange(self, line: bytes, timeout_s: float) -> dict[str, Any]:
        process = self._started()
        if process.stdin is None or process.stdout is None:
            raise OSError("no pipes")
        self._sent_ns = time.time_ns()
        process.stdin.write(line)
        received = b""
        while not received.endswith(b"\n"):
            if not select.select([process.stdout], [], [], timeout_s)[0]:
                raise OSError(f"no answer within {timeout_s:g} s")
            part = process.stdout.read(1 << 16)
            if not part:
                raise OSError("the link was lost")
            received += part
        self._back_ns = time.time_ns()
        answer: dict[str, Any] = json.loads(received)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
            script = 'exec "$1" -m sut.remote.answers "$2"'
            self._process = self._link.open(
                script, str(self._python()), str(self._folder()), errors=self._errors
            )
        return self._process

    def _fail_for_good(self, reason: str, deadline: float) -> None:
        """Let go of a process that does not answer; raise where another one would not either."""
        code, words = 0, ""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                code = self._process.wait(_ENDS_S)
        if self._errors is not None:
            self._errors.seek(0)
            words = self._errors.read().decode(errors="replace").strip()
        self.close()
        if code > 0 and code != SSH_FAILED:  # a killed one has none, and one that slept too long has 0
            raise SutError(
                f"{self._link.host}: expected what Wattlab installs on a SUT, but: {words or reason}. "
                f"Install it with `lab sut deploy`"
            )
        if is_for_good(words) or not self._link.works or time.monotonic() > deadline:
            raise self._link.error(words or reason)
