"""The calls of one run against its readings: the step that needs no other run."""

from dataclasses import dataclass, field, replace
from math import hypot

import numpy as np

from analysis.calls.contexts import Contexts
from analysis.calls.counted import Counted, counted_of
from analysis.calls.covers import Sparse
from analysis.calls.durations import Durations
from analysis.calls.executions import Executions
from analysis.calls.grid import Grid
from analysis.calls.reader import CallReader
from analysis.calls.readings import readings_of
from analysis.calls.tally import Tally, TimeCovers
from analysis.maths.arrays import Floats
from analysis.run.measure import Measured, RunMeasure
from analysis.run.recorded import RecordedRun
from analysis.scenario.notes import SHORT_SPAN
from records.calls import CallSite, read_calls
from records.meter import MeterRecord


@dataclass(frozen=True, eq=False)
class CounterCalls:
    """The times of the calls in the intervals of a counter, as `RunCalls` has them of the meter."""

    counted: Counted
    grid: Grid
    exclusive_s: Sparse
    inclusive_s: Sparse


@dataclass(frozen=True, eq=False)
class RunCalls:
    """What the calls of a run add up to, and the readings that hold their energy.

    Matrices have a row for each part of the grid and a column for each site; that of exclusive time has one
    more for the time outside all calls, so that each row adds up to the length of the part.

    Attributes:
        run_dir: name of its folder; ``meter`` the record of its meter; ``bench`` where it was measured.
        middle_utc_s: middle of the rating interval; ``whole`` that interval, measured.
        interval_s: the meter's, as found.
        sites: by column; the number in each is that of one process and says nothing here.
        sums: by name (`analysis.calls.tally.Tally`), ``(sites,)`` each.
        durations: of the calls.
        contexts: the tree of calling contexts.
        grid: the readings.
        exclusive_s: time without inner calls; ``inclusive_s`` with these.
        executions: starts and ends of the calls of some sites, ``(k, 2)`` each; ``epochs_s`` of the epochs.
        resolved_s: shortest call that is measured by itself.
        lost: records that a crash tore.
        folded: whether it had more contexts than are kept.
        counters: the computer's own counters, by component.
    """

    run_dir: str
    bench: str | None
    meter: MeterRecord
    middle_utc_s: float
    whole: Measured
    interval_s: float
    sites: list[CallSite]
    sums: dict[str, Floats]
    durations: Durations
    contexts: Contexts
    grid: Grid
    exclusive_s: Sparse
    inclusive_s: Sparse
    executions: dict[int, Floats]
    epochs_s: Floats
    resolved_s: float
    lost: int
    folded: bool
    counters: dict[str, CounterCalls] = field(default_factory=dict)

    def by_counter(self, part: str) -> "RunCalls":
        """Return the same calls against the readings of a counter, which resolves other calls."""
        own = self.counters[part]
        long = self.sums["min_s"] >= SHORT_SPAN * own.counted.interval_s
        return replace(
            self,
            meter=replace(self.meter, resolution_w=own.counted.resolution_w),
            interval_s=own.counted.interval_s,
            sums={**self.sums, "resolved_s": np.where(long, self.sums["time_s"], 0.0)},
            grid=own.grid,
            exclusive_s=own.exclusive_s,
            inclusive_s=own.inclusive_s,
        )

    @property
    def total_s(self) -> Floats:
        """Exclusive time of each column in the rating interval, ``(sites + 1,)``."""
        return np.asarray(self.exclusive_s.sum(axis=0), dtype=np.float64).ravel()


def measure_calls(recorded: RecordedRun, run: RunMeasure) -> RunCalls | None:
    """Put the record of calls of a run against its readings; ``None`` without such a record.

    Args:
        recorded: the run.
        run: the same, measured.

    Raises:
        RecordError: the record cannot be used.
    """
    if not any(name.startswith("calls/") for name in recorded.files):
        return None
    length_s = run.whole.window.to_s
    fit_u_s = recorded.trace.cadence.fit_u_s
    align_u_s = hypot(recorded.meter.latency_u_s, recorded.clock.offset_u_s, fit_u_s)
    grid = Grid(readings_of(recorded.trace, length_s), align_u_s, fit_u_s, length_s)
    resolved_s = SHORT_SPAN * run.cadence.interval_s
    counted = counted_of(recorded, length_s)
    grids = [grid, *(Grid(one.readings, one.align_u_s, 0.0, length_s) for one in counted.values())]
    tally = Tally([TimeCovers(one.covers(), one.covers()) for one in grids], resolved_s)
    executions = Executions()
    processes = read_calls(recorded.path / "calls")
    reader = CallReader(recorded, length_s)
    for number, process in enumerate(processes):
        for records in process.chunks():
            calls = reader.calls(process, records)
            tally.add(number, calls)
            executions.add(calls)
    n = len(reader.numbers)
    covered_s = tally.covered_s()
    exclusive_s = [one.shared(tally.exclusive_s(i, n), covered_s) for i, one in enumerate(grids)]
    inclusive_s = [one.limited(own.inclusive.matrix(n)) for one, own in zip(grids, tally.covers, strict=True)]
    by_counter = zip(counted.values(), grids[1:], exclusive_s[1:], inclusive_s[1:], strict=True)
    return RunCalls(
        run_dir=run.run_dir,
        bench=run.run.bench,
        meter=run.meter,
        middle_utc_s=run.middle_utc_s,
        whole=run.whole,
        interval_s=run.cadence.interval_s,
        sites=list(reader.numbers),
        sums={name: np.pad(values, (0, n - len(values))) for name, values in tally.sums.items()},
        durations=tally.durations,
        contexts=tally.contexts.contexts(),
        grid=grid,
        exclusive_s=exclusive_s[0],
        inclusive_s=inclusive_s[0],
        executions=executions.chosen(tally.sums["time_s"], tally.sums["calls"]),
        epochs_s=np.array([(e.window.from_s, e.window.to_s) for e in run.epochs]).reshape(-1, 2),
        resolved_s=tally.resolved_s,
        lost=sum(process.damaged_records() for process in processes),
        folded=tally.contexts.folded,
        counters={part: CounterCalls(*own) for part, own in zip(counted, by_counter, strict=True)},
    )
