"""The three views of a tracker: as shown, induced on both sides, and by its structural line."""

from analysis.agreement.trackers import ALL
from analysis.agreement.views import INDUCED, STRUCTURAL
from records.rows.agreement import AgreementRow
from reports.blocks.agreement_columns import ratios_columns
from reports.blocks.columns import with_interval
from reports.blocks.contract import Block, Text
from reports.blocks.tables import Column, Columns, Table, columns_of_part, table, text_column
from reports.campaign.trackers.remarks import of_tracker, overall, tracker_names
from reports.campaign.trackers.tables import assessed_in
from reports.campaign.view import View
from reports.words.energy import EnergyUnit
from reports.words.numbers import ABSENT, count, in_interval, interval

_VIEWS = {
    "wall": "as shown",
    INDUCED: "induced on both sides",
    STRUCTURAL: "by its structural line",
}
_WHY_NOT = {
    INDUCED: "no idle run had it. Run an idle scenario with it to see what both say of the work alone.",
    STRUCTURAL: "it takes three scenarios, or four runs, whose powers clearly differ.",
}
_HOW = (
    "As shown: what the tracker reports against all that the plug delivers. Induced on both sides: both "
    "minus what each says of the idle runs with this tracker. Structural line: P(wall) = a + b P(tracker) in "
    "mean powers of the runs, by Deming; a is what the tracker does not see at any load, b the losses and "
    "parts in proportion to it. Its row compares the wall with the line that the other scenarios (or "
    "runs) give."
)


def views(view: View) -> list[Block]:
    """Tabulate the views of each tracker over all scenarios, and say which are missing and why."""
    rows = [row for name in tracker_names(view) for row in _of(view, name)]
    compared = [name for name in tracker_names(view) if overall(view, name) is not None]
    missing = [
        f"{name}, {_VIEWS[against]}: {why}"
        for name in compared
        for against, why in _WHY_NOT.items()
        if against not in {row.against for row in _of(view, name)}
    ]
    return [_table(rows, view.unit), *(Text(words, "small") for words in missing)]


def _of(view: View, tracker: str) -> list[AgreementRow]:
    rows = [*view.results.agreement, *view.results.agreement_scopes]
    chosen = [row for row in of_tracker(rows, tracker) if row.scenario == ALL and row.against in _VIEWS]
    return sorted(chosen, key=lambda row: list(_VIEWS).index(row.against))


def _table(rows: list[AgreementRow], unit: EnergyUnit) -> Table:
    columns: Columns[AgreementRow] = (
        text_column("Tracker", lambda row: row.tracker),
        text_column("View", lambda row: _VIEWS[row.against], whole=True),
        Column("n", lambda row: count(row.n)),
        with_interval(
            "Ratio of the totals",
            lambda row: (
                row.compared.total_ratio,
                row.compared.total_ratio_low,
                row.compared.total_ratio_high,
            ),
        ),
        columns_of_part(lambda row: assessed_in(row, unit), ratios_columns(unit.name)),
        text_column("Mean within the margin", lambda row: row.assessed.decision or ABSENT, whole=True),
        text_column("P(wall) in W", _line),
    )
    return table(
        "trackers-views",
        "Three views of each tracker, over all scenarios",
        columns,
        rows,
        note=_HOW,
        source="agreement_scopes",
    )


def _line(row: AgreementRow) -> str:
    if row.structural_slope is None:
        return ABSENT
    intercept = _with_ends(
        row.structural_intercept_w, row.structural_intercept_low_w, row.structural_intercept_high_w
    )
    slope = _with_ends(row.structural_slope, row.structural_slope_low, row.structural_slope_high)
    return f"{intercept} + {slope} × P(tracker)"


def _with_ends(value: float | None, low: float | None, high: float | None) -> str:
    return f"{in_interval(value, low, high)} {interval(low, high) if low is not None else ''}".strip()
