"""Values of the eco-label DE-UZ 215."""

from reports.chapters.contract import Chapter
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show the sheet of the eco-label."""
    return Chapter(
        "ecolabel", "Eco-label DE-UZ 215", "DE-UZ 215", [], "there is nothing yet." if view.results else ""
    )
