"""Attempts at a slot: each is checked by itself, and the last sound one counts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from analysis.evidence.case import RunCase, collect
from analysis.evidence.conduct import check_conduct, check_marking
from analysis.evidence.files import check_files, check_lines, check_places
from analysis.evidence.order import check_clock, check_phases, check_spans
from analysis.evidence.programs import check_program
from analysis.evidence.readings import check_certainty, check_readings
from analysis.run.provenance import Origin
from analysis.run.recorded import RecordedRun
from analysis.run.spans import provenance
from records.campaign import Campaign, Slot
from records.finding_codes.conduct import ATTEMPT_FAILED
from records.findings import Finding
from records.meter import MeterRecord
from records.run import Run
from records.settings.analysis import AnalysisSettings

_CHECKS = (
    check_files,
    check_lines,
    check_spans,
    check_phases,
    check_readings,
    check_certainty,
    check_clock,
    check_conduct,
    check_marking,
    check_program,
)


@dataclass
class Attempt:
    """One attempt at a slot.

    Attributes:
        path: its folder; ``slot`` of the plan, or ``None`` without a readable plan.
        run: its record, or ``None`` when that is damaged.
        findings: about it.
        meter, origin: of a sound one: the meter's record, and what the workload said of data and weights.
    """

    path: Path
    slot: Slot | None
    run: Run | None
    findings: list[Finding] = field(default_factory=list)
    meter: MeterRecord | None = None
    origin: Origin | None = None

    @property
    def sound(self) -> bool:
        """Whether it is completed and nothing refuses it."""
        completed = self.run is not None and self.run.status == "completed"
        return completed and not any(finding.level == "refuse" for finding in self.findings)

    @property
    def reason(self) -> str:
        """Why it is not counted, in words."""
        refusals = [finding.message for finding in self.findings if finding.level == "refuse"]
        if self.run is not None and self.run.reason:
            refusals = [self.run.reason]
        elif self.run is not None and self.run.status != "completed":
            refusals.append("it did not end: the controller was stopped while it ran")
        words = "; ".join(refusals) or "a later attempt at this slot is counted"
        return within(self.path.parent.parent, words)


def within(folder: Path, message: str) -> str:
    """Name files as seen from the campaign: a report is passed on, the folders of this machine are not."""
    return message.replace(f"{folder.absolute()}/", "").replace(f"{folder}/", "")


@dataclass(frozen=True)
class SlotTask:
    """One slot to be examined, and perhaps measured: what a process of its own needs for it.

    Attributes:
        slot: of the plan, or ``None`` without a readable plan.
        attempts: folders of the attempts at it, in their order.
        campaign: without its plan, which every task would carry along; ``None`` when it is damaged.
        settings: of the analysis.
    """

    slot: Slot | None
    attempts: tuple[Path, ...]
    campaign: Campaign | None
    settings: AnalysisSettings


Outcome = TypeVar("Outcome")


def examine_slot(
    task: SlotTask, measure: Callable[[RecordedRun], Outcome] | None = None
) -> tuple[list[Attempt], Outcome | None]:
    """Check the attempts at one slot, and measure the one that counts: the last sound one.

    Args:
        task: the slot.
        measure: is handed the files of that run, so that none has to be read again.

    Returns:
        The attempts in their order, and what ``measure`` made of the one that counts.
    """
    attempts: list[Attempt] = []
    measured = None
    counted = False
    for path in reversed(task.attempts):
        recorded = RecordedRun(path)
        attempt = _examine_attempt(recorded, task)
        attempts.insert(0, attempt)
        if attempt.sound and not counted:
            counted = True
            measured = measure(recorded) if measure else None
    return attempts, measured


def examine_attempt(path: Path, slot: Slot, campaign: Campaign, settings: AnalysisSettings) -> Attempt:
    """Check one attempt by itself, as the conductor does when it has ended.

    Args:
        path: its run folder.
        slot: what it attempts.
        campaign: to which it belongs.
        settings: of the analysis.
    """
    return _examine_attempt(RecordedRun(path), SlotTask(slot, (path,), campaign, settings))


def _examine_attempt(recorded: RecordedRun, task: SlotTask) -> Attempt:
    name = recorded.path.name
    attempt = Attempt(recorded.path, task.slot, None)

    attempt.findings += check_places(recorded.path)
    if attempt.findings:
        return attempt

    def read() -> list[Finding]:
        attempt.run = recorded.run
        return []

    attempt.findings += collect(name, read)
    if attempt.run is None:
        return attempt
    case = RunCase(recorded, attempt.run, task.slot, task.campaign, task.settings)
    if attempt.run.status != "completed":
        reason = attempt.run.reason or "it did not end: the controller was stopped while it ran"
        message = f"attempt {attempt.run.attempt} is {attempt.run.status}: {reason}"
        attempt.findings.append(ATTEMPT_FAILED.finding(message, name))
        attempt.findings += collect(name, partial(check_program, case))
        return attempt
    for part in _CHECKS:
        attempt.findings += [f for f in collect(name, partial(part, case)) if f not in attempt.findings]
    if attempt.sound:
        attempt.meter = recorded.meter
        attempt.origin = Origin(name, attempt.run.scenario, provenance(recorded.events))
    return attempt
