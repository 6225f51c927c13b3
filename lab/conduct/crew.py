"""The processes of one attempt: started, watched while time passes, ended."""

import time
from collections.abc import Mapping, Sequence

from lab.conduct.activity import Phase
from lab.conduct.children import Child, launch
from lab.conduct.live import Follower, LiveReading
from lab.conduct.observer import Observer
from records.errors import DeviceError
from records.journal import Journal
from records.journal_events import Process, ProcessReady
from records.run import RunFolder
from sut.host import Host

_STEP_S = 0.2
_RUNNER_GRACE_S = 15.0  # the runner itself gives the workload 5 s between SIGTERM and SIGKILL


class AttemptFailed(Exception):
    """This attempt does not count; another one may."""


class Crew:
    """The processes of an attempt.

    Args:
        folder: of the attempt, where the meter's readings are followed.
        journal: gets an entry for each process that works.
        observer: is shown phases and readings.
    """

    def __init__(self, folder: RunFolder, journal: Journal, observer: Observer) -> None:
        self._follower = Follower(folder.meter_csv)
        self._journal = journal
        self._observer = observer
        self._children: list[Child] = []

    def launch(
        self,
        name: Process,
        argv: Sequence[str],
        host: Host | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Child:
        """Start a process, on this machine or on a host, that ends with the attempt."""
        child = launch(name, argv, host=host, env=env)
        self._children.append(child)
        return child

    def start(
        self,
        name: Process,
        argv: Sequence[str],
        timeout_s: float,
        error: type[Exception],
        host: Host | None = None,
    ) -> Child:
        """Start a process and wait until it works; one that does not is an ``error``."""
        child = self.launch(name, argv, host)
        child.wait_ready(timeout_s, error)
        self._journal.write(ProcessReady(name=child.name, pid=child.pid))
        return child

    def pump(self, step_s: float = _STEP_S) -> list[LiveReading]:
        """Let a moment pass; show and return new readings; notice processes that died.

        Raises:
            DeviceError: the meter logger ended.
            AttemptFailed: the collectors ended.
        """
        time.sleep(step_s)
        readings = self._follower.new_readings()
        for reading in readings:
            self._observer.reading(reading)
        for child in self._children:
            if child.poll() is not None and child.name is Process.METER_LOGGER:
                raise DeviceError(child.explain())
            if child.poll() is not None and child.name is Process.COLLECTORS:
                raise AttemptFailed(child.explain())
        return readings

    def await_reading(self, longest_s: float, step_s: float) -> None:
        """Wait for the next reading with a value, but not longer than a time."""
        self._follower.new_readings()
        deadline = time.monotonic() + longest_s
        while time.monotonic() < deadline:
            if any(reading.power_w is not None for reading in self.pump(step_s)):
                return

    def wait(self, phase: Phase, seconds: float) -> None:
        """Let a phase of a fixed length pass."""
        self._observer.phase(phase)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.pump()

    def end(self, child: Child) -> None:
        """End a process cleanly.

        Raises:
            AttemptFailed: it says that it failed.
        """
        self._children.remove(child)
        if child.stop() != 0:
            raise AttemptFailed(child.explain())

    def release(self, child: Child) -> None:
        """Collect a process that has ended by itself, however it did."""
        self._children.remove(child)
        child.stop()

    def stop_all(self) -> None:
        """End what still runs, the youngest first."""
        for child in reversed(self._children):
            child.stop(_RUNNER_GRACE_S)
        self._children.clear()
