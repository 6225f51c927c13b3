"""``[ecolabel]``: what the hardware of the SUT can give, and what a certified version used.

Units are typed, because a published figure of this kind is wrong by a factor of 1270: megabytes and
gigabytes were mixed in it. ``"16 GiB"`` is converted, ``"16 GB/s"`` of memory is refused.
"""

import contextlib
import re
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, ClassVar

from pydantic import ValidationInfo, field_validator

from records.settings.section import Section

UNITS = {"cpu": "percent", "ram": "MB", "storage": "MB/s", "network": "Mbit/s", "power": "W"}
"""The quantities of DE-UZ 215 and the units that their values are given in."""

UTILISATION_UNITS = {name: f"{unit}*s" for name, unit in UNITS.items()} | {"power": "Wh"}
"""Of the effective use times the duration; of the electrical power that is an energy."""


_NUMBER_AND_UNIT = re.compile(r"[0-9]+(\.[0-9]+)?\s*[A-Za-z%][A-Za-z%*/ ]*")


def magnitude(text: object, unit: str) -> float:
    """Return a quantity that is written with its unit, e.g. ``"16 GiB"``, as a number of another unit.

    Args:
        text: number and unit.
        unit: that is asked for.

    Raises:
        ValueError: the text is no quantity, or one of another kind, or not above 0.
    """
    import pint

    value = 0.0  # which is refused, and stays where the text is no quantity
    if isinstance(text, str) and _NUMBER_AND_UNIT.fullmatch(text.strip()):
        with contextlib.suppress(pint.errors.PintError, ValueError, ArithmeticError, AssertionError):
            value = float(_registry().Quantity(text).to(unit).magnitude)
    if not 0 < value < float("inf"):
        raise ValueError(
            f'expected a number above 0 with a unit that converts to {unit}, e.g. "16 {unit}", found {text!r}'
        )
    return value


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(on_redefinition="ignore")
    registry.define("bit = [information]")  # else a number without unit would be one of bits
    return registry


def convert(value: float, unit: str, to: str) -> float:
    """Convert a number of one unit to another; the units must be of one kind."""
    return float(_registry().Quantity(value, unit).to(to).magnitude)


class Capacities(Section):
    """``[ecolabel.full]``: what the hardware can give, each a number with its unit (`UNITS`)."""

    UNITS: ClassVar[Mapping[str, str]] = UNITS

    cpu: str | None = None
    ram: str | None = None
    storage: str | None = None
    network: str | None = None
    power: str | None = None

    @field_validator("*")
    @classmethod
    def _with_its_unit(cls, text: str | None, info: ValidationInfo) -> str | None:
        if text is not None:
            magnitude(text, cls.UNITS[str(info.field_name)])
        return text

    def magnitudes(self) -> dict[str, float]:
        """Return the quantities that are given, as numbers."""
        return {
            name: magnitude(text, unit)
            for name, unit in self.UNITS.items()
            if (text := getattr(self, name)) is not None
        }


class CertifiedUtilisation(Capacities):
    """``[ecolabel.certified]``: hardware utilisation of the certified version (`UTILISATION_UNITS`)."""

    UNITS: ClassVar[Mapping[str, str]] = UTILISATION_UNITS


class Ecolabel(Section):
    """``[ecolabel]``: values of DE-UZ 215.

    Attributes:
        scenario: the standard usage scenario.
        full: full capacity; a quantity that is missing has no allocation, except for CPU, which has 100 %.
        certified: hardware utilisation of the certified version.
    """

    LATER_MAX_PCT: ClassVar[float] = 10.0
    """How much more a later version may use."""

    scenario: str
    full: Capacities = Capacities()
    certified: CertifiedUtilisation = CertifiedUtilisation()

    @cached_property
    def full_by_quantity(self) -> dict[str, float]:
        """Full capacity by quantity, in `UNITS`."""
        return {"cpu": 100.0, **self.full.magnitudes()}

    @cached_property
    def certified_by_quantity(self) -> dict[str, float]:
        """Hardware utilisation of the certified version by quantity, in `UTILISATION_UNITS`."""
        return self.certified.magnitudes()
