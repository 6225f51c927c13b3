"""The uncertainty budget, term by term."""

from reports.chapters.contract import Chapter
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show where the uncertainty of each result comes from."""
    return Chapter(
        "uncertainty",
        "Uncertainty budget",
        "Uncertainty",
        [],
        "there is nothing yet." if view.results else "",
    )
