"""Columns of what was found about an estimator and a meter, for `lab agree` and for trackers.

`reports.blocks.tables.columns_of_part` makes them columns of the rows that hold it.
"""

from collections.abc import Iterable

from records.rows.agreement import AssessmentColumns, ComparedColumns
from reports.blocks.columns import with_interval
from reports.blocks.tables import Column, Columns, text_column
from reports.words.numbers import ABSENT, given, plain, probability


def totals_columns() -> Columns[ComparedColumns]:
    """Return ratio of the totals and calibration factor with their intervals."""
    return (
        with_interval(
            "Ratio of the totals", lambda row: (row.total_ratio, row.total_ratio_low, row.total_ratio_high)
        ),
        with_interval("Calibration factor", lambda row: (row.factor, row.factor_low, row.factor_high)),
    )


def error_column() -> Column[ComparedColumns]:
    """Return the mean absolute percentage error."""
    return Column("MAPE", lambda row: plain(row.mape_pct, 3), "%")


def equivalence_columns(margin: str) -> Columns[ComparedColumns]:
    """Return the test of equivalence and Lin's concordance.

    Args:
        margin: words for it, e.g. ``5 %``.
    """
    return (
        with_interval(
            "Mean difference",
            lambda row: (row.equivalence_pct, row.equivalence_pct_low, row.equivalence_pct_high),
            "%",
            "90 % interval",
        ),
        Column("p", lambda row: probability(row.equivalence_p)),
        text_column(f"Tests alone: within {margin}", lambda row: row.equivalent, whole=True),
        with_interval(
            "Lin's concordance", lambda row: (row.concordance, row.concordance_low, row.concordance_high)
        ),
    )


def margin_words(rows: Iterable[ComparedColumns]) -> str:
    """Return the margins of equivalence of some rows, e.g. ``5 %``."""
    margins = dict.fromkeys(row.margin_pct for row in rows)
    return " or ".join(f"{given(margin)} %" for margin in margins) or "the margin"


def limits_columns(linear_unit: str) -> Columns[ComparedColumns]:
    """Return the limits of agreement as observed.

    Args:
        linear_unit: of the values, where differences are not in percent.
    """
    return (
        _unit_column(linear_unit),
        with_interval(
            "Mean difference",
            lambda row: (row.mean_difference, row.mean_difference_low, row.mean_difference_high),
        ),
        with_interval("Lower limit", lambda row: (row.lower, row.lower_low, row.lower_high)),
        with_interval("Upper limit", lambda row: (row.upper, row.upper_low, row.upper_high)),
        Column("proportional bias, p", lambda row: probability(row.growth_p)),
    )


def true_limits_columns(linear_unit: str) -> Columns[ComparedColumns]:
    """Return the limits with the meter's own scatter taken out; see `limits_columns`."""
    return (
        _unit_column(linear_unit),
        Column("Meter's share of the variance", _meter_share, "%"),
        with_interval("Lower limit", lambda row: (row.true_lower, row.true_lower_low, row.true_lower_high)),
        with_interval("Upper limit", lambda row: (row.true_upper, row.true_upper_low, row.true_upper_high)),
    )


def ratios_columns(linear_unit: str) -> Columns[AssessmentColumns]:
    """Return the ratio of single rows with its limits, and the tolerance interval in ``linear_unit`` or %."""
    return (
        with_interval(
            "Geometric ratio",
            lambda row: (row.geometric_ratio, row.geometric_ratio_low, row.geometric_ratio_high),
        ),
        with_interval(
            "Lower limit", lambda row: (row.ratio_lower, row.ratio_lower_low, row.ratio_lower_high)
        ),
        with_interval(
            "Upper limit", lambda row: (row.ratio_upper, row.ratio_upper_low, row.ratio_upper_high)
        ),
        Column("95 % of all rows, from", lambda row: plain(row.tolerance_lower, 3), f"{linear_unit} or %"),
        Column("to", lambda row: plain(row.tolerance_upper, 3)),
    )


def evidence_columns() -> Columns[AssessmentColumns]:
    """Return verdict, linearity, what a single group does to the result, and how much the rows tell."""
    return (
        text_column("Mean within the margin", lambda row: row.decision or ABSENT, whole=True),
        text_column("Because", lambda row: row.decision_reason or ABSENT),
        text_column("Line", lambda row: row.linearity or ABSENT, whole=True),
        text_column("Depends on", lambda row: row.influential or ABSENT),
        text_column("Left out", lambda row: row.most_influential or ABSENT),
        Column("Slope without it", lambda row: plain(row.slope_without, 3)),
        Column("Ratio without it", lambda row: plain(row.ratio_without, 3)),
        Column("Design effect", lambda row: plain(row.design_effect, 3)),
        Column("Effective n", lambda row: plain(row.effective_n, 3)),
    )


def weighted_columns(unit: str = "") -> Columns[AssessmentColumns]:
    """Return Deming's line weighted by the level; its intercept is in ``unit``."""
    return (
        with_interval(
            "Weighted slope",
            lambda row: (row.weighted_slope, row.weighted_slope_low, row.weighted_slope_high),
        ),
        with_interval(
            "Intercept",
            lambda row: (row.weighted_intercept, row.weighted_intercept_low, row.weighted_intercept_high),
            unit,
        ),
        text_column("Line", lambda row: row.linearity or ABSENT, whole=True),
    )


def lines_columns(unit: str = "") -> Columns[ComparedColumns]:
    """Return Deming's and Passing and Bablok's line; intercepts are in ``unit``."""
    return (
        with_interval(
            "Deming slope", lambda row: (row.deming_slope, row.deming_slope_low, row.deming_slope_high)
        ),
        with_interval(
            "Intercept",
            lambda row: (row.deming_intercept, row.deming_intercept_low, row.deming_intercept_high),
            unit,
        ),
        Column("Error ratio", lambda row: plain(row.error_ratio, 3)),
        with_interval(
            "Passing-Bablok slope",
            lambda row: (
                row.passing_bablok_slope,
                row.passing_bablok_slope_low,
                row.passing_bablok_slope_high,
            ),
        ),
        with_interval(
            "Intercept",
            lambda row: (
                row.passing_bablok_intercept,
                row.passing_bablok_intercept_low,
                row.passing_bablok_intercept_high,
            ),
            unit,
        ),
        Column("linearity, p", lambda row: probability(row.linearity_p)),
    )


def _unit_column(linear_unit: str) -> Column[ComparedColumns]:
    def show(row: ComparedColumns) -> str:
        return "%" if row.scale == "logarithmic" else linear_unit

    return Column("In", show, numeric=False, whole=True)


def _meter_share(row: ComparedColumns) -> str:
    return ABSENT if row.meter_share is None else plain(100 * row.meter_share, 2)
