"""Energy efficiency: useful work per energy, and accuracy against the energy spent."""

from reports import notes
from reports.chapters.contract import Chapter
from reports.figures.efficiency import accuracy_sheet, efficiency_sheet
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show the efficiency factors of the chosen kinds of useful work."""
    efficiency = efficiency_sheet(view, notes.efficiency_note(view.results))
    accuracy = accuracy_sheet(view, notes.target_note(view.results))
    absent = "" if efficiency.panels or accuracy.panels else efficiency.absent
    return Chapter("efficiency", "Efficiency", "Efficiency", [efficiency, accuracy], absent)
