"""The uncertainty budget of the energy of a window, term by term (docs/explanation/method.md#uncertainty).

    P_true = P_indicated * (1 + g) + o + c * Q
    u2(E) = (E u_g)^2 + (T u_o)^2 + 2 E T u_go + (T Q u_c)^2
            + u_latency^2 + u_clock^2 + u_fit^2 + u_split^2 + u_unresolved^2
            + (res / sqrt(12) * T * share)^2 + u_gap^2 + u_sampling^2

after the GUM (JCGM 100:2008), 5.1.2 and 5.2.2. What the terms are, their distributions and what
shares them is in ``docs/explanation/uncertainty.md``. Terms are kept apart: a mean over runs makes
only some of them smaller (`analysis.scenario.groups`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import hypot, inf, sqrt

from analysis.maths.describe import SAME_SHARE
from analysis.power.energy import Border, WindowEnergy
from analysis.uncertainty.expansion import Parts
from analysis.uncertainty.meter_errors import Exposure, Exposures, MeterErrors, combined
from records.meter import MeterRecord
from records.rows.families import BudgetTerm
from records.units import wh_from_j

_NORMAL: tuple[BudgetTerm, ...] = ("calibration", "latency", "clock", "fit", "split", "sampling")
_RECTANGULAR: tuple[BudgetTerm, ...] = ("gain", "offset", "power_factor", "resolution", "gap")


@dataclass(frozen=True)
class Budget:
    """Standard uncertainties (k = 1) of one energy, by term, in Wh.

    Attributes:
        exposures: what the errors that a meter makes alike in all readings act on.
        latency_wh: the meter's own delay; the same in every run.
        clock_wh: the SUT's clock against the controller's; the same in every run.
        fit_wh: where the meter's intervals lie, by the stamps of this run.
        split_wh: what the window gets of the readings that its borders cut.
        resolution_wh: rounding of the readings.
        gap_wh: gaps.
        sampling_wh: what happened between instantaneous readings.
        unresolved_wh: bound of what a window too short for the meter gets of the readings it cuts; the same
            in all windows of its kind.
        baseline_wh: scatter of the baseline that was subtracted; zero for a gross energy.
    """

    exposures: Exposures
    latency_wh: float
    clock_wh: float
    fit_wh: float
    split_wh: float
    resolution_wh: float
    gap_wh: float
    sampling_wh: float = 0.0
    unresolved_wh: float = 0.0
    baseline_wh: float = 0.0

    @property
    def gain_wh(self) -> float:
        """Error of the reading in proportion to it; the same in every run."""
        return hypot(*(errors.gain_u * part.energy_wh for errors, part in self.exposures.items()))

    @property
    def offset_wh(self) -> float:
        """Error that does not depend on the reading; the same in every run."""
        return hypot(*(errors.offset_u_w * part.time_h for errors, part in self.exposures.items()))

    @property
    def covariance_wh2(self) -> float:
        """Twice the covariance of the gain's and the offset's shares, in Wh squared."""
        return sum(
            2 * part.energy_wh * part.time_h * errors.covariance_w for errors, part in self.exposures.items()
        )

    @property
    def power_factor_wh(self) -> float:
        """Influence of the power factor on the reading; the same in every run."""
        return hypot(*(errors.reactive_u * part.reactive_varh for errors, part in self.exposures.items()))

    @property
    def align_wh(self) -> float:
        """Time between the meter's intervals and the borders of the window."""
        return hypot(self.latency_wh, self.clock_wh, self.fit_wh)

    def terms(self) -> dict[BudgetTerm, float]:
        """Return the standard uncertainty by term of `records.rows.families.BUDGET_TERMS`, zeros left out.

        Gain and offset of a calibration are correlated and therefore one term.
        """
        by_sheet = [(e, part) for e, part in self.exposures.items() if not e.calibrated]
        by_line = [(e, part) for e, part in self.exposures.items() if e.calibrated]
        found: dict[BudgetTerm, float] = {
            "gain": hypot(*(e.gain_u * part.energy_wh for e, part in by_sheet)),
            "offset": hypot(*(e.offset_u_w * part.time_h for e, part in by_sheet)),
            "calibration": hypot(*(_line_u_wh(e, part) for e, part in by_line)),
            "power_factor": self.power_factor_wh,
            "latency": self.latency_wh,
            "clock": self.clock_wh,
            "fit": self.fit_wh,
            "split": self.split_wh,
            "unresolved": self.unresolved_wh,
            "resolution": self.resolution_wh,
            "gap": self.gap_wh,
            "sampling": self.sampling_wh,
            "baseline": self.baseline_wh,
        }
        return visible(found)

    def parts(self, baseline_df: float = inf) -> Parts:
        """Return the terms by the distribution of their errors.

        Args:
            baseline_df: degrees of freedom of the scatter of the baseline.
        """
        return parts_of(self.terms(), baseline_df)

    @property
    def systematic_wh(self) -> float:
        """What repeats in every run and does not shrink with their number."""
        line_wh = hypot(*(_line_u_wh(errors, part) for errors, part in self.exposures.items()))
        return hypot(line_wh, self.latency_wh, self.clock_wh, self.unresolved_wh, self.power_factor_wh)

    @property
    def random_wh(self) -> float:
        """What differs from run to run."""
        return hypot(self.fit_wh, self.split_wh, self.resolution_wh, self.gap_wh, self.sampling_wh)

    @property
    def total_wh(self) -> float:
        """Combined standard uncertainty."""
        return hypot(self.systematic_wh, self.random_wh, self.baseline_wh)


