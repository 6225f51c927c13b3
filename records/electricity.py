"""What a kilowatt-hour emits and costs: as stated in the configuration, else a published mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Emissions:
    """Emissions of the electricity.

    Attributes:
        g_per_kwh: grams per kWh.
        gas: what the grams are of, ``CO₂`` or ``CO₂e`` (equivalents).
        source: who states them, with the year.
        stated: whether the configuration states them; else they are the default.
    """

    g_per_kwh: float
    gas: str
    source: str
    stated: bool = False


@dataclass(frozen=True)
class Price:
    """Price of the electricity; see `Emissions` for the last two attributes."""

    per_kwh: float
    currency: str
    source: str
    stated: bool = False


WORLD_EMISSIONS = Emissions(445.0, "CO₂", "world 2024, IEA")
"""https://www.iea.org/reports/electricity-2025/emissions: carbon dioxide alone."""

EU_PRICE = Price(0.2872, "EUR", "EU households H1 2025, Eurostat")
"""Mean of 28.72 EUR per 100 kWh with taxes and levies, Eurostat data set nrg_pc_204, of 2025-10-29."""


def emissions_of(settings: Mapping[str, Any]) -> Emissions:
    """Return the emissions that settings of ``[analysis]`` state, else those of the world's electricity."""
    g_per_kwh = settings.get("grid_co2_g_per_kwh")
    if g_per_kwh is None:
        return WORLD_EMISSIONS
    return Emissions(float(g_per_kwh), "CO₂e", str(settings.get("grid_co2_source") or ""), stated=True)


def price_of(settings: Mapping[str, Any]) -> Price:
    """Return the price that settings of ``[analysis]`` state, else that of households in the EU."""
    per_kwh = settings.get("price_per_kwh")
    if per_kwh is None:
        return EU_PRICE
    currency, source = (str(settings.get(f"price_{part}") or "") for part in ("currency", "source"))
    return Price(float(per_kwh), currency, source, stated=True)
