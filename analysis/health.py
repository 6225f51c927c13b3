"""Is the lab itself in order? The control workload on its chart (METHOD section 11)."""

from pathlib import Path
from typing import Any

from analysis.scenarios import Group
from analysis.settings import AnalysisSettings


def health_values(folder: Path, groups: list[Group], settings: AnalysisSettings) -> dict[str, Any]:
    """Return the control chart and its verdict; empty without a control workload."""
    return {}
