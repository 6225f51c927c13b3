"""Columns that the tables of several chapters share."""

from collections.abc import Callable, Sequence
from typing import Protocol

from reports.blocks.tables import Column, R
from reports.words.energy import EnergyUnit, unit_of

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


def with_u(label: str, of: Callable[[R], tuple[Number, Number]], unit: str | EnergyUnit) -> Column[R]:
    """Make a column of numbers shown to the place that their standard uncertainty, the second one, allows.

    Numbers of an `EnergyUnit` come in Wh, here and in the other columns.
    """
    shown = unit_of(unit)
    return Column(label, lambda row: shown.measured(*of(row)), shown.name)


def spread_column(label: str, of: Callable[[R], Number], unit: str | EnergyUnit) -> Column[R]:
    """Make a column of uncertainties or standard deviations, with two significant digits."""
    shown = unit_of(unit)
    return Column(label, lambda row: shown.spread(of(row)), shown.name)


def plain_column(label: str, of: Callable[[R], Number], unit: str | EnergyUnit) -> Column[R]:
    """Make a column of numbers without an uncertainty of their own."""
    shown = unit_of(unit)
    return Column(label, lambda row: shown.plain(of(row)), shown.name)


def with_interval(
    label: str, of: Callable[[R], WithEnds], unit: str | EnergyUnit = "", ends: str = "95 % interval"
) -> Sequence[Column[R]]:
    """Make two columns: the number and its interval."""
    shown = unit_of(unit)
    return (
        Column(label, lambda row: shown.in_interval(*of(row)), shown.name),
        Column(ends, lambda row: shown.interval(*of(row)[1:]), shown.name),
    )


def scenario_words(row: OfScenario) -> str:
    """Return ``cnn`` or ``cnn + codecarbon``."""
    return f"{row.scenario} + {row.tracker}" if row.tracker else row.scenario
