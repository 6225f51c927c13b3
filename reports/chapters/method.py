"""How the numbers were computed: the formulas and the rule in force."""

from reports import notes
from reports.chapters.contract import Block, Chapter, Heading, Lines, Text
from reports.environment import lines_of
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show the method in words and the settings of the analysis."""
    results = view.results
    targets = results.settings.get("target_val_accuracy") or {}
    known = {name: value for name, value in targets.items() if value is not None}
    settings = {"rule": results.rule, **results.settings, "target_val_accuracy": known}
    blocks: list[Block] = [
        Text(notes.window_note(results)),
        Text(notes.induced_note(results)),
        Text(notes.mean_note(results)),
        Heading("Settings of the analysis"),
        Lines("Settings of the analysis", lines_of(settings)),
    ]
    return Chapter("method", "Method", "Method", blocks)
