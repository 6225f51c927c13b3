"""Energies that are known less well than the analysis is told to accept."""

import numpy as np

from analysis.evidence.case import RunCase
from analysis.uncertainty.contributions import Budget, gross_budget
from records.finding_codes.readings import UNCERTAINTY_HIGH
from records.findings import Finding
from records.results import Row
from records.units import wh_from_j

_TERMS = {
    "gain_wh": "the meter's error of the reading",
    "offset_wh": "the meter's constant error",
    "power_factor_wh": "the influence of the power factor",
    "align_wh": "the times of readings and borders",
    "split_wh": "a reading that a border cuts while the power steps",
    "resolution_wh": "the meter's resolution",
    "gap_wh": "holes in the readings",
}


def check_certainty(case: RunCase) -> list[Finding]:
    """Compare the relative standard uncertainty of a run's gross energy with the limit; name its main term.

    Nothing is said without the meter's files, or where nothing was measured.
    """
    if not {"meter.json", "meter.csv"} <= case.recorded.files:
        return []
    start_utc_s, stop_utc_s = case.recorded.rating_interval
    trace, length_s = case.recorded.trace, stop_utc_s - start_utc_s
    energy = case.recorded.whole
    if not energy.energy_j:
        return []
    (reactive_var,) = trace.mean_reactive_var(np.array([0.0]), np.array([length_s]))
    budget = gross_budget(
        energy, case.recorded.meter, case.recorded.clock.offset_u_s, trace.cadence.fit_u_s, reactive_var
    )
    energy_wh = wh_from_j(energy.energy_j)
    u_pct = 100 * budget.total_wh / abs(energy_wh)
    if u_pct <= case.settings.uncertainty_max_pct:
        return []
    message = (
        f"its {energy_wh:.4f} Wh have a standard uncertainty of {u_pct:.1f} % (limit "
        f"{case.settings.uncertainty_max_pct:g} %), most of it from {_main_term(budget)}"
    )
    return [UNCERTAINTY_HIGH.finding(message, case.name)]


def _main_term(budget: Budget) -> str:
    return _TERMS[max(_TERMS, key=lambda name: float(getattr(budget, name)))]


def check_scenario_certainty(scenarios: list[Row], max_pct: float) -> list[Finding]:
    """Compare the relative standard uncertainty of each scenario's mean gross energy with the limit.

    Args:
        scenarios: rows of the results.
        max_pct: the limit.
    """
    findings = []
    for row in scenarios:
        energy_wh, u_wh = row["energy_wh"], row["energy_u_wh"]
        u_pct = 100 * u_wh / abs(energy_wh) if energy_wh and u_wh is not None else 0.0
        if u_pct > max_pct:
            message = (
                f"{row['scenario']}: its mean of {energy_wh:.4f} Wh over {row['n']} run(s) has a standard "
                f"uncertainty of {u_pct:.1f} % (limit {max_pct:g} %); more repeats or a better meter are "
                f"needed, see its budget"
            )
            findings.append(UNCERTAINTY_HIGH.finding(message))
    return findings
