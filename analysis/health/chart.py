"""The control chart of single values: centre, limits, and the rules that signal.

A chart of individuals with moving ranges (Shewhart 1931; Montgomery, Introduction to Statistical
Quality Control, section 6.4): ``centre = mean(x)``, ``sigma = mean|x_i - x_(i-1)| / 1.128``, limits at
three sigma. The rules on the pattern of points are those of the Western Electric handbook (1956).
"""

from dataclasses import dataclass

import numpy as np

from analysis.maths.arrays import Floats

D2 = 1.128
"""Expected range of two normal values over their standard deviation (Montgomery, appendix VI)."""

LIMIT_SIGMAS = 3.0

LEAST_POINTS = 3
"""Fewer values have fewer than two moving ranges, which say nothing of a spread."""

PATTERNS: dict[str, tuple[int, int, float]] = {
    "beyond-limits": (1, 1, LIMIT_SIGMAS),
    "two-of-three": (2, 3, 2.0),
    "four-of-five": (4, 5, 1.0),
    "eight-in-a-row": (8, 8, 0.0),
}
"""Rules 1 to 4 of Western Electric: so many of so many points in a row lie farther than so many sigma
from the centre, all on one side."""


@dataclass(frozen=True, eq=False)
class Limits:
    """Lines of a chart.

    Attributes:
        centre: mean of the values; ``sigma`` their standard deviation from the moving ranges.
    """

    centre: float
    sigma: float

    @property
    def lower(self) -> float:
        """Three sigma below the centre."""
        return self.centre - LIMIT_SIGMAS * self.sigma

    @property
    def upper(self) -> float:
        """Three sigma above the centre."""
        return self.centre + LIMIT_SIGMAS * self.sigma

    def standardised(self, values: Floats) -> Floats:
        """Return the distances of values ``(n,)`` from the centre in sigma; zero or infinite without any."""
        apart = values - self.centre
        if self.sigma > 0:
            scaled: Floats = apart / self.sigma
            return scaled
        return np.where(apart == 0, 0.0, np.copysign(np.inf, apart))


def limits_of(values: Floats, least_sigma: float) -> Limits:
    """Return centre and sigma of values in the order of time ``(n,)``.

    Args:
        values: at least two.
        least_sigma: sigma is no smaller: readings that are all rounded to the same digit have no
            moving range, but are not known any better than they are measured.
    """
    moving_range = float(np.abs(np.diff(values)).mean())
    return Limits(float(values.mean()), max(moving_range / D2, least_sigma))


def pattern_signals(z: Floats, rule: str) -> list[int]:
    """Return the indices of the points at which a rule of `PATTERNS` is met.

    Args:
        z: distances from the centre in sigma ``(n,)``, at least one.
        rule: its name.
    """
    wanted, window, sigmas = PATTERNS[rule]
    met = np.zeros(len(z), dtype=bool)
    for side in (z, -z):
        outside = side > sigmas
        counts = np.convolve(outside, np.ones(window))[: len(z)]
        # A point signals where it is itself outside: the one after it would only repeat it.
        met |= outside & (counts > wanted - 0.5)
    return [int(i) for i in np.flatnonzero(met)]


def change_points(values: Floats, least_sigmas: Floats) -> list[int]:
    """Return the indices of values at which the level changed.

    Each value is put on the chart of those since the last change, itself among them; where it lies beyond
    the limits, a new chart begins with it. Its own moving range widens the limits, so the fifth value of a
    chart is the first that can lie beyond them.

    Args:
        values: in the order of time ``(n,)``.
        least_sigmas: of each value, what it scatters at least, zero where that is unknown ``(n,)``.
    """
    found: list[int] = []
    begin = 0
    for n in range(len(values)):
        until = slice(begin, n + 1)
        if n + 1 - begin < LEAST_POINTS:
            continue
        limits = limits_of(values[until], float(np.sqrt(np.square(least_sigmas[until]).mean())))
        if n - begin in pattern_signals(limits.standardised(values[until]), "beyond-limits"):
            found.append(n)
            begin = n
    return found
