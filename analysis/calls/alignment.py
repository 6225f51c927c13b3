"""When the readings were taken, told by the calls themselves.

Calls change the power, so that readings fit best to the times at which they really were taken. What is known
beforehand (latency, clocks, stamps: normal) is multiplied by the likelihood of the residuals that mean powers
leave; mean and standard deviation of that distribution are used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.calls.design import Stacked
from analysis.calls.grid import REACH
from analysis.maths.arrays import Floats

_LEAST_U_S = 1e-4
_RIDGE = 1e-10
"""Sites that always come together leave the same, however their power is divided."""

_WEIGHT = 0.5
"""Residuals are larger within some calls than within others, so they tell less than their number."""


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
    if not all(one.df > 0 for one in left):
        return Alignment(0.0, align_u_s)
    correlation = max(min(one.correlation for one in left), 0.0)
    weight = _WEIGHT * (1 - correlation) / (1 + correlation)
    likelihood = np.array([-weight * one.df / 2 * np.log(max(one.square_w2, 1e-12)) for one in left])
    fine_s = np.linspace(tried_s[0], tried_s[-1], 2001)
    log_p = CubicSpline(tried_s, likelihood - likelihood.max())(fine_s) - np.square(fine_s / align_u_s) / 2
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    late_s = float(p @ fine_s)
    return Alignment(late_s, float(np.sqrt(p @ np.square(fine_s - late_s))))


class _Left(NamedTuple):
    """What one mean power per site leaves: degrees of freedom, mean square, correlation with the last one."""

    df: float
    square_w2: float = 0.0
    correlation: float = 0.0


def _left(stacked: Stacked) -> _Left:
    x = stacked.share[stacked.known]
    y: Floats = stacked.power_w[stacked.known]
    if len(y) < 2:
        return _Left(0.0)
    information = (x.T @ x).toarray()
    seen = information.diagonal() > 0
    centre_w = float(y.mean())
    information[np.diag_indices_from(information)] += _RIDGE * information.diagonal().max()
    power_w = np.linalg.solve(information, x.T @ (y - centre_w))
    residual_w = y - centre_w - x @ power_w
    square = float(residual_w @ residual_w)
    df = float(len(y) - np.count_nonzero(seen))
    following = float(residual_w[1:] @ residual_w[:-1])
    return _Left(df, square / max(df, 1.0), following / square if square > 0 else 0.0)