def visible(terms: Mapping[BudgetTerm, float]) -> dict[BudgetTerm, float]:
    """Return the terms that are not zero but for the rounding of the computation, against the largest."""
    least = SAME_SHARE * max(terms.values(), default=0.0)
    return {term: u for term, u in terms.items() if u > least}


def _line_u_wh(errors: MeterErrors, part: Exposure) -> float:
    """Return the standard uncertainty by gain and offset of a calibration, with their covariance."""
    gain_wh, offset_wh = errors.gain_u * part.energy_wh, errors.offset_u_w * part.time_h
    both_wh2 = 2 * part.energy_wh * part.time_h * errors.covariance_w
    return sqrt(max(0.0, gain_wh**2 + offset_wh**2 + both_wh2))


def parts_of(terms: Mapping[BudgetTerm, float], baseline_df: float = inf) -> Parts:
    """Return the terms of a budget by the distribution of their errors; see `Budget.parts`."""
    return Parts(
        student=[(terms["baseline"], baseline_df)] if "baseline" in terms else [],
        normal=[terms[term] for term in _NORMAL if term in terms],
        rectangular=[terms[term] for term in _RECTANGULAR if term in terms],
        two_point=[terms["unresolved"]] if "unresolved" in terms else [],
    )


def gross_budget(
    window: WindowEnergy,
    meter: MeterRecord,
    clock_u_s: float = 0.0,
    fit_u_s: float = 0.0,
    reactive_var: float | None = None,
) -> Budget:
    """Return the budget of a window's gross energy.

    Args:
        window: the energy of the window.
        meter: accuracy, resolution and latency of the meter.
        clock_u_s: standard uncertainty of a stamp of the SUT on the controller's clock.
        fit_u_s: standard uncertainty of the times that the meter's cadence was fitted to.
        reactive_var: mean magnitude of the reactive power over the window, where it is known.
    """
    shift_w = _shift_w(window.first, window.last)
    return Budget(
        exposures={MeterErrors.of(meter): _exposure(window, reactive_var)},
        latency_wh=wh_from_j(meter.latency_u_s * shift_w),
        clock_wh=wh_from_j(clock_u_s * shift_w),
        fit_wh=wh_from_j(fit_u_s * shift_w),
        split_wh=wh_from_j(hypot(window.first.u_j, window.last.u_j)),
        unresolved_wh=wh_from_j(window.first.bound_j + window.last.bound_j),
        resolution_wh=wh_from_j(meter.resolution_w / sqrt(12) * window.window_s * window.rounding_share),
        gap_wh=wh_from_j(sum(gap.bound_j or 0.0 for gap in window.gaps) / sqrt(3)),
        sampling_wh=wh_from_j(window.unseen_j),
    )


def induced_budget(
    gross: Budget, baseline: Exposures, baseline_u_wh: float, resolution_u_wh: float = 0.0
) -> Budget:
    """Return the budget of a gross energy minus the energy of the baseline over the same time.

    Gain, offset and influence of the power factor are those of one meter in both: the gain acts on
    the difference, the offset cancels where both were taken on the same range.

    Args:
        gross: budget of the gross energy.
        baseline: exposure of the baseline's energy over the window.
        baseline_u_wh: standard uncertainty of the baseline's energy over the window, by its scatter.
        resolution_u_wh: the same by the rounding of its readings.
    """
    return replace(
        gross,
        exposures=combined([(1.0, gross.exposures), (-1.0, baseline)]),
        baseline_wh=baseline_u_wh,
        resolution_wh=hypot(gross.resolution_wh, resolution_u_wh),
    )


def _exposure(window: WindowEnergy, reactive_var: float | None) -> Exposure:
    time_h = window.window_s / 3600
    return Exposure(wh_from_j(window.energy_j or 0.0), time_h, (reactive_var or 0.0) * time_h)


def _shift_w(first: Border, last: Border) -> float:
    """Return how much energy a window wins or loses per second that its readings are misplaced by.

    Both borders move together. By a shift d the window wins d times the power at its end and loses d
    times that at its start; where the power steps at a border, it is the power on one side or the
    other, by the sign of d. With both sides' mean that leaves

        d (level_last - level_first) - |d| (step up at the start + step down at the end) / 2

    whose root mean square is that of the two coefficients. A run between two quieter times has the
    step at either end and loses either way; an epoch among epochs loses nothing.
    """
    return hypot(last.level_w - first.level_w, (first.step_w - last.step_w) / 2)
