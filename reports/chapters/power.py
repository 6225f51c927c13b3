"""Power over time, down to the single reading."""

from reports.chapters.contract import Chapter
from reports.figures.power import power_sheet
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show every run's power, and what the hardware did meanwhile."""
    sheet = power_sheet(view)
    return Chapter("power", "Power over time", "Power", [sheet], sheet.absent)
