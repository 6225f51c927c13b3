"""What a measurement found, in a sentence for each command, and what limits it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from lab.conduct.plan import duration
from records.electricity import emissions_of
from records.finding_codes.conduct import PRECISION_NOT_REACHED, PRECISION_REACHED
from records.meter import MeasuringPoint, measuring_point
from records.results import Results
from records.rows.scenarios import ScenarioRow
from reports.words.energy import EnergyUnit, unit_of_results
from reports.words.numbers import between, given, plain

RUNS = 1000
"""Emissions are given for so many runs: those of one are too small to picture."""

_UNRESOLVED = (
    "to tell a program from the baseline, end other work on the machine, let the program run longer, or run "
    "it more often (-n)"
)
_INTERVALS_WANTED = 10
_RESOLVED_INTERVALS = 3
_TO_MINUTES_S = 300.0
_G_PER_KG = 1000.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found of one command.

    Attributes:
        row: of its scenario.
        sentence: for people.
        co2_g: emissions of `RUNS` runs in grams, or ``None``.
        co2: what they are of and by which factor.
    """

    row: ScenarioRow
    sentence: str
    co2_g: float | None
    co2: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {"sentence": self.sentence, "emissions": {"runs": RUNS, "g": self.co2_g, **self.co2}}


def answers_of(results: Results, names: Sequence[str]) -> list[Answer]:
    """Return an answer for each command that has a valid run."""
    rows = {row.scenario: row for row in results.scenarios}
    unit = unit_of_results(results)
    return [_answer(results, rows[name], unit) for name in names if name in rows]


def remarks_of(results: Results, names: Sequence[str]) -> list[str]:
    """Return what limits the answers: short runs, unresolved energies, the wanted precision."""
    rows = [row for row in results.scenarios if row.scenario in names]
    remarks = [remark for row in rows if (remark := _shortness(results, row)) is not None]
    if any(row.induced_bound_wh is not None for row in rows):
        remarks.append(_UNRESOLVED)
    codes = (PRECISION_REACHED.code, PRECISION_NOT_REACHED.code)
    return remarks + [finding.message for finding in results.findings if finding.code in codes]


def _answer(results: Results, row: ScenarioRow, unit: EnergyUnit) -> Answer:
    factor = emissions_of(results.settings)
    co2_g = None if row.energy_wh is None else row.energy_wh * RUNS * factor.g_per_kwh / 1000
    kg_per_kwh = f"{given(factor.g_per_kwh / _G_PER_KG)} kg/kWh"
    parts = [
        f"{_energy(unit, row.energy_wh, row.energy_low_wh, row.energy_high_wh)} {_where(results)}",
        _induced(row, unit),
        _seconds(row.duration_s),
    ]
    if co2_g is not None:
        parts.append(f"{_mass(co2_g)} {factor.gas} per {RUNS} runs at {kg_per_kwh} ({factor.source})")
    mark = "SIMULATED: " if results.campaign.simulated else ""
    co2 = {"gas": factor.gas, "g_per_kwh": factor.g_per_kwh, "source": factor.source}
    return Answer(row, f"{mark}{row.scenario} once: {', '.join(parts)}", co2_g, co2)


def _where(results: Results) -> str:
    driver = str(results.meter.get("driver"))
    if measuring_point(driver) is MeasuringPoint.WALL:
        return "at the plug"
    return f"by counters inside the computer ({driver.upper().replace('+', ' + ')}), not at the plug"


def _induced(row: ScenarioRow, unit: EnergyUnit) -> str:
    if row.induced_bound_wh is not None:
        bound = _energy(unit, row.induced_bound_wh, None, None)
        return f"not distinguishable from the baseline (at most {bound} because of the program, 95 %)"
    if row.induced_wh is None:
        return "unknown how much because of the program (no valid baseline)"
    low, high = row.induced_low_wh, row.induced_high_wh
    words = f"{_energy(unit, row.induced_wh, low, high)} because of the program"
    if low is None or high is None:
        return f"{words} (no interval with n = {row.n})"
    return f"{words} (95 %: {between(unit.interval(low, high))})"


def _energy(unit: EnergyUnit, value_wh: float | None, low_wh: float | None, high_wh: float | None) -> str:
    """Return an energy to the place that its interval allows, with the unit."""
    number = unit.plain(value_wh, 3) if low_wh is None else unit.in_interval(value_wh, low_wh, high_wh)
    return f"{number} {unit.name}"


def _seconds(duration_s: float | None) -> str:
    if duration_s is None:
        return "unknown duration"
    return duration(duration_s) if duration_s >= _TO_MINUTES_S else f"{plain(duration_s, 2)} s"


def _mass(grams: float) -> str:
    if grams >= _G_PER_KG:
        return f"{plain(grams / _G_PER_KG, 3)} kg"
    return f"{plain(grams, 3)} g" if grams >= 0.1 else f"{plain(1000 * grams, 3)} mg"


def _shortness(results: Results, row: ScenarioRow) -> str | None:
    """Say what to do where runs are too short for the meter."""
    interval_s = max(
        (run.interval_found_s for run in results.runs if run.scenario == row.scenario), default=0.0
    )
    if row.duration_s is None or row.duration_s >= _RESOLVED_INTERVALS * interval_s:
        return None
    times = ceil(_INTERVALS_WANTED * interval_s / row.duration_s)
    return (
        f"{row.scenario} runs for {plain(row.duration_s, 2)} s, less than {_RESOLVED_INTERVALS} of the "
        f"meter's intervals of {plain(interval_s, 2)} s: its energy is known poorly. Run it {times} times in "
        f"one measurement, `-- sh -c 'for i in $(seq {times}); do COMMAND; done'`, and divide by {times}; "
        f"or use more runs (-n) or a faster meter"
    )
