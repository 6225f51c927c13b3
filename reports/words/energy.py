"""The unit of a report's energies, chosen once, so that all of its numbers can be compared at sight."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from records.results import Results
from records.rows.agreement import ON_SCALE
from records.rows.row import ResultRow
from reports.words import numbers

Row = TypeVar("Row", bound=ResultRow)

_ENERGIES = {"energy_wh", "induced_wh", "wh_per_epoch", "induced_wh_per_epoch"}

_MWH_BELOW_WH = 1.0
_KWH_FROM_WH = 10_000.0


@dataclass(frozen=True)
class EnergyUnit:
    """A unit, with the number formats of `reports.words.numbers` for energies that come in Wh.

    Attributes:
        name: ``mWh``, ``Wh`` or ``kWh``.
        per_wh: how many of it are one Wh.
    """

    name: str
    per_wh: float

    def of(self, energy_wh: float | None) -> float | None:
        """Return an energy in this unit."""
        return None if energy_wh is None else energy_wh * self.per_wh

    def plain(self, energy_wh: float | None, significant: int = 4) -> str:
        """See `reports.words.numbers.plain`."""
        return numbers.plain(self.of(energy_wh), significant)

    def measured(self, energy_wh: float | None, u_wh: float | None) -> str:
        """See `reports.words.numbers.measured`."""
        return numbers.measured(self.of(energy_wh), self.of(u_wh))

    def spread(self, u_wh: float | None) -> str:
        """See `reports.words.numbers.spread`."""
        return numbers.spread(self.of(u_wh))

    def interval(self, low_wh: float | None, high_wh: float | None) -> str:
        """See `reports.words.numbers.interval`."""
        return numbers.interval(self.of(low_wh), self.of(high_wh))

    def ends_words(self, low_wh: float | None, high_wh: float | None, n: int) -> str:
        """See `reports.words.numbers.ends_words`."""
        return numbers.ends_words(self.of(low_wh), self.of(high_wh), n)

    def in_interval(
        self,
        energy_wh: float | None,
        low_wh: float | None,
        high_wh: float | None,
        u_wh: float | None = None,
    ) -> str:
        """See `reports.words.numbers.in_interval`."""
        return numbers.in_interval(self.of(energy_wh), self.of(low_wh), self.of(high_wh), self.of(u_wh))


MWH, WH, KWH = EnergyUnit("mWh", 1000.0), EnergyUnit("Wh", 1.0), EnergyUnit("kWh", 0.001)


def unit_of(unit: str | EnergyUnit) -> EnergyUnit:
    """Return a unit whose numbers come in it already, such as s or W, in the form of one of energy."""
    return unit if isinstance(unit, EnergyUnit) else EnergyUnit(unit, 1.0)


def is_energy(quantity: str) -> bool:
    """Say whether a quantity of the results, or a difference of two, is an energy in Wh."""
    name, _, kind = quantity.partition(" ")
    return name in _ENERGIES and kind != "ratio"


def in_unit(row: Row, unit: EnergyUnit) -> Row:
    """Return a row of the results with all energies in a unit whose names do not say that they are in Wh.

    Args:
        row: of which the columns with the unit Wh, with that of the row's quantity, or with that of its
            linear scale are converted.
        unit: for the texts that are made of it.
    """
    units = {"Wh"}
    if is_energy(getattr(row, "quantity", "")):
        units.add("unit of quantity")
    if getattr(row, "scale", "") != "logarithmic":
        units.add(ON_SCALE)
    changed: dict[str, Any] = {}
    for item in fields(row):
        value = getattr(row, item.name)
        if item.name == "terms" and "unit of quantity" in units:
            changed["terms"] = {term: unit.of(u) for term, u in value.items()}
        elif item.metadata.get("says", ("",))[0] in units and value is not None:
            changed[item.name] = value * unit.per_wh
    return replace(row, **changed)


def unit_for(energies_wh: Iterable[float | None]) -> EnergyUnit:
    """Return the unit in which the largest of some energies is no fraction and no long number."""
    largest_wh = max((abs(energy) for energy in energies_wh if energy is not None), default=0.0)
    if 0 < largest_wh < _MWH_BELOW_WH:
        return MWH
    return KWH if largest_wh >= _KWH_FROM_WH else WH


def unit_of_results(*results: Results) -> EnergyUnit:
    """Return the unit of all energies in a report, a page or an output about some campaigns."""
    return unit_for(row.energy_wh for one in results for row in one.scenarios)
