"""The uncertainty budget, term by term, as rows of the results (METHOD section 5)."""

from analysis.baseline import Baseline
from analysis.measure import RunMeasure
from analysis.scenarios import Group
from analysis.settings import AnalysisSettings
from records.results import Row


def budget_rows(
    runs: list[RunMeasure], groups: list[Group], baseline: Baseline, settings: AnalysisSettings
) -> list[Row]:
    """Return one row per thing and quantity with all terms of its uncertainty."""
    return []
