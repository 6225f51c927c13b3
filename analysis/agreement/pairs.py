"""Pairs of a measured and an estimated value, and what is known of the meter's own error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.maths.arrays import Floats
from analysis.maths.describe import WithInterval

LEAST = 3
"""Fewer rows, or fewer groups of rows, give no interval: two values always agree with some line."""


@dataclass(frozen=True)
class Scale:
    """Whether differences are taken of the values or of their logarithms.

    Attributes:
        logarithmic: the difference is then ``ln(estimated / measured)``.
        level: mean of the measured values, to which linear differences are referred.
    """

    logarithmic: bool
    level: float

    def percent(self, difference: float) -> float:
        """Return a difference as percent of the measured value (linear: of the mean of them)."""
        if self.logarithmic:
            return float(100 * np.expm1(difference))
        return 100 * difference / abs(self.level) if self.level else float("inf")

    def mapped(self, difference: WithInterval) -> WithInterval:
        """Return a difference and the ends of its interval as percent of the measured value."""
        ends = (None if end is None else self.percent(end) for end in (difference.low, difference.high))
        return WithInterval(self.percent(difference.value), *ends)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Rows in which both values are known.

    Attributes:
        measured, estimated: by the meter and by the estimator ``(n,)``, in the same unit.
        measured_u: standard uncertainty of each measured value by what differs from row to row
            (resolution, gaps) ``(n,)``; zero where it is not known.
        shared_u: that by what all rows share (gain, offset of the meter) ``(n,)``.
        groups: number of the group that a row belongs to ``(n,)``; rows of one group are repeats of
            the same work and no independent evidence. ``None``: every row stands for itself.
        unit_names: of the groups, or of the rows where each stands for itself; empty where they have none.
    """

    measured: Floats
    estimated: Floats
    measured_u: Floats
    shared_u: Floats
    groups: NDArray[np.intp] | None = None
    unit_names: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        measured: Sequence[float],
        estimated: Sequence[float],
        measured_u: Sequence[float] | None = None,
        shared_u: Sequence[float] | None = None,
        groups: Sequence[str] | None = None,
        names: Sequence[str] = (),
    ) -> "Pairs":
        """Make pairs of plain sequences of equal length; a single group, or one per row, is none.

        The names are those of the rows, where these stand for themselves.
        """
        x, y = np.asarray(measured, dtype=np.float64), np.asarray(estimated, dtype=np.float64)
        nothing = np.zeros(len(x))
        u = nothing if measured_u is None else np.asarray(measured_u, dtype=np.float64)
        shared = nothing if shared_u is None else np.asarray(shared_u, dtype=np.float64)
        numbers, unit_names = None, tuple(names)
        if groups is not None and 1 < len(set(groups)) < len(x):
            numbers = np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1].astype(np.intp)
            unit_names = tuple(sorted(set(groups)))
        elif groups is not None and len(set(groups)) == len(x):
            unit_names = tuple(groups)
        return cls(x, y, u, shared, numbers, unit_names)

    def __len__(self) -> int:
        return len(self.measured)

    @property
    def units(self) -> int:
        """Number of independent units: groups where there are any, else rows."""
        return len(self) if self.groups is None else int(self.groups.max()) + 1

    @property
    def positive(self) -> bool:
        """Whether all values are above zero, so that they have logarithms."""
        return bool(min(self.measured.min(), self.estimated.min()) > 0)

    @property
    def unit_of_row(self) -> NDArray[np.intp]:
        """Number of the unit that a row belongs to ``(n,)``: its group, or the row itself."""
        return np.arange(len(self)) if self.groups is None else self.groups

    def without(self, *units: int) -> "Pairs":
        """Return the pairs without one unit or several."""
        kept = ~np.isin(self.unit_of_row, units)
        names = tuple(name for i, name in enumerate(self.unit_names) if i not in units)
        groups = None
        if self.groups is not None:
            groups = np.unique(self.groups[kept], return_inverse=True)[1].astype(np.intp)
        return Pairs(
            self.measured[kept],
            self.estimated[kept],
            self.measured_u[kept],
            self.shared_u[kept],
            groups,
            names,
        )

    def differences(self, scale: Scale) -> Floats:
        """Return estimated minus measured on a scale ``(n,)``."""
        if scale.logarithmic:
            return np.log(self.estimated / self.measured)
        return self.estimated - self.measured

    def of_differences(self, u: Floats, scale: Scale) -> Floats:
        """Return an uncertainty of the measured values as one of the differences ``(n,)``."""
        return u / self.measured if scale.logarithmic else u

    def group_sums(self, values: Floats) -> Floats:
        """Return the sums of a column by group ``(units,)``; the column itself without groups."""
        if self.groups is None:
            return values
        sums: Floats = np.bincount(self.groups, values, minlength=self.units).astype(np.float64)
        return sums
