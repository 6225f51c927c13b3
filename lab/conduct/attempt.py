"""One attempt at one slot: gate, collectors, lead-in, run, lead-out, hashes, status.

An attempt counts only when all of that happened (ARCHITECTURE, "The processes of one run"). Nothing
is sampled here: the processes write their own files, and this module watches that they live.
"""

import json
import time
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lab.conduct.activity import Phase
from lab.conduct.campaign import OpenCampaign
from lab.conduct.children import Child, launch
from lab.conduct.commands import command_of
from lab.conduct.gate_progress import GateProgress
from lab.conduct.leftovers import end_leftovers
from lab.conduct.live import Follower, LiveReading
from lab.conduct.meters import Meters
from lab.conduct.observer import Observer
from lab.conduct.programs.record import ProgramRecord
from lab.conduct.run_end import record_end
from records.campaign import Slot
from records.clock import append_clock
from records.errors import DeviceError, SutError
from records.journal import Journal
from records.journal_events import (
    GateDecided,
    LeftoversEnded,
    Process,
    ProcessReady,
    ProgramChanged,
    RunStarted,
    WorkloadEnded,
    WorkloadStarted,
)
from records.programs import RunProgram
from records.run import Run, RunFolder
from sut.gate import StabilityGate
from sut.host import Host
from sut.sut import Sut
from workload.processes import VARIABLES

_STEP_S = 0.2
_FINE_STEP_S = 0.005
_METER_READY_S = 20.0
_METER_READY_INTERVALS = 10
_COLLECTORS_READY_S = 20.0
_RUNNER_LATE_S = 60.0  # it ends a workload at its limit by itself, and then hashes what that imported
_RUNNER_GRACE_S = 15.0  # the runner itself gives the workload 5 s between SIGTERM and SIGKILL


class AttemptFailed(Exception):
    """This attempt does not count; another one may."""


