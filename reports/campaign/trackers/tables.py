"""Tables of the chapter on trackers."""

from records.results import Row
from reports.blocks.agreement_columns import (
    equivalence_columns,
    error_column,
    limits_columns,
    lines_columns,
    margin_words,
    totals_columns,
    true_limits_columns,
)
from reports.blocks.clouds import LIMITS_HOW
from reports.blocks.columns import with_interval, with_u
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.trackers.cost import own_cost_rows, where
from reports.campaign.view import View
from reports.words import notes
from reports.words.numbers import count, in_interval, interval, plain

_AGAINST = {"wall net": "the plug above the baseline", "gpu": "GPU power as sampled"}
_QUANTITIES = {"induced_wh": "induced energy / Wh", "duration_s": "duration / s"}
_EQUIVALENCE_HOW = (
    "Two one-sided t tests at 5 % that the mean difference lies within the margin (Schuirmann 1987): within "
    "is shown when its 90 % interval lies inside the margin, the opposite when it lies outside; otherwise "
    "neither is. Lin's concordance (1989, 2000) is one where all runs lie on the line of equality."
)


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


def limits_table(rows: list[Row]) -> Table:
    """Tabulate bias and limits of agreement as observed, of rows that have any."""
    columns = (*_heads(), *limits_columns("Wh"))
    return table("trackers-limits", "Tracker minus meter, as observed", columns, rows, source="agreement")


def true_limits_table(rows: list[Row]) -> Table:
    """Tabulate the limits of agreement without the meter's own scatter, of rows that have any."""
    return table(
        "trackers-true-limits",
        "Tracker minus meter, the meter's own scatter taken out",
        (*_heads(), *true_limits_columns("Wh")),
        rows,
        note=LIMITS_HOW,
        source="agreement",
    )


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
    )
    return table(
        "tracker-rows",
        "What the trackers said, run by run",
        columns,
        view.results.trackers,
        note=notes.tracker_note(view.results),
        source="trackers",
    )
