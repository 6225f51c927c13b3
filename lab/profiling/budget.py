"""Whether a program, or an API within it, stays within an energy budget.

The decision rule is that of ISO 14253-1: a budget is kept, or broken, only where the whole 95 % interval
lies on one side of it; in between there is no decision.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.maths.limits import LimitVerdict, decide
from records.errors import ConfigurationError
from records.results import Results
from records.rows.calls import CallSiteRow

J_PER_WH = 3600.0
_UNITS_J = {"mJ": 1e-3, "J": 1.0, "kJ": 1e3, "MJ": 1e6, "mWh": 3.6, "Wh": J_PER_WH, "kWh": 3.6e6}
_ENERGY = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)\s*([A-Za-z]+)\s*")

RUN, INDUCED = "run", "induced"
"""What a budget can be of, other than an API: all energy of a run, and what lies above the baseline."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A budget and what was found.

    Attributes:
        of: ``run``, ``induced`` or an API; with the scenario in front where there are several.
        budget_j: the budget in joules.
        energy_j, low_j, high_j: mean energy of a run and its 95 % interval; ``None`` where there is none.
        verdict: ``within``, ``above`` or ``cannot say``.
    """

    of: str
    budget_j: float
    energy_j: float | None
    low_j: float | None
    high_j: float | None
    verdict: LimitVerdict


@dataclass(frozen=True, slots=True)
class Budget:
    """An energy that a run, or an API within it, has to keep to.

    Attributes:
        energy_j: in joules.
        of: ``run``, ``induced`` or an API.
    """

    energy_j: float
    of: str = RUN

    @classmethod
    def of_text(cls, text: str, of: str) -> "Budget":
        """Return the budget of a text such as ``50J``.

        Raises:
            ConfigurationError: it is none.
        """
        return cls(energy_j(text), of)

    def judge(self, results: Results, scenarios: Sequence[str]) -> list[Judgement]:
        """Compare each scenario with the budget.

        Raises:
            ConfigurationError: no call of that API was recorded.
        """
        several = len(scenarios) > 1
        return [
            _judgement(
                f"{name}: {self.of}" if several else self.of,
                self.energy_j,
                *_energy_of(results, name, self.of),
            )
            for name in scenarios
        ]


def energy_j(text: str) -> float:
    """Return the joules of a text such as ``50J``, ``1.5 kJ`` or ``0.2Wh``.

    Raises:
        ConfigurationError: it is none.
    """
    match = _ENERGY.fullmatch(text)
    energy = _UNITS_J.get(match[2], math.inf) * float(match[1]) if match else math.inf
    if not math.isfinite(energy):
        raise ConfigurationError(
            f"{text!r}: expected an energy such as 50J, 1.5kJ or 0.2Wh (units: {', '.join(_UNITS_J)})"
        )
    return energy


def _energy_of(results: Results, scenario: str, of: str) -> tuple[float | None, float | None, float | None]:
    if of not in (RUN, INDUCED):
        return _energy_of_api(results, scenario, of)
    row = next((row for row in results.scenarios if row.scenario == scenario), None)
    if row is None:
        return None, None, None
    found = (
        (row.energy_wh, row.energy_low_wh, row.energy_high_wh)
        if of == RUN
        else (row.induced_wh, row.induced_low_wh, row.induced_high_wh)
    )
    energy, low, high = (None if value is None else value * J_PER_WH for value in found)
    return energy, low, high


def _energy_of_api(
    results: Results, scenario: str, api: str
) -> tuple[float | None, float | None, float | None]:
    """Add up the sites of an API; their intervals are added up as well, which is on the safe side.

    What lies within another call of the API counts once: with that call.
    """
    recorded = [row for row in results.call_sites if row.scenario == scenario]
    rows = [row for row in recorded if row.api == api]
    if not rows:
        known = sorted({row.api for row in recorded if row.api})
        shown = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
        raise ConfigurationError(
            f"--budget-of {api}: expected run, induced or an API that {scenario} called: {shown or 'none'}"
        )
    within = _shares_within(results, scenario, {row.site for row in rows})
    energies = [
        _interval(row, sometimes_within=bool(within.get(row.site)))
        for row in rows
        if within.get(row.site) != 1.0
    ]
    if any(None in energy for energy in energies):
        return None, None, None
    energy, low, high = (sum(value or 0.0 for value in values) for values in zip(*energies, strict=True))
    return energy, low, high


def _shares_within(results: Results, scenario: str, sites: set[int]) -> dict[int, float]:
    """Return for some sites the share of their calling contexts that lie within a call of another one."""
    contexts = {row.node: row for row in results.call_edges if row.scenario == scenario}
    found: dict[int, list[bool]] = {}
    for row in contexts.values():
        if row.site in sites:
            others, above = sites - {row.site}, contexts.get(row.parent or 0)
            while above is not None and above.site not in others:
                above = contexts.get(above.parent or 0)
            found.setdefault(row.site, []).append(above is not None)
    return {site: sum(within) / len(within) for site, within in found.items()}


def _interval(row: CallSiteRow, *, sometimes_within: bool) -> tuple[float | None, float | None, float | None]:
    if row.bound_inclusive_j is not None:
        return row.energy_inclusive_j or 0.0, 0.0, row.bound_inclusive_j
    low_j = row.energy_inclusive_low_j
    return row.energy_inclusive_j, 0.0 if sometimes_within else low_j, row.energy_inclusive_high_j


def _judgement(
    of: str, budget_j: float, energy: float | None, low: float | None, high: float | None
) -> Judgement:
    return Judgement(of, budget_j, energy, low, high, decide(low, high, budget_j))
