"""Energy per API call, where calls were recorded."""

from reports.chapters.contract import Chapter
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show the calls by name."""
    return Chapter("calls", "API calls", "Calls", [], "there is nothing yet." if view.results else "")
