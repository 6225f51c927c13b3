"""Software trackers against the meter."""

import json
from typing import Any

from records.results import Row
from reports import notes
from reports.chapters.agreement_columns import (
    equivalence_columns,
    error_column,
    limits_columns,
    lines_columns,
    margin_words,
    totals_columns,
    true_limits_columns,
)
from reports.chapters.columns import with_interval, with_u
from reports.chapters.contract import Block, Chapter, Heading, Lines, Text, Tone
from reports.chapters.tracker_remarks import (
    of_tracker,
    overall,
    remarks,
    scope_words,
    tracker_names,
    verdict_words,
)
from reports.environment import lines_of
from reports.figures.clouds import LIMITS_HOW
from reports.figures.tracker_clouds import bland_altman_sheet, regression_sheet
from reports.figures.tracker_ratios import ratio_sheet
from reports.figures.tracker_scope import scope_sheet
from reports.figures.trackers import cost_sheet, own_cost_rows, where
from reports.numbers import count, in_interval, interval, plain
from reports.tables import Column, Table, table, text_column
from reports.view import View

_TONES: dict[str, Tone] = {"yes": "good", "no": "warn"}
_AGAINST = {"wall net": "the plug above the baseline", "gpu": "GPU power as sampled"}
_QUANTITIES = {"induced_wh": "induced energy / Wh", "duration_s": "duration / s"}
_EQUIVALENCE_HOW = (
    "Two one-sided t tests at 5 % that the mean difference lies within the margin (Schuirmann 1987): within "
    "is shown when its 90 % interval lies inside the margin, the opposite when it lies outside; otherwise "
    "neither is. Lin's concordance (1989, 2000) is one where all runs lie on the line of equality."
)
_COST_HOW = (
    "Mean of the runs with the tracker minus mean of the runs of the same scenario without it; Welch's t "
    "(Welch 1947; degrees of freedom after Satterthwaite 1946). The meter's gain acts on the difference only."
)


def chapter(view: View) -> Chapter:
    """Show how far each tracker was from the meter, why, and what it cost."""
    if not view.results.trackers:
        return Chapter("trackers", "Software trackers", "Trackers", [], "no run had a tracker.")
    names = tracker_names(view)
    blocks: list[Block] = [block for name in names for block in _answer(view, name)]
    blocks += [
        ratio_sheet(view, notes.tracker_note(view.results), agreement_table(view)),
        equivalence_table(view),
        Heading("Where it is off, and why"),
        *(block for name in names for block in _remarks(view, name, len(names) > 1)),
        scope_sheet(view),
        scopes_table(view),
        Heading("Run by run: difference and limits of agreement"),
        *_limits(view),
        Heading("Run by run: estimated over measured"),
        regression_sheet(view, lines_table(view)),
        Heading("What the tracker itself costs"),
        Text(cost_words(view)),
        cost_sheet(view, _COST_HOW, cost_table(view)),
        Heading("What the trackers said"),
        trackers_table(view),
        *settings_blocks(view, names),
    ]
    return Chapter("trackers", "Software trackers", "Trackers", blocks)


def _answer(view: View, tracker: str) -> list[Block]:
    tone = _TONES.get(str(overall(view, tracker).get("equivalent")), "")
    return [Text(verdict_words(view, tracker), tone), Text(scope_words(view, tracker))]


def _remarks(view: View, tracker: str, several: bool) -> list[Block]:
    found = remarks(view, tracker) or ["The numbers tell no cause."]
    return [Text(f"{tracker}: {words}" if several else words) for words in found]


def _heads() -> tuple[Column, ...]:
    return (
        Column("Scenario", where, numeric=False),
        text_column("Tracker", "tracker"),
        Column("n", lambda row: count(row.get("n"))),
    )


def agreement_table(view: View) -> Table:
    """Tabulate the ratio of the totals and the bias of each tracker, by scenario and over all."""
    columns = (
        *_heads(),
        Column("Meter, gross", lambda row: plain(row.get("meter_wh")), "Wh"),
        Column("Tracker", lambda row: plain(row.get("tracker_wh")), "Wh"),
        *totals_columns(),
        Column(
            "Bias per run",
            lambda row: in_interval(row.get("bias_wh"), row.get("bias_low_wh"), row.get("bias_high_wh")),
            "Wh",
        ),
        Column("95 % interval", lambda row: interval(row.get("bias_low_wh"), row.get("bias_high_wh")), "Wh"),
        error_column(),
    )
    return table(
        "trackers-agreement",
        "Against the wall, gross; energies summed over the runs",
        columns,
        view.results.agreement,
        source="agreement",
    )


def equivalence_table(view: View) -> Table:
    """Tabulate whether each tracker is shown to be within the margin."""
    margin = margin_words(view.results.agreement)
    return table(
        "trackers-equivalence",
        f"Equivalence within {margin} of the meter, and concordance",
        (*_heads(), *equivalence_columns(margin)),
        view.results.agreement,
        note=_EQUIVALENCE_HOW,
        source="agreement",
    )


def scopes_table(view: View) -> Table:
    """Tabulate the tracker against what lies nearer to its scope: the wall net of the baseline, the GPU."""
    columns = (
        *_heads(),
        Column("Against", lambda row: _AGAINST.get(str(row.get("against")), "–"), numeric=False, whole=True),
        Column("Measured", lambda row: plain(row.get("reference_wh")), "Wh"),
        Column("Tracker", lambda row: plain(row.get("tracker_wh")), "Wh"),
        *totals_columns(),
        text_column("Equivalent", "equivalent", whole=True),
    )
    return table(
        "trackers-scopes",
        "Nearer to its scope; energies summed over the runs",
        columns,
        view.results.agreement_scopes,
        note=notes.tracker_note(view.results),
        nothing="No baseline and no sampled GPU power to set it against.",
        source="agreement_scopes",
    )


