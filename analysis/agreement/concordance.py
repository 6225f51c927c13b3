"""Lin's concordance correlation coefficient, and the mean absolute percentage error."""

from math import atanh, sqrt, tanh

import numpy as np

from analysis.agreement.pairs import Pairs
from analysis.maths.describe import WithInterval, student_t

_FEWEST = 4


def concordance(pairs: Pairs, confidence: float) -> WithInterval | None:
    """Return how close pairs lie to the line of equality: 1 for all upon it.

    ``rho_c = 2 s_xy / (s_x^2 + s_y^2 + (mean x - mean y)^2)`` with moments over n (Lin 1989, Biometrics
    45:255), interval by Fisher's z with the variance as corrected in 2000 (Biometrics 56:324). It has no
    interval where rows belong to groups, because the variance takes them as independent.

    Returns:
        ``None`` for fewer than four rows or where a column is constant.
    """
    x, y, n = pairs.measured, pairs.estimated, len(pairs)
    if n < _FEWEST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    var_x, var_y = float(x.var()), float(y.var())
    shift = float(y.mean() - x.mean())
    cov = float(((x - x.mean()) * (y - y.mean())).mean())
    value = 2 * cov / (var_x + var_y + shift**2)
    if pairs.groups is not None or cov == 0 or abs(value) >= 1 - 1e-12:
        return WithInterval(value)
    u = _z_u(value, cov / sqrt(var_x * var_y), shift**2 / sqrt(var_x * var_y), n)
    reach = student_t(confidence, np.inf) * u
    return WithInterval(value, tanh(atanh(value) - reach), tanh(atanh(value) + reach))


def _z_u(value: float, r: float, shift2: float, n: int) -> float:
    """Return the standard error of ``atanh(rho_c)`` (Lin 1989, equation of section 3; 2000)."""
    rest = 1 - value**2
    variance = (
        (1 - r**2) * value**2 / (rest * r**2)
        + 2 * value**3 * (1 - value) * shift2 / (r * rest**2)
        - value**4 * shift2**2 / (2 * r**2 * rest**2)
    )
    return sqrt(max(0.0, variance) / (n - 2))


def mean_absolute_percentage_error(pairs: Pairs) -> float | None:
    """Return the mean of ``|estimated - measured| / |measured|`` in percent; ``None`` with a zero below."""
    if not np.all(pairs.measured):
        return None
    return float(100 * np.mean(np.abs((pairs.estimated - pairs.measured) / pairs.measured)))
