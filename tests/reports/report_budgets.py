"""Synthetic uncertainty budgets for the tests of the report. Every number is made up."""

from dataclasses import replace
from math import sqrt

from records.results import Results
from records.rows.budgets import BudgetRow
from records.rows.scenarios import ScenarioRow

K = 2.0


def budget(
    of: str, scenario: str, quantity: str, value: float, known: bool = True, **terms: float
) -> BudgetRow:
    """Return a row of budgets: terms as standard uncertainties, u their root of squares, k = 2."""
    u = sqrt(sum(term * term for term in terms.values()))
    return BudgetRow(
        of=of,
        scenario=scenario,
        quantity=quantity,
        value=value,
        u=u,
        df=12.0 if "repeats" in terms else None,
        low=value - K * u if known else None,
        high=value + K * u if known else None,
        terms=terms,
    )


def budgets_of(results: Results) -> list[BudgetRow]:
    """Return budgets of all scenarios, of trackers, of the baseline, and of the runs."""
    rows: list[BudgetRow] = []
    for scenario in results.scenarios:
        rows += _of_scenario(scenario)
    for row in results.scenarios:
        if row.tracker:
            ratio = budget("tracker", row.scenario, "ratio to the meter", 0.78, gain=0.007, repeats=0.004)
            rows.append(replace(ratio, name=row.tracker))
    for run in results.runs:
        energy_wh = run.energy_wh
        of_run = budget("run", run.scenario, "energy_wh", energy_wh, gain=0.0087 * energy_wh, fit=1e-5)
        rows.append(replace(of_run, slot=run.slot, run_dir=run.run_dir, name=""))
    return rows


def _of_scenario(row: ScenarioRow) -> list[BudgetRow]:
    name, known = row.scenario, row.n > 1
    if row.kind == "baseline":
        return [budget("baseline", name, "power_w", row.mean_power_w, known, gain=0.36, repeats=0.1)]
    rows = [
        budget(
            "scenario",
            name,
            "energy_wh",
            row.energy_wh,
            known,
            gain=0.0087 * row.energy_wh,
            repeats=0.002,
        )
    ]
    for quantity, mean in (
        ("wh_per_epoch", row.wh_per_epoch),
        ("induced_wh_per_epoch", row.induced_wh_per_epoch),
    ):
        if mean is not None:
            rows.append(budget("scenario", name, quantity, mean, known, gain=0.0087 * mean, repeats=0.002))
    if (induced := row.induced_wh) is not None:
        terms = {
            "gain": 0.0087 * induced,
            "offset": 1e-40,
            "latency": 0.001,
            "baseline": 0.002,
            "repeats": 0.006,
        }
        rows.append(budget("scenario", name, "induced_wh", induced, known, **terms))
        a = budget("comparison", name, "induced_wh difference", 0.3, known, gain=0.001, repeats=0.008)
        b = budget("comparison", name, "induced_wh ratio", 1.4, known, repeats=0.02, split=0.003)
        rows += [replace(a, name="idle"), replace(b, name="idle")]
    return rows
