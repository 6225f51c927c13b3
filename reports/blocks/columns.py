"""Columns that the tables of several chapters share."""

from collections.abc import Callable, Sequence
from typing import Protocol

from reports.blocks.tables import Column, R
from reports.words.numbers import in_interval, interval, measured, spread

Number = float | None
Ends = tuple[Number, Number]
WithEnds = tuple[Number, Number, Number]
"""A number and the ends of its interval."""


class OfScenario(Protocol):
    """A row that names a scenario and perhaps a tracker."""

    @property
    def scenario(self) -> str:
        """Name of the scenario."""

    @property
    def tracker(self) -> str | None:
        """Name of the tracker."""


def with_u(label: str, of: Callable[[R], tuple[Number, Number]], unit: str) -> Column[R]:
    """Make a column of numbers shown to the place that their standard uncertainty, the second one, allows."""
    return Column(label, lambda row: measured(*of(row)), unit)


def spread_column(label: str, of: Callable[[R], Number], unit: str) -> Column[R]:
    """Make a column of uncertainties or standard deviations, with two significant digits."""
    return Column(label, lambda row: spread(of(row)), unit)


def with_interval(
    label: str, of: Callable[[R], WithEnds], unit: str = "", ends: str = "95 % interval"
) -> Sequence[Column[R]]:
    """Make two columns: the number and its interval."""
    return (
        Column(label, lambda row: in_interval(*of(row)), unit),
        Column(ends, lambda row: interval(*of(row)[1:]), unit),
    )


def scenario_words(row: OfScenario) -> str:
    """Return ``cnn`` or ``cnn + codecarbon``."""
    return f"{row.scenario} + {row.tracker}" if row.tracker else row.scenario
