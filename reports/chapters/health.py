"""The control chart of the lab."""

from reports.chapters.contract import Chapter
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show whether the lab is what it was."""
    return Chapter("health", "Lab health", "Health", [], "there is nothing yet." if view.results else "")
