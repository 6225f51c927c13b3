"""Standard uncertainty of the energy of a window (METHOD section 5, first form).

    P_true = P_indicated * (1 + g) + o
    u2(E) = (E u_g)^2 + (T u_o)^2 + sum (res / sqrt(12) * dt)^2 + u_align^2 + u_split^2 + u_gap^2

with u_split, for interval means only, for the power that may step within the reading a border cuts;
after JCGM 100:2008 (GUM), 4.3.7 for the rectangular half-widths. Terms are kept apart, because a
mean over runs makes only the random ones smaller.
"""

from dataclasses import dataclass, replace
from math import hypot, sqrt

from analysis.energy import WindowEnergy
from records.meter import MeterRecord
from records.units import wh_from_j


@dataclass(frozen=True)
class Budget:
    """Standard uncertainties (k = 1) of one energy, by term, in Wh.

    Attributes:
        gain_wh: error of the reading in proportion to it; the same in every run.
        offset_wh: error that does not depend on the reading; the same in every run.
        align_wh: time between the meter's intervals and the borders of the window.
        split_wh: a border within an interval mean, where the power may step.
        resolution_wh: rounding of the readings.
        gap_wh: holes.
        baseline_wh: of the baseline that was subtracted; zero for a gross energy.
    """

    gain_wh: float
    offset_wh: float
    align_wh: float
    split_wh: float
    resolution_wh: float
    gap_wh: float
    baseline_wh: float = 0.0

    @property
    def total_wh(self) -> float:
        """Combined standard uncertainty."""
        return hypot(self.systematic_wh, self.random_wh, self.baseline_wh)

    @property
    def systematic_wh(self) -> float:
        """What repeats in every run and does not shrink with their number.

        The split of a border's reading belongs to it: a run between two quieter times loses the same
        way at both ends, whatever the phase of the meter.
        """
        return hypot(self.gain_wh, self.offset_wh, self.align_wh, self.split_wh)

    @property
    def random_wh(self) -> float:
        """What differs from run to run."""
        return hypot(self.resolution_wh, self.gap_wh)


def gain_u(meter: MeterRecord) -> float:
    """Return the relative standard uncertainty of the meter's gain (rectangular)."""
    return meter.accuracy.reading_pct / 100 / sqrt(3)


def offset_u_w(meter: MeterRecord) -> float:
    """Return the standard uncertainty of the meter's offset: percent of range and counts (rectangular)."""
    range_w = meter.accuracy.range_w or 0.0
    half_width_w = meter.accuracy.range_pct / 100 * range_w + meter.accuracy.counts * meter.resolution_w
    return half_width_w / sqrt(3)


def gross_budget(window: WindowEnergy, meter: MeterRecord, t_u_s: float) -> Budget:
    """Return the budget of a window's gross energy.

    Args:
        window: the energy of the window.
        meter: accuracy and resolution of the meter.
        t_u_s: standard uncertainty of the borders on the meter's time: clock, latency and cadence.
    """
    energy_j = window.energy_j or 0.0
    borders = (window.first, window.last)
    return Budget(
        gain_wh=wh_from_j(abs(energy_j) * gain_u(meter)),
        offset_wh=wh_from_j(window.window_s * offset_u_w(meter)),
        align_wh=wh_from_j(hypot(*(t_u_s * border.step_w for border in borders))),
        # The power often steps just where a span begins or ends, so the whole misplaced energy is
        # the likely error, not the end of a rectangle; and both borders err the same way when the
        # window is busier than what surrounds it, so they add.
        split_wh=wh_from_j(sum(border.step_w * border.split_s for border in borders)),
        resolution_wh=wh_from_j(meter.resolution_w / sqrt(12) * sqrt(window.overlap2_s2)),
        gap_wh=wh_from_j(sum(hole.bound_j or 0.0 for hole in window.holes) / sqrt(3)),
    )


def induced_budget(gross: Budget, meter: MeterRecord, induced_wh: float, baseline_u_wh: float) -> Budget:
    """Return the budget of the energy above the baseline, measured with the same meter and range.

    The gain acts on the difference, the offset is in both and cancels.

    Args:
        gross: budget of the gross energy.
        meter: accuracy of the meter.
        induced_wh: energy minus baseline.
        baseline_u_wh: standard uncertainty of the baseline's energy over the window, by its scatter.
    """
    return replace(gross, gain_wh=abs(induced_wh) * gain_u(meter), offset_wh=0.0, baseline_wh=baseline_u_wh)
