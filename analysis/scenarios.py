"""Runs of one scenario, with or without a tracker, in one row."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from analysis.arrays import mean_or_none
from analysis.baseline import Baseline, mean_u_w
from analysis.describe import describe, mean_interval
from analysis.efficiency import factors
from analysis.measure import RunMeasure
from analysis.uncertainty import Budget, induced_budget
from records.results import HARDWARE_COLUMNS, USEFUL_WORK, Row
from records.units import wh_from_j


@dataclass(frozen=True, eq=False)
class Group:
    """The counted runs of one scenario with one tracker (or none), and their rows.

    Attributes:
        scenario, tracker: which; ``kind`` of the scenario.
        runs: in running order; ``rows`` their rows in the same order.
        epoch_rows: of all these runs.
    """

    scenario: str
    tracker: str | None
    kind: str
    runs: list[RunMeasure]
    rows: list[Row]
    epoch_rows: list[Row]

    @property
    def label(self) -> str:
        """``NAME``, or ``NAME+TRACKER``."""
        return self.scenario if self.tracker is None else f"{self.scenario}+{self.tracker}"

    def known(self, name: str) -> list[float]:
        """Return the values of a column that are there."""
        return [row[name] for row in self.rows if row[name] is not None]


def group_runs(runs: list[RunMeasure], rows: list[Row], epoch_rows: list[Row]) -> list[Group]:
    """Group runs by scenario and tracker: baselines, idles, workloads, each in the order they first ran."""
    order = {"baseline": 0, "idle": 1, "workload": 2}
    groups: dict[tuple[str, str | None], Group] = {}
    for run, row in zip(runs, rows, strict=True):
        key = (run.run.scenario, run.run.tracker)
        group = groups.setdefault(key, Group(*key, run.run.kind, [], [], []))
        group.runs.append(run)
        group.rows.append(row)
    for epoch in epoch_rows:
        groups[(epoch["scenario"], epoch["tracker"])].epoch_rows.append(epoch)
    first_slot = {g.scenario: min(r.run.slot for r in g.runs) for g in reversed(groups.values())}
    return sorted(
        groups.values(),
        key=lambda g: (order[g.kind], first_slot[g.scenario], g.scenario, g.tracker or ""),
    )


def scenario_row(group: Group, baseline: Baseline, confidence: float) -> Row:
    """Return the row of a scenario: means over its runs with standard uncertainties and intervals."""
    durations = describe(group.known("duration_s"))
    energy = group.known("energy_wh")
    epoch_wh = [row["energy_wh"] for row in group.epoch_rows if row["energy_wh"] is not None]
    epoch_induced = [row["induced_wh"] for row in group.epoch_rows if row["induced_wh"] is not None]
    work = [run.work for run in group.runs]
    total_s = sum(group.known("duration_s"))
    return {
        "scenario": group.label,
        "kind": group.kind,
        "n": len(group.runs),
        "duration_s": durations.mean if durations else None,
        "duration_sd_s": durations.sd if durations else None,
        "mean_power_w": sum(energy) * 3600 / total_s if total_s > 0 else None,
        **_energy(group, confidence),
        **_induced(group, baseline, confidence),
        "wh_per_epoch": mean_or_none(epoch_wh),
        "induced_wh_per_epoch": mean_or_none(epoch_induced),
        "base_scenario": group.scenario,
        "tracker": group.tracker,
        **{kind: mean_or_none(group.known(kind)) for kind in USEFUL_WORK},
        "wh_to_target": mean_or_none(group.known("wh_to_target")),
        "n_to_target": len(group.known("wh_to_target")),
        **{name: mean_or_none(group.known(name)) for name in HARDWARE_COLUMNS},
        **factors(work, [row["energy_wh"] for row in group.rows], [row["induced_wh"] for row in group.rows]),
    }


def _energy(group: Group, confidence: float) -> dict[str, Any]:
    """Mean gross energy; what the meter's gain, offset and delay do to every run does not average out."""
    sample = describe(group.known("energy_wh"))
    if sample is None:
        names = ("", "_sd", "_u", "_low", "_high", "_median", "_min", "_max", "_iqr")
        return {f"energy{name}_wh": None for name in names}
    budgets = [run.whole.budget for run in group.runs]
    mean = mean_interval(group.known("energy_wh"), confidence, systematic_u=_systematic(budgets))
    return {
        "energy_wh": sample.mean,
        "energy_sd_wh": sample.sd,
        "energy_u_wh": budgets[0].total_wh if mean.u is None else mean.u,
        "energy_low_wh": mean.low,
        "energy_high_wh": mean.high,
        "energy_median_wh": sample.median,
        "energy_min_wh": sample.min,
        "energy_max_wh": sample.max,
        "energy_iqr_wh": sample.iqr,
    }


def _induced(group: Group, baseline: Baseline, confidence: float) -> dict[str, Any]:
    """Mean induced energy; all repeats share the uncertainty of the mean baseline."""
    values = group.known("induced_wh")
    names = ("induced_wh", "induced_sd_wh", "induced_u_wh", "induced_low_wh", "induced_high_wh")
    sample = describe(values)
    if sample is None:
        return dict.fromkeys(names)
    budgets = [
        induced_budget(run.whole.budget, run.meter, induced_wh, 0.0)
        for run, induced_wh in zip(group.runs, values, strict=True)
    ]
    duration_s = float(np.mean([run.whole.window.duration_s for run in group.runs]))
    mean = mean_interval(
        values,
        confidence,
        systematic_u=_systematic(budgets),
        shared_u=wh_from_j(mean_u_w(baseline) * duration_s),
        shared_df=baseline.scatter_df,
    )
    u = group.rows[0]["induced_u_wh"] if mean.u is None else mean.u
    return dict(zip(names, (sample.mean, sample.sd, u, mean.low, mean.high), strict=True))


def _systematic(budgets: list[Budget]) -> float:
    return sqrt(float(np.mean([budget.systematic_wh**2 for budget in budgets])))
