"""The process of a tracker's wrapper, and the lines of JSON that the runner exchanges with it.

Linux only, standard library only: it runs on the system under test.
"""

import json
import os
import select
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from records.parentage import die_with_parent
from records.stop_signal import StopSignal
from workload import processes

WRAPPERS_DIR = Path(__file__).resolve().parent / "trackers"

_KILL_AFTER_S = 2.0


class WrapperProcess:
    """A wrapper (`workload.trackers.wrapper`) in a session of its own.

    Args:
        name: of the tracker.
        command: program and arguments.
        run_dir: folder of the run.
        environment: variables of the process.
        limit_s: longest time that a step may take, in seconds.
        stop: of the runner; a request to stop ends every wait.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        run_dir: Path,
        environment: dict[str, str],
        limit_s: float,
        stop: StopSignal,
    ) -> None:
        self._limit_s = limit_s
        self._stop = stop
        self._heard = b""
        self.log = run_dir / "trackers" / name / "output.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        paths = [str(WRAPPERS_DIR), *filter(None, [environment.get("PYTHONPATH")])]
        marks = {processes.RUN_DIR: str(run_dir), processes.TRACKER: name}
        with open(self.log, "ab") as errors:
            self._process = subprocess.Popen(
                [*command, "--run-dir", str(run_dir)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                env={**environment, **marks, "PYTHONPATH": os.pathsep.join(paths)},
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  (this process has one thread)
            )

    @property
    def pid(self) -> int:
        """Its process id, which is that of its session."""
        return self._process.pid

    def send(self, **order: Any) -> None:
        """Send an order; where it has ended the next `hear` says so."""
        try:
            os.write(self._fileno(self._process.stdin), json.dumps(order).encode() + b"\n")
        except BrokenPipeError:
            return

    def hear(self, step: str) -> dict[str, Any]:
        """Return what it says of a step: that this is done, or how it ``failed`` with a ``text``.

        It waits as long as a step may take; a wrapper that says nothing in this time hangs.
        """
        deadline = time.monotonic() + self._limit_s
        while b"\n" not in self._heard:
            ready = self.wait(deadline)
            if self._stop.asked:
                return {"failed": "crashed", "text": f"{step}: the run was ended meanwhile"}
            if ready:
                received = os.read(self._fileno(self._process.stdout), 1 << 16)
                if not received:
                    return {"failed": "crashed", "text": f"{step}: its wrapper ended{self._last_words()}"}
                self._heard += received
            elif time.monotonic() >= deadline:
                return {"failed": "hung", "text": f"{step}: it took longer than {self._limit_s:g} s"}
        line, _, self._heard = self._heard.partition(b"\n")
        return _parsed(line, step)

    def wait(self, until_mono_s: float) -> bool:
        """Wait until it says something, the runner shall stop, or a monotonic time; tell whether it did."""
        output = self._fileno(self._process.stdout)
        poll = select.poll()
        for descriptor in (output, *self._stop.descriptors):
            poll.register(descriptor, select.POLLIN)
        timeout_s = max(0.0, until_mono_s - time.monotonic())
        ready = [descriptor for descriptor, _ in poll.poll(timeout_s * 1000 + 1)]
        self._stop.now()
        return output in ready

    def end(self, settle_s: float) -> int:
        """End it and all that it started.

        Args:
            settle_s: how long they may take to end by themselves.

        Returns:
            How many did not.
        """
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        left = processes.end_tracker(self.pid, _KILL_AFTER_S, settle_s)
        self._process.poll()
        return left

    def _last_words(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return f": {lines[-1].strip()}" if lines else " without any output"

    @staticmethod
    def _fileno(pipe: Any) -> int:
        number: int = pipe.fileno()
        return number


def _parsed(line: bytes, step: str) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    if isinstance(message, dict) and "failed" in message:
        return {"failed": message["failed"], "text": f"{step}: {message.get('text', '')}"}
    if isinstance(message, dict) and message.get("done") == step:
        return message
    text = line.decode(errors="replace")
    return {"failed": "crashed", "text": f"{step}: expected that its wrapper says it is done, found {text!r}"}
