"""Software trackers against the meter."""

import json
from typing import Any

from analysis.comparing.verdict import is_significant, verdict_of
from records.rows.agreement import TrackerRow
from reports.blocks.contract import Block, Chapter, Heading, Lines, Text, Tone, folds
from reports.campaign.trackers.clouds import bland_altman_sheet, regression_sheet
from reports.campaign.trackers.cost import cost_sheet, own_cost_rows
from reports.campaign.trackers.epochs import epoch_blocks
from reports.campaign.trackers.outcomes import outcomes_table, own_cpu_table
from reports.campaign.trackers.ratios import ratio_sheet
from reports.campaign.trackers.remarks import (
    decision_of,
    of_tracker,
    overall,
    remarks,
    scope_words,
    tracker_names,
    verdict_words,
)
from reports.campaign.trackers.scope import scope_sheet
from reports.campaign.trackers.split import split_sheet
from reports.campaign.trackers.tables import (
    agreement_table,
    cost_table,
    equivalence_table,
    evidence_table,
    limits_table,
    lines_table,
    ratios_table,
    scopes_table,
    trackers_table,
    true_limits_table,
)
from reports.campaign.trackers.views import views
from reports.campaign.view import View
from reports.words import notes
from reports.words.environment import lines_of

_TONES: dict[str, Tone] = {"within": "good", "yes": "good", "outside": "warn", "no": "warn"}
_COST_HOW = (
    "Mean of the runs with the tracker minus mean of the runs of the same scenario without it, compared as "
    "any two scenarios are: paired by block where the plan interleaves them, by Welch's t test where not. "
    "The meter's gain acts on the difference only."
)


def chapter(view: View) -> Chapter:
    """Show how far each tracker was from the meter, why, and what it cost."""
    if not view.results.trackers:
        return Chapter("trackers", "Software trackers", "Trackers", [], "no run had a tracker.")
    names = tracker_names(view)
    blocks: list[Block] = [block for name in names for block in _answer(view, name)]
    blocks += [
        *(block for block in (outcomes_table(view),) if block is not None),
        ratio_sheet(view, notes.TRACKER_NOTE, agreement_table(view)),
        equivalence_table(view),
        evidence_table(view),
        *views(view),
        Heading("Where it is off, and why"),
        *(block for name in names for block in _remarks(view, name, len(names) > 1)),
        split_sheet(view),
        scope_sheet(view),
        scopes_table(view),
        Heading("Run by run: difference and limits of agreement"),
        *_limits(view),
        ratios_table(view),
        Heading("Run by run: estimated over measured"),
        regression_sheet(view, lines_table(view)),
        *epoch_blocks(view),
        Heading("What the tracker itself costs"),
        Text(cost_words(view)),
        cost_sheet(view, _COST_HOW, cost_table(view)),
        *(block for block in (own_cpu_table(view),) if block is not None),
        *folds([Heading("Tracker output"), trackers_table(view), *settings_blocks(view, names)]),
    ]
    return Chapter("trackers", "Software trackers", "Trackers", blocks)


def _answer(view: View, tracker: str) -> list[Block]:
    row = overall(view, tracker)
    tone: Tone = "" if row is None else _TONES.get(decision_of(row), "")
    answer: list[Block] = [Text(verdict_words(view, tracker), tone)]
    claims = [row.energy_wh for row in of_tracker(view.results.trackers, tracker)]
    if any(claim is not None for claim in claims):
        answer.append(Text(scope_words(view, tracker)))
    return answer


def _remarks(view: View, tracker: str, several: bool) -> list[Block]:
    nothing = [] if overall(view, tracker) is None else ["The data do not indicate a cause."]
    sentences = remarks(view, tracker) or nothing
    return [Text(f"{tracker}: {words}" if several else words) for words in sentences]


def _limits(view: View) -> list[Block]:
    rows = [row for row in view.results.agreement if row.compared.lower is not None]
    sheet = bland_altman_sheet(view, limits_table(rows, view.unit) if rows else None)
    if not rows:
        few = "No limits of agreement: they need three runs of a scenario, or three scenarios."
        return [sheet, Text(few, "nothing")]
    return [sheet, true_limits_table(rows, view.unit)]


def cost_words(view: View) -> str:
    """Say for which scenarios running the tracker changes the energy."""
    rows = [row for row in own_cost_rows(view) if row.quantity == "induced_wh"]
    tested = [row for row in rows if verdict_of(row) != "untested"]
    if not tested:
        return (
            "What it costs to run the tracker is not known: no scenario has three runs with and three "
            "without it."
        )
    found = [view.name_of(row.b) for row in tested if is_significant(row)]
    nothing = [view.name_of(row.b) for row in tested if row.equivalent == "yes"]
    if not found and len(nothing) == len(tested):
        return "No cost in energy: shown to be within 1 % of the energy without it, in every scenario."
    if not found:
        shown = f"; shown to be within 1 % for {', '.join(nothing)}" if nothing else ""
        return (
            f"No cost in energy detected (not significant at 95 %{shown}). That does not show that it costs "
            f"nothing."
        )
    return (
        f"The difference in induced energy is significant at 95 % for {', '.join(found)}, of {len(tested)} "
        f"compared."
    )


def settings_blocks(view: View, names: list[str]) -> list[Block]:
    """Show what each tracker said of how it estimates, and name what changed from run to run."""
    blocks: list[Block] = []
    for name in names:
        each = [_parsed(row) for row in of_tracker(view.results.trackers, name)]
        keys = dict.fromkeys(key for settings in each for key in settings)
        common: dict[str, Any] = {}
        for key in keys:
            values = [settings.get(key) for settings in each]
            if all(value == values[0] for value in values):
                common[key] = values[0]
        vary = [name for name, _ in lines_of({key: "" for key in keys if key not in common})]
        if common:
            blocks += [Text(f"Settings of {name}:"), Lines(f"Settings of {name}", lines_of(common))]
        if vary:
            blocks.append(
                Text(f"Not the same in all runs: {', '.join(vary)}. CSV and JSON above have them.", "small")
            )
    return blocks


def _parsed(row: TrackerRow) -> dict[str, Any]:
    try:
        settings = json.loads(row.settings or "{}")
    except ValueError:  # foreign text, which the results have as it is
        return {}
    return settings if isinstance(settings, dict) else {}
