"""The calls of all runs of a scenario under one numbering, and their energies."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.calls.alignment import Alignment, align
from analysis.calls.contexts import Contexts, merge
from analysis.calls.covers import Indices, Sparse
from analysis.calls.design import Stacked
from analysis.calls.durations import Durations
from analysis.calls.run_calls import RunCalls
from analysis.calls.sharing import Division, Shares
from analysis.maths.arrays import Floats
from records.calls import CallSite


@dataclass(frozen=True, eq=False)
class ScenarioCalls:
    """The runs of a scenario that have a record of calls.

    Attributes:
        label: ``NAME`` or ``NAME+TRACKER``.
        runs: in running order.
        sites: of all of them, waits for a stable machine last; the time outside all calls follows them.
    """

    label: str
    runs: list[RunCalls]
    sites: list[CallSite]

    @classmethod
    def of(cls, label: str, runs: list[RunCalls]) -> "ScenarioCalls":
        """Number the sites by their place in the program."""
        return cls(label, runs, sorted({site for run in runs for site in run.sites}, key=_place))

    @cached_property
    def _numbers(self) -> list[Indices]:
        """Number of each site of each run."""
        number = {site: i for i, site in enumerate(self.sites)}
        return [np.array([number[site] for site in run.sites], dtype=np.int64) for run in self.runs]

    @property
    def rest(self) -> int:
        """Column of the time outside all calls."""
        return len(self.sites)

    def summed(self, name: str) -> Floats:
        """Return a sum over the calls of all runs by site (`analysis.calls.tally.Tally.sums`)."""
        total = np.zeros(len(self.sites))
        for run, numbers in zip(self.runs, self._numbers, strict=True):
            total[numbers] += run.sums[name]
        return total

    def extreme(self, name: str) -> Floats:
        """Return ``min_s`` or ``max_s`` of the calls of all runs by site."""
        of, start = (np.minimum, np.inf) if name == "min_s" else (np.maximum, -np.inf)
        found = np.full(len(self.sites), start)
        for run, numbers in zip(self.runs, self._numbers, strict=True):
            found[numbers] = of(found[numbers], run.sums[name])
        return found

    @cached_property
    def in_runs(self) -> Indices:
        """In how many runs each site was called."""
        counts = np.zeros(len(self.sites), dtype=np.int64)
        for run, numbers in zip(self.runs, self._numbers, strict=True):
            counts[numbers] += run.sums["calls"] > 0
        return counts

    @cached_property
    def durations(self) -> Durations:
        """Durations of the calls of all runs."""
        merged = Durations()
        for run, numbers in zip(self.runs, self._numbers, strict=True):
            merged.merge(run.durations, numbers.tolist())
        return merged

    @property
    def with_executions(self) -> list[int]:
        """Sites whose single calls are known in every run."""
        known = [
            {int(n[site]) for site in run.executions} for run, n in zip(self.runs, self._numbers, strict=True)
        ]
        return sorted(set.intersection(*known))

    def executions_of(self, site: int) -> list[Floats]:
        """Return starts and ends of the calls of a site in each run, ``(k, 2)`` each."""
        places = [int(np.flatnonzero(numbers == site)[0]) for numbers in self._numbers]
        return [run.executions[place] for run, place in zip(self.runs, places, strict=True)]

    @cached_property
    def contexts(self) -> Contexts:
        """Calling contexts of all runs together."""
        return merge([run.contexts.renumbered(n) for run, n in zip(self.runs, self._numbers, strict=True)])

    @cached_property
    def within_s(self) -> Floats:
        """Time of each site within the calls of each, all runs together, ``(sites, sites)``."""
        return self.contexts.time_within_s(len(self.sites))

    @cached_property
    def part_within(self) -> Floats:
        """Share of the time of each site (second index) that lies within calls of each (first)."""
        whole_s = self.within_s.diagonal()
        part = np.divide(self.within_s, whole_s, out=np.zeros_like(self.within_s), where=whole_s > 0)
        np.fill_diagonal(part, 1.0)  # also of a site all of whose contexts are beyond the limit
        return part

    @cached_property
    def inclusive_total_s(self) -> Floats:
        """Inclusive time of each site in each run, ``(sites, runs)``; calls within calls of a site once."""
        return np.asarray(self.part_within @ self.total_s[: self.rest], dtype=np.float64)

    @cached_property
    def total_s(self) -> Floats:
        """Exclusive time of each site and of the rest in each run, ``(sites + 1, runs)``."""
        total_s = np.zeros((len(self.sites) + 1, len(self.runs)))
        for i, (run, numbers) in enumerate(zip(self.runs, self._numbers, strict=True)):
            total_s[np.append(numbers, self.rest), i] = run.total_s
        return total_s

    def stacked(self, late_s: float) -> Stacked:
        """Return the readings of all runs if they were taken later by some time."""
        return Stacked.of(
            [run.grid.readings for run in self.runs],
            [run.grid.at(run.exclusive_s, late_s) @ self._places(i) for i, run in enumerate(self.runs)],
        )

    def _places(self, run: int) -> Sparse:
        """Return where the columns of a run have their place among those of the scenario."""
        from scipy import sparse

        numbers = np.append(self._numbers[run], self.rest)
        entries = (np.ones(len(numbers)), (np.arange(len(numbers)), numbers))
        return sparse.csr_matrix(entries, shape=(len(numbers), self.rest + 1))

    @cached_property
    def alignment(self) -> Alignment:
        """When the readings were taken, as the calls tell it."""
        widest = max((run.grid for run in self.runs), key=lambda grid: grid.align_u_s)
        return align(self.stacked, widest.align_u_s, widest.steps)

    @cached_property
    def division(self) -> Division:
        """The readings, divided among the sites."""
        return Division.of(self.stacked(self.alignment.late_s), len(self.runs), self.resolution_w)

    @cached_property
    def late_division(self) -> Division:
        """The same if all readings were later by the standard uncertainty of their time."""
        late_s = self.alignment.late_s + self.alignment.u_s
        return Division.of(self.stacked(late_s), len(self.runs), self.resolution_w)

    @property
    def resolution_w(self) -> float:
        """Smallest step of a reading."""
        return max(run.meter.resolution_w for run in self.runs)

    @cached_property
    def callers(self) -> Indices:
        """Sites within whose calls others run."""
        inner_s = self.within_s.sum(axis=1) - self.within_s.diagonal()
        return np.flatnonzero(inner_s > 0)

    def inclusive_of(self, division: Division, late_s: float) -> Shares:
        """Return the energy of the `callers` with their inner calls.

        Args:
            division: of the readings, if these were taken later by ``late_s``.
            late_s: see above.
        """
        from scipy import sparse

        parts = [
            run.grid.at(run.inclusive_s, late_s) @ self._places(i)[:-1] for i, run in enumerate(self.runs)
        ]
        time_s = sparse.csr_matrix(sparse.vstack(parts))[:, self.callers]
        inner = sparse.csr_matrix(
            np.pad(self.within_s[self.callers] > 0, ((0, 0), (0, 1))).astype(np.float64)
        )
        return division.inclusive(time_s, inner)

    @cached_property
    def in_stretches(self) -> Floats:
        """Share of the exclusive time of each column that lies in or next to readings which it fills."""
        design, length_s = self.division.design, self.division.stacked.length_s
        time_s = design.part * length_s[design.row]
        columns = self.rest + 1
        seen_s = np.bincount(design.site, time_s, columns)
        filled_s = np.bincount(design.site, time_s * design.filled, columns)
        return np.divide(filled_s, seen_s, out=np.zeros(columns), where=seen_s > 0)

    @cached_property
    def readings_with(self) -> Indices:
        """In how many readings each column was active."""
        return np.asarray(self.division.stacked.share.getnnz(axis=0), dtype=np.int64)


def _place(site: CallSite) -> tuple[object, ...]:
    return (
        site.kind == "gate",
        site.file,
        site.cell or 0,
        site.line,
        site.column,
        site.end_line,
        site.api,
        site.kind,
        site.function,
        site.expression,
        site.execution_count or 0,
    )
