"""Runs of one scenario, with or without a tracker, in one row."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.maths.arrays import mean_or_none
from analysis.maths.describe import describe
from analysis.run.measure import RunMeasure
from analysis.scenario.baseline import Baseline
from analysis.scenario.efficiency import factors
from analysis.scenario.estimates import estimate_mean, samples_of
from analysis.uncertainty.estimate import Causes, Estimate
from records.result_columns import HARDWARE_COLUMNS, USEFUL_WORK
from records.results import Row


@dataclass(frozen=True, eq=False)
class Group:
    """The counted runs of one scenario with one tracker (or none), and their rows.

    Attributes:
        scenario, tracker: which; ``kind`` of the scenario.
        runs: in running order; ``rows`` their rows in the same order.
        epoch_rows: of all these runs.
        baseline: of the campaign; ``causes`` the causes of error that its groups share.
    """

    scenario: str
    tracker: str | None
    kind: str
    runs: list[RunMeasure]
    rows: list[Row]
    epoch_rows: list[Row]
    baseline: Baseline
    causes: Causes

    @property
    def label(self) -> str:
        """``NAME``, or ``NAME+TRACKER``."""
        return self.scenario if self.tracker is None else f"{self.scenario}+{self.tracker}"

    def known(self, name: str) -> list[float]:
        """Return the values of a column that are there."""
        return [row[name] for row in self.rows if row[name] is not None]

    def estimate(self, column: str) -> Estimate | None:
        """Return the mean of a quantity over the runs with its whole uncertainty.

        Estimates of groups of one campaign keep their correlations in differences and ratios. One
        of a single run does not hold how runs differ: ask ``len(runs)``.

        Args:
            column: ``energy_wh``, ``induced_wh``, ``duration_s``, ``mean_power_w``, ``wh_per_epoch``,
                ``induced_wh_per_epoch`` or an efficiency factor (``<kind>_per_wh``,
                ``<kind>_per_induced_wh``).

        Returns:
            ``None`` where no run has the quantity.

        Raises:
            KeyError: there is no such quantity.
        """
        if column not in self._estimates:
            self._estimates[column] = self._estimate(column)
        return self._estimates[column]

    def _estimate(self, column: str) -> Estimate | None:
        samples = samples_of(self.runs, self.rows, self.baseline, column)
        inverse = column.endswith(("_per_wh", "_per_induced_wh"))
        return estimate_mean(samples, (self.label, column), self.baseline, self.causes, inverse=inverse)

    @cached_property
    def _estimates(self) -> dict[str, Estimate | None]:
        """Estimates that were asked for: each is made of all runs, and asked for by every comparison."""
        return {}


def group_runs(
    runs: list[RunMeasure], rows: list[Row], epoch_rows: list[Row], baseline: Baseline
) -> list[Group]:
    """Group runs by scenario and tracker: baselines, idles, workloads, each in the order they first ran."""
    causes = Causes()
    order = {"baseline": 0, "idle": 1, "workload": 2}
    groups: dict[tuple[str, str | None], Group] = {}
    for run, row in zip(runs, rows, strict=True):
        key = (run.run.scenario, run.run.tracker)
        group = groups.setdefault(key, Group(*key, run.run.kind, [], [], [], baseline, causes))
        group.runs.append(run)
        group.rows.append(row)
    for epoch in epoch_rows:
        groups[(epoch["scenario"], epoch["tracker"])].epoch_rows.append(epoch)
    first_slot = {g.scenario: min(r.run.slot for r in g.runs) for g in reversed(groups.values())}
    return sorted(
        groups.values(),
        key=lambda g: (order[g.kind], first_slot[g.scenario], g.scenario, g.tracker or ""),
    )


def scenario_row(group: Group, confidence: float) -> Row:
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
        **_mean(group, "induced", confidence),
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
    """Mean gross energy, and how the runs lie about it."""
    sample = describe(group.known("energy_wh"))
    return _mean(group, "energy", confidence) | {
        "energy_median_wh": sample.median if sample else None,
        "energy_min_wh": sample.min if sample else None,
        "energy_max_wh": sample.max if sample else None,
        "energy_iqr_wh": sample.iqr if sample else None,
    }


def _mean(group: Group, name: str, confidence: float) -> dict[str, Any]:
    """Mean of an energy; a single run cannot tell how runs differ and has no interval."""
    names = (f"{name}_wh", f"{name}_sd_wh", f"{name}_u_wh", f"{name}_low_wh", f"{name}_high_wh")
    sample, estimate = describe(group.known(f"{name}_wh")), group.estimate(f"{name}_wh")
    if sample is None or estimate is None:
        return dict.fromkeys(names)
    low, high = estimate.interval(confidence) if sample.n > 1 else (None, None)
    return dict(zip(names, (sample.mean, sample.sd, estimate.u, low, high), strict=True))
