"""Values and proofs after ISO/IEC 14756."""

from reports.chapters.contract import Chapter
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show ratings, software efficiency and the three proofs."""
    return Chapter(
        "iso14756", "ISO/IEC 14756", "ISO 14756", [], "there is nothing yet." if view.results else ""
    )
