"""Scenarios against each other: which is better, by how much, how certain."""

from reports.chapters.contract import Chapter
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show all comparisons of scenarios."""
    return Chapter(
        "comparisons",
        "Comparison of the scenarios",
        "Comparison",
        [],
        "there is nothing yet." if view.results else "",
    )
