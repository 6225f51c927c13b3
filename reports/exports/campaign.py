"""The answer of a campaign as Markdown: for an issue, a pull request or the summary of a CI job."""

from records.findings import LEVEL_WORDS
from records.results import Results
from reports.blocks.findings import findings_block
from reports.campaign.first_screen.summary import summary_of
from reports.campaign.view import view_of
from reports.exports.markdown import render_markdown


def campaign_markdown(results: Results) -> str:
    """Return the answer, the table of scenarios and the findings, one line per code."""
    view = view_of(results)
    summary = summary_of(view)
    findings = [
        {"level": LEVEL_WORDS[row.level], "code": row.code, "where": row.where, "message": row.message}
        for row in findings_block(results.findings).entries
    ]
    sentences = [*summary.trackers, *summary.calls, *summary.smells, *summary.stand_ins]
    return render_markdown(
        "campaign.md",
        {"summary": summary, "simulated": view.simulated, "findings": findings, "sentences": sentences},
    )
