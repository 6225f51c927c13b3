"""Runs of one scenario, with or without a tracker, in one row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

from analysis.maths.arrays import mean_or_none
from analysis.maths.describe import LEAST_FOR_INTERVAL, describe
from analysis.run.measure import RunMeasure
from analysis.scenario.baseline import Baseline
from analysis.scenario.efficiency import factors
from analysis.scenario.estimates import estimate_mean, samples_of
from analysis.uncertainty.estimate import Causes, Estimate
from records.rows.families import HARDWARE_COLUMNS, USEFUL_WORK
from records.rows.runs import EpochRow, RunRow
from records.rows.scenarios import ScenarioRow


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
    rows: list[RunRow]
    epoch_rows: list[EpochRow]
    baseline: Baseline
    causes: Causes

    @property
    def label(self) -> str:
        """``NAME``, or ``NAME+TRACKER``."""
        return self.scenario if self.tracker is None else f"{self.scenario}+{self.tracker}"

    def known(self, of: Callable[[RunRow], float | None]) -> list[float]:
        """Return the values of a column that are there."""
        return [value for row in self.rows if (value := of(row)) is not None]

    def estimate(self, column: str) -> Estimate | None:
        """Return the mean of a quantity over the runs with its whole uncertainty.

        Estimates of groups of one campaign keep their correlations in differences and ratios. One
        of a single run does not hold how runs differ: ask ``len(runs)``.

        Args:
            column: ``energy_wh``, ``induced_wh``, ``duration_s``, ``mean_power_w``, ``induced_power_w``,
                ``wh_per_epoch``, ``induced_wh_per_epoch`` or an efficiency factor (``<kind>_per_wh``,
                ``<kind>_per_induced_wh``).

        Returns:
            ``None`` where no run has the quantity.

        Raises:
            KeyError: there is no such quantity.
        """
        if column not in self._estimates:
            self._estimates[column] = self._estimate(column)
        return self._estimates[column]

    def bound(self, column: str, confidence: float) -> float | None:
        """Return the upper end of the interval of a mean induced energy that cannot be told from zero.

        Args:
            column: see `estimate`.
            confidence: e.g. 0.95.

        Returns:
            ``None`` where it can be told from zero, and of what is no induced energy.
        """
        estimate = self.estimate(column) if column.startswith("induced") and self.kind != "baseline" else None
        if estimate is None:
            return None
        low, high = estimate.widest(confidence)
        return high if low is not None and high is not None and low <= 0 <= high else None

    def _estimate(self, column: str) -> Estimate | None:
        samples = samples_of(self.runs, self.rows, self.baseline, column)
        inverse = column.endswith(("_per_wh", "_per_induced_wh"))
        return estimate_mean(samples, (self.label, column), self.baseline, self.causes, inverse=inverse)

    @cached_property
    def _estimates(self) -> dict[str, Estimate | None]:
        """Estimates that were asked for: each is made of all runs, and asked for by every comparison."""
        return {}


def group_runs(
    runs: list[RunMeasure],
    rows: list[RunRow],
    epoch_rows: list[EpochRow],
    baseline: Baseline,
    configured: Sequence[str] = (),
) -> list[Group]:
    """Group runs by scenario and tracker: baselines, idles, workloads.

    Args:
        runs: every counted run.
        rows: of the same runs.
        epoch_rows: of these runs.
        baseline: of the campaign.
        configured: names of scenarios in the order of the configuration, which is that of each kind; others
            follow in the order they first ran.
    """
    places = {name: place for place, name in enumerate(configured)}
    causes = Causes()
    order = {"baseline": 0, "idle": 1, "workload": 2}
    groups: dict[tuple[str, str | None], Group] = {}
    for run, row in zip(runs, rows, strict=True):
        key = (run.run.scenario, run.run.tracker)
        group = groups.setdefault(key, Group(*key, run.run.kind, [], [], [], baseline, causes))
        group.runs.append(run)
        group.rows.append(row)
    for epoch in epoch_rows:
        groups[(epoch.scenario, epoch.tracker)].epoch_rows.append(epoch)
    first_slot = {g.scenario: min(r.run.slot for r in g.runs) for g in reversed(groups.values())}
    return sorted(
        groups.values(),
        key=lambda g: (
            order[g.kind],
            places.get(g.scenario, len(places)),
            first_slot[g.scenario],
            g.scenario,
            g.tracker or "",
        ),
    )


def scenario_row(group: Group, confidence: float) -> ScenarioRow:
    """Return the row of a scenario: means over its runs with standard uncertainties and intervals."""
    lengths_s = group.known(lambda row: row.duration_s)
    durations, total_s = describe(lengths_s), sum(lengths_s)
    energies_wh = group.known(lambda row: row.energy_wh)
    energy, sample = _mean(group, "energy_wh", energies_wh, confidence), describe(energies_wh)
    induced = _mean(group, "induced_wh", group.known(lambda row: row.induced_wh), confidence)
    bound_wh = group.bound("induced_wh", confidence)
    to_target_wh = group.known(lambda row: row.wh_to_target)
    return ScenarioRow(
        scenario=group.label,
        kind=group.kind,
        n=len(group.runs),
        duration_s=durations.mean if durations else None,
        duration_sd_s=durations.sd if durations else None,
        mean_power_w=sum(energies_wh) * 3600 / total_s if total_s > 0 else None,
        energy_wh=energy.value,
        energy_sd_wh=energy.sd,
        energy_u_wh=energy.u,
        energy_low_wh=energy.low,
        energy_high_wh=energy.high,
        energy_median_wh=sample.median if sample else None,
        energy_min_wh=sample.min if sample else None,
        energy_max_wh=sample.max if sample else None,
        energy_iqr_wh=sample.iqr if sample else None,
        induced_wh=induced.value,
        induced_sd_wh=induced.sd,
        induced_u_wh=induced.u,
        induced_low_wh=induced.low,
        induced_high_wh=induced.high,
        induced_bound_wh=bound_wh,
        wh_per_epoch=mean_or_none([e.energy_wh for e in group.epoch_rows if e.energy_wh is not None]),
        induced_wh_per_epoch=mean_or_none(
            [e.induced_wh for e in group.epoch_rows if e.induced_wh is not None]
        ),
        induced_per_epoch_bound_wh=group.bound("induced_wh_per_epoch", confidence),
        base_scenario=group.scenario,
        tracker=group.tracker,
        work=_means(group, USEFUL_WORK, lambda row: row.work),
        wh_to_target=mean_or_none(to_target_wh),
        n_to_target=len(to_target_wh),
        hardware=_means(group, HARDWARE_COLUMNS, lambda row: row.hardware),
        efficiency=factors(
            [run.work for run in group.runs],
            [row.energy_wh for row in group.rows],
            [row.induced_wh for row in group.rows],
            resolved=bound_wh is None,
        ),
    )


Name = TypeVar("Name", bound=str)


def _means(
    group: Group, names: Iterable[Name], of: Callable[[RunRow], Mapping[Name, float | None]]
) -> dict[Name, float | None]:
    """Return the means of a family of columns over the runs that have a value."""
    return {
        name: mean_or_none([value for row in group.rows if (value := of(row).get(name)) is not None])
        for name in names
    }


class _Mean(NamedTuple):
    value: float | None = None
    sd: float | None = None
    u: float | None = None
    low: float | None = None
    high: float | None = None


def _mean(group: Group, column: str, values: list[float], confidence: float) -> _Mean:
    """Mean of an energy; one run cannot tell how runs differ, and two hardly: they have no interval."""
    sample, estimate = describe(values), group.estimate(column)
    if sample is None or estimate is None:
        return _Mean()
    low, high = estimate.interval(confidence) if sample.n >= LEAST_FOR_INTERVAL else (None, None)
    return _Mean(sample.mean, sample.sd, estimate.u, low, high)
