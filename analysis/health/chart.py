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
        """Return the distances of values ``(n,)`` from the centre in sigma; zero where sigma is zero."""
        apart = values - self.centre
        scaled: Floats = apart / self.sigma if self.sigma > 0 else np.sign(apart) * np.inf * (apart != 0)
        return scaled


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
