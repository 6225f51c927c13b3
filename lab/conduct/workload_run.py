"""The workload of one attempt: how its runner is started on the SUT, and whether it did what it should."""

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lab.conduct.activity import Phase
from lab.conduct.children import Child
from lab.conduct.commands import command_of, tracker_of
from lab.conduct.crew import AttemptFailed, Crew
from lab.conduct.observer import Observer
from lab.conduct.rest import CallGates
from lab.config.model import LabConfig, ScenarioSection
from records.journal import Journal
from records.journal_events import Process, WorkloadEnded, WorkloadStarted
from records.run import Run, RunFolder
from sut.sut import Sut
from workload.processes import VARIABLES

_RUNNER_LATE_S = 60.0  # it ends a workload at its limit by itself, and then hashes what that imported
_RUNNER_READY_S = 30.0
_STEP_S = 0.05
_MOST_LINES = 3
_TRACKER_STEPS = 3  # within `execute`: its start, its stop, its result


@dataclass
class WorkloadRun:
    """A workload on the SUT.

    Attributes:
        config: the whole configuration.
        scenario: what is run.
        tracker: runs with it, or ``None``.
        sut: where.
        there: the run folder on the SUT.
        runner: its process, once it was started.
        gates: what lets its calls wait for a machine at rest, where that is asked for.
    """

    config: LabConfig
    scenario: ScenarioSection
    tracker: str | None
    sut: Sut
    there: PurePosixPath
    runner: Child | None = None
    gates: CallGates | None = None
    _command: list[str] = field(default_factory=list)

    def prepare(self, crew: Crew, journal: Journal, observer: Observer) -> None:
        """Start its runner, which builds the tracker and then waits.

        Args:
            crew: the processes of the attempt.
            journal: gets an entry for each call that waits for a machine at rest.
            observer: is shown the phase.

        Raises:
            AttemptFailed: the runner does not become ready.
        """
        handed = {name: os.environ[name] for name in self.scenario.env_from if name in os.environ}
        # Not in argv, which every user can read.
        variables = {VARIABLES: json.dumps({**self.scenario.env, **handed})}
        self._command = command_of(self.config, self.scenario, self.sut, self.there)
        argv = [*self._argv(), "--until-stdin-closes", "--await-go", "--", *self._command]
        if self._gated:
            self.gates = CallGates(self.config.gate, self.sut, journal, observer)
        self.runner = crew.launch(Process.WORKLOAD_RUNNER, argv, self.sut.host, variables)
        if self.tracker is not None:
            observer.phase(Phase.TRACKER, self.tracker)
        deadline = time.monotonic() + _RUNNER_READY_S + self._tracker_step_s
        while self.runner.ready() is None:
            if self.runner.poll() is not None or time.monotonic() > deadline:
                raise AttemptFailed(self.runner.explain())
            crew.pump(_STEP_S)

    def execute(self, crew: Crew, run: Run, journal: Journal, observer: Observer) -> None:
        """Run it to its end, and take down what the runner says of it.

        Args:
            crew: the processes of the attempt, watched meanwhile.
            run: gets exit code and rating interval.
            journal: gets an entry when it begins and when it has ended.
            observer: is shown the phase.

        Raises:
            AttemptFailed: it was not prepared, or the runner does not end.
        """
        child = self.runner
        if child is None:
            raise AttemptFailed("the workload runner was not started")
        child.tell("go")
        journal.write(WorkloadStarted(command=self._command))
        observer.phase(Phase.RUN)
        late_s = _RUNNER_LATE_S + _TRACKER_STEPS * self._tracker_step_s
        deadline = time.monotonic() + self.scenario.limit_s + late_s
        while child.poll() is None:
            if self.gates is not None:
                self.gates.serve(child, crew)
            waited_s = 0.0 if self.gates is None else self.gates.waited_s
            if time.monotonic() > deadline + waited_s:
                raise AttemptFailed(
                    f"the workload runner did not end {late_s:g} s after limit_s = "
                    f"{self.scenario.limit_s:g} s: was it stopped?"
                )
            crew.pump()
        crew.release(child)
        result = child.last_message()
        journal.write(WorkloadEnded(extra=result))
        run.exit_code = result.get("exit_code")
        run.t_start_utc_s = result.get("t_start_utc_s")
        run.t_stop_utc_s = result.get("t_stop_utc_s")

    @property
    def was_cut_short(self) -> bool:
        """Whether the runner was started and did not end cleanly: then it may have left processes."""
        return self.runner is not None and self.runner.poll() != 0

    def judge(self, run: Run, folder: RunFolder) -> None:
        """Refuse the run if the workload was not whole.

        Args:
            run: as `execute` completed it.
            folder: of the run, with what the SUT recorded.

        Raises:
            AttemptFailed: with the reason.
        """
        if self.runner is None:
            raise AttemptFailed("the workload was not started")
        result = self.runner.last_message()
        if self.runner.poll() != 0 or run.t_stop_utc_s is None:
            raise AttemptFailed(self.runner.explain())
        if result.get("timed_out"):
            limit_s = self.scenario.limit_s
            raise AttemptFailed(f"the workload ran longer than its limit_s = {limit_s:g} s and was ended")
        if run.exit_code != 0:
            ended = (
                f"signal {result.get('signal')}" if run.exit_code is None else f"exit code {run.exit_code}"
            )
            raise AttemptFailed(f"the workload failed with {ended}; {_stderr_of(folder)}")

    @property
    def _gated(self) -> bool:
        return self.scenario.calls is not None and self.scenario.calls.gate == "call"

    @property
    def _tracker_step_s(self) -> float:
        return 0.0 if self.tracker is None else self.config.tracker(self.tracker).limit_s

    def _argv(self) -> list[str]:
        pattern = self.scenario.phases_from_stdout
        tracker = []
        if self.tracker is not None:
            tracker = ["--tracker", tracker_of(self.config, self.scenario, self.tracker, self.sut)]
        return [
            *(str(self.sut.python), "-m", "workload.runner", "--run-dir", str(self.there)),
            *("--name", self.scenario.name, "--limit-s", str(self.scenario.limit_s)),
            *("--cwd", str(self.sut.resolve(self.scenario.cwd or "."))),
            *([] if pattern is None else [f"--phases={pattern}"]),  # which may begin with a dash
            *(["--gate-calls"] if self._gated else []),
            *tracker,
        ]


def last_lines(text: str) -> str:
    """Return the end of what a program wrote on standard error, for the reason of a failure."""
    lines = [line for line in text.splitlines() if line.strip()][-_MOST_LINES:]
    return " / ".join(lines) or "nothing on standard error"


def _stderr_of(folder: RunFolder) -> str:
    try:
        text = folder.stderr.read_text(errors="replace")
    except FileNotFoundError:
        text = ""
    return f"last lines of {folder.stderr.name}: {last_lines(text)}"
