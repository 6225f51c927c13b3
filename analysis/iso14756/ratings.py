"""Throughput, execution times, timeliness, and what they are rated against.

Formulas after the structure of ISO/IEC 14756, sections 6 to 8, from secondary literature (see
`analysis.iso14756.requirement`); to be checked against the text of the standard.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.maths.describe import has_interval, student_t
from analysis.scenario.groups import Group
from records.rows.runs import EpochRow, SpanRow
from records.rows.standards import TaskTypeRow
from records.settings.requirement import TaskRequirement, TimeClass


@dataclass(frozen=True)
class Tasks:
    """The tasks of one type in all counted runs of one scenario.

    Attributes:
        scenario, name: of the chain and of the task type.
        runs: how many runs; ``rating_s`` T_R, the sum of their rating intervals.
        times_s: execution time of each task; ``run_sums_s`` and ``run_counts`` their sum and their number in
            each run that has some.
        energy_wh, induced_wh: mean energy per task of each run that has one.
    """

    scenario: str
    name: str
    runs: int
    rating_s: float
    times_s: tuple[float, ...]
    run_sums_s: tuple[float, ...]
    run_counts: tuple[int, ...]
    energy_wh: tuple[float, ...]
    induced_wh: tuple[float, ...]

    @property
    def count(self) -> int:
        """How many tasks ended, b(j)."""
        return len(self.times_s)

    @property
    def throughput_per_h(self) -> float:
        """B(j) = b(j) / T_R."""
        return 3600 * self.count / self.rating_s

    def timely_per_h(self, classes: Sequence[TimeClass]) -> float:
        """E(j) = e(j) / T_R."""
        return 3600 * timely_count(self.times_s, classes) / self.rating_s

    @property
    def mean_s(self) -> float:
        """T_ME(j), over all tasks."""
        return float(np.mean(self.times_s))

    def reach_s(self, confidence: float) -> float | None:
        """Half-width of the interval of T_ME(j), by the runs, because tasks of one are not independent.

        ``None`` of fewer than three runs.

        T_ME is the ratio of two sums over the runs, times and numbers of tasks, which scatters by their
        residuals (Cochran 1977, section 6.4): a run with more tasks has more weight in both.
        """
        runs = len(self.run_sums_s)
        if not has_interval(runs - 1):
            return None
        counts = np.array(self.run_counts)
        residuals_s = np.array(self.run_sums_s) - self.mean_s * counts
        u_s = math.sqrt(runs / (runs - 1) * float(residuals_s @ residuals_s)) / self.count
        return student_t(confidence, runs - 1) * u_s or None


def timely_count(times_s: Sequence[float], classes: Sequence[TimeClass]) -> int:
    """Return e(j): of how many tasks, the slowest left out, the times keep to all time classes.

    With c_k tasks within the limit of class k, whose share is r_k, e tasks keep to it when
    ``min(c_k, e) / e >= r_k``; so ``e = min(b, min over k of floor(c_k / r_k))``. This is our reading of
    the standard's timeliness function.

    Args:
        times_s: execution times.
        classes: limits (inclusive) and shares.
    """
    most = len(times_s)
    for time_class in classes:
        within = sum(t <= time_class.limit_s for t in times_s)
        most = min(most, math.floor(within * 100 / time_class.share_pct + 1e-9))
    return most


def find_tasks(group: Group, actions: list[SpanRow], name: str) -> Tasks | None:
    """Collect the tasks of a type in a scenario; ``None`` where it has none."""
    of_type = group.epoch_rows if name == "epoch" else _of_group(group, actions, name)
    rows = [row for row in of_type if row.duration_s > 0]
    if not rows:
        return None
    by_run = _by_run(rows, lambda row: row.duration_s)
    return Tasks(
        scenario=group.label,
        name=name,
        runs=len(group.runs),
        rating_s=sum(run.whole.window.duration_s for run in group.runs),
        times_s=tuple(row.duration_s for row in rows),
        run_sums_s=tuple(sum(times_s) for times_s in by_run),
        run_counts=tuple(len(times_s) for times_s in by_run),
        energy_wh=_run_means(rows, lambda row: row.energy_wh),
        induced_wh=_run_means(rows, lambda row: row.induced_wh),
    )


_Window = SpanRow | EpochRow


def _of_group(group: Group, actions: list[SpanRow], name: str) -> list[SpanRow]:
    own = {run.run_dir for run in group.runs}
    return [row for row in actions if row.name == name and row.run_dir in own]


def _run_means(rows: Sequence[_Window], of: Callable[[_Window], float | None]) -> tuple[float, ...]:
    """Return the mean over the tasks of each run."""
    return tuple(float(np.mean(values)) for values in _by_run(rows, of))


def _by_run(rows: Sequence[_Window], of: Callable[[_Window], float | None]) -> list[list[float]]:
    """Return the values of the tasks of each run that has some."""
    of_run: dict[str, list[float]] = {}
    for row in rows:
        if (value := of(row)) is not None:
            of_run.setdefault(row.run_dir, []).append(value)
    return list(of_run.values())


def rate(tasks: Tasks, wanted: TaskRequirement, confidence: float) -> TaskTypeRow:
    """Return the ratings of a task type.

    ``R_TH = B / B_Ref``, ``R_ME = T_Ref / T_ME``, ``R_TI = E / B``; satisfied when none is below 1.
    """
    reach_s = tasks.reach_s(confidence)
    timely_per_h = tasks.timely_per_h(wanted.time_classes)
    r_th = tasks.throughput_per_h / wanted.throughput_per_h
    r_me = wanted.reference_s / tasks.mean_s
    r_ti = timely_per_h / tasks.throughput_per_h
    return TaskTypeRow(
        scenario=tasks.scenario,
        task=tasks.name,
        runs=tasks.runs,
        tasks=tasks.count,
        rating_interval_s=tasks.rating_s,
        throughput_per_h=tasks.throughput_per_h,
        throughput_ref_per_h=wanted.throughput_per_h,
        mean_execution_s=tasks.mean_s,
        mean_execution_low_s=None if reach_s is None else tasks.mean_s - reach_s,
        mean_execution_high_s=None if reach_s is None else tasks.mean_s + reach_s,
        mean_execution_ref_s=wanted.reference_s,
        timely_throughput_per_h=timely_per_h,
        r_th=r_th,
        r_me=r_me,
        r_ti=r_ti,
        satisfied=satisfied((r_th, r_me, r_ti)),
        energy_wh=float(np.mean(tasks.energy_wh)) if tasks.energy_wh else None,
        induced_wh=float(np.mean(tasks.induced_wh)) if tasks.induced_wh else None,
    )


def satisfied(ratings: Iterable[float]) -> bool:
    """Say whether no rating is below 1; what is below by rounding alone is not below."""
    return all(rating >= 1 - 1e-12 for rating in ratings)
