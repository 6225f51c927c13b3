"""Columns of what was found about an estimator and a meter, for `lab agree` and for trackers.

`reports.blocks.tables.columns_of_part` makes them columns of the rows that hold it.
"""

from collections.abc import Iterable

from records.rows.agreement import ComparedColumns
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
        text_column(f"Within {margin}", lambda row: row.equivalent, whole=True),
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
        Column("p of growth", lambda row: probability(row.growth_p)),
    )


def true_limits_columns(linear_unit: str) -> Columns[ComparedColumns]:
    """Return the limits with the meter's own scatter taken out; see `limits_columns`."""
    return (
        _unit_column(linear_unit),
        Column("Meter's share of the variance", _meter_share, "%"),
        with_interval("Lower limit", lambda row: (row.true_lower, row.true_lower_low, row.true_lower_high)),
        with_interval("Upper limit", lambda row: (row.true_upper, row.true_upper_low, row.true_upper_high)),
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
        Column("p of linearity", lambda row: probability(row.linearity_p)),
    )


def _unit_column(linear_unit: str) -> Column[ComparedColumns]:
    def show(row: ComparedColumns) -> str:
        return "%" if row.scale == "logarithmic" else linear_unit

    return Column("In", show, numeric=False, whole=True)


def _meter_share(row: ComparedColumns) -> str:
    return ABSENT if row.meter_share is None else plain(100 * row.meter_share, 2)
