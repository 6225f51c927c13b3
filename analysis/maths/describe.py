"""Description of a sample: location, spread, and intervals at a stated confidence."""

from dataclasses import dataclass
from math import hypot, inf, sqrt

import numpy as np

SAME_SHARE = 1e-9
"""Values that differ by less than this share of the largest are the same but for rounding."""

LEAST_FOR_INTERVAL = 3
"""Fewer values give no interval of their mean: with one degree of freedom Student's t is 12.7."""


@dataclass(frozen=True)
class Description:
    """A sample in a few numbers; ``sd`` and what follows from it is ``None`` for a single value."""

    n: int
    mean: float
    sd: float | None
    median: float
    min: float
    max: float
    iqr: float


@dataclass(frozen=True)
class WithInterval:
    """A number with its interval; the ends are ``None`` where too little is known for one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class MeanInterval:
    """A mean with its standard uncertainty and interval; the interval is ``None`` where n < 3."""

    mean: float
    u: float | None
    low: float | None
    high: float | None


def describe(values: list[float]) -> Description | None:
    """Describe a sample, or return ``None`` of no values.

    Quartiles interpolate linearly between order statistics (Hyndman and Fan 1996, type 7).
    """
    if not values:
        return None
    array = np.asarray(values, dtype=np.float64)
    low, middle, high = np.percentile(array, [25, 50, 75])
    return Description(
        n=len(values),
        mean=float(array.mean()),
        sd=float(array.std(ddof=1)) if len(values) > 1 else None,
        median=float(middle),
        min=float(array.min()),
        max=float(array.max()),
        iqr=float(high - low),
    )


def mean_interval(
    values: list[float],
    confidence: float,
    *,
    systematic_u: float = 0.0,
    shared_u: float = 0.0,
    shared_df: float = inf,
) -> MeanInterval:
    """Return mean, standard uncertainty and interval of the mean of repeated values.

    ``u2 = s2/n + systematic_u2 + shared_u2`` with Student's t at the Welch-Satterthwaite degrees of
    freedom (docs/explanation/method.md#uncertainty; JCGM 100:2008, G.4).

    Args:
        values: one per run, at least one.
        confidence: e.g. 0.95.
        systematic_u: what all values share and no repetition shows; known (infinite df).
        shared_u: what all values share, known from ``shared_df`` degrees of freedom.
        shared_df: see ``shared_u``.

    Raises:
        ValueError: there is no value.
    """
    sample = describe(values)
    if sample is None:
        raise ValueError("a mean needs at least one value")
    if sample.sd is None:
        return MeanInterval(sample.mean, None, None, None)
    parts = [(sample.sd / sqrt(sample.n), sample.n - 1.0), (systematic_u, inf), (shared_u, shared_df)]
    u = hypot(*(part for part, _ in parts))
    if sample.n < LEAST_FOR_INTERVAL:
        return MeanInterval(sample.mean, u, None, None)
    reach = student_t(confidence, satterthwaite(parts)) * u
    return MeanInterval(sample.mean, u, sample.mean - reach, sample.mean + reach)


def satterthwaite(parts: list[tuple[float, float]]) -> float:
    """Return the effective degrees of freedom of independent standard uncertainties.

    ``df = u^4 / sum(u_i^4 / df_i)`` (Welch 1947, Satterthwaite 1946; JCGM 100:2008, G.2b).

    Args:
        parts: pairs of a standard uncertainty and its degrees of freedom.
    """
    largest = max((u for u, _ in parts), default=0.0)
    if largest == 0:
        return inf
    scaled = [(u / largest, df) for u, df in parts]
    below = sum(u**4 / df for u, df in scaled)
    return float(sum(u**2 for u, _ in scaled) ** 2 / below) if below > 0 else inf


def has_interval(df: float) -> bool:
    """Say whether a scatter has the degrees of freedom of `LEAST_FOR_INTERVAL` values."""
    return df >= (LEAST_FOR_INTERVAL - 1) * (1 - SAME_SHARE)


def student_t(confidence: float, df: float) -> float:
    """Return the two-sided quantile of Student's t; of the normal distribution for infinite ``df``."""
    from scipy import special  # a tenth of the time that scipy.stats takes to load

    upper = (1 + confidence) / 2
    return float(special.ndtri(upper) if df == inf else special.stdtrit(df, upper))


def upper_bound(value: float | None, u: float | None) -> float | None:
    """Return a value plus twice its standard uncertainty, where it cannot be told from zero.

    Returns:
        ``None`` where the value is not known, or differs from zero by more than twice its uncertainty.
    """
    if value is None or not u or abs(value) > 2 * u:
        return None
    return value + 2 * u


def outliers(values: list[float]) -> list[int]:
    """Return the indices of values beyond 1.5 interquartile ranges from the quartiles (Tukey 1977).

    Fewer than five values have no meaningful quartiles and give no outlier.
    """
    if len(values) < 5:
        return []
    array = np.asarray(values)
    low, high = np.percentile(array, [25, 75])
    reach = max(1.5 * (high - low), SAME_SHARE * float(np.abs(array).max()))
    return [int(i) for i in np.flatnonzero((array < low - reach) | (array > high + reach))]


def normality_p(values: list[float]) -> float | None:
    """Return the p value of Shapiro and Wilk's test (1965), or ``None`` below eight or equal values."""
    if len(values) < 8 or np.ptp(values) <= SAME_SHARE * np.abs(values).max():
        return None
    from scipy import stats

    return float(stats.shapiro(values).pvalue)
