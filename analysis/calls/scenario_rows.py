"""Rows of ``call_edges.csv`` and ``call_fits.csv``."""

import numpy as np

from analysis.calls.covers import summed
from analysis.calls.energies import ScenarioEnergies
from analysis.calls.numbers import Quantity
from records.rows.calls import CallEdgeRow, CallFitRow


def edge_rows(known: ScenarioEnergies) -> list[CallEdgeRow]:
    """Return a row for each calling context of a scenario."""
    calls, contexts, runs = known.calls, known.calls.contexts, len(known.calls.runs)
    counted_s = summed(contexts.site, contexts.exclusive_s, calls.rest)
    mean_j = np.array([known.by_time_j(column) for column in range(calls.rest)])
    per_s = np.divide(mean_j, counted_s / runs, out=np.zeros(calls.rest), where=counted_s > 0)
    own_j = per_s[contexts.site] * contexts.exclusive_s / runs
    whole_j = own_j.copy()
    for i in range(len(own_j) - 1, -1, -1):
        if contexts.parent[i] >= 0:
            whole_j[contexts.parent[i]] += whole_j[i]
    depth, exclusive_s = contexts.depth, contexts.exclusive_s / runs
    inclusive_s = contexts.inclusive_s / runs
    return [
        CallEdgeRow(
            scenario=calls.label,
            node=i + 1,
            parent=parent + 1 if parent >= 0 else None,
            site=int(contexts.site[i]) + 1,
            caller=int(contexts.site[parent]) + 1 if parent >= 0 else None,
            depth=int(depth[i]),
            calls=int(contexts.calls[i]),
            time_inclusive_s=float(inclusive_s[i]),
            time_exclusive_s=float(exclusive_s[i]),
            energy_inclusive_j=float(whole_j[i]),
            energy_exclusive_j=float(own_j[i]),
        )
        for i, parent in enumerate(contexts.parent.tolist())
    ]


def fit_row(known: ScenarioEnergies) -> CallFitRow:
    """Return the row that says how well the energies of a scenario are known."""
    calls, fitted, runs = known.calls, known.calls.division.fitted, len(known.calls.runs)
    shares, _, _ = known.exclusive
    whole_j = np.array([run.whole.energy.energy_j or 0.0 for run in calls.runs])
    lengths_s = np.array([run.whole.window.to_s for run in calls.runs])
    energy = known.numbers.gross(Quantity(whole_j, lengths_s, 0.0, 1.0, 0.0, 0.0))
    gate = [i for i, site in enumerate(calls.sites) if site.kind == "gate"]
    gate_s, rest_s = (
        float(calls.total_s[gate].sum()) / runs,
        float(calls.total_s[calls.rest].mean()),
    )
    return CallFitRow(
        scenario=calls.label,
        runs=runs,
        calls=round(calls.summed("calls").sum()),
        sites=calls.rest - len(gate),
        interval_s=max(run.interval_s for run in calls.runs),
        resolved_s=max(run.resolved_s for run in calls.runs),
        intervals=fitted.readings,
        parameters=fitted.parameters,
        condition=fitted.condition,
        explained=fitted.explained,
        autocorrelation=fitted.autocorrelation,
        residual_sd_w=fitted.residual_sd_w,
        energy_j=energy.value_j,
        energy_u_j=energy.u_j,
        covered_s=float(lengths_s.mean()) - rest_s - gate_s,
        uncovered_s=rest_s,
        gate_s=gate_s,
        sum_j=float(shares.energy_j.sum(axis=0).mean()),
        lost_records=sum(run.lost for run in calls.runs),
    )
