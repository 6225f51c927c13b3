"""Values of the eco-label DE-UZ 215 (METHOD section 9)."""

from typing import Any

from analysis.scenarios import Group
from analysis.settings import AnalysisSettings
from records.results import Row


def ecolabel_rows(groups: list[Group], environment: dict[str, Any], settings: AnalysisSettings) -> list[Row]:
    """Return hardware utilisation by quantity and scenario; empty without an ``[ecolabel]`` section."""
    return []
