"""Columns of what was found about an estimator and a meter, for `lab agree` and for trackers.

Rows have `records.rows.agreement.ComparedColumns`.
"""

from records.results import Row
from reports.blocks.columns import with_interval
from reports.blocks.tables import Column, text_column
from reports.words.numbers import ABSENT, finite, given, in_interval, interval, plain, probability


def totals_columns() -> tuple[Column, ...]:
    """Return ratio of the totals and calibration factor with their intervals."""
    return (
        *with_interval("Ratio of the totals", "total_ratio"),
        *with_interval("Calibration factor", "factor"),
    )


def error_column() -> Column:
    """Return the mean absolute percentage error."""
    return Column("MAPE", lambda row: plain(row.get("mape_pct"), 3), "%")


def equivalence_columns(margin: str) -> tuple[Column, ...]:
    """Return the test of equivalence and Lin's concordance.

    Args:
        margin: words for it, e.g. ``5 %``.
    """
    low, high = "equivalence_pct_low", "equivalence_pct_high"
    return (
        Column(
            "Mean difference",
            lambda row: in_interval(row.get("equivalence_pct"), row.get(low), row.get(high)),
            "%",
        ),
        Column("90 % interval", lambda row: interval(row.get(low), row.get(high)), "%"),
        Column("p", lambda row: probability(row.get("equivalence_p"))),
        text_column(f"Within {margin}", "equivalent", whole=True),
        *with_interval("Lin's concordance", "concordance"),
    )


def margin_words(rows: list[Row]) -> str:
    """Return the margins of equivalence of some rows, e.g. ``5 %``."""
    found = dict.fromkeys(margin for row in rows if (margin := finite(row.get("margin_pct"))) is not None)
    return " or ".join(f"{given(margin)} %" for margin in found) or "the margin"


def limits_columns(linear_unit: str) -> tuple[Column, ...]:
    """Return the limits of agreement as observed.

    Args:
        linear_unit: of the values, where differences are not in percent.
    """
    return (
        _unit_column(linear_unit),
        *with_interval("Mean difference", "mean_difference"),
        *with_interval("Lower limit", "lower"),
        *with_interval("Upper limit", "upper"),
        Column("p of growth", lambda row: probability(row.get("growth_p"))),
    )


def true_limits_columns(linear_unit: str) -> tuple[Column, ...]:
    """Return the limits with the meter's own scatter taken out; see `limits_columns`."""
    return (
        _unit_column(linear_unit),
        Column("Meter's share of the variance", _meter_share, "%"),
        *with_interval("Lower limit", "true_lower"),
        *with_interval("Upper limit", "true_upper"),
    )


def lines_columns(unit: str = "") -> tuple[Column, ...]:
    """Return Deming's and Passing and Bablok's line; intercepts are in ``unit``."""
    return (
        *with_interval("Deming slope", "deming_slope"),
        *with_interval("Intercept", "deming_intercept", unit),
        Column("Error ratio", lambda row: plain(row.get("error_ratio"), 3)),
        *with_interval("Passing-Bablok slope", "passing_bablok_slope"),
        *with_interval("Intercept", "passing_bablok_intercept", unit),
        Column("p of linearity", lambda row: probability(row.get("linearity_p"))),
    )


def _unit_column(linear_unit: str) -> Column:
    def show(row: Row) -> str:
        return "%" if row.get("scale") == "logarithmic" else linear_unit

    return Column("In", show, numeric=False, whole=True)


def _meter_share(row: Row) -> str:
    share = finite(row.get("meter_share"))
    return ABSENT if share is None else plain(100 * share, 2)
