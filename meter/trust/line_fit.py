"""A straight line of a meter's indication over the true power at several levels.

Model: ``P_ind = offset + gain * P_true``. Each level has a mean indication and a power by the
reference, both with their own standard uncertainty; the line is the one that is nearest to the
levels by both (generalised distance regression, ISO/TS 28037:2010, clause 7). What the reference
is wrong by at all levels alike cannot be seen in the scatter. It is added afterwards by the law of
propagation (JCGM 100:2008, 5.1.2): with ``P_ref = P_true * (1 + e) + d``,

    u2(gain) += (gain * u(e))^2,  u2(offset) += (gain * u(d))^2
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from records.errors import ConfigurationError

LEAST_LEVELS = 3
"""Through two levels there is always a line; only a third one can contradict it."""


@dataclass(frozen=True)
class Line:
    """A straight line of indication over true power.

    Attributes:
        gain, offset_w: slope and intercept; ``gain_u``, ``offset_u_w`` their standard uncertainties,
            ``gain_offset_cov`` their covariance.
        residuals_w: indication minus line, level by level; ``residual_sd_w`` their standard deviation
            with two degrees of freedom taken.
        scatter_factor: by how much the levels scatter more than their uncertainties say; 1 when they
            do not. The uncertainties are made larger by it.
    """

    gain: float
    gain_u: float
    offset_w: float
    offset_u_w: float
    gain_offset_cov: float
    residuals_w: tuple[float, ...]
    residual_sd_w: float
    scatter_factor: float


def fit_line(
    true_w: Sequence[float],
    true_u_w: Sequence[float],
    indicated_w: Sequence[float],
    indicated_u_w: Sequence[float],
) -> Line:
    """Fit the line, with standard uncertainties in both powers.

    For a straight line the true powers can be eliminated from the generalised distance: what
    remains to be minimised is the sum of ``(y - offset - gain * x)^2 / (u2(y) + gain^2 * u2(x))``
    (York et al., Am. J. Phys. 72 (2004) 367). Where that sum is larger than its degrees of freedom,
    the uncertainties are scaled up to match the scatter that is seen.

    Args:
        true_w: x, ``(n,)`` with at least three values, not all alike.
        true_u_w: standard uncertainties of x, may be zero.
        indicated_w: y.
        indicated_u_w: standard uncertainties of y, positive.

    Raises:
        ConfigurationError: there are too few different levels.
    """
    import numpy as np
    from scipy.optimize import least_squares

    if len(set(true_w)) < LEAST_LEVELS:
        raise ConfigurationError(
            f"calibration: expected {LEAST_LEVELS} different levels or more, found {len(set(true_w))}: "
            f"two levels always fit a line. Use three or more over the range you measure in"
        )
    x, y = np.asarray(true_w, dtype=float), np.asarray(indicated_w, dtype=float)
    x_u, y_u = np.asarray(true_u_w, dtype=float), np.asarray(indicated_u_w, dtype=float)

    def distances(line: Any) -> Any:
        return (y - line[0] - line[1] * x) / np.hypot(y_u, line[1] * x_u)

    slope, intercept = np.polyfit(x, y, 1)
    scale = max(float(np.abs(y).max()), 1e-9)
    found = least_squares(distances, (intercept, slope), x_scale=(scale, 1.0), xtol=1e-15, ftol=1e-15)
    offset_w, gain = (float(value) for value in found.x)
    freedom = len(x) - 2
    residuals_w = y - offset_w - gain * x
    factor = max(1.0, sqrt(2 * float(found.cost) / freedom))
    covariance = np.linalg.inv(found.jac.T @ found.jac) * factor**2
    return Line(
        gain=gain,
        gain_u=sqrt(float(covariance[1, 1])),
        offset_w=offset_w,
        offset_u_w=sqrt(float(covariance[0, 0])),
        gain_offset_cov=float(covariance[0, 1]),
        residuals_w=tuple(float(r) for r in residuals_w),
        residual_sd_w=sqrt(float(np.square(residuals_w).sum()) / freedom),
        scatter_factor=factor,
    )
