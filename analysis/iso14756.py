"""Values and validity proofs after ISO/IEC 14756 (METHOD section 8)."""

from typing import Any

from analysis.evidence import Examination
from analysis.measure import RunMeasure
from analysis.scenarios import Group
from analysis.settings import AnalysisSettings
from records.campaign import Campaign


def iso14756_values(
    campaign: Campaign,
    runs: list[RunMeasure],
    groups: list[Group],
    examination: Examination,
    settings: AnalysisSettings,
) -> dict[str, Any]:
    """Return ratings, software efficiency and proofs; empty without a requirement."""
    return {}
