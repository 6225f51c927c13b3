"""One attempt at one slot: tracker, gate, collectors, lead-in, run, lead-out, hashes, status.

An attempt counts only when all of that happened (docs/explanation/architecture.md, "The processes of one
run"). Nothing is sampled here: the processes write their own files, and this module watches that they live.
"""

import time
from dataclasses import dataclass
from pathlib import PurePosixPath

from lab.conduct.activity import Phase
from lab.conduct.before_run import prepare_state
from lab.conduct.campaign import OpenCampaign
from lab.conduct.children import Child
from lab.conduct.crew import AttemptFailed, Crew
from lab.conduct.gate_progress import GateProgress
from lab.conduct.leftovers import end_leftovers
from lab.conduct.meters import Meters
from lab.conduct.observer import Observer
from lab.conduct.programs.record import ProgramRecord
from lab.conduct.rest import await_rest
from lab.conduct.run_end import record_end
from lab.conduct.tracker_notices import tracker_notices
from lab.conduct.workload_run import WorkloadRun
from records.campaign import Slot
from records.clock import append_clock
from records.errors import DeviceError, SutError
from records.journal import Journal
from records.journal_events import (
    GateDecided,
    LeftoversEnded,
    Process,
    ProgramChanged,
    RunStarted,
)
from records.programs import RunProgram
from records.run import Run, RunFolder
from sut.sut import Sut

_FINE_STEP_S = 0.005
_METER_READY_S = 20.0
_METER_READY_INTERVALS = 10
_COLLECTORS_READY_S = 20.0


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
        lease = self.opened.lease
        if lease is not None:
            run.bench, run.lease = lease.bench, lease.number
        run.write(folder.run_json)
        self.journal.write(RunStarted(run_dir=folder.path.name, slot=self.slot.slot))
        try:
            self._carry_out(run, folder)
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
            self._complete_program(run, folder)
            self._close(run, folder)
        return run

    @property
    def _there(self) -> PurePosixPath:
        """The run folder on the SUT."""
        return self.sut.home / "runs" / self.opened.folder.attempt(self.slot, self.number).name

    def _complete_program(self, run: Run, folder: RunFolder) -> None:
        """Look at the program once more; a run where it is unknown whether it changed does not count."""
        if self._seen is None:
            return
        try:
            self.programs.after(self.slot, folder.path, self._seen)
        except SutError as error:
            if run.status == "completed":
                run.status, run.reason = "failed", str(error)

    def _close(self, run: Run, folder: RunFolder) -> None:
        run.files = folder.hash_files()
        run.write(folder.run_json)
        record_end(self.opened, self.slot, folder, run, self.journal)
        if run.status == "completed":
            for notice in tracker_notices(folder.path):
                self.observer.notice(notice)
        self.observer.ended(self.slot, run)

    def _carry_out(self, run: Run, folder: RunFolder) -> None:
        """Measure, fetch what the SUT recorded, however that ended, and judge it."""
        scenario = self.opened.config.find_scenario(self.slot.scenario)
        crew = Crew(folder, self.journal, self.observer)
        workload = WorkloadRun(self.opened.config, scenario, self.slot.tracker, self.sut, self._there)
        try:
            self._measure(run, folder, crew, workload)
        finally:
            crew.stop_all()
            if workload.was_cut_short:
                self.journal.write(LeftoversEnded(processes=end_leftovers(self.sut, self._there)))
            self.sut.host.get(self._there, folder.path)
        if not folder.run_json.exists():
            raise AttemptFailed(f"{folder.path} was removed while this run was under way")
        workload.judge(run, folder)

    def _measure(self, run: Run, folder: RunFolder, crew: Crew, workload: WorkloadRun) -> None:
        config = self.opened.config
        self.meters.check_twins()
        prepare_state(self.sut, config.sut.before_run, folder.path.name, self.journal, self.observer)
        self._check_program()
        self._compare_clocks()
        if self.opened.lease is not None:
            self.opened.lease.check()
        logger = self._start_logger(folder, crew)
        workload.prepare(crew, self.journal, self.observer)
        self._pass_gate(run, crew)
        collectors = self._start_collectors(crew)
        crew.wait(Phase.LEAD_IN, config.run.lead_in_s)
        # The run begins with one of the meter's own intervals: a border within an interval mean is known less
        # well the more the power steps there (docs/explanation/method.md, `u_split`).
        crew.await_reading(2 * config.meter.slowest_interval_s, _FINE_STEP_S)
        workload.execute(crew, run, self.journal, self.observer)
        crew.wait(Phase.LEAD_OUT, self._lead_out_s())
        self.meters.check_twins()
        for child in (collectors, logger):
            crew.end(child)
        self._compare_clocks()

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

    def _start_logger(self, folder: RunFolder, crew: Crew) -> Child:
        self.observer.phase(Phase.METER, "waiting for the first reading")
        config = self.opened.config.meter
        patience_s = _METER_READY_S + _METER_READY_INTERVALS * config.slowest_interval_s
        argv = self.meters.logger_command(folder.path)
        child = crew.start(Process.METER_LOGGER, argv, patience_s, DeviceError)
        self.meters.learn((child.ready() or {}).get("chosen_options", {}))
        return child

    def _pass_gate(self, run: Run, crew: Crew) -> None:
        settings = self.opened.config.gate
        if not settings.enabled:
            return
        progress = GateProgress(settings.tries, self.journal, self.observer)
        run.gate = await_rest(settings, crew, self.sut, progress, lambda: True).record()
        self.journal.write(GateDecided(**run.gate))
        if not run.gate["open"]:
            raise AttemptFailed(f"the stability gate did not open: {run.gate['reason']}")

    def _start_collectors(self, crew: Crew) -> Child:
        settings = self.opened.config.sut
        argv = [str(self.sut.python), "-m", "sut.collectors.collect", "--out", str(self._there)]
        argv += ["--interval", str(settings.interval_s), "--collectl", settings.collectl]
        argv += ["--rapl", settings.rapl, "--tegrastats", settings.tegrastats]
        self.observer.phase(Phase.COLLECTORS, "starting")
        argv.append("--until-stdin-closes")
        child = crew.start(Process.COLLECTORS, argv, _COLLECTORS_READY_S, SutError, self.sut.host)
        for notice in (child.ready() or {}).get("notices", []):
            self.observer.notice(notice)
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
