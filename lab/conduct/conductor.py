"""The conductor: takes a campaign from its plan to its last run, and survives what happens on the way."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from shlex import quote
from types import FrameType

from lab.conduct.attempt import Attempt
from lab.conduct.campaign import OpenCampaign, close_orphans, lock, slot_states
from lab.conduct.changes import environment_changes
from lab.conduct.children import Child
from lab.conduct.health import HealthWatch
from lab.conduct.leftovers import end_leftovers
from lab.conduct.meters import Meters
from lab.conduct.notify import notify, notifying_of_errors
from lab.conduct.observer import Observer
from lab.conduct.plan import slot_name
from lab.conduct.precision import PrecisionWatch
from lab.conduct.programs.record import ProgramRecord
from lab.conduct.reached import precision_words
from lab.conduct.run_end import finish_records
from lab.conduct.suts import sut_of
from lab.conduct.twin import start_twin
from lab.config.meter import MeterSection
from meter.line.simulated import is_simulated_port
from records.campaign import Environment, Slot
from records.errors import DeviceError, InterruptedCampaign, ProgramFailed, SutError
from records.files import sha256_of_json
from records.journal import Journal
from records.journal_events import (
    CampaignEnded,
    CampaignInterrupted,
    CampaignStarted,
    CampaignStopped,
    Ending,
    EnvironmentChanged,
    LeftoversEnded,
    OrphanAborted,
    RepeatsEnough,
    VirtualMeterStarted,
)
from records.meter import is_stand_in
from records.run import Run
from records.truth import is_on_stage
from reports.words.texts import counted
from sut.inventory import machine
from sut.local import LocalHost, LocalSut
from sut.sut import Sut


@dataclass
class Outcome:
    """How a campaign went.

    Attributes:
        completed: slots completed now or before.
        missing: slots without a completed run, with the reason of the last attempt.
        stopped: why the campaign stopped before its end, or ``None``; slots after that are not missing,
            they were never begun.
    """

    completed: list[Slot] = field(default_factory=list)
    missing: list[tuple[Slot, str]] = field(default_factory=list)
    stopped: str | None = None


def conduct(opened: OpenCampaign, observer: Observer, sut: Sut | None = None) -> Outcome:
    """Run every slot of a campaign that has no completed run yet.

    Args:
        opened: the campaign, new or reopened.
        observer: receives the progress.
        sut: what is measured; the one of the configuration if ``None``.

    Returns:
        What is completed and what is missing.

    Raises:
        InterruptedCampaign: Ctrl-C, SIGTERM or a lost terminal; `lab resume` continues.
        ProgramFailed: a run failed, and the campaign is to stop at that.
        DeviceError, SutError: the meter or the SUT broke, or the disk is full; `lab resume` continues.
        SutError: another process runs this campaign.
    """
    sut = sut or sut_of(opened.config, opened.folder.path)
    again = _how_to_go_on(opened)
    with (
        lock(opened.folder),
        interruptible(),
        closing(Journal(opened.folder.journal)) as journal,
        notifying_of_errors(opened, journal, observer.notice),
    ):
        try:
            outcome = _Conductor(opened, observer, journal, sut).run()
        except KeyboardInterrupt:
            journal.write(CampaignInterrupted())
            raise InterruptedCampaign(f"interrupted; completed runs are kept. {again}") from None
        except (DeviceError, SutError, ProgramFailed) as error:
            with suppress(OSError):  # a full disk may be the very reason
                journal.write(CampaignStopped(reason=str(error)))
            raise type(error)(
                f"{error}\nThe campaign stopped; completed runs are kept. Fix this first. {again}"
            ) from None
        except OSError as error:
            raise SutError(
                f"{opened.folder.path}: writing failed: {error}. Completed runs are kept. "
                f"Free space on this disk first. {again}"
            ) from error
        notify(opened, journal, observer.notice, *_end_of(outcome))
    return outcome


def _end_of(outcome: Outcome) -> tuple[Ending, str]:
    runs = f"{counted(len(outcome.completed), 'run')} completed, {len(outcome.missing)} missing"
    return (Ending.ENDED, runs) if outcome.stopped is None else (Ending.STOPPED, f"{outcome.stopped}. {runs}")


def _how_to_go_on(opened: OpenCampaign) -> str:
    if opened.lease is not None:
        return f"The worker of bench {opened.lease.bench} continues with it"
    return f"Continue with `lab resume {quote(str(opened.folder.path))}`"


BUSY_LOAD = 0.25
"""Processes per CPU that want to run before a campaign begins; from here on it is not left to itself."""


@dataclass
class _Conductor:
    opened: OpenCampaign
    observer: Observer
    journal: Journal
    sut: Sut

    def run(self) -> Outcome:
        finish_records(self.opened, self.journal)
        for name in close_orphans(self.opened):
            self.journal.write(OrphanAborted(run_dir=name))
        if ended := end_leftovers(self.sut, self.sut.home / "runs"):
            self.journal.write(LeftoversEnded(processes=ended))
        states = {state.slot.slot: state for state in slot_states(self.opened)}
        plan = [state.slot for state in states.values()]
        done = [slot for slot in plan if states[slot.slot].state == "completed"]
        self.journal.write(
            CampaignStarted(
                completed=len(done),
                planned=len(plan),
                campaign_sha256=sha256_of_json(self.opened.campaign.to_json()),
            )
        )
        self.observer.begin(
            self.opened.config.campaign.title, plan, done, simulated=self.opened.campaign.simulated
        )
        self._tell_of_stand_ins()
        if not done:  # later the load is that of the runs before
            self._tell_of_other_work()
        outcome = Outcome(completed=done)
        programs = ProgramRecord(self.opened, self.sut, self.journal)
        with self._meter_ports() as (ports, twins):
            meters = Meters(self.opened, ports, twins)
            if len(done) < len(plan):
                self._record_environment(meters)
                programs.begin(plan, len(done))
            watch = HealthWatch(self.opened, self.journal)
            outcome.stopped = watch.begin(done)
            precision = PrecisionWatch(self.opened, self.journal)
            dropped: list[int] = []
            for slot in plan:
                if slot in done or slot.slot in dropped:
                    continue
                if outcome.stopped is not None:
                    break
                if self._slot(slot, states[slot.slot].attempts, meters, programs, outcome):
                    outcome.stopped = watch.after(slot)
                elif self.opened.config.campaign.stop_on_failure:
                    raise ProgramFailed(f"{slot_name(slot)}: {outcome.missing[-1][1]}")
                found = precision.after(slot)
                if found is not None:
                    self.observer.notice(precision_words(found))
                if isinstance(found, RepeatsEnough):
                    dropped = found.dropped
        end = CampaignEnded if outcome.stopped is None else CampaignStopped
        completed, missing = len(outcome.completed), len(outcome.missing)
        self.journal.write(end(completed=completed, missing=missing, reason=outcome.stopped))
        return outcome

    def _tell_of_stand_ins(self) -> None:
        for _, meter in self.opened.config.meter.all:
            if is_stand_in(meter.driver):
                self.observer.notice(
                    f"NOT MEASURED AT THE WALL: counters of the computer ({meter.driver}) replace a meter"
                )

    def _tell_of_other_work(self) -> None:
        load = self.sut.load_average()
        if load > BUSY_LOAD:
            self.observer.notice(
                f"the system under test is busy: {load:.1f} processes per CPU wanted to run in the last "
                f"minute. "
                f"What they draw is in the baseline, and induced energies come out too small: end them (see "
                f"`top`) or wait"
            )

    def _slot(
        self, slot: Slot, attempts_before: int, meters: Meters, programs: ProgramRecord, outcome: Outcome
    ) -> bool:
        """Attempt a slot as often as permitted; say whether it is completed."""
        run: Run | None = None
        for number in range(1, self.opened.config.campaign.max_attempts + 1):
            attempt = attempts_before + number
            self.observer.attempt(slot, attempt)
            tried = Attempt(
                self.opened, slot, attempt, meters, self.sut, programs, self.journal, self.observer
            )
            run = tried.execute()
            if run.status == "completed":
                outcome.completed.append(slot)
                return True
            if tried.program_changed:
                break
            if run.gate is not None and not run.gate["open"]:
                break  # the gate has had its own tries; see docs/explanation/method.md#lab-health
        outcome.missing.append((slot, (run.reason if run else None) or ""))
        return False

    def _record_environment(self, meters: Meters) -> None:
        config = self.opened.config
        pythons = config.pythons()
        pythons |= {name: config.tracker(name).python or "" for name in config.trackers_used()}
        meter = meters.identify()
        inventory = self.sut.inventory({name: self.sut.resolve(path) for name, path in pythons.items()})
        shared = isinstance(self.sut, LocalSut)
        controller = inventory if shared else machine.inventory(LocalHost(), {})
        environment = Environment(sut=inventory, controller=controller, meter=meter)
        changed = environment_changes(self.opened.folder.environment_json, environment)
        if changed:
            self.journal.write(EnvironmentChanged(differences=changed))
            self.observer.notice(f"not the bench of the runs before: {'; '.join(changed)}")
        environment.write(self.opened.folder.environment_json)

    @contextmanager
    def _meter_ports(self) -> Iterator[tuple[dict[str, str], list[Child]]]:
        """Yield the meters' ports by name, and the virtual instruments, which live as long as we do."""
        config = self.opened.config.meter
        with ExitStack() as stack:
            ports, twins = {}, []
            for name, meter in config.all:
                ports[name] = meter.port
                if meter.is_virtual:
                    folder = self.opened.folder.virtual
                    twin, ports[name] = start_twin(meter, folder / name if config.more else folder)
                    stack.callback(twin.stop)
                    twins.append(twin)
                    self.journal.write(VirtualMeterStarted(pid=twin.pid, port=ports[name]))
            yield ports, twins


def will_be_simulated(meter: MeterSection) -> bool:
    """Say whether a configured meter is a virtual instrument, or all counters are simulated."""
    return is_on_stage() or any(one.is_virtual or is_simulated_port(one.port) for _, one in meter.all)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end a campaign as Ctrl-C does: in order, and resumable."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
