"""Tables of the chapter on trackers."""

from collections.abc import Sequence
from dataclasses import replace

from records.rows.agreement import AgreementRow, AssessmentColumns, ComparedColumns, TrackerRow
from records.rows.statistics import ComparisonRow
from reports.blocks.agreement_columns import (
    equivalence_columns,
    error_column,
    evidence_columns,
    limits_columns,
    lines_columns,
    margin_words,
    ratios_columns,
    totals_columns,
    true_limits_columns,
    weighted_columns,
)
from reports.blocks.clouds import LIMITS_HOW
from reports.blocks.columns import plain_column, with_interval, with_u
from reports.blocks.tables import Column, Columns, Table, columns_of_part, table, text_column
from reports.campaign.trackers.cost import own_cost_rows, where
from reports.campaign.view import View
from reports.words import notes
from reports.words.energy import WH, EnergyUnit, in_unit
from reports.words.numbers import ABSENT, count, interval, plain
from reports.words.verdict import unit_in

_AGAINST = {
    "wall net": "the plug above the baseline",
    "gpu": "GPU power as sampled",
    "cpu": "CPU counters",
    "ram": "memory counters",
}
_QUANTITIES = {"induced_wh": "induced energy", "duration_s": "duration"}
_COST_HOW = (
    "Within 1 %: two one-sided t tests at 5 % that what the tracker adds lies within 1 % of the mean without "
    "it, meter and baseline included; shown where the 90 % interval lies inside. It takes three runs of each."
)
_EQUIVALENCE_HOW = (
    "Two one-sided t tests at 5 % that the mean difference lies within the margin (Schuirmann 1987): within "
    "is shown when its 90 % interval lies inside the margin, the opposite when it lies outside; otherwise "
    "neither is. Lin's concordance (1989, 2000) is one where all runs lie on the line of equality."
)
_EVIDENCE_HOW = (
    "Within: the interval of the mean difference lies inside the margin, narrowed by the meter's own "
    "uncertainty (k = 2); outside: beyond the margin, widened by it (JCGM 106:2012). No verdict where that "
    "uncertainty exceeds a third of the margin. Line: Passing and Bablok's test. A scenario or run is named "
    "where slope or ratio of all lie outside the interval that the others give. Effective n: independent "
    "runs that would tell as much (Kish 1965)."
)


def _heads() -> Sequence[Column[AgreementRow]]:
    return (
        Column("Scenario", where, numeric=False),
        text_column("Tracker", lambda row: row.tracker),
        Column("n", lambda row: count(row.n)),
    )


def _compared(columns: Columns[ComparedColumns], unit: EnergyUnit = WH) -> Sequence[Column[AgreementRow]]:
    return columns_of_part(lambda row: in_unit(row.compared, unit), columns)


def _assessed(columns: Columns[AssessmentColumns], unit: EnergyUnit = WH) -> Sequence[Column[AgreementRow]]:
    return columns_of_part(lambda row: assessed_in(row, unit), columns)


def assessed_in(row: AgreementRow, unit: EnergyUnit) -> AssessmentColumns:
    """Return what may be concluded, with energies in a unit; percentages of a logarithmic scale stay."""
    shown = in_unit(row.assessed, unit)
    if row.compared.scale != "logarithmic":
        return shown
    same = row.assessed
    return replace(shown, tolerance_lower=same.tolerance_lower, tolerance_upper=same.tolerance_upper)


