"""The statistics of a campaign, as rows of its results."""

from analysis.scenarios import Group
from analysis.settings import AnalysisSettings
from records.results import Row


def statistics_rows(groups: list[Group], settings: AnalysisSettings) -> list[Row]:
    """Describe every scenario, quantity by quantity."""
    return []


def comparison_rows(groups: list[Group], settings: AnalysisSettings) -> list[Row]:
    """Compare all pairs of scenarios that ran without a tracker."""
    return []


def mixed_model_rows(groups: list[Group], settings: AnalysisSettings) -> list[Row]:
    """Fit a mixed model over the scenarios, with the block as group."""
    return []


def correlation_rows(groups: list[Group], settings: AnalysisSettings) -> list[Row]:
    """Correlate the energy of epochs with what was seen in them."""
    return []
