"""From the SUT's clock to the controller's (docs/explanation/method.md#time): offset and drift, fitted."""

from dataclasses import dataclass

import numpy as np

from analysis.maths.arrays import Floats

_LEAST_U_S = 1e-6


@dataclass(frozen=True)
class ClockFit:
    """SUT clock minus controller clock as a straight line.

    Attributes:
        reference_utc_s: where the line has ``offset_s``.
        offset_s: SUT minus controller there.
        drift: change of the offset per second.
        offset_u_s: standard uncertainty of a corrected stamp.
    """

    reference_utc_s: float = 0.0
    offset_s: float = 0.0
    drift: float = 0.0
    offset_u_s: float = 0.0

    def to_controller(self, t_sut_utc_s: float) -> float:
        """Convert a stamp of the SUT to the controller's clock."""
        return t_sut_utc_s - (self.offset_s + self.drift * (t_sut_utc_s - self.reference_utc_s))

    def to_controller_all(self, t_sut_utc_s: Floats) -> Floats:
        """Convert stamps of the SUT to the controller's clock, ``(n,)``."""
        return t_sut_utc_s - (self.offset_s + self.drift * (t_sut_utc_s - self.reference_utc_s))


def fit_clock(t_utc_s: Floats, offset_s: Floats, offset_u_s: Floats) -> ClockFit:
    """Fit offset and drift by least squares weighted with the comparisons' uncertainties.

    Args:
        t_utc_s: times of the comparisons ``(n,)``; a drift is fitted from three on.
        offset_s: SUT minus controller.
        offset_u_s: standard uncertainty of each.
    """
    if len(t_utc_s) == 0 or not offset_s.any():
        return ClockFit(offset_u_s=float(np.median(offset_u_s)) if len(offset_u_s) else 0.0)
    weight = 1 / np.square(np.maximum(offset_u_s, _LEAST_U_S))
    reference = float(np.average(t_utc_s, weights=weight))
    offset = float(np.average(offset_s, weights=weight))
    apart = t_utc_s - reference
    spread = float((weight * apart**2).sum())
    drift = 0.0
    if len(t_utc_s) >= 3 and spread > 0:
        drift = float((weight * apart * offset_s).sum()) / spread
    residual = offset_s - offset - drift * apart
    u = float(np.hypot(np.sqrt(np.mean(residual**2)), np.median(offset_u_s)))
    return ClockFit(reference, offset, drift, u)
