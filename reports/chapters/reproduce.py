"""How to cite the campaign, and how to compute it again."""

from reports.chapters.contract import Chapter
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show citation, identity and commands."""
    return Chapter(
        "reproduce", "Cite and reproduce", "Reproduce", [], "there is nothing yet." if view.results else ""
    )
