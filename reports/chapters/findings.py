"""What speaks against the data, or limits it."""

from reports.chapters.contract import Chapter, Findings, Text
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show all findings of the evidence and of the analysis."""
    found = view.results.findings
    nothing = Text("The analysis has nothing to remark.", "nothing")
    return Chapter("findings", "Findings", "Findings", [Findings(found) if found else nothing])