def agreement_table(view: View) -> Table:
    """Tabulate the ratio of the totals and the bias of each tracker, by scenario and over all."""
    columns: Columns[AgreementRow] = (
        _heads(),
        plain_column("Meter, gross", lambda row: row.meter_wh, view.unit),
        plain_column("Tracker", lambda row: row.tracker_wh, view.unit),
        _compared(totals_columns()),
        with_interval(
            "Bias per run", lambda row: (row.bias_wh, row.bias_low_wh, row.bias_high_wh), view.unit
        ),
        _compared([error_column()]),
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
    margin = margin_words(row.compared for row in view.results.agreement)
    return table(
        "trackers-equivalence",
        f"Equivalence within {margin} of the meter, and concordance",
        (_heads(), _compared(equivalence_columns(margin))),
        view.results.agreement,
        note=_EQUIVALENCE_HOW,
        source="agreement",
    )


def evidence_table(view: View) -> Table:
    """Tabulate the verdict on the mean with its guard band, and what single groups do to the result."""
    return table(
        "trackers-evidence",
        "Mean within the margin, and what the result rests on",
        (_heads(), _assessed(evidence_columns())),
        view.results.agreement,
        note=_EVIDENCE_HOW,
        source="agreement",
    )


def ratios_table(view: View) -> Table:
    """Tabulate the ratio of single runs with its limits, and where 95 % of all runs lie."""
    return table(
        "trackers-ratios",
        "Ratio of single runs, and the interval that holds 95 % of all runs at 95 % confidence",
        (_heads(), _assessed(ratios_columns(view.unit.name), view.unit)),
        view.results.agreement,
        source="agreement",
    )


def scopes_table(view: View) -> Table:
    """Tabulate the tracker against what lies nearer to its scope: the wall net of the baseline, the GPU."""
    columns: Columns[AgreementRow] = (
        _heads(),
        Column("Against", lambda row: _AGAINST.get(row.against, "–"), numeric=False, whole=True),
        plain_column("Measured", lambda row: row.reference_wh, view.unit),
        plain_column("Tracker", lambda row: row.tracker_wh, view.unit),
        _compared(totals_columns()),
        text_column("Equivalent", lambda row: row.compared.equivalent, whole=True),
    )
    return table(
        "trackers-scopes",
        "Nearer to its scope; energies summed over the runs",
        columns,
        [row for row in view.results.agreement_scopes if row.against in _AGAINST],
        note=notes.TRACKER_NOTE,
        nothing="No baseline and no sampled GPU power to set it against.",
        source="agreement_scopes",
    )


def limits_table(rows: list[AgreementRow], unit: EnergyUnit) -> Table:
    """Tabulate bias and limits of agreement as observed, of rows that have any."""
    columns = (_heads(), _compared(limits_columns(unit.name), unit))
    return table("trackers-limits", "Tracker minus meter, as observed", columns, rows, source="agreement")


def true_limits_table(rows: list[AgreementRow], unit: EnergyUnit) -> Table:
    """Tabulate the limits of agreement without the meter's own scatter, of rows that have any."""
    return table(
        "trackers-true-limits",
        "Tracker minus meter, the meter's own scatter taken out",
        (_heads(), _compared(true_limits_columns(unit.name), unit)),
        rows,
        note=LIMITS_HOW,
        source="agreement",
    )


def lines_table(view: View) -> Table | None:
    """Tabulate the lines through the runs; ``None`` where there is none."""
    rows = [
        row
        for row in view.results.agreement
        if row.compared.deming_slope is not None or row.compared.passing_bablok_slope is not None
    ]
    if not rows:
        return None
    unit = view.unit
    return table(
        "trackers-lines",
        "Tracker = intercept + slope × meter",
        (_heads(), _compared(lines_columns(unit.name), unit), _assessed(weighted_columns(unit.name), unit)),
        rows,
        source="agreement",
    )


def _quantity_words(view: View, row: ComparisonRow) -> str:
    words = _QUANTITIES.get(row.quantity)
    return ABSENT if words is None else f"{words} / {unit_in(row.quantity, view.unit).name}"


def cost_table(view: View) -> Table:
    """Tabulate the scenarios with a tracker minus the same without it."""
    columns: Columns[ComparisonRow] = (
        Column("Scenario", lambda row: view.name_of(row.b), numeric=False),
        Column("Quantity", lambda row: _quantity_words(view, row), numeric=False),
        Column("n without", lambda row: count(row.n_a)),
        Column("n with", lambda row: count(row.n_b)),
        Column("Without", lambda row: plain(row.mean_a)),
        Column("With", lambda row: plain(row.mean_b)),
        with_interval("Difference", lambda row: (row.difference, row.difference_low, row.difference_high)),
        Column("Ratio", lambda row: plain(row.ratio)),
        Column(
            "Cost, 90 % interval",
            lambda row: interval(row.equivalence_low_pct, row.equivalence_high_pct),
            "%",
        ),
        Column("Within 1 %", lambda row: row.equivalent or ABSENT, numeric=False),
        Column("p", lambda row: plain(row.equivalence_p, 2)),
    )
    return table(
        "trackers-cost-rows",
        "With the tracker minus without it",
        columns,
        [in_unit(row, view.unit) for row in own_cost_rows(view)],
        note=_COST_HOW,
        source="comparisons",
    )


def trackers_table(view: View) -> Table:
    """Tabulate what each tracker said of each run, and what the meter said of the same window."""
    columns: Columns[TrackerRow] = (
        Column("Run", lambda row: count(row.slot), numeric=False),
        Column("Scenario", lambda row: row.scenario, numeric=False),
        Column("Tracker", lambda row: f"{row.tracker} {row.version}", numeric=False),
        text_column("Scope", lambda row: row.scope, whole=True),
        plain_column("Tracker", lambda row: row.energy_wh, view.unit),
        plain_column("CPU", lambda row: row.cpu_wh, view.unit),
        plain_column("GPU", lambda row: row.gpu_wh, view.unit),
        plain_column("RAM", lambda row: row.ram_wh, view.unit),
        with_u("Meter", lambda row: (row.meter_wh, row.meter_u_wh), view.unit),
        with_u("Meter, net", lambda row: (row.meter_net_wh, row.meter_net_u_wh), view.unit),
        plain_column("GPU sampled", lambda row: row.collector_gpu_wh, view.unit),
        plain_column("Tracker − meter", lambda row: row.error_wh, view.unit),
        Column("Tracker / meter", lambda row: plain(row.ratio, 3)),
    )
    return table(
        "tracker-rows",
        "Tracker output, run by run",
        columns,
        view.results.trackers,
        note=notes.TRACKER_NOTE,
        source="trackers",
    )
