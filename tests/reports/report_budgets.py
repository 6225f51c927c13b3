"""Synthetic uncertainty budgets for the tests of the report. Every number is made up."""

from math import sqrt
from typing import Any

from records.results import Results, Row

K = 2.0


def budget(of: str, scenario: str, quantity: str, value: float, known: bool = True, **terms: float) -> Row:
    """Return a row of budgets: terms as standard uncertainties, u their root of squares, k = 2."""
    u = sqrt(sum(term * term for term in terms.values()))
    return {
        "of": of,
        "scenario": scenario,
        "quantity": quantity,
        "value": value,
        "u": u,
        "df": 12.0 if "repeats" in terms else None,
        "low": value - K * u if known else None,
        "high": value + K * u if known else None,
        **{f"u_{name}": term for name, term in terms.items()},
    }


def budgets_of(results: Results) -> list[Row]:
    """Return budgets of all scenarios, of trackers, of the baseline, and of the runs."""
    rows: list[Row] = []
    for scenario in results.scenarios:
        rows += _of_scenario(scenario)
    for row in results.scenarios:
        if row.get("tracker"):
            rows.append(
                budget("tracker", row["scenario"], "ratio to the meter", 0.78, gain=0.007, repeats=0.004)
                | {"name": row["tracker"]}
            )
    for run in results.runs:
        what: dict[str, Any] = {"slot": run["slot"], "run_dir": run["run_dir"], "name": ""}
        energy_wh = run["energy_wh"]
        rows.append(
            budget("run", run["scenario"], "energy_wh", energy_wh, gain=0.0087 * energy_wh, fit=1e-5) | what
        )
    return rows


def _of_scenario(row: Row) -> list[Row]:
    name, known = row["scenario"], row["n"] > 1
    if row["kind"] == "baseline":
        return [budget("baseline", name, "power_w", row["mean_power_w"], known, gain=0.36, repeats=0.1)]
    rows = [
        budget(
            "scenario",
            name,
            "energy_wh",
            row["energy_wh"],
            known,
            gain=0.0087 * row["energy_wh"],
            repeats=0.002,
        )
    ]
    if (induced := row.get("induced_wh")) is not None:
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
        rows += [a | {"name": "idle"}, b | {"name": "idle"}]
    return rows
