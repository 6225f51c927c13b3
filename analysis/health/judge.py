"""What the control runs say of the lab, run by run (docs/explanation/method.md#lab-health).

Each run is judged when it comes, with the runs before it, so that the analysis says afterwards what the
conductor said at the time. A rule that is met is a signal; a signal stops a campaign when it also
matters: when the shift it tells of is larger than the permitted relative standard deviation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import erfc, hypot, inf, sqrt

import numpy as np

from analysis.health.chart import LEAST_POINTS, LIMIT_SIGMAS, PATTERNS, Limits, limits_of, pattern_signals
from analysis.maths.arrays import Floats
from analysis.maths.describe import satterthwaite
from records.health import ControlPoint, Signal
from records.settings.analysis import HealthSettings

SIGNIFICANT = erfc(LIMIT_SIGMAS / sqrt(2))
"""The tests for shift and drift are as strict as three sigma: p < 0.0027."""

LEAST_FOR_DRIFT = 5


@dataclass(frozen=True)
class JudgedPoint:
    """A control run on the chart; ``limits`` are those it was judged by, ``None`` with too few before it."""

    point: ControlPoint
    phase: int
    limits: Limits | None
    signals: tuple[Signal, ...]


@dataclass(frozen=True)
class Chart:
    """The chart as it stands.

    Attributes:
        points: all runs in the order of time, those of earlier campaigns first.
        limits: of the present phase, from all its runs; ``None`` with fewer than three.
        relative_sd_pct: standard deviation of the present phase over its mean.
        signals: of this campaign's runs in the present phase.
    """

    points: tuple[JudgedPoint, ...]
    limits: Limits | None
    relative_sd_pct: float | None
    signals: tuple[Signal, ...]

    @property
    def verdict(self) -> str:
        """``unknown``, ``in control``, ``signal`` (too small to matter) or ``out of control``."""
        if self.limits is None:
            return "unknown"
        if any(signal.stops for signal in self.signals):
            return "out of control"
        return "signal" if self.signals else "in control"

    @property
    def last_stop(self) -> Signal | None:
        """The signal of the last run that stops the campaign, if it has one."""
        if not self.points:
            return None
        return next((signal for signal in self.points[-1].signals if signal.stops), None)


def judge(
    points: Sequence[ControlPoint],
    campaign: str,
    acknowledged_utc_s: Sequence[float],
    settings: HealthSettings,
) -> Chart:
    """Put control runs on their chart.

    Args:
        points: of this campaign and of earlier ones.
        campaign: id of this one; only its runs are judged.
        acknowledged_utc_s: when the operator went on after a stop; each begins a phase.
        settings: rules and limit.
    """
    ordered = sorted(points, key=lambda point: point.t_utc_s)
    judged: list[JudgedPoint] = []
    present: list[ControlPoint] = []
    for phase, members in groupby(ordered, lambda p: sum(t <= p.t_utc_s for t in acknowledged_utc_s)):
        present = list(members)
        judged += [_judged(present[: n + 1], campaign, phase, settings) for n in range(len(present))]
    last_phase = len(acknowledged_utc_s)
    if judged and judged[-1].phase != last_phase:  # nothing was measured since the last acknowledgement
        present = []
    limits = _limits(present) if len(present) >= LEAST_POINTS else None
    return Chart(
        points=tuple(judged),
        limits=limits,
        relative_sd_pct=_relative_sd_pct(_energies(present)) if limits else None,
        signals=tuple(s for point in judged for s in point.signals if point.phase == last_phase),
    )


def _judged(until: list[ControlPoint], campaign: str, phase: int, settings: HealthSettings) -> JudgedPoint:
    """Judge the last of the runs of a phase."""
    point = until[-1]
    if len(until) < LEAST_POINTS:
        return JudgedPoint(point, phase, None, ())
    limits = _limits(until)
    if point.campaign != campaign:
        return JudgedPoint(point, phase, limits, ())
    sizes = {
        "relative-sd": _relative_sd_pct(_energies(until)),
        **{rule: _pattern_pct(until, limits, rule) for rule in PATTERNS if rule in settings.rules},
        "shift": _shift_pct(until, campaign, limits) if "shift" in settings.rules else None,
        "drift": _drift_pct(until, limits) if "drift" in settings.rules else None,
    }
    signals = []
    for rule, size_pct in sizes.items():
        stops = size_pct is not None and abs(size_pct) > settings.relative_sd_max_pct
        if size_pct is None or (rule == "relative-sd" and not stops):
            continue
        message = _WORDS[rule].format(
            size=size_pct, limit=settings.relative_sd_max_pct, point=point, limits=limits, n=len(until)
        )
        signals.append(Signal(rule, point.run_dir, phase, size_pct, stops, message))
    return JudgedPoint(point, phase, limits, tuple(signals))


_AGAINST = "the control run's {point.energy_wh:.5g} Wh (centre {limits.centre:.5g} Wh, {n} runs)"
_WORDS = {
    "relative-sd": "the energies of the {n} control runs scatter by {size:.2f} % of their mean; "
    "at most {limit:g} % are permitted",
    "beyond-limits": f"{_AGAINST}: {{size:+.2f}} % off, beyond three standard deviations",
    "two-of-three": f"{_AGAINST}: two of three in a row beyond two standard deviations, {{size:+.2f}} % off",
    "four-of-five": f"{_AGAINST}: four of five in a row beyond one standard deviation, {{size:+.2f}} % off",
    "eight-in-a-row": f"{_AGAINST}: eight in a row on one side of the centre, {{size:+.2f}} % off",
    "shift": "the control runs of this campaign differ by {size:+.2f} % from those of earlier campaigns",
    "drift": "the energy of the control workload has drifted by {size:+.2f} % over {n} runs",
}


def _energies(points: Sequence[ControlPoint]) -> Floats:
    return np.array([point.energy_wh for point in points])


def _least_sigma(points: Sequence[ControlPoint]) -> float:
    return sqrt(sum(point.energy_random_u_wh**2 for point in points) / len(points))


def _limits(points: Sequence[ControlPoint]) -> Limits:
    return limits_of(_energies(points), _least_sigma(points))


def _relative_sd_pct(values: Floats) -> float:
    mean = float(values.mean())
    return 100 * float(values.std(ddof=1)) / abs(mean) if mean else 0.0


def _pattern_pct(until: list[ControlPoint], limits: Limits, rule: str) -> float | None:
    """Return how far the points of a pattern that ends with the last run are off the centre."""
    values = _energies(until)
    if len(until) - 1 not in pattern_signals(limits.standardised(values), rule):
        return None
    _, window, _ = PATTERNS[rule]
    return 100 * (float(values[-window:].mean()) - limits.centre) / limits.centre


def _shift_pct(until: list[ControlPoint], campaign: str, limits: Limits) -> float | None:
    """Compare this campaign's runs with those before it (Welch 1947)."""
    own = _energies([point for point in until if point.campaign == campaign])
    before = _energies([point for point in until if point.campaign != campaign])
    if min(len(own), len(before)) < LEAST_POINTS:
        return None
    from scipy import stats

    floor = _least_sigma(until)
    parts = [(max(float(x.std(ddof=1)), floor) / sqrt(len(x)), len(x) - 1.0) for x in (own, before)]
    difference, u = float(own.mean() - before.mean()), hypot(*(part for part, _ in parts))
    t = abs(difference) / u if u > 0 else inf * bool(difference)
    if difference == 0 or 2 * stats.t.sf(t, satterthwaite(parts)) >= SIGNIFICANT:
        return None
    return 100 * difference / float(before.mean())


def _drift_pct(until: list[ControlPoint], limits: Limits) -> float | None:
    """Regress the energy on time; return the change from the first to the last run."""
    values, times_s = _energies(until), np.array([point.t_utc_s for point in until])
    if len(until) < LEAST_FOR_DRIFT or np.ptp(values) <= limits.sigma:
        return None
    from scipy import stats

    fit = stats.linregress(times_s - times_s[0], values)
    change = float(fit.slope) * float(times_s[-1] - times_s[0])
    return 100 * change / limits.centre if fit.pvalue < SIGNIFICANT else None
