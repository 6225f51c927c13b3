"""How well the energies are known that a wanted precision is asked of."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot

from records.results import Results
from records.rows.families import BudgetTerm
from records.rows.scenarios import ScenarioRow

MOST_CALLS = 3
"""So many of the most costly calls that the meter resolves have to be known as well."""

_Z = 1.96
_STAYS: tuple[BudgetTerm, ...] = (
    *("gain", "offset", "calibration", "power_factor", "latency", "clock", "unresolved"),
)
"""Terms of a budget that do not shrink with the number of repeats."""


@dataclass(frozen=True, slots=True)
class Known:
    """How well an energy is known: half of its 95 % interval, in percent of it.

    Attributes:
        name: of the scenario, or of a call of it.
        half_pct: ``None`` where there is no interval, or the energy cannot be told from zero.
        stays_pct: the part of it that no number of repeats removes, at least: were the energy at the upper
            end of its interval. One that is small by chance in the first blocks must not end the campaign.
    """

    name: str
    half_pct: float | None
    stays_pct: float = 0.0


def known_energies(results: Results) -> list[Known]:
    """Return how well the induced energy of each workload is known, and its most costly calls."""
    known = []
    for row in results.scenarios:
        if row.kind != "workload" or row.scenario == results.settings["health"].get("control"):
            continue
        half_pct = _half_pct(row.induced_wh, row.induced_low_wh, row.induced_high_wh)
        known.append(Known(row.scenario, half_pct, _stays_pct(results, row)))
        known += _calls(results, row.scenario)
    return known


def _calls(results: Results, scenario: str) -> Iterable[Known]:
    measured = [row for row in results.call_sites if row.scenario == scenario and row.label == "measured"]
    calls = [row for row in measured if row.kind not in ("uncovered", "gate")]
    calls.sort(key=lambda row: row.induced_exclusive_j or 0.0, reverse=True)
    for row in calls[:MOST_CALLS]:
        half_pct = _half_pct(
            row.induced_exclusive_j, row.induced_exclusive_low_j, row.induced_exclusive_high_j
        )
        yield Known(f"{scenario}: {row.api or row.expression}, line {row.line}", half_pct)


def _half_pct(value: float | None, low: float | None, high: float | None) -> float | None:
    if value is None or low is None or high is None or value <= 0 or low <= 0:
        return None
    return 100 * (high - low) / 2 / value


def _stays_pct(results: Results, of: ScenarioRow) -> float:
    for row in results.budgets:
        if (row.of, row.scenario, row.quantity) == ("scenario", of.scenario, "induced_wh"):
            largest_wh = max(row.value, of.induced_high_wh or 0.0)
            stays_wh = _Z * hypot(*(row.terms.get(term, 0.0) for term in _STAYS))
            return 100 * stays_wh / largest_wh if largest_wh > 0 else 0.0
    return 0.0
