"""Standard uncertainty of the energy of a window (METHOD section 5, first form).

    P_true = P_indicated * (1 + g) + o + q
    u2(E) = (E u_g)^2 + (T u_o)^2 + 2 E T u_go + (T u_q)^2
            + sum (res / sqrt(12) * dt)^2 + u_align^2 + u_split^2 + u_gap^2

with u_split, for interval means only, for the power that may step within the reading a border cuts,
and q for the influence of the power factor, in proportion to the reactive power; after JCGM 100:2008
(GUM), 4.3.7 for the rectangular half-widths. Terms are kept apart, because a mean over runs makes only
the random ones smaller.

Where a calibration is in force (`analysis.calibrate`), P is ``(P_ind - offset) / gain`` and g and o have
the uncertainties of its line, and its covariance u_go; else those of the data sheet, and none.
"""

from dataclasses import dataclass, replace
from math import hypot, sqrt

from analysis.calibrate import in_force
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
        power_factor_wh: influence of the power factor on the reading; the same in every run.
        covariance_wh2: twice the covariance of the gain's and the offset's shares, in Wh squared.
    """

    gain_wh: float
    offset_wh: float
    align_wh: float
    split_wh: float
    resolution_wh: float
    gap_wh: float
    baseline_wh: float = 0.0
    power_factor_wh: float = 0.0
    covariance_wh2: float = 0.0

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
        meter_wh2 = self.gain_wh**2 + self.offset_wh**2 + self.covariance_wh2
        others_wh = hypot(self.align_wh, self.split_wh, self.power_factor_wh)
        return hypot(sqrt(max(0.0, meter_wh2)), others_wh)

    @property
    def random_wh(self) -> float:
        """What differs from run to run."""
        return hypot(self.resolution_wh, self.gap_wh)


def gain_u(meter: MeterRecord) -> float:
    """Return the relative standard uncertainty of the gain: of the calibration, else rectangular."""
    calibration = in_force(meter)
    if calibration is not None and calibration.gain is not None:
        return (calibration.gain_u or 0.0) / calibration.gain
    return meter.accuracy.reading_pct / 100 / sqrt(3)


def offset_u_w(meter: MeterRecord) -> float:
    """Return the standard uncertainty of the offset.

    Of the calibration's line, with the scatter of its levels about it, which stands for what of the
    meter's error is no straight line; else percent of range and counts (rectangular).
    """
    calibration = in_force(meter)
    if calibration is not None and calibration.gain is not None:
        line_u_w = hypot(calibration.offset_u_w or 0.0, calibration.residual_sd_w or 0.0)
        return line_u_w / calibration.gain
    range_w = meter.accuracy.range_w or 0.0
    half_width_w = meter.accuracy.range_pct / 100 * range_w + meter.accuracy.counts * meter.resolution_w
    return half_width_w / sqrt(3)


def _gain_offset_cov_w(meter: MeterRecord) -> float:
    """Return the covariance of the relative gain and the offset, as they act on a corrected power."""
    calibration = in_force(meter)
    if calibration is None or calibration.gain is None:
        return 0.0
    return (calibration.gain_offset_cov or 0.0) / calibration.gain**2


def reactive_u_w(meter: MeterRecord, reactive_var: float | None) -> float:
    """Return the standard uncertainty by the influence of the power factor (rectangular).

    Args:
        meter: its ``accuracy.reactive_pct`` is the half-width in percent of the reactive power.
        reactive_var: mean magnitude of that; ``None`` where the meter does not tell it.
    """
    return meter.accuracy.reactive_pct / 100 * (reactive_var or 0.0) / sqrt(3)


def gross_budget(
    window: WindowEnergy, meter: MeterRecord, t_u_s: float, reactive_var: float | None = None
) -> Budget:
    """Return the budget of a window's gross energy.

    Args:
        window: the energy of the window.
        meter: accuracy and resolution of the meter.
        t_u_s: standard uncertainty of the borders on the meter's time: clock, latency and cadence.
        reactive_var: mean magnitude of the reactive power over the window, where it is known.
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
        power_factor_wh=wh_from_j(window.window_s * reactive_u_w(meter, reactive_var)),
        covariance_wh2=2 * wh_from_j(energy_j) * wh_from_j(window.window_s * _gain_offset_cov_w(meter)),
    )


def induced_budget(gross: Budget, meter: MeterRecord, induced_wh: float, baseline_u_wh: float) -> Budget:
    """Return the budget of the energy above the baseline, measured with the same meter and range.

    The gain acts on the difference, the offset is in both and cancels, and with it their covariance.
    The influence of the power factor is kept whole: baseline and load may differ in their reactive power.

    Args:
        gross: budget of the gross energy.
        meter: accuracy of the meter.
        induced_wh: energy minus baseline.
        baseline_u_wh: standard uncertainty of the baseline's energy over the window, by its scatter.
    """
    return replace(
        gross,
        gain_wh=abs(induced_wh) * gain_u(meter),
        offset_wh=0.0,
        covariance_wh2=0.0,
        baseline_wh=baseline_u_wh,
    )
