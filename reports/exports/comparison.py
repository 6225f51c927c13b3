"""A comparison as Markdown: for the summary of a CI job, or the text of a pull request."""

from pathlib import Path

from analysis.comparing.gate import Gate
from analysis.comparing.scenarios import Compared
from reports.exports.markdown import render_markdown
from reports.words.comparison_lines import figure_lines, sample_cells, sample_columns
from reports.words.gate import gate_words
from reports.words.program import program_lines
from reports.words.verdict import unit_of_compared, verdict_words


def append_summary(compared: Compared, gate: Gate | None, path: Path) -> None:
    """Append a comparison to a Markdown file, which several comparisons of a job may share.

    Args:
        compared: what came out.
        gate: with its limit, where one was given.
        path: the file, made if absent.

    Raises:
        OSError: it cannot be written.
    """
    with path.open("a", encoding="utf-8") as file:
        file.write(summary_of(compared, gate))


def summary_of(compared: Compared, gate: Gate | None) -> str:
    """Return a comparison as Markdown."""
    unit, sides = unit_of_compared(compared), (compared.a, compared.b)
    return render_markdown(
        "comparison.md",
        {
            "title": f"{compared.b.label} against {compared.a.label}: {compared.quantity.words}",
            "simulated": any(side.simulated for side in sides),
            "gate": None if gate is None else gate_words(gate, compared),
            "verdict": verdict_words(compared),
            "sample_columns": sample_columns(unit),
            "samples": [sample_cells(side.statistics, side.mean_u, unit) for side in sides],
            "figures": figure_lines(compared.row, unit),
            "remarks": [*compared.remarks, *program_lines(compared.program)],
            "refusals": compared.refusals,
        },
    )
