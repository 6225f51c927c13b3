"""What every check of a run is given, and how a damaged file becomes a finding."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.recorded import RecordedRun
from analysis.settings import AnalysisSettings
from records.campaign import Campaign, Slot
from records.errors import RecordError
from records.findings import Finding
from records.run import Run, RunFolder


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


def collect(run_dir: str, *checks: Callable[[], list[Finding]]) -> list[Finding]:
    """Run checks one after the other; a file that one of them cannot use is a finding itself."""
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += check()
        except RecordError as error:
            damaged = Finding("refuse", run_dir, "record-damaged", str(error))
            if damaged not in findings:
                findings.append(damaged)
    return findings
