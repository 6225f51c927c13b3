"""What published rules give of the same records."""

from reports.chapters.contract import Chapter
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show the values of the rule in force beside the default ones."""
    return Chapter("rules", "Published rule", "Rule", [], "there is nothing yet." if view.results else "")
