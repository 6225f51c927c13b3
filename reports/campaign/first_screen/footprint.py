"""What a thousand runs emit and cost, each with the factor that it rests on."""

from dataclasses import dataclass

from records.electricity import emissions_of, price_of
from records.units import WH_PER_KWH
from reports.campaign.view import ScenarioView, View
from reports.words.numbers import given, in_interval

_RUNS = 1000
_G_PER_KG = 1000.0
_KG_FROM_G = 10_000.0


@dataclass(frozen=True)
class Footprint:
    """Emissions and cost.

    Attributes:
        words: how much, each with its factor.
        sources: who states the factors.
    """

    words: str
    sources: str


def footprint_of(view: View, item: ScenarioView | None) -> Footprint | None:
    """Return emissions and cost of so many runs of a scenario; ``None`` where its energy is unknown.

    All energy of the runs counts, the baseline's part included: the machine has to be on for them.
    """
    if item is None or item.row.energy_wh is None:
        return None
    row, energy_wh, settings = item.row, item.row.energy_wh, view.results.settings
    emissions, price = emissions_of(settings), price_of(settings)

    def amount(per_kwh: float) -> str:
        ends = (energy_wh, row.energy_low_wh, row.energy_high_wh, row.energy_u_wh)
        return in_interval(*(None if end is None else end * _RUNS / WH_PER_KWH * per_kwh for end in ends))

    in_kg = energy_wh * _RUNS / WH_PER_KWH * emissions.g_per_kwh >= _KG_FROM_G
    mass = amount(emissions.g_per_kwh / _G_PER_KG) + " kg" if in_kg else amount(emissions.g_per_kwh) + " g"
    per_kwh = f"{given(emissions.g_per_kwh)} g/kWh", f"{given(price.per_kwh)} {price.currency}/kWh"
    return Footprint(
        f"{_RUNS} runs of {item.name}: {mass} {emissions.gas} ({per_kwh[0]}), "
        f"{amount(price.per_kwh)} {price.currency} ({per_kwh[1]}).",
        f"{per_kwh[0]}: {emissions.source}. {per_kwh[1]}: {price.source}.",
    )
