"""What only a whole campaign can show: its plan, its journal, and its runs beside each other."""

from functools import partial
from pathlib import Path

from analysis.evidence.bench import check_environment, check_health_record, check_meters
from analysis.evidence.case import CampaignCase, CountedRun, collect
from analysis.evidence.course import check_journal, check_order, check_overlaps, check_stamps
from analysis.evidence.drift import check_duration_drift
from analysis.evidence.intent import check_config, check_repeats
from analysis.settings import AnalysisSettings
from records.campaign import Campaign, CampaignFolder
from records.errors import RecordError
from records.findings import Finding
from records.journal import read_journal

_CHECKS = (
    check_config,
    check_repeats,
    check_journal,
    check_stamps,
    check_order,
    check_overlaps,
    check_duration_drift,
    check_environment,
    check_meters,
    check_health_record,
)


def check_whole(
    folder: Path, campaign: Campaign | None, runs: list[CountedRun], settings: AnalysisSettings
) -> list[Finding]:
    """Check a campaign as a whole.

    Args:
        folder: of the campaign.
        campaign: its record, or ``None`` when that is damaged.
        runs: the counted ones, in the order of the plan.
        settings: of the analysis.
    """
    place = CampaignFolder(folder)
    try:
        journal = read_journal(place.journal)[0] if place.journal.is_file() else []
    except RecordError:  # listed by the check of the campaign's files
        journal = []
    case = CampaignCase(place, campaign, tuple(runs), tuple(journal), settings)
    return collect("", *(partial(check, case) for check in _CHECKS))