def _limits(view: View) -> list[Block]:
    rows = [row for row in view.results.agreement if row.get("lower") is not None]
    sheet = bland_altman_sheet(view, limits_table(rows))
    if not rows:
        few = "No limits of agreement: they need three runs of a scenario, or three scenarios."
        return [sheet, Text(few, "nothing")]
    without = table(
        "trackers-true-limits",
        "Tracker minus meter, the meter's own scatter taken out",
        (*_heads(), *true_limits_columns("Wh")),
        rows,
        note=LIMITS_HOW,
        source="agreement",
    )
    return [sheet, without]


def limits_table(rows: list[Row]) -> Table:
    """Tabulate bias and limits of agreement as observed, of rows that have any."""
    columns = (*_heads(), *limits_columns("Wh"))
    return table("trackers-limits", "Tracker minus meter, as observed", columns, rows, source="agreement")


def lines_table(view: View) -> Table:
    """Tabulate the lines through the runs."""
    slopes = ("deming_slope", "passing_bablok_slope")
    rows = [r for r in view.results.agreement if any(r.get(slope) is not None for slope in slopes)]
    return table(
        "trackers-lines",
        "Tracker = intercept + slope × meter",
        (*_heads(), *lines_columns("Wh")),
        rows,
        source="agreement",
    )


def cost_words(view: View) -> str:
    """Say whether a cost of the tracker is shown; that none is shown does not mean that there is none."""
    rows = [row for row in own_cost_rows(view) if row.get("quantity") == "induced_wh"]
    known = [row for row in rows if row.get("difference_low") is not None]
    if not known:
        return (
            "What it costs to run the tracker is not known: no scenario has two runs with and two without it."
        )
    shown = [view.name_of(str(r["b"])) for r in known if r["difference_low"] > 0 or r["difference_high"] < 0]
    if not shown:
        return (
            "No cost in energy is shown: all intervals hold zero. That it costs nothing is not shown either."
        )
    return f"A difference in induced energy is shown for {', '.join(shown)}, of {len(known)} compared."


def cost_table(view: View) -> Table:
    """Tabulate the scenarios with a tracker minus the same without it."""
    columns = (
        Column("Scenario", lambda row: view.name_of(str(row.get("b"))), numeric=False),
        Column("Quantity", lambda row: _QUANTITIES.get(str(row.get("quantity")), "–"), numeric=False),
        Column("n without", lambda row: count(row.get("n_a"))),
        Column("n with", lambda row: count(row.get("n_b"))),
        Column("Without", lambda row: plain(row.get("mean_a"))),
        Column("With", lambda row: plain(row.get("mean_b"))),
        *with_interval("Difference", "difference"),
        Column("Ratio", lambda row: plain(row.get("ratio"))),
    )
    return table(
        "trackers-cost-rows",
        "With the tracker minus without it",
        columns,
        own_cost_rows(view),
        source="comparisons",
    )


def settings_blocks(view: View, names: list[str]) -> list[Block]:
    """Show what each tracker said of how it estimates; what changed from run to run is said to vary."""
    blocks: list[Block] = []
    for name in names:
        found = [_parsed(row) for row in of_tracker(view.results.trackers, name)]
        keys = dict.fromkeys(key for settings in found for key in settings)
        common: Row = {}
        for key in keys:
            values = [settings.get(key) for settings in found]
            common[key] = values[0] if all(value == values[0] for value in values) else "varies, see the runs"
        if common:
            blocks += [Text(f"Settings of {name}:"), Lines(f"Settings of {name}", lines_of(common))]
    return blocks


def _parsed(row: Row) -> dict[str, Any]:
    try:
        settings = json.loads(str(row.get("settings") or "{}"))
    except ValueError:  # foreign text: the table of the runs shows it as it is
        return {}
    return settings if isinstance(settings, dict) else {}


def trackers_table(view: View) -> Table:
    """Tabulate what each tracker said of each run, and what the meter said of the same window."""
    columns = (
        Column("Run", lambda row: count(row.get("slot")), numeric=False),
        Column("Scenario", lambda row: str(row.get("scenario")), numeric=False),
        Column("Tracker", lambda row: f"{row.get('tracker')} {row.get('version') or ''}", numeric=False),
        text_column("Scope", "scope", whole=True),
        Column("Tracker", lambda row: plain(row.get("energy_wh")), "Wh"),
        Column("CPU", lambda row: plain(row.get("cpu_wh")), "Wh"),
        Column("GPU", lambda row: plain(row.get("gpu_wh")), "Wh"),
        Column("RAM", lambda row: plain(row.get("ram_wh")), "Wh"),
        with_u("Meter", "meter_wh", "meter_u_wh", "Wh"),
        with_u("Meter, net", "meter_net_wh", "meter_net_u_wh", "Wh"),
        Column("GPU sampled", lambda row: plain(row.get("collector_gpu_wh")), "Wh"),
        Column("Tracker − meter", lambda row: plain(row.get("error_wh")), "Wh"),
        Column("Tracker / meter", lambda row: plain(row.get("ratio"), 3)),
        text_column("Settings", "settings"),
    )
    return table(
        "tracker-rows",
        "What the trackers said, run by run",
        columns,
        view.results.trackers,
        note=notes.tracker_note(view.results),
        source="trackers",
    )
