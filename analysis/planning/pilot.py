"""What an analysed campaign says of the next one: how its runs scatter, and what its meter is wrong by."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Literal

import numpy as np

from analysis.comparing.sides import label_of
from analysis.maths.describe import LEAST_FOR_INTERVAL
from analysis.planning.expected import REACTIVE_SHARE, PlannedMeter, Work
from records.errors import RecordError
from records.near_match import alternatives
from records.results import Results
from records.rows.budgets import BudgetRow
from records.rows.families import BudgetTerm
from records.rows.scenarios import ScenarioRow

Wanted = Literal["induced", "difference", "epoch"]
"""Mean induced energy of a run, difference of two scenarios in it, or mean induced energy of an epoch."""

_QUANTITY = {"induced": "induced_wh", "epoch": "induced_wh_per_epoch"}
_OF_RUNS: tuple[BudgetTerm, ...] = ("repeats", "baseline")
_LONGEST_PAUSE = 10
"""A pause between two runs of more than so many usual ones is none of the campaign."""
_OF_GAIN: tuple[BudgetTerm, ...] = ("gain", "calibration")


def pilots(results: Results, of: Wanted, names: Sequence[str] = ()) -> list[tuple[Work, PlannedMeter]]:
    """Return what a campaign measured, each with its meter as it stood in the budget.

    Where an energy cannot be told from zero, all shares are of its bound, the upper end of the 95 % interval:
    a smaller energy needs more repeats.

    Args:
        results: of the campaign.
        of: what is wanted.
        names: scenarios; of a difference both, the reference first. All workloads without a tracker and but
            the control workload unless given.

    Raises:
        RecordError: there is no such scenario, or none with a known scatter and an energy that may be above
            zero.
    """
    rows = _chosen(results, names)
    found = list(_differences(results, rows) if of == "difference" else _means(results, rows, of))
    if not found:
        raise RecordError(_missing(of, rows))
    return found


def left_out(
    results: Results, of: Wanted, names: Sequence[str], found: Iterable[tuple[Work, PlannedMeter]]
) -> list[str]:
    """Return the chosen workloads that `pilots` could not use."""
    if of == "difference":
        return []
    known = {work.name for work, _ in found}
    return [row.scenario for row in _chosen(results, names) if row.scenario not in known]


def _chosen(results: Results, names: Sequence[str]) -> list[ScenarioRow]:
    known = {row.scenario: row for row in results.scenarios if row.kind == "workload"}
    for name in names:
        if name not in known:
            raise RecordError(f"there is no workload scenario {name!r}; {alternatives(name, list(known))}")
    control = results.settings.get("health", {}).get("control")
    chosen = names or [n for n, row in known.items() if row.tracker is None and n != control]
    return [known[name] for name in chosen]


def _missing(of: Wanted, rows: Sequence[ScenarioRow]) -> str:
    what = {
        "induced": "a workload whose induced energy may be above zero",
        "difference": "two workloads, of which the first may have an induced energy above zero",
        "epoch": "a workload with epochs whose induced energy may be above zero",
    }
    return (
        f"expected {what[of]}, in {LEAST_FOR_INTERVAL} valid runs or more, but found "
        f"{'; '.join(map(_what_was_found, rows)) or 'no workload'}. Repeat the pilot with longer or more "
        f"runs on a quiet machine, or plan without one (--power, --duration, --scatter)"
    )


def _what_was_found(row: ScenarioRow) -> str:
    energy = "no induced energy" if row.induced_wh is None else f"{row.induced_wh:.3g} Wh"
    return f"{row.scenario}: {energy} in {row.n} run{'' if row.n == 1 else 's'}"


def _means(results: Results, rows: Iterable[ScenarioRow], of: Wanted) -> Iterable[tuple[Work, PlannedMeter]]:
    for row in rows:
        budget = _budget(results, "scenario", row.scenario, _QUANTITY[of])
        if budget is None or row.n < LEAST_FOR_INTERVAL:
            continue
        bound_wh = row.induced_per_epoch_bound_wh if of == "epoch" else row.induced_bound_wh
        whole_wh = budget.value if bound_wh is None else bound_wh
        lengths_s = [e.duration_s for e in results.epochs if label_of(e.scenario, e.tracker) == row.scenario]
        epoch_s = float(np.mean(lengths_s)) if of == "epoch" and lengths_s else None
        if whole_wh > 0:
            yield _planned(results, budget, row, row.n, whole_wh, epoch_s=epoch_s, resolved=bound_wh is None)


def _differences(results: Results, rows: Sequence[ScenarioRow]) -> Iterable[tuple[Work, PlannedMeter]]:
    known = {row.scenario: row for row in rows}
    for pair in results.comparisons:
        a, b = known.get(pair.a), known.get(pair.b)
        budget = _budget(results, "comparison", pair.b, "induced_wh difference", pair.a)
        n = pair.pairs or min(pair.n_a, pair.n_b)
        if pair.quantity != "induced_wh" or not a or not b or budget is None or n < LEAST_FOR_INTERVAL:
            continue
        whole_wh = pair.mean_a if a.induced_bound_wh is None else a.induced_bound_wh
        if whole_wh > 0:
            yield _planned(
                results,
                budget,
                a,
                n,
                whole_wh,
                name=f"{b.scenario} against {a.scenario}",
                gain_share=abs(budget.value) / whole_wh,
                resolved=a.induced_bound_wh is None,
            )


def _planned(
    results: Results,
    budget: BudgetRow,
    row: ScenarioRow,
    n: int,
    whole_wh: float,
    *,
    resolved: bool,
    name: str | None = None,
    gain_share: float = 1.0,
    epoch_s: float | None = None,
) -> tuple[Work, PlannedMeter]:
    """Turn the budget of a mean into shares of ``whole_wh``."""
    shares = {term: u / whole_wh for term, u in budget.terms.items()}
    if not resolved and budget.value:  # the gain acts on an energy as large as the bound
        acted_on = abs(budget.value) / whole_wh
        shares |= {term: u * gain_share / acted_on for term, u in shares.items() if term in _OF_GAIN}
    duration_s, latency_u_s = row.duration_s or 1.0, results.meter.get("latency_u_s") or 0.0
    reactive_u = (results.meter.get("accuracy") or {}).get("reactive_pct", 0.0) / 100 / sqrt(3)
    work = Work(
        name=name or row.scenario,
        duration_s=duration_s,
        power_w=whole_wh * 3600 / (epoch_s or duration_s),
        scatter=sqrt(n) * shares.get("repeats", 0.0),
        baseline_scatter=sqrt(n) * shares.get("baseline", 0.0),
        scatter_df=n - 1.0,
        gain_share=gain_share,
        border_share=shares.get("latency", 0.0) * duration_s / latency_u_s if latency_u_s else gain_share,
        reactive_share=shares.get("power_factor", 0.0) / reactive_u / gain_share
        if reactive_u and gain_share
        else REACTIVE_SHARE,
        clock=shares.get("clock", 0.0),
        epoch_s=epoch_s,
        resolved=resolved,
    )
    stays = {term: u for term, u in shares.items() if term not in _OF_RUNS}
    model = (results.meter.get("identity") or {}).get("model")
    meter = PlannedMeter(
        name=f"{model}, as in the campaign" if model else "the meter of the campaign",
        interval_s=float(results.meter.get("interval_s") or 0.0),
        known=(stays, duration_s),
    )
    return work, meter


def _budget(
    results: Results, of: str, scenario: str, quantity: str, name: str | None = None
) -> BudgetRow | None:
    wanted = (of, scenario, quantity, name)
    rows = (row for row in results.budgets if (row.of, row.scenario, row.quantity, row.name) == wanted)
    return next(rows, None)


def seconds_per_block(results: Results) -> float:
    """Return how long a repeat of all scenarios took, with gates and pauses.

    A night, or the months between two parts of an imported campaign, count as ten usual pauses at most.
    """
    runs = sorted(results.runs, key=lambda row: row.t_start_utc_s)
    pauses_s = [max(0.0, b.t_start_utc_s - a.t_start_utc_s - a.duration_s) for a, b in pairwise(runs)]
    longest_s = _LONGEST_PAUSE * median(pauses_s or [0.0])
    whole_s = sum(row.duration_s for row in runs) + sum(min(pause_s, longest_s) for pause_s in pauses_s)
    return whole_s / max(row.repeat for row in runs if row.kind != "baseline")
