"""Columns that the tables of several chapters share."""

from collections.abc import Callable

from records.results import Row
from reports.blocks.tables import Column
from reports.words.numbers import in_interval, interval, measured, spread


def with_u(label: str, column: str, u_column: str, unit: str) -> Column:
    """Make a column of numbers shown to the place that their standard uncertainty allows."""
    return Column(label, lambda row: measured(row.get(column), row.get(u_column)), unit)


def spread_column(label: str, column: str, unit: str) -> Column:
    """Make a column of uncertainties or standard deviations, with two significant digits."""
    return Column(label, lambda row: spread(row.get(column)), unit)


def with_interval(
    label: str, column: str, unit: str = "", ends: str = "95 % interval"
) -> tuple[Column, Column]:
    """Make two columns of ``column``, ``column_low`` and ``column_high``: the number and its interval."""
    low, high = f"{column}_low", f"{column}_high"
    return (
        Column(label, lambda row: in_interval(row.get(column), row.get(low), row.get(high)), unit),
        Column(ends, lambda row: interval(row.get(low), row.get(high)), unit),
    )


def ends_of(low: str, high: str) -> Callable[[Row], str]:
    """Return what shows the interval between two columns, and says so where one run has none."""

    def show(row: Row) -> str:
        text = interval(row.get(low), row.get(high))
        return "n = 1: no interval" if text == "–" and row.get("n") == 1 else text

    return show


def scenario_words(row: Row) -> str:
    """Return ``cnn`` or ``cnn + codecarbon`` of a row with columns ``scenario`` and ``tracker``."""
    tracker = row.get("tracker")
    return f"{row.get('scenario')} + {tracker}" if tracker else str(row.get("scenario"))