@dataclass
class Attempt:
    """An attempt and everything it needs.

    Attributes:
        opened: the campaign.
        slot: what is attempted.
        number: of the attempt, from 1.
        meters: who measures.
        sut: the system under test.
        programs: the record of the measured program.
        journal: the evidence log.
        observer: whoever watches.
        program_changed: whether the program has changed, which refuses any further attempt as well.
    """

    opened: OpenCampaign
    slot: Slot
    number: int
    meters: Meters
    sut: Sut
    programs: ProgramRecord
    journal: Journal
    observer: Observer
    program_changed: bool = False
    _seen: RunProgram | None = None
    _children: list[Child] = field(default_factory=list)
    _runner: Child | None = None

    def execute(self) -> Run:
        """Carry out the attempt and write its ``run.json``, however it ends.

        Returns:
            The record; its status is ``completed`` or ``failed``.

        Raises:
            DeviceError: the meter cannot be reached or broke; further attempts would meet the same.
            SutError: the collectors cannot work.
            OSError: the disk is full; the run is then left as ``running``, which never counts.
            KeyboardInterrupt: the operator interrupted; the run is marked ``aborted``.
        """
        folder = RunFolder(self.opened.folder.attempt(self.slot, self.number))
        folder.path.mkdir(parents=True)
        self.sut.host.mkdir(self._there)
        run = Run.of_slot(self.slot, "running", self.number)
        run.write(folder.run_json)
        self.journal.write(RunStarted(run_dir=folder.path.name, slot=self.slot.slot))
        try:
            try:
                runner = self._measure(run, folder)
            finally:
                self._stop_all()
                self._end_leftovers()
                self.sut.host.get(self._there, folder.path)
            if not folder.run_json.exists():
                raise AttemptFailed(f"{folder.path} was removed while this run was under way")
            self._judge(run, runner, folder)
            run.status = "completed"
        except AttemptFailed as error:
            run.status, run.reason = "failed", str(error)
        except (DeviceError, SutError) as error:
            run.status, run.reason = "failed", str(error)
            raise
        except OSError as error:
            run.status, run.reason = "failed", f"writing failed: {error}"
            raise
        except KeyboardInterrupt:
            run.status, run.reason = "aborted", "interrupted by the operator"
            raise
        finally:
            folder.path.mkdir(parents=True, exist_ok=True)  # somebody may have removed it
            if self._seen is not None:
                self.programs.after(self.slot, folder.path, self._seen)
            self._close(run, folder)
        return run

    @property
    def _there(self) -> PurePosixPath:
        """The run folder on the SUT."""
        return self.sut.home / "runs" / self.opened.folder.attempt(self.slot, self.number).name

    def _close(self, run: Run, folder: RunFolder) -> None:
        run.files = folder.hash_files()
        run.write(folder.run_json)
        record_end(self.opened, self.slot, folder, run, self.journal)
        self.observer.ended(self.slot, run)

    def _measure(self, run: Run, folder: RunFolder) -> Child:
        config = self.opened.config
        self._check_program()
        follower = Follower(folder.meter_csv)
        self._compare_clocks()
        logger = self._start_logger(folder)
        self._pass_gate(run, follower)
        collectors = self._start_collectors()
        self._wait(Phase.LEAD_IN, config.run.lead_in_s, follower)
        self._await_reading(follower)
        runner = self._run_workload(run, follower)
        self._wait(Phase.LEAD_OUT, self._lead_out_s(), follower)
        for child in (collectors, logger):
            self._end(child)
        self._compare_clocks()
        return runner

    # -- the steps, in order -------------------------------------------------------------------

    def _check_program(self) -> None:
        """Refuse to measure another program than the one on record.

        Raises:
            AttemptFailed: a file, a module or a package has changed.
        """
        if self.slot.kind == "baseline":  # the operating system alone
            return
        self._seen, changed = self.programs.before(self.slot)
        if changed:
            self.program_changed = True
            self.journal.write(ProgramChanged(changes=changed))
            raise AttemptFailed(
                f"the program is not the one that this campaign began with: {'; '.join(changed)}. "
                f"Restore it, or begin a new campaign"
            )

    def _start_logger(self, folder: RunFolder) -> Child:
        self.observer.phase(Phase.METER, "waiting for the first reading")
        config = self.opened.config.meter
        patience_s = _METER_READY_S + _METER_READY_INTERVALS * config.slowest_interval_s
        child = self._start(
            Process.METER_LOGGER, self.meters.logger_command(folder.path), patience_s, DeviceError
        )
        self.meters.learn((child.ready() or {}).get("chosen_options", {}))
        return child

    def _pass_gate(self, run: Run, follower: Follower) -> None:
        settings = self.opened.config.gate
        if not settings.enabled:
            return
        gate = StabilityGate(settings, time.monotonic())
        progress = GateProgress(settings.tries, self.journal, self.observer)
        while gate.state.status == "waiting":
            powers_w = [reading.power_w for reading in self._pump(follower)]
            hot = self.sut.temperatures()
            for power_w in powers_w or [None]:
                gate.see(time.monotonic(), power_w, hot.cpu_c, hot.gpu_c)
            progress.report(gate.state)
        run.gate = gate.record()
        self.journal.write(GateDecided(**run.gate))
        if not run.gate["open"]:
            raise AttemptFailed(f"the stability gate did not open: {run.gate['reason']}")

    def _start_collectors(self) -> Child:
        settings = self.opened.config.sut
        argv = [str(self.sut.python), "-m", "sut.collectors.collect", "--out", str(self._there)]
        argv += ["--interval", str(settings.interval_s), "--collectl", settings.collectl]
        self.observer.phase(Phase.COLLECTORS, "starting")
        argv.append("--until-stdin-closes")
        child = self._start(Process.COLLECTORS, argv, _COLLECTORS_READY_S, SutError, self.sut.host)
        for notice in (child.ready() or {}).get("notices", []):
            self.observer.notice(notice)
        return child

    def _await_reading(self, follower: Follower) -> None:
        """Wait for the next reading, so that the run begins with one of the meter's own intervals.

        A border within an interval mean is known less well the more the power steps there
        (docs/explanation/method.md, `u_split`). A silent meter is not waited for.
        """
        follower.new_readings()
        deadline = time.monotonic() + 2 * self.opened.config.meter.slowest_interval_s
        while time.monotonic() < deadline:
            readings = self._pump(follower, _FINE_STEP_S)
            if any(reading.power_w is not None for reading in readings):
                return

    def _run_workload(self, run: Run, follower: Follower) -> Child:
        scenario = self.opened.config.find_scenario(self.slot.scenario)
        argv = [str(self.sut.python), "-m", "workload.runner", "--run-dir", str(self._there)]
        argv += ["--name", scenario.name, "--limit-s", str(scenario.limit_s)]
        argv += ["--cwd", str(self.sut.resolve(scenario.cwd or "."))]
        variables = {VARIABLES: json.dumps(scenario.env)}  # not in argv, which every user can read
        command = command_of(self.opened.config, scenario, self.slot.tracker, self.sut, self._there)
        argv += ["--until-stdin-closes", "--", *command]
        child = launch(Process.WORKLOAD_RUNNER, argv, host=self.sut.host, env=variables)
        self._children.append(child)
        self._runner = child
        self.journal.write(WorkloadStarted(command=command))
        self.observer.phase(Phase.RUN)
        deadline = time.monotonic() + scenario.limit_s + _RUNNER_LATE_S
        while child.poll() is None:
            if time.monotonic() > deadline:
                raise AttemptFailed(
                    f"the workload runner did not end {_RUNNER_LATE_S:g} s after limit_s = "
                    f"{scenario.limit_s:g} s: was it stopped?"
                )
            self._pump(follower)
        self._children.remove(child)
        child.stop()
        result = child.last_message()
        self.journal.write(WorkloadEnded(extra=result))
        run.exit_code = result.get("exit_code")
        run.t_start_utc_s = result.get("t_start_utc_s")
        run.t_stop_utc_s = result.get("t_stop_utc_s")
        return child

    def _lead_out_s(self) -> float:
        """Return the lead-out: at least twice the meter's interval plus its latency.

        Of several meters it is three times the slowest one's: a row of their sum waits for the others.
        """
        config = self.opened.config.meter
        intervals = 3 if config.more else 2
        latency_s = max(meter.latency_s or 0.0 for _, meter in config.all)
        least = intervals * config.slowest_interval_s + latency_s
        return max(self.opened.config.run.lead_out_s, least)

    def _judge(self, run: Run, runner: Child, folder: RunFolder) -> None:
        """Refuse the run if anything of it is missing.

        Raises:
            AttemptFailed: with the reason.
        """
        result = runner.last_message()
        if runner.poll() != 0 or run.t_stop_utc_s is None:
            raise AttemptFailed(runner.explain())
        limit_s = self.opened.config.find_scenario(self.slot.scenario).limit_s
        if result.get("timed_out"):
            raise AttemptFailed(f"the workload ran longer than its limit_s = {limit_s:g} s and was ended")
        if run.exit_code != 0:
            how = (
                f"exit code {run.exit_code}"
                if run.exit_code is not None
                else f"signal {result.get('signal')}"
            )
            raise AttemptFailed(f"the workload failed with {how}; {_last_words(folder)}")

    # -- what every step uses --------------------------------------------------------------------

    def _start(
        self,
        name: Process,
        argv: list[str],
        timeout_s: float,
        error: type[Exception],
        host: Host | None = None,
    ) -> Child:
        """Start a process and wait until it works; one that does not is an ``error``."""
        child = launch(name, argv, host=host)
        self._children.append(child)
        child.wait_ready(timeout_s, error)
        self.journal.write(ProcessReady(name=child.name, pid=child.pid))
        return child

    def _pump(self, follower: Follower, step_s: float = _STEP_S) -> list[LiveReading]:
        """Let a moment pass; show new readings; notice processes that died.

        Raises:
            DeviceError: the meter logger ended.
            AttemptFailed: the collectors ended.
        """
        time.sleep(step_s)
        readings = follower.new_readings()
        for reading in readings:
            self.observer.reading(reading)
        for child in self._children:
            if child.poll() is not None and child.name is Process.METER_LOGGER:
                raise DeviceError(child.explain())
            if child.poll() is not None and child.name is Process.COLLECTORS:
                raise AttemptFailed(child.explain())
        return readings

    def _wait(self, phase: Phase, seconds: float, follower: Follower) -> None:
        self.observer.phase(phase)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._pump(follower)

    def _end(self, child: Child) -> None:
        self._children.remove(child)
        if child.stop() != 0:
            raise AttemptFailed(child.explain())

    def _stop_all(self) -> None:
        for child in reversed(self._children):
            child.stop(_RUNNER_GRACE_S)
        self._children.clear()

    def _end_leftovers(self) -> None:
        """End what a runner that was killed left running beside all later runs."""
        if self._runner is not None and self._runner.poll() != 0:
            self.journal.write(LeftoversEnded(processes=end_leftovers(self.sut, self._there)))

    def _compare_clocks(self) -> None:
        clock = self.sut.clock_offset()
        append_clock(
            self.opened.folder.clock,
            t_utc_s=time.time(),
            offset_s=clock.offset_s,
            offset_u_s=clock.offset_u_s,
            rtt_s=clock.rtt_s,
            method=clock.method,
        )


def _last_words(folder: RunFolder, lines: int = 3) -> str:
    """Return the end of what the workload wrote on standard error, for the reason of a failure."""
    try:
        text = folder.stderr.read_text(errors="replace")
    except FileNotFoundError:
        text = ""
    words = [line for line in text.splitlines() if line.strip()][-lines:]
    said = " / ".join(words) if words else "it wrote nothing on standard error"
    return f"its last words in {folder.stderr.name}: {said}"
