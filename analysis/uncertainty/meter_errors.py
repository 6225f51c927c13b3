"""What a meter is wrong by in every reading alike, and what these errors act on.

See docs/explanation/method.md#uncertainty.

    P_true = P_indicated * (1 + g) + o + c * Q

g, o and c are the same in all readings of one meter on one range, so whatever is computed from them
shares them. Of any energy, difference or mean it is therefore enough to know its *exposure* to them:
the energy that g acts on, the time that o acts on, the reactive energy that c acts on. Exposures add
and subtract like energies; where a baseline was taken on the same range its time cancels, and with
it the offset.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, hypot, pi, sqrt
from typing import NamedTuple, Self

from analysis.power.calibrate import in_force
from records.meter import MeterRecord


@dataclass(frozen=True)
class MeterErrors:
    """The standard uncertainties of one meter on one range; hashable, it tells meters apart.

    Attributes:
        maker, model, serial: which meter.
        range_w: on which range, where it has several.
        gain_u: of g, relative.
        offset_u_w: of o.
        covariance_w: of g and o, by a calibration's line.
        reactive_u: of c, in watt per var.
        latency_u_s: of the meter's own delay.
        calibrated: whether g and o are those of a calibration, else rectangular by the data sheet.
        resolution_w: of its readings.
    """

    maker: str
    model: str
    serial: str
    range_w: float | None
    gain_u: float
    offset_u_w: float
    covariance_w: float
    reactive_u: float
    latency_u_s: float
    calibrated: bool
    resolution_w: float = 0.0

    def __hash__(self) -> int:
        """Hash what differs between meters; a sum over a campaign looks each up some ten thousand times."""
        return hash((self.serial, self.model, self.gain_u))

    @classmethod
    def of(cls, meter: MeterRecord) -> Self:
        """Take them from the calibration in force, else from the data sheet's limits.

        A limit is the half-width of a rectangle, over sqrt(3) (JCGM 100:2008, 4.3.7). The offset of a
        calibration has the scatter of its levels about the line in it, which stands for what of the
        meter's error is no straight line.
        """
        accuracy, calibration = meter.accuracy, in_force(meter)
        offset_w = accuracy.range_pct / 100 * (accuracy.range_w or 0.0) + accuracy.counts * meter.resolution_w
        gain_u, offset_u_w, covariance_w = accuracy.reading_pct / 100 / sqrt(3), offset_w / sqrt(3), 0.0
        if calibration is not None and calibration.gain is not None:
            gain = calibration.gain
            gain_u = (calibration.gain_u or 0.0) / gain
            offset_u_w = hypot(calibration.offset_u_w or 0.0, calibration.residual_sd_w or 0.0) / gain
            covariance_w = (calibration.gain_offset_cov or 0.0) / gain**2
        return cls(
            maker=meter.identity.maker,
            model=meter.identity.model,
            serial=meter.identity.serial,
            range_w=accuracy.range_w,
            gain_u=gain_u,
            offset_u_w=offset_u_w,
            covariance_w=covariance_w,
            reactive_u=accuracy.reactive_pct / 100 / sqrt(3),
            latency_u_s=meter.latency_u_s,
            calibrated=calibration is not None,
            resolution_w=meter.resolution_w,
        )


class Exposure(NamedTuple):
    """What the errors of one meter act on: energy (g), time (o), reactive energy (c)."""

    energy_wh: float = 0.0
    time_h: float = 0.0
    reactive_varh: float = 0.0


_NOTHING = Exposure()

Exposures = dict[MeterErrors, Exposure]
"""By meter and range. The same type serves powers: then it is per hour."""


def combined(parts: Iterable[tuple[float, Exposures]]) -> Exposures:
    """Return the exposure of a linear combination ``sum(factor * quantity)``."""
    sums: Exposures = {}
    for factor, exposures in parts:
        for errors, (energy_wh, time_h, reactive_varh) in exposures.items():
            so_far = sums.get(errors, _NOTHING)
            sums[errors] = Exposure(
                so_far.energy_wh + factor * energy_wh,
                so_far.time_h + factor * time_h,
                so_far.reactive_varh + factor * reactive_varh,
            )
    return sums


def rounded_alike(exposures: Exposures, sd_w: float) -> float:
    """Return the share of their rounding error that means of several runs have in common.

    They have all of it where each is at the same place between two digits; a spread of a third
    of a digit leaves a tenth: ``exp(-2 pi^2 sd^2 / digit^2)`` (Widrow and Kollar 2008).

    Args:
        exposures: of one of them; its meters tell the digit.
        sd_w: how the means differ.
    """
    digit_w = max((errors.resolution_w for errors in exposures), default=0.0)
    return exp(-2 * (pi * sd_w / digit_w) ** 2) if digit_w > 0 else 1.0
