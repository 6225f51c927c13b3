"""When the readings were taken, told by the calls themselves.

Calls change the power, so that readings fit best to the times at which they really were taken. What is known
beforehand (latency, clocks, stamps: normal) is multiplied by the likelihood of the residuals that mean powers
leave; mean and standard deviation of that distribution are used.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.calls.design import Stacked
from analysis.calls.grid import REACH
from analysis.maths.arrays import Floats

_LEAST_U_S = 1e-4
_WEIGHT = 0.5
"""Residuals are correlated and larger within some calls, so they tell less than their number."""


@dataclass(frozen=True)
class Alignment:
    """By how much later than by their stamps the readings were taken, and its standard uncertainty."""

    late_s: float
    u_s: float


def align(stacked: Callable[[float], Stacked], align_u_s: float, steps: int) -> Alignment:
    """Find when the readings were taken.

    Args:
        stacked: the readings if they were taken later by some time.
        align_u_s: standard uncertainty of their time beforehand.
        steps: how many are tried to either side.
    """
    if align_u_s < _LEAST_U_S:
        return Alignment(0.0, align_u_s)
    from scipy.interpolate import CubicSpline

    tried_s = np.linspace(-REACH, REACH, 2 * steps + 1) * align_u_s
    left = [_left(stacked(late_s)) for late_s in tried_s.tolist()]
    if not all(n > 0 for n, _ in left):
        return Alignment(0.0, align_u_s)
    likelihood = np.array([-_WEIGHT * n / 2 * np.log(max(square, 1e-12)) for n, square in left])
    fine_s = np.linspace(tried_s[0], tried_s[-1], 2001)
    log_p = CubicSpline(tried_s, likelihood - likelihood.max())(fine_s) - np.square(fine_s / align_u_s) / 2
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    late_s = float(p @ fine_s)
    return Alignment(late_s, float(np.sqrt(p @ np.square(fine_s - late_s))))


def _left(stacked: Stacked) -> tuple[float, float]:
    """Return the degrees of freedom and the mean square of what one mean power per site leaves."""
    x = stacked.share[stacked.known]
    y: Floats = stacked.power_w[stacked.known]
    if len(y) == 0:
        return 0.0, 0.0
    information = (x.T @ x).toarray()
    centre_w = float(y.mean())
    power_w = np.linalg.lstsq(information, x.T @ (y - centre_w), rcond=1e-10)[0]
    residual_w = y - centre_w - x @ power_w
    df = float(len(y) - np.count_nonzero(information.diagonal()))
    return df, float(residual_w @ residual_w) / max(df, 1.0)
