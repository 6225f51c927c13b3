"""From the SUT's clock to the controller's (docs/explanation/method.md#time): offset and drift, fitted."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.maths.arrays import Floats

FASTEST_DRIFT = 5e-4
"""More than a clock can drift: a quartz stays within 1e-4, and what disciplines it slews by 5e-4 at most."""

_LEAST_U_S = 1e-6
_SURE = 5.0
_LEAST_STEP_S = 0.010


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
        """Convert a stamp of the SUT to the controller's clock.

        The line is one over the controller's time, ``t_sut = t + offset + drift (t - reference)``, and is
        solved for t.
        """
        if self.offset_s == 0 and self.drift == 0:
            return t_sut_utc_s
        since_s = (t_sut_utc_s - self.reference_utc_s - self.offset_s) / (1 + self.drift)
        return self.reference_utc_s + since_s

    def to_controller_all(self, t_sut_utc_s: Floats) -> Floats:
        """Convert stamps of the SUT to the controller's clock, ``(n,)``."""
        if self.offset_s == 0 and self.drift == 0:
            return t_sut_utc_s
        since_s: Floats = (t_sut_utc_s - self.reference_utc_s - self.offset_s) / (1 + self.drift)
        return self.reference_utc_s + since_s


@dataclass(frozen=True)
class Clock:
    """The SUT's clock over a campaign: a straight line for each stretch of time between settings.

    Attributes:
        since_utc_s: first comparison of each stretch, by the controller's clock; ascending.
        fits: the line of each.
    """

    since_utc_s: tuple[float, ...] = (0.0,)
    fits: tuple[ClockFit, ...] = (ClockFit(),)

    def at(self, t_sut_utc_s: float) -> ClockFit:
        """Return the line that holds for a stamp of the SUT: of the last stretch that had begun by then."""
        for since_utc_s, fit in zip(reversed(self.since_utc_s), reversed(self.fits), strict=True):
            if fit.to_controller(t_sut_utc_s) >= since_utc_s:
                return fit
        return self.fits[0]

    @property
    def settings_s(self) -> list[tuple[float, float]]:
        """When the clock was found set, by the controller's clock, and by how much, in seconds."""
        pairs = pairwise(zip(self.since_utc_s, self.fits, strict=True))
        return [
            (since_utc_s, _offset_at(after, since_utc_s) - _offset_at(before, since_utc_s))
            for (_, before), (since_utc_s, after) in pairs
        ]


def _offset_at(fit: ClockFit, t_utc_s: float) -> float:
    return fit.offset_s + fit.drift * (t_utc_s - fit.reference_utc_s)


def fit_clocks(t_utc_s: Floats, offset_s: Floats, offset_u_s: Floats) -> Clock:
    """Fit a line to each stretch of comparisons between which the clock was not set.

    It was set where the offset changed by more than `FASTEST_DRIFT` and the uncertainties explain.

    Args:
        t_utc_s: times of the comparisons by the controller's clock, ``(n,)``.
        offset_s: SUT minus controller.
        offset_u_s: standard uncertainty of each.
    """
    if len(t_utc_s) == 0:
        return Clock()
    order = np.argsort(t_utc_s, kind="stable")
    t_utc_s, offset_s, offset_u_s = t_utc_s[order], offset_s[order], offset_u_s[order]
    doubt_s = FASTEST_DRIFT * np.diff(t_utc_s) + _SURE * np.hypot(offset_u_s[:-1], offset_u_s[1:])
    was_set = np.abs(np.diff(offset_s)) > np.maximum(doubt_s, _LEAST_STEP_S)
    borders = [0, *(np.flatnonzero(was_set) + 1).tolist(), len(t_utc_s)]
    stretches = [slice(*border) for border in pairwise(borders)]
    fits = tuple(fit_clock(t_utc_s[part], offset_s[part], offset_u_s[part]) for part in stretches)
    return Clock(tuple(float(t_utc_s[part.start]) for part in stretches), fits)


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
