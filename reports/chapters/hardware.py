"""What the hardware did, as the collectors recorded it."""

from reports.chapters.contract import Chapter
from reports.figures.hardware import hardware_sheet
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show the means of all hardware indicators."""
    sheet = hardware_sheet(view)
    return Chapter("hardware", "Hardware usage", "Hardware", [sheet], sheet.absent)
