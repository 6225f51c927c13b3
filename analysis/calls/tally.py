"""What a run's records of calls add up to, read in pieces: times, counts, contexts, time per interval.

A record is written when its call ends, so that within a thread the calls made within a call come before it,
one level deeper. Calls whose caller has not ended yet at the end of a piece wait for it under a placeholder.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from analysis.calls.contexts import ROOT, ContextTree
from analysis.calls.covers import Booleans, Covers, Indices, Sparse, summed
from analysis.calls.durations import Durations
from analysis.maths.arrays import Floats

_SUMS = ("calls", "raised", "traced", "suspended", "sized", "bytes", "time_s", "resolved_s", "min_s", "max_s")


@dataclass(frozen=True, eq=False)
class Calls:
    """Calls of one process in the order of their ends, ``(k,)`` each.

    Attributes:
        site: number of the site in the run.
        thread: thread or task.
        depth: calls around it in that thread.
        start_s, stop_s: seconds after the start of the rating interval.
        bytes: size of the arguments, negative where it is not known.
        raised, traced, suspended: see `records.calls`.
    """

    site: Indices
    thread: Indices
    depth: Indices
    start_s: Floats
    stop_s: Floats
    bytes: Indices
    raised: Booleans
    traced: Booleans
    suspended: Booleans


class _Waiting(NamedTuple):
    """What stands for a caller that is not known yet: a context, and a column of the covers."""

    node: int
    column: int


@dataclass(frozen=True, eq=False)
class TimeCovers:
    """Intervals for the exclusive time of calls, and the same for the time with inner calls."""

    exclusive: Covers
    inclusive: Covers


@dataclass(eq=False)
class Tally:
    """Sums over the records of a run.

    Args:
        covers: intervals of each instrument.
        resolved_s: calls from this length on are long enough for the meter.

    Attributes:
        sums: by site: calls, raised, traced, suspended, sized (calls with a size), bytes, time_s, resolved_s
            (time in calls that are long enough), min_s, max_s.
    """

    covers: list[TimeCovers]
    resolved_s: float
    contexts: ContextTree = field(default_factory=ContextTree)
    durations: Durations = field(default_factory=Durations)
    sums: dict[str, Floats] = field(default_factory=lambda: {name: np.array([]) for name in _SUMS})
    _waiting: dict[tuple[int, int, int], _Waiting] = field(default_factory=dict)
    _callers: dict[int, int] = field(default_factory=dict)
    _covered: list[Floats] = field(default_factory=lambda: [np.zeros((0, 2))])
    _unknown: int = 0

    def add(self, process: int, calls: Calls) -> None:
        """Add a piece of the records of a process."""
        if len(calls.site) == 0:
            return
        self._count(calls)
        order = np.argsort(calls.thread, kind="stable")
        thread = calls.thread[order]
        borders = np.flatnonzero(np.diff(thread)) + 1
        for own in np.split(order, borders):
            number = int(calls.thread[own[0]])
            self._add_thread((process, number), calls, own)
        self._covered.append(union(np.stack((calls.start_s, calls.stop_s), axis=1)))

    def _count(self, calls: Calls) -> None:
        duration_s = np.maximum(calls.stop_s - calls.start_s, 0.0)
        n = int(calls.site.max()) + 1
        ones = np.ones(len(calls.site))
        sized = calls.bytes >= 0
        weights: dict[str, Floats] = {
            "calls": ones,
            "raised": calls.raised * ones,
            "traced": calls.traced * ones,
            "suspended": calls.suspended * ones,
            "sized": sized * ones,
            "time_s": duration_s,
            "resolved_s": np.where(duration_s >= self.resolved_s, duration_s, 0.0),
            "bytes": np.where(sized, calls.bytes, 0).astype(np.float64),
        }
        for name, weight in weights.items():
            self.sums[name] = _sum(self.sums[name], summed(calls.site, weight, n))
        lowest_s, highest_s = np.full(n, np.inf), np.full(n, -np.inf)
        np.minimum.at(lowest_s, calls.site, duration_s)
        np.maximum.at(highest_s, calls.site, duration_s)
        self.sums["min_s"] = _extreme(self.sums["min_s"], lowest_s, np.minimum, np.inf)
        self.sums["max_s"] = _extreme(self.sums["max_s"], highest_s, np.maximum, -np.inf)
        self.durations.add(calls.site, duration_s)

    def _add_thread(self, thread: tuple[int, int], calls: Calls, own: Indices) -> None:
        site, depth = calls.site[own], calls.depth[own]
        start_s, stop_s = calls.start_s[own], calls.stop_s[own]
        caller = _callers(depth)
        node = np.full(len(own), ROOT, dtype=np.int64)
        kept = np.ones(len(own), dtype=bool)
        column = np.full(len(own), ROOT, dtype=np.int64)  # of the caller, in the covers
        column[caller >= 0] = column_of_site(site[caller[caller >= 0]])
        for level in np.unique(depth).tolist():
            places = np.flatnonzero(depth == level)
            answered = self._waiting.pop((*thread, level), None)
            above = np.full(len(places), ROOT, dtype=np.int64)
            known = caller[places] >= 0
            above[known] = node[caller[places[known]]]
            if level > 0 and not known.all():
                waiting = self._wait_for((*thread, level - 1))
                above[~known], column[places[~known]] = waiting.node, waiting.column
            node[places], kept[places] = self.contexts.nodes(above, site[places])
            if answered is not None:
                self.contexts.resolve(answered.node, int(node[places[0]]))
                self._callers[answered.column] = int(site[places[0]])
        self.contexts.count(node[kept], np.maximum(stop_s - start_s, 0.0)[kept])
        inner = column != ROOT
        for covers in self.covers:
            covers.exclusive.add(column_of_site(site), start_s, stop_s)
            covers.inclusive.add(site, start_s, stop_s)
            covers.exclusive.add(column[inner], start_s[inner], stop_s[inner], -1.0)

    def _wait_for(self, key: tuple[int, int, int]) -> _Waiting:
        """Return what stands for the caller at a level of a thread that has not ended yet."""
        if key not in self._waiting:
            self._unknown += 1
            self._waiting[key] = _Waiting(self.contexts.placeholder(), 2 * self._unknown - 1)
        return self._waiting[key]

    def covered_s(self) -> Floats:
        """Return the time within calls as disjoint segments in order, ``(k, 2)``."""
        return union(np.concatenate(self._covered))

    def exclusive_s(self, instrument: int, sites: int) -> Sparse:
        """Return the time of each site without inner calls in each interval, ``(intervals, sites)``.

        Args:
            instrument: whose intervals, by its place in `covers`.
            sites: how many.
        """
        from scipy import sparse

        both = self.covers[instrument].exclusive.matrix(2 * max(sites, self._unknown + 1))
        known = sparse.csr_matrix(both[:, column_of_site(np.arange(sites))])
        pairs = [pair for pair in self._callers.items() if pair[1] < sites]
        if not pairs:
            return known
        unknown, site = np.array(pairs, dtype=np.int64).T
        ones = np.ones(len(pairs))
        given = sparse.csr_matrix((ones, (np.arange(len(pairs)), site)), shape=(len(pairs), sites))
        return sparse.csr_matrix(known + both[:, unknown] @ given)


def column_of_site(site: Indices) -> Indices:
    """Return the columns of sites in the covers: the even ones; the odd ones are of callers not known yet."""
    return 2 * site


def _callers(depth: Indices) -> Indices:
    """Return the place of the caller of each call ``(k,)``, -1 where it is not among these."""
    caller = np.full(len(depth), -1, dtype=np.int64)
    for level in np.unique(depth[depth > 0]).tolist():
        places, above = np.flatnonzero(depth == level), np.flatnonzero(depth == level - 1)
        following = np.searchsorted(above, places)
        known = following < len(above)
        caller[places[known]] = above[following[known]]
    return caller


def union(segments: Floats) -> Floats:
    """Return the time that segments ``(k, 2)`` cover together, as disjoint segments in order."""
    segments = segments[np.argsort(segments[:, 0], kind="stable")]
    if len(segments) == 0:
        return segments
    reach = np.maximum.accumulate(segments[:, 1])
    begins = np.concatenate(([True], segments[1:, 0] > reach[:-1]))
    ends = np.concatenate((begins[1:], [True]))
    joined: Floats = np.stack((segments[begins, 0], reach[ends]), axis=1)
    return joined


def _sum(so_far: Floats, added: Floats) -> Floats:
    n = max(len(so_far), len(added))
    return _padded(so_far, n, 0.0) + _padded(added, n, 0.0)


def _extreme(so_far: Floats, added: Floats, of: Any, neutral: float) -> Floats:
    n = max(len(so_far), len(added))
    extreme: Floats = of(_padded(so_far, n, neutral), _padded(added, n, neutral))
    return extreme


def _padded(values: Floats, n: int, filler: float) -> Floats:
    return np.concatenate((values, np.full(n - len(values), filler)))
