"""Which mean powers the readings of a scenario are to be explained by: the columns of the regression.

A site has one mean power, pooled over all its calls. But a long call need not draw the same power all the
time: where it fills several readings, these say what it drew. Only the readings that it shares with others
are open, and for these the power that it drew next to them counts. So each stretch of at least two readings
that one site fills has a power of its own at either end, which the readings there tell.
"""

from dataclasses import dataclass

import numpy as np

from analysis.calls.covers import Booleans, Indices, Sparse
from analysis.calls.readings import Readings
from analysis.maths.arrays import Floats

PURE = 1 - 1e-6
"""A reading is filled by a site that covers this share of it."""

_NEAR = 8
"""So many readings of a stretch tell its power at an end, as for borders (`analysis.power.borders`)."""

_LEAST_STRETCH = 2

_MOST_STRETCHES = 400
"""So many stretches, the longest, have powers of their own; of the others the pooled power counts."""


@dataclass(frozen=True, eq=False)
class Stacked:
    """The readings of all runs of a scenario, one after the other, ``(n,)`` each.

    Attributes:
        share: share of each site in the time of each reading, ``(n, columns)``; rows add up to 1.
        power_w: what the meter says; ``length_s`` for how long.
        known: whether there is a reading.
        follows: whether it is a reading that follows the one before in the same run.
        run: number of the run.
    """

    share: Sparse
    power_w: Floats
    length_s: Floats
    known: Booleans
    follows: Booleans
    run: Indices
    instantaneous: bool

    @classmethod
    def of(cls, readings: list[Readings], times_s: list[Sparse]) -> "Stacked":
        """Stack the readings of runs and the time of each site in them, ``(n, columns)`` each."""
        from scipy import sparse

        length_s = np.concatenate([one.length_s for one in readings])
        time_s = sparse.csr_matrix(sparse.vstack(times_s))
        covered_s = np.asarray(time_s.sum(axis=1)).ravel()
        return cls(
            share=sparse.csr_matrix(sparse.diags(1 / np.where(covered_s > 0, covered_s, 1.0)) @ time_s),
            power_w=np.concatenate([one.energy_j for one in readings]) / length_s,
            length_s=length_s,
            known=np.concatenate([one.known for one in readings]),
            follows=np.concatenate([one.follows for one in readings]),
            run=np.concatenate([np.full(len(one.start_s), i) for i, one in enumerate(readings)]),
            instantaneous=any(one.instantaneous for one in readings),
        )


@dataclass(frozen=True, eq=False)
class Design:
    """Parameters of the regression: the pooled power of each site first, then those of ends of stretches.

    Attributes:
        row, site, parameter: of each share of a site in a reading, ``(k,)``; where a reading lies between two
            stretches of a site there are two.
        part: the share.
        filled: whether it is in a stretch or next to one.
        used: readings that take part in the regression, ``(n,)``.
        parameters: how many.
    """

    row: Indices
    site: Indices
    parameter: Indices
    part: Floats
    filled: Booleans
    used: Booleans
    parameters: int

    @property
    def x(self) -> Sparse:
        """Share of each mean power in each reading, ``(n, parameters)``."""
        from scipy import sparse

        shape = (len(self.used), self.parameters)
        return sparse.csr_matrix((self.part, (self.row, self.parameter)), shape=shape)


@dataclass(frozen=True, eq=False)
class _Sides:
    """For each reading the parameter of a stretch that it is in or behind, or of one that begins after it."""

    owner: Indices
    parameter: Indices

    @classmethod
    def empty(cls, n: int) -> "_Sides":
        return cls(np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64))

    def put(self, place: slice | int, owner: int, parameter: int) -> None:
        self.owner[place], self.parameter[place] = owner, parameter


def design_of(stacked: Stacked) -> Design:
    """Return the parameters for the readings of a scenario."""
    n, sites = stacked.share.shape
    cells = stacked.share.tocoo()
    row, site, part = cells.row.astype(np.int64), cells.col.astype(np.int64), cells.data
    owner = np.full(n, -1, dtype=np.int64)
    pure = part >= PURE
    owner[row[pure]] = site[pure]
    before, after, used = _Sides.empty(n), _Sides.empty(n), stacked.known.copy()
    parameters = sites
    stretches = _stretches(stacked, owner)
    longest = set(sorted(stretches, key=lambda stretch: stretch[0] - stretch[1])[:_MOST_STRETCHES])
    for first, last in stretches:
        of = int(owner[first])
        head, tail, parted = of, of, False
        if (first, last) in longest:
            parted = last - first + 1 > 2 * _NEAR
            head, tail = parameters, parameters + parted
            parameters = tail + 1
        before.put(slice(first, last + 1), of, tail)
        before.put(slice(first, min(first + _NEAR, last + 1)), of, head)
        if parted:
            used[first + _NEAR : last + 1 - _NEAR] = False
        if last + 1 < n and stacked.follows[last + 1]:
            before.put(last + 1, of, tail)
        if first > 0 and stacked.follows[first]:
            after.put(first - 1, of, head)
    return _assigned(row, site, part, before, after, used, parameters)


def _stretches(stacked: Stacked, owner: Indices) -> list[tuple[int, int]]:
    """Return first and last reading of the stretches, in the order of time."""
    if stacked.instantaneous:  # each reading is of one site, and says nothing of its neighbours
        return []
    same = stacked.follows & (owner >= 0)
    same[1:] &= owner[1:] == owner[:-1]
    begin = np.flatnonzero(~same[:-1] & same[1:])
    end = np.flatnonzero(same & ~np.append(same[1:], False))
    long = end - begin + 1 >= _LEAST_STRETCH
    return list(zip(begin[long].tolist(), end[long].tolist(), strict=True))


def _assigned(
    row: Indices,
    site: Indices,
    part: Floats,
    before: _Sides,
    after: _Sides,
    used: Booleans,
    parameters: int,
) -> Design:
    by_before, by_after = before.owner[row] == site, after.owner[row] == site
    parameter = np.where(by_before, before.parameter[row], np.where(by_after, after.parameter[row], site))
    both = by_before & by_after & (before.parameter[row] != after.parameter[row])
    part = np.where(both, part / 2, part)
    return Design(
        row=np.concatenate((row, row[both])),
        site=np.concatenate((site, site[both])),
        parameter=np.concatenate((parameter, after.parameter[row[both]])),
        part=np.concatenate((part, part[both])),
        filled=np.concatenate((by_before | by_after, both[both])),
        used=used,
        parameters=parameters,
    )
