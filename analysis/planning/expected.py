"""How narrow an interval a campaign will have, from its meter, its runs and their scatter.

Every term of the budget of a mean (docs/explanation/uncertainty.md) is taken as a share of the energy that is
wanted: what repeats make smaller from the scatter of the runs, the rest from the limits of the meter. The
interval is computed as that of a finished campaign is (`analysis.uncertainty.expansion`).

The scatter that a campaign will find is not the expected one. It is taken so large that a fifth of campaigns
find a larger one: by the distribution of chi squared where it is assumed (Kupper and Hafner 1989), by that of
F where a pilot of few runs estimated it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import acos, exp, inf, pi, sqrt, tan

from analysis.maths.describe import LEAST_FOR_INTERVAL
from analysis.statistics.repeats import POWER
from analysis.uncertainty.contributions import parts_of, visible
from analysis.uncertainty.expansion import Parts, expanded
from analysis.uncertainty.meter_errors import MeterErrors
from records.rows.families import BudgetTerm
from records.settings.analysis import CONFIDENCE

ASSURANCE = POWER
"""Share of campaigns that reach the interval that is planned."""

MOST_REPEATS = 10_000
READINGS_OF_EPOCH = 3
"""An epoch of fewer readings is not resolved by the meter (docs/explanation/uncertainty.md)."""

REACTIVE_SHARE = tan(acos(0.95))
"""Reactive over active power of a power supply at a power factor of 0.95."""

_PER_TIME: tuple[BudgetTerm, ...] = ("latency", "clock", "unresolved")
"""Errors of so many seconds at the borders: the longer the run, the smaller their share."""


@dataclass(frozen=True)
class Work:
    """What is to be measured. Shares are of its mean energy; of a difference, of that of the reference.

    Attributes:
        name: of the scenario, or of both.
        duration_s: of a run.
        power_w: what the program draws above the baseline.
        scatter: standard deviation of the runs, or of the differences within blocks, as a share.
        baseline_scatter: the part of the scatter of the baseline in the energy of one run, likewise.
        scatter_df: degrees of freedom from which both are known; infinite for an assumption.
        gain_share: the energy that the meter's gain acts on.
        border_share: the energy that a shift of the borders by one second gains or loses, over that of a
            second.
        reactive_share: reactive over active power of what the gain acts on.
        clock: standard uncertainty by the SUT's clock.
        epoch_s: length of an epoch, where the energy of one is asked for.
        resolved: whether the mean energy can be told from zero; if not, the shares are of its bound, the
            most that it can be (95 %).
    """

    name: str
    duration_s: float
    power_w: float
    scatter: float
    baseline_scatter: float = 0.0
    scatter_df: float = inf
    gain_share: float = 1.0
    border_share: float = 1.0
    reactive_share: float = REACTIVE_SHARE
    clock: float = 0.0
    epoch_s: float | None = None
    resolved: bool = True


@dataclass(frozen=True)
class PlannedMeter:
    """A meter that the campaign may have.

    Attributes:
        name: what it is called.
        interval_s: time between its readings.
        errors: by its data sheet or calibration.
        known: terms that a pilot with this very meter has, as shares of the energy, and the length of its
            runs; they come before those that follow from ``errors``.
    """

    name: str
    interval_s: float
    errors: MeterErrors | None = None
    known: tuple[Mapping[BudgetTerm, float], float] | None = None

    def resolves(self, work: Work) -> bool:
        """Say whether it resolves an epoch of the work, where one is asked for."""
        return work.epoch_s is None or work.epoch_s >= READINGS_OF_EPOCH * self.interval_s


@dataclass(frozen=True)
class Expected:
    """What a number of repeats will reach.

    Attributes:
        repeats: number of runs, or of pairs.
        half: half of the 95 % interval, as a share of the energy.
        terms: standard uncertainty by term, likewise.
    """

    repeats: int
    half: float
    terms: Mapping[BudgetTerm, float]

    @property
    def largest(self) -> BudgetTerm:
        """The term with the largest part in the variance."""
        return max(self.terms, key=lambda term: self.terms[term])


def lasting(work: Work, duration_s: float) -> Work:
    """Return work with runs of another length, which scatter as much in proportion."""
    longer = duration_s / work.duration_s
    epoch_s = None if work.epoch_s is None else work.epoch_s * longer
    return replace(work, duration_s=duration_s, clock=work.clock / longer, epoch_s=epoch_s)


def expect(work: Work, meter: PlannedMeter, repeats: int) -> Expected:
    """Return what a number of repeats will reach.

    Args:
        work: what is measured.
        meter: by which meter.
        repeats: at least `LEAST_FOR_INTERVAL`.
    """
    terms = dict(_meter_terms(work, meter))
    terms["repeats"] = work.scatter / sqrt(repeats)
    terms["baseline"] = work.baseline_scatter / sqrt(repeats)
    return Expected(repeats, expanded(_parts(terms, repeats, work.scatter_df), CONFIDENCE), visible(terms))


def least_half(work: Work, meter: PlannedMeter) -> float:
    """Return what no number of repeats falls below: half of the 95 % interval, as a share of the energy."""
    return expanded(parts_of(_meter_terms(work, meter)), CONFIDENCE)


def repeats_for(work: Work, meter: PlannedMeter, half: float) -> Expected | None:
    """Return the smallest number of repeats that reaches an interval.

    Args:
        work: what is measured.
        meter: by which meter.
        half: half of the 95 % interval, as a share of the energy.

    Returns:
        ``None`` where the meter does not resolve the work, or more than `MOST_REPEATS` would be needed.
    """
    if not meter.resolves(work) or least_half(work, meter) >= half:
        return None
    enough = expect(work, meter, LEAST_FOR_INTERVAL)
    too_few = LEAST_FOR_INTERVAL - 1
    while enough.half > half:
        if enough.repeats >= MOST_REPEATS:
            return None
        too_few, enough = enough.repeats, expect(work, meter, min(2 * enough.repeats, MOST_REPEATS))
    while enough.repeats - too_few > 1:
        middle = expect(work, meter, (enough.repeats + too_few) // 2)
        if middle.half > half:
            too_few = middle.repeats
        else:
            enough = middle
    return enough


def _meter_terms(work: Work, meter: PlannedMeter) -> Mapping[BudgetTerm, float]:
    """Return the terms that no repeat makes smaller."""
    if meter.known is not None:
        known, duration_s = meter.known
        return {
            term: u * (duration_s / work.duration_s if term in _PER_TIME else 1.0)
            for term, u in known.items()
        }
    if meter.errors is None:
        return {"clock": work.clock}
    errors, per_s = meter.errors, work.border_share / work.duration_s
    digit, spread_w = errors.resolution_w, work.scatter * work.power_w
    alike = exp(-2 * (pi * spread_w / digit) ** 2) if digit > 0 else 0.0  # as `rounded_alike`
    return {
        "calibration" if errors.calibrated else "gain": errors.gain_u * work.gain_share,
        "power_factor": errors.reactive_u * work.reactive_share * work.gain_share,
        "latency": errors.latency_u_s * per_s,
        "resolution": digit / sqrt(12) * sqrt(2) * alike / work.power_w,
        "clock": work.clock,
    }


def _parts(terms: Mapping[BudgetTerm, float], repeats: int, scatter_df: float) -> Parts:
    df = repeats - 1
    larger = _larger_scatter(df, scatter_df)
    student = [(larger * terms[term], df) for term in ("repeats", "baseline")]
    return replace(parts_of({t: u for t, u in terms.items() if t != "baseline"}), student=student)


def _larger_scatter(df: int, known_df: float) -> float:
    """Return the scatter, over the expected one, that all but `1 - ASSURANCE` of campaigns stay below."""
    from scipy import special

    if known_df == inf:
        return sqrt(2 * float(special.gammaincinv(df / 2, ASSURANCE)) / df)
    return sqrt(float(special.fdtri(df, known_df, ASSURANCE)))
