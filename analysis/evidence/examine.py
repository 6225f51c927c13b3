"""The whole check, and which runs count."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from analysis.evidence.additions import check_additions
from analysis.evidence.case import CountedRun, RunCase, collect
from analysis.evidence.certainty import check_certainty
from analysis.evidence.clocks import check_clock
from analysis.evidence.conduct import check_conduct, check_marking
from analysis.evidence.durations import check_durations
from analysis.evidence.files import check_files, check_lines
from analysis.evidence.order import check_spans
from analysis.evidence.readings import check_readings
from analysis.evidence.whole import check_whole
from analysis.power.calibrate import check_calibrations
from analysis.run.provenance import Origin, check_provenance
from analysis.run.recorded import RecordedRun
from analysis.run.spans import provenance
from analysis.settings import AnalysisSettings, settings_of
from records.campaign import Campaign, CampaignFolder, Environment, Slot
from records.errors import ConfigurationError, RecordError, SchemaError
from records.files import read_json
from records.finding_codes import conduct as codes
from records.finding_codes.files import ENVIRONMENT_MISSING, JOURNAL_MISSING, JOURNAL_TORN, RECORD_DAMAGED
from records.findings import LEVELS, Finding
from records.imported import read_import
from records.journal import read_journal
from records.meter import MeterRecord
from records.run import Run

_CHECKS = (
    check_files,
    check_lines,
    check_spans,
    check_readings,
    check_certainty,
    check_clock,
    check_conduct,
    check_marking,
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
            refusals.append(self.run.reason)
        elif self.run is not None and self.run.status != "completed":
            refusals.append("it did not end: the controller was stopped while it ran")
        words = "; ".join(refusals) or "a later attempt at this slot is counted"
        return within(self.path.parent.parent, words)


def within(folder: Path, message: str) -> str:
    """Name files as seen from the campaign: a report is passed on, the folders of this machine are not."""
    return message.replace(f"{folder.absolute()}/", "").replace(f"{folder}/", "")


@dataclass
class Examination:
    """Outcome of the check.

    Attributes:
        counted: attempts that the analysis uses, one per slot at most, in the order of the plan.
        others: attempts that it does not use.
        findings: all of them, worst first.
    """

    counted: list[Attempt]
    others: list[Attempt]
    findings: list[Finding]


def check(folder: Path) -> list[Finding]:
    """Check the evidence of a campaign, offline; behind ``lab check``.

    Args:
        folder: of the campaign.

    Returns:
        All findings, worst first. A damaged file is a finding, not an error.

    Raises:
        SchemaError: the campaign was written by a newer Wattlab.
        RecordError: the folder is no campaign.
    """
    return examine(folder).findings


def examine(folder: Path, settings: AnalysisSettings | None = None) -> Examination:
    """Check every attempt of a campaign and decide which runs count.

    Args:
        folder: of the campaign.
        settings: of the analysis; those of the campaign unless given.

    Raises:
        SchemaError: the campaign was written by a newer Wattlab.
        RecordError: the folder is no campaign.
    """
    survey = survey_campaign(folder, settings)
    return conclude(survey, [examine_slot(task)[0] for task in survey.tasks])


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


@dataclass(frozen=True)
class Survey:
    """A campaign before any run of it was looked at.

    Attributes:
        place: its folder; ``campaign`` as read, or ``None`` when it is damaged.
        settings: of the analysis.
        tasks: one for each slot in the order of the plan.
        findings: so far.
    """

    place: CampaignFolder
    campaign: Campaign | None
    settings: AnalysisSettings
    tasks: list[SlotTask]
    findings: list[Finding]


def survey_campaign(folder: Path, settings: AnalysisSettings | None = None) -> Survey:
    """Find the attempts at every slot of a campaign; raises as `examine` does."""
    place = CampaignFolder(folder)
    findings: list[Finding] = []
    campaign = _read_campaign(place, findings)
    settings = settings or _settings(campaign, findings)
    slots: list[Slot | None] = list(campaign.plan) if campaign else []
    attempts = [tuple(path.absolute() for path in place.attempts(slot)) for slot in slots if slot]
    planned = {path for of_slot in attempts for path in of_slot}
    strangers = [p for p in sorted(place.runs.absolute().glob("*")) if p.is_dir() and p not in planned]
    if campaign:
        findings += _strangers(strangers)
    else:  # without a plan every folder stands for a slot of its own
        attempts = [(path,) for path in strangers]
        slots = [None] * len(strangers)
    lean = replace(campaign, plan=[]) if campaign else None
    tasks = [SlotTask(*pair, lean, settings) for pair in zip(slots, attempts, strict=True)]
    return Survey(place, campaign, settings, tasks, findings)


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


def conclude(survey: Survey, attempts: list[list[Attempt]]) -> Examination:
    """Decide which runs count, and check what only all of them together show.

    Args:
        survey: of the campaign.
        attempts: the examined ones of each of its tasks.
    """
    examination = Examination([], [], list(survey.findings))
    imported = survey.campaign is not None and "import" in survey.campaign.config
    remedy = "Look at the foreign log, and import it anew" if imported else "Go on with `lab resume`"
    for task, of_slot in zip(survey.tasks, attempts, strict=True):
        _decide(task.slot, of_slot, examination, remedy)
    counted = examination.counted
    examination.findings += check_durations({a.path.name: a.run for a in counted if a.run})
    examination.findings += check_provenance([a.origin for a in counted if a.origin])
    examination.findings += check_calibrations(
        [(a.meter, a.run.t_start_utc_s) for a in counted if a.meter and a.run]
    )
    examination.findings += _campaign_files(survey.place, survey.campaign)
    runs = [CountedRun(a.path.name, a.run, a.meter) for a in counted if a.run]
    examination.findings += check_whole(survey.place.path, survey.campaign, runs, survey.settings)
    folder = survey.place.path
    examination.findings = [replace(f, message=within(folder, f.message)) for f in examination.findings]
    examination.findings.sort(key=lambda f: (LEVELS.index(f.level), f.run_dir, f.code))
    return examination


def examine_attempt(path: Path, slot: Slot, campaign: Campaign, settings: AnalysisSettings) -> Attempt:
    """Check one attempt by itself, as the conductor does when it has ended.

    Args:
        path: its run folder.
        slot: what it attempts.
        campaign: to which it belongs.
        settings: of the analysis.
    """
    return _examine_attempt(RecordedRun(path), SlotTask(slot, (path,), campaign, settings))


def _read_campaign(place: CampaignFolder, findings: list[Finding]) -> Campaign | None:
    if not place.campaign_json.is_file():
        return place.read()  # says that this is no campaign
    try:
        return place.read()
    except RecordError as error:
        if isinstance(error, SchemaError) and _names_campaign(place.campaign_json):
            raise  # of a newer version: nothing in it can be judged by this one
        findings.append(RECORD_DAMAGED.finding(str(error)))
        return None


def _names_campaign(path: Path) -> bool:
    return str(read_json(path).get("schema")).startswith("wattlab.campaign/")


def _settings(campaign: Campaign | None, findings: list[Finding]) -> AnalysisSettings:
    try:
        return settings_of(campaign) if campaign else AnalysisSettings()
    except ConfigurationError as error:
        findings.append(codes.SETTINGS_UNKNOWN.finding(str(error)))
        return AnalysisSettings()


def _strangers(folders: list[Path]) -> list[Finding]:
    message = "this folder is in no slot of the plan; it is left out of the analysis"
    return [codes.RUN_UNPLANNED.finding(message, folder.name) for folder in folders]


def _examine_attempt(recorded: RecordedRun, task: SlotTask) -> Attempt:
    name = recorded.path.name
    attempt = Attempt(recorded.path, task.slot, None)

    def read() -> list[Finding]:
        attempt.run = recorded.run
        return []

    attempt.findings += collect(name, read)
    if attempt.run is None:
        return attempt
    if attempt.run.status != "completed":
        reason = attempt.run.reason or "it did not end: the controller was stopped while it ran"
        message = f"attempt {attempt.run.attempt} is {attempt.run.status}: {reason}"
        attempt.findings.append(codes.ATTEMPT_FAILED.finding(message, name))
        return attempt
    case = RunCase(recorded, attempt.run, task.slot, task.campaign, task.settings)
    for part in _CHECKS:
        attempt.findings += [f for f in collect(name, partial(part, case)) if f not in attempt.findings]
    if attempt.sound:
        attempt.meter = recorded.meter
        attempt.origin = Origin(name, attempt.run.scenario, provenance(recorded.events))
    return attempt


def _decide(slot: Slot | None, attempts: list[Attempt], examination: Examination, remedy: str) -> None:
    """Count the last sound attempt at a slot; what refuses the others no longer matters then."""
    counted = next((attempt for attempt in reversed(attempts) if attempt.sound), None)
    for attempt in attempts:
        if attempt is counted:
            examination.counted.append(attempt)
            examination.findings += attempt.findings
            continue
        examination.others.append(attempt)
        demote = counted is not None
        examination.findings += [
            replace(f, level="info") if demote and f.level == "refuse" else f for f in attempt.findings
        ]
    if counted is None and slot is not None:
        last = f"the last attempt: {attempts[-1].reason}" if attempts else "it was never begun"
        message = (
            f"slot {slot.slot} ({slot.scenario}{f' with {slot.tracker}' if slot.tracker else ''}, repeat "
            f"{slot.repeat}) has no run that counts; {last}. {remedy}"
        )
        examination.findings.append(codes.SLOT_INCOMPLETE.finding(message, slot.run_dir))


def _campaign_files(place: CampaignFolder, campaign: Campaign | None) -> list[Finding]:
    def journal() -> list[Finding]:
        if not place.journal.is_file():
            message = "journal.jsonl is missing: the controller's side of the evidence is gone"
            return [JOURNAL_MISSING.finding(message)]
        torn = read_journal(place.journal)[1]
        message = f"journal.jsonl: {len(torn)} damaged or torn line(s), the first in line {(torn or [0])[0]}"
        return [JOURNAL_TORN.finding(message)] if torn else []

    def environment() -> list[Finding]:
        if place.environment_json.is_file():
            Environment.read(place.environment_json)
            return []
        message = (
            "environment.json is missing: on which SUT and with which meter this was measured is unknown"
        )
        return [ENVIRONMENT_MISSING.finding(message)]

    def simulated() -> list[Finding]:
        message = (
            "SIMULATED: an instrument of this campaign is a virtual one; no number here is a measurement"
        )
        marked = campaign is not None and campaign.simulated
        return [codes.CAMPAIGN_SIMULATED.finding(message)] if marked else []

    def imported() -> list[Finding]:
        record = read_import(place.path)
        if record is None:
            if campaign is None or "import" not in campaign.config:
                return []
            message = "import.json is missing: from which files this campaign was imported is unknown"
            return [codes.IMPORT_MISSING.finding(message)]
        message = (
            f"imported ({record.format}) from {len(record.sources)} file(s): nothing is known of a stability "
            f"gate, exit codes and a controller's journal, and the hashes begin with the import"
        )
        return [codes.CAMPAIGN_IMPORTED.finding(message), *record.as_findings()]

    return collect("", journal, environment, simulated, imported, lambda: check_additions(place))
