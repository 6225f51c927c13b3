"""Waiting until the machine has come to rest: before a run, and before a call where that is asked for."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from lab.conduct.activity import Phase
from lab.conduct.children import Child
from lab.conduct.crew import Crew
from lab.conduct.gate_progress import GateProgress
from lab.conduct.observer import Observer
from records.journal import Journal
from records.journal_events import CallGateDecided
from records.settings.gate import GateLimits
from sut.gate import StabilityGate
from sut.sut import Sut


def await_rest(
    limits: GateLimits, crew: Crew, sut: Sut, progress: GateProgress, wanted: Callable[[], bool]
) -> StabilityGate:
    """Wait for the stability gate, and return it as it decided; it waits still where it is wanted no more.

    Args:
        limits: what rest means, and how long it is waited for.
        crew: the processes of the attempt; the meter's readings come from them.
        sut: whose temperatures count.
        progress: is shown each state.
        wanted: says whether there still is something to wait for.
    """
    gate = StabilityGate(limits, time.monotonic())
    while gate.state.status == "waiting" and wanted():
        powers_w = [reading.power_w for reading in crew.pump()]
        hot = sut.temperatures()
        for power_w in powers_w or [None]:
            gate.see(time.monotonic(), power_w, hot.cpu_c, hot.gpu_c)
        progress.report(gate.state)
    return gate


@dataclass
class CallGates:
    """The gate before calls of one run: one try each, after which the call begins all the same.

    Attributes:
        limits: those of the gate before runs.
        sut: whose temperatures count.
        journal: gets an entry for each call that waited.
        observer: is shown the phase.
        waited_s: for how long calls have waited in all.
    """

    limits: GateLimits
    sut: Sut
    journal: Journal
    observer: Observer
    waited_s: float = 0.0
    _seen: int = 0

    def serve(self, runner: Child, crew: Crew) -> None:
        """Answer what the runner has asked since the last call.

        Raises:
            DeviceError: the meter logger ended.
            AttemptFailed: the collectors ended.
        """
        new = runner.messages[self._seen :]
        self._seen += len(new)
        for message in new:
            if "gate" in message and not message.get("ready"):
                self._pass(runner, crew, message["gate"])

    def _pass(self, runner: Child, crew: Crew, site: int | None) -> None:
        limits = self.limits.model_copy(update={"tries": 1})
        progress = GateProgress(limits.tries, self.journal, self.observer)
        gate = await_rest(limits, crew, self.sut, progress, lambda: runner.poll() is None)
        record = gate.record()
        self.waited_s += record["waited_s"]
        self.journal.write(CallGateDecided(site=site, **record))
        self.observer.phase(Phase.RUN)
        runner.tell("gate open" if record["open"] else "gate timeout")
