"""Quantiles of any number of durations in bounded memory: counts by logarithm, to one percent."""

from dataclasses import dataclass, field

import numpy as np

from analysis.calls.covers import Indices
from analysis.maths.arrays import Floats

_STEP = np.log(1.01)
_CLASSES = 4096
"""From 1 ns on: 1.01^4096 ns are sixteen years."""


@dataclass(eq=False)
class Durations:
    """Counts of durations by site and class, the classes one percent apart."""

    counts: dict[int, int] = field(default_factory=dict)

    def add(self, site: Indices, duration_s: Floats) -> None:
        """Count durations ``(k,)`` of sites."""
        classes = np.log(np.maximum(duration_s * 1e9, 1.0)) / _STEP
        keys, counts = np.unique(site * _CLASSES + classes.astype(np.int64), return_counts=True)
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
            self.counts[key] = self.counts.get(key, 0) + count

    def merge(self, other: "Durations", numbers: list[int]) -> None:
        """Add the counts of another run, whose sites have other numbers."""
        for key, count in other.counts.items():
            site, place = divmod(key, _CLASSES)
            own = numbers[site] * _CLASSES + place
            self.counts[own] = self.counts.get(own, 0) + count

    def quantiles_s(self, shares: list[float]) -> dict[int, list[float]]:
        """Return quantiles by site, each the middle of its class."""
        if not self.counts:
            return {}
        keys = np.array(sorted(self.counts), dtype=np.int64)
        counts = np.array([self.counts[key] for key in keys.tolist()])
        site, place = np.divmod(keys, _CLASSES)
        found = {}
        for number in np.unique(site).tolist():
            own = site == number
            up_to = np.cumsum(counts[own])
            at = np.searchsorted(up_to, np.array(shares) * up_to[-1], side="left")
            found[number] = (np.exp((place[own][at] + 0.5) * _STEP) * 1e-9).tolist()
        return found
