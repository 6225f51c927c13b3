"""Values of runs that lie on several benches: a random effect of the bench, and its variance.

See docs/explanation/method.md#several-benches.
"""

from collections.abc import Sequence
from functools import cached_property
from math import sqrt

import numpy as np

from analysis.maths.arrays import Floats
from analysis.maths.describe import LEAST_FOR_INTERVAL


class Benches:
    """On which bench each of n values was measured.

    Args:
        names: of the benches, one per value.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names, self._of = np.unique(np.array(names, dtype=np.str_), return_inverse=True)
        self.counts = np.bincount(self._of).astype(np.float64)

    @property
    def several(self) -> bool:
        """Whether there are at least two."""
        return len(self.names) > 1

    @cached_property
    def between_df(self) -> float:
        """Degrees of freedom between benches."""
        return len(self.names) - 1.0

    @cached_property
    def within_df(self) -> float:
        """Degrees of freedom within benches; none where each bench has one value."""
        return float(self.counts.sum()) - len(self.names)

    @cached_property
    def size(self) -> float:
        """Number of values per bench that the mean square between benches multiplies their variance by."""
        n = float(self.counts.sum())
        return (n - float(self.counts @ self.counts) / n) / self.between_df

    def means(self, values: Floats) -> Floats:
        """Return the mean of each bench, ``(benches, ...)``, of values ``(n, ...)``."""
        sums = np.zeros((len(self.names), *values.shape[1:]))
        np.add.at(sums, self._of, values)
        return sums / self.counts.reshape(-1, *([1] * (values.ndim - 1)))

    def mean_squares(self, values: Floats) -> tuple[float, float]:
        """Return the mean squares between and within benches, summed over columns.

        Args:
            values: ``(n,)`` or ``(n, columns)``; on at least two benches.
        """
        means = self.means(values)
        about = (means - values.mean(axis=0)).reshape(len(means), -1)
        rest = values - means[self._of]
        between = float((self.counts @ np.square(about)).sum()) / self.between_df
        return between, float(np.square(rest).sum()) / self.within_df if self.within_df else 0.0

    def variance(self, between: float, within: float) -> tuple[float, float]:
        """Return what stands for the variance of one value in the variance of a mean over all.

        The mean of n values on benches that were drawn at random has the variance MS_between / n (Searle,
        Casella and McCulloch 1992, section 3.3; exact where each bench has as many values). Unequal numbers
        enlarge it as much as they add to the variance of the mean. Two benches show as little of how benches
        differ as two runs of how runs do: then the mean is that of these two, and the scatter within them
        counts.

        Args:
            between: mean squares, see `mean_squares`.
            within: see ``between``.

        Returns:
            The variance and its degrees of freedom.
        """
        if self.within_df and len(self.names) < LEAST_FOR_INTERVAL:
            return within, self.within_df
        n = float(self.counts.sum())
        return between * float(self.counts @ self.counts) / n / self.size, self.between_df

    def of_mean(self, values: Floats, factor: float = 1.0) -> tuple[float, float]:
        """Return the standard uncertainty of the mean of values ``(n,)``, times a factor.

        Returns:
            The uncertainty and its degrees of freedom.
        """
        n = len(values)
        if not self.several:
            return abs(factor) * float(values.std(ddof=1)) / sqrt(n), n - 1.0
        variance, df = self.variance(*self.mean_squares(values))
        return abs(factor) * sqrt(variance / n), df

    def component(self, between: float, within: float) -> float:
        """Return the variance between benches by the analysis of variance, at least zero."""
        return max(0.0, (between - within) / self.size)

    def p(self, between: float, within: float) -> float | None:
        """Return the p value of the F test that the benches are alike; ``None`` without scatter within."""
        if not self.within_df or within <= 0:
            return None
        from scipy import stats

        return float(stats.f.sf(between / within, self.between_df, self.within_df))
