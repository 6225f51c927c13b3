"""What every check of a run is given, and how a damaged file becomes a finding."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.run.recorded import RecordedRun
from records.campaign import Campaign, CampaignFolder, Slot
from records.errors import RecordError
from records.finding_codes.files import RECORD_DAMAGED
from records.findings import Finding
from records.journal_events import JournalEntry
from records.meter import MeterRecord
from records.run import Run, RunFolder
from records.settings.analysis import AnalysisSettings


@dataclass(frozen=True)
class RunCase:
    """One completed run to be checked.

    Attributes:
        recorded: the run's files, each read once for all checks and the measurement; ``run`` its record.
        slot: of the plan, or ``None`` when the plan could not be read.
        campaign: without its plan, which grows with it; ``None`` when it could not be read.
        settings: of the analysis.
    """

    recorded: RecordedRun
    run: Run
    slot: Slot | None
    campaign: Campaign | None
    settings: AnalysisSettings

    @property
    def folder(self) -> RunFolder:
        """Where the parts of the run lie."""
        return self.recorded.folder

    @property
    def name(self) -> str:
        """Name of the run folder."""
        return self.path.name

    @property
    def imported(self) -> bool:
        """Whether the run comes from a foreign log, which says nothing of gate and exit code."""
        return self.campaign is not None and "import" in self.campaign.config

    @property
    def path(self) -> Path:
        """The run folder."""
        return self.recorded.path


@dataclass(frozen=True)
class CountedRun:
    """A valid run, as the check of the whole campaign needs it.

    Attributes:
        name: of its folder; ``run`` its record; ``meter`` its meter's.
    """

    name: str
    run: Run
    meter: MeterRecord | None


@dataclass(frozen=True)
class CampaignCase:
    """A campaign to be checked as a whole.

    Attributes:
        place: its folder; ``campaign`` its record, or ``None`` when that is damaged.
        runs: the counted ones in the order of the plan.
        journal: its whole entries.
        settings: of the analysis.
    """

    place: CampaignFolder
    campaign: Campaign | None
    runs: tuple[CountedRun, ...]
    journal: tuple[JournalEntry, ...]
    settings: AnalysisSettings

    @property
    def imported(self) -> bool:
        """Whether the campaign comes from foreign logs."""
        return self.campaign is not None and "import" in self.campaign.config


def collect(run_dir: str, *checks: Callable[[], list[Finding]]) -> list[Finding]:
    """Run checks one after the other; a file that one of them cannot use is a finding itself."""
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += check()
        except RecordError as error:
            damaged = RECORD_DAMAGED.finding(str(error), run_dir)
            if damaged not in findings:
                findings.append(damaged)
    return findings
