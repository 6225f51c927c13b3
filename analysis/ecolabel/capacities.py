"""What the hardware of the SUT can give, and what a certified version used: quantities with units.

Units are typed, because a published figure of this kind is wrong by a factor of 1270: megabytes and
gigabytes were mixed in it. ``"16 GiB"`` is converted, ``"16 GB/s"`` of memory is refused.
"""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from records.errors import ConfigurationError

UNITS = {"cpu": "percent", "ram": "MB", "storage": "MB/s", "network": "Mbit/s", "power": "W"}
"""The quantities of DE-UZ 215 and the units that their values are given in."""

UTILISATION_UNITS = {name: f"{unit}*s" for name, unit in UNITS.items()} | {"power": "Wh"}
"""Of the effective use times the duration; of the electrical power that is an energy."""


_NUMBER_AND_UNIT = re.compile(r"[0-9]+(\.[0-9]+)?\s*[A-Za-z%][A-Za-z%*/ ]*")


@dataclass(frozen=True)
class EcolabelSettings:
    """The ``[ecolabel]`` section.

    Attributes:
        scenario: the standard usage scenario.
        full: full capacity by quantity, in `UNITS`; a quantity that is missing has no allocation.
        certified: hardware utilisation of the certified version by quantity, in `UTILISATION_UNITS`.
        later_max_pct: how much more a later version may use.
    """

    scenario: str
    full: Mapping[str, float] = field(default_factory=lambda: {"cpu": 100.0})
    certified: Mapping[str, float] = field(default_factory=dict)
    later_max_pct: float = 10.0


def ecolabel_of(section: object) -> EcolabelSettings | None:
    """Return the settings of an ``[ecolabel]`` section, ``None`` of no section.

    Raises:
        ConfigurationError: a quantity has the wrong unit or none, or is not above 0.
    """
    if not isinstance(section, dict) or not section:
        return None
    scenario = section.get("scenario")
    if not isinstance(scenario, str):
        raise ConfigurationError(f"ecolabel.scenario: expected the name of a scenario, found {scenario!r}")
    full = _quantities("ecolabel.full", section.get("full"), UNITS)
    certified = _quantities("ecolabel.certified", section.get("certified"), UTILISATION_UNITS)
    return EcolabelSettings(scenario, {"cpu": 100.0, **full}, certified)


def magnitude(where: str, text: object, unit: str) -> float:
    """Return a quantity that is written with its unit, e.g. ``"16 GiB"``, as a number of another unit.

    Args:
        where: of the quantity in the configuration.
        text: number and unit.
        unit: that is asked for.

    Raises:
        ConfigurationError: the text is no quantity, or one of another kind, or not above 0.
    """
    import pint

    value = 0.0  # which is refused, and stays where the text is no quantity
    if isinstance(text, str) and _NUMBER_AND_UNIT.fullmatch(text.strip()):
        with contextlib.suppress(pint.errors.PintError, ValueError, ArithmeticError, AssertionError):
            value = float(_registry().Quantity(text).to(unit).magnitude)
    if not 0 < value < float("inf"):
        raise ConfigurationError(
            f'{where}: expected a number above 0 with a unit that converts to {unit}, e.g. "16 {unit}", '
            f"found {text!r}"
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


def _quantities(where: str, entries: object, units: Mapping[str, str]) -> dict[str, float]:
    chosen = entries if isinstance(entries, dict) else {}
    unknown = [name for name in chosen if name not in units]
    if unknown:
        raise ConfigurationError(f"{where}: expected some of {', '.join(units)}, found {unknown[0]!r}")
    return {
        name: magnitude(f"{where}.{name}", text, units[name])
        for name, text in chosen.items()
        if text is not None
    }
