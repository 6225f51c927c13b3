"""Energies of a scenario in the words of the first screen."""

from reports.campaign.view import EnergyKind, ScenarioView, View, energy_of, mean_words, two_values
from reports.words.numbers import between

NO_INTERVAL = "n = 1: no interval"
NOT_RESOLVED = "not resolved"


def ends_of(view: View, item: ScenarioView, kind: EnergyKind) -> str:
    """Return the interval of a mean, why there is none, or nothing where there is no mean."""
    energy = energy_of(item.row, kind)
    if energy.low is None and energy.value is None:
        return ""
    if kind == "induced" and item.row.induced_bound_wh is not None:
        return NOT_RESOLVED
    if values := two_values(item, kind, view.unit):
        return values
    return NO_INTERVAL if energy.low is None and item.n == 1 else view.unit.interval(energy.low, energy.high)


def quoted(ends: str) -> str:
    """Return ``95 %: 69 to 81`` of ``[69, 81]``; why there is no interval stays as it is."""
    return f"95 %: {between(ends)}" if ends.startswith("[") else ends


def mean_and_unit(view: View, item: ScenarioView, kind: EnergyKind) -> str:
    """Return a mean with its unit."""
    return f"{mean_words(item.row, kind, view.unit)} {view.unit.name}"


def energy_words(view: View, item: ScenarioView, kind: EnergyKind, per: str = "") -> str:
    """Return ``75 mWh because of the program (95 %: 69 to 81)``, with ``per`` after the unit."""
    ends = quoted(ends_of(view, item, kind))
    return f"{mean_and_unit(view, item, kind)}{per} {place(view, kind)}" + (f" ({ends})" if ends else "")


def place(view: View, kind: EnergyKind) -> str:
    """Say which energy it is: above the baseline, or all of it."""
    if kind == "induced":
        return "because of the program"
    return "at the wall plug" if view.at_wall else "by the counters inside the machine"
