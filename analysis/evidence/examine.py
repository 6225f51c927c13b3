"""The whole check, and which runs are valid."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from analysis.evidence.attempts import Attempt, SlotTask, examine_slot, within
from analysis.evidence.bench import (
    check_duration_drift,
    check_durations,
    check_environment,
    check_health_record,
    check_instruments,
    check_measuring_point,
    check_meters,
)
from analysis.evidence.benches import check_benches
from analysis.evidence.case import CampaignCase, CountedRun, collect
from analysis.evidence.conduct import (
    check_clock_settings,
    check_config,
    check_journal,
    check_order,
    check_precision,
    check_repeats,
    check_stamps,
)
from analysis.evidence.files import check_additions, check_import, check_inventory, check_journal_file
from analysis.evidence.programs import check_modules, check_programs_record
from analysis.evidence.temperatures import check_start_temperatures
from analysis.evidence.wall_clock import check_controller_clock, check_overlaps
from analysis.power.calibrate import check_calibrations
from analysis.run.provenance import check_provenance
from records.campaign import Campaign, CampaignFolder, Slot
from records.errors import ConfigurationError, RecordError, SchemaError
from records.files import read_json
from records.finding_codes import conduct as codes
from records.finding_codes.files import RECORD_DAMAGED
from records.findings import LEVELS, Finding
from records.journal import dropped_slots, read_journal
from records.journal_events import JournalEntry
from records.settings.analysis import AnalysisSettings, settings_of

_CHECKS = (
    check_journal_file,
    check_inventory,
    check_import,
    check_additions,
    check_config,
    check_repeats,
    check_precision,
    check_journal,
    check_stamps,
    check_clock_settings,
    check_order,
    check_controller_clock,
    check_overlaps,
    check_instruments,
    check_measuring_point,
    check_environment,
    check_benches,
    check_meters,
    check_health_record,
    check_durations,
    check_duration_drift,
    check_start_temperatures,
    check_programs_record,
    check_modules,
)


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
    """Check every attempt of a campaign and decide which runs are valid.

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
    place.refuse_links()
    findings: list[Finding] = []
    campaign = _read_campaign(place, findings)
    settings = settings or _settings(campaign, findings)
    dropped = dropped_slots(_journal_of(place))
    slots: list[Slot | None] = [s for s in campaign.plan if s.slot not in dropped] if campaign else []
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


def conclude(survey: Survey, attempts: list[list[Attempt]]) -> Examination:
    """Decide which runs are valid, and check what only all of them together show.

    Args:
        survey: of the campaign.
        attempts: the examined ones of each of its tasks.
    """
    examination = Examination([], [], list(survey.findings))
    imported = survey.campaign is not None and "import" in survey.campaign.config
    remedy = "Check the foreign log, and import it again" if imported else "Continue with `lab resume`"
    for task, of_slot in zip(survey.tasks, attempts, strict=True):
        _decide(task.slot, of_slot, examination, remedy)
    counted = examination.counted
    examination.findings += check_provenance([a.origin for a in counted if a.origin])
    examination.findings += check_calibrations(
        [(a.meter, a.run.t_start_utc_s) for a in counted if a.meter and a.run]
    )
    examination.findings += _check_whole(
        survey, [CountedRun(a.path.name, a.run, a.meter) for a in counted if a.run]
    )
    folder = survey.place.path
    examination.findings = [replace(f, message=within(folder, f.message)) for f in examination.findings]
    examination.findings.sort(key=lambda f: (LEVELS.index(f.level), f.run_dir, f.code))
    return examination


def _check_whole(survey: Survey, runs: list[CountedRun]) -> list[Finding]:
    """Check what only the whole campaign can show: its files, its plan, and its runs compared."""
    place = survey.place
    case = CampaignCase(place, survey.campaign, tuple(runs), tuple(_journal_of(place)), survey.settings)
    return collect("", *(partial(check, case) for check in _CHECKS))


def _journal_of(place: CampaignFolder) -> list[JournalEntry]:
    try:
        return read_journal(place.journal)[0] if place.journal.is_file() else []
    except RecordError:  # listed by the check of the campaign's files
        return []


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
        last = f"the last attempt: {attempts[-1].reason}" if attempts else "it was never started"
        message = (
            f"slot {slot.slot} ({slot.scenario}{f' with {slot.tracker}' if slot.tracker else ''}, repeat "
            f"{slot.repeat}) has no valid run; {last}. {remedy}"
        )
        examination.findings.append(codes.SLOT_INCOMPLETE.finding(message, slot.run_dir))
