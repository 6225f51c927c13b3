"""Do the intervals of short windows hold, where the power steps at their borders? Windows of a known truth.

For meters of 0.2 to 15 s, interval means and instantaneous ones, and windows of 0.8 to 10 of their
intervals. Each window lies in a row of three of one length between two quieter times, at a random phase, its
power at random; the meter reads it without an error of its own but digits of 0.1 W. SIMULATED throughout;
``python -m benchmarks.coverage --borders`` prints the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from analysis.maths.arrays import Floats
from analysis.power.energy import WindowEnergy, window_energies
from analysis.power.pieces import Pieces
from analysis.power.trace import CadenceFigures, PowerTrace
from analysis.uncertainty.contributions import gross_budget
from analysis.uncertainty.expansion import expanded_closely
from records.meter import Accuracy, Calibration, Identity, MeterRecord

INTERVALS_S = (0.2, 1.0, 5.0, 15.0)
LENGTHS = (0.8, 1.6, 2.3, 3.0, 5.3, 10.4)
SAMPLINGS = ("interval_mean", "instantaneous")
DIGIT_W = 0.1
BASE_W = 60.0
_FIGURES = CadenceFigures(1.0, 1.0, 0.0, 0.0, 0, 0, 0, 0, 0, 1.0, {}, [])


@dataclass(frozen=True)
class Shape:
    """How the power of a SUT behaves.

    Attributes:
        name: for the table.
        settling_s: time constant of the steps.
        fluctuation_w: standard deviation of the power over a fifth of a second.
    """

    name: str
    settling_s: float
    fluctuation_w: float


SHAPES = (Shape("steps", 0.0, 1.0), Shape("settling 0.1 s", 0.1, 1.0), Shape("restless", 0.0, 5.0))


@dataclass(frozen=True)
class Result:
    """What was found for windows of one kind; all but ``covered_pct`` and ``n`` in percent of the energy."""

    sampling: str
    interval_s: float
    length: float
    shape: str
    n: int
    covered_pct: float
    mean_error_pct: float
    rms_error_pct: float
    half_width_pct: float
    rms_error_by_time_pct: float


def _meter(sampling: str, interval_s: float) -> MeterRecord:
    return MeterRecord(
        driver="simulated",
        port="virtual",
        identity=Identity(maker="Wattlab", model="simulated", serial="1"),
        sampling=sampling,
        interval_s=interval_s,
        latency_s=0.0,
        latency_u_s=0.0,
        resolution_w=DIGIT_W,
        accuracy=Accuracy(reading_pct=0.0),
        calibration=Calibration(),
        simulated=True,
    )


class Case:
    """Three windows of one length between two quieter times, and what a meter reads of them."""

    def __init__(
        self, sampling: str, interval_s: float, length: float, shape: Shape, random: np.random.Generator
    ) -> None:
        lead_s = 4 * interval_s + 2
        first_s = lead_s + random.random() * interval_s
        self.borders_s: Floats = first_s + length * interval_s * np.arange(4)
        until_s = float(self.borders_s[-1]) + lead_s + 2 * interval_s
        grid_s = min(0.01, interval_s / 50)
        t_s = np.arange(0, until_s, grid_s) + grid_s / 2
        levels_w = [BASE_W, *(BASE_W + random.uniform(40, 110, size=3)), BASE_W]
        power_w = np.full_like(t_s, BASE_W)
        for border_s, (before_w, after_w) in zip(self.borders_s, pairwise(levels_w), strict=True):
            since_s = t_s - border_s
            settled = 1 - np.exp(-np.clip(since_s, 0, None) / shape.settling_s) if shape.settling_s else 1.0
            power_w += (after_w - before_w) * (since_s >= 0) * settled
        memory = max(1, int(0.2 / grid_s))
        power_w += shape.fluctuation_w * np.convolve(
            random.normal(size=len(t_s) + memory - 1), np.full(memory, memory**-0.5), "valid"
        )
        self._edge_s = np.arange(len(t_s) + 1) * grid_s
        self._energy_j = np.concatenate(([0.0], np.cumsum(power_w * grid_s)))
        ends_s = np.arange(interval_s, until_s, interval_s)
        if sampling == "interval_mean":
            mean_w = self.true_j(ends_s - interval_s, ends_s) / interval_s
            pieces = Pieces.level(ends_s - interval_s, ends_s, _shown(mean_w))
        else:
            shown_w = _shown(power_w[np.minimum((ends_s / grid_s).astype(int), len(power_w) - 1)])
            pieces = Pieces(ends_s[:-1], ends_s[1:], shown_w[:-1], shown_w[1:])
        self.trace = PowerTrace(pieces, 0.0, sampling, _FIGURES, None, DIGIT_W)

    def true_j(self, from_s: Floats, to_s: Floats) -> Floats:
        """Return what was really drawn in windows, ``(k,)``."""
        from_j, to_j = (np.interp(border_s, self._edge_s, self._energy_j) for border_s in (from_s, to_s))
        drawn_j: Floats = to_j - from_j
        return drawn_j

    def windows(self) -> list[WindowEnergy]:
        """Return the energies of the three windows as the analysis has them."""
        return window_energies(self.trace, self.borders_s[:-1], self.borders_s[1:])


def _shown(power_w: Floats) -> Floats:
    shown_w: Floats = np.round(power_w / DIGIT_W) * DIGIT_W
    return shown_w


def study(sampling: str, interval_s: float, length: float, shape: Shape, n: int, seed: int) -> Result:
    """Measure windows of one kind, one of each case."""
    random = np.random.default_rng([seed, int(10 * interval_s), int(10 * length)])
    meter = _meter(sampling, interval_s)
    rows = []
    for _ in range(n):
        case = Case(sampling, interval_s, length, shape, random)
        pick = int(random.integers(3))
        window = case.windows()[pick]
        from_s, to_s = case.borders_s[:-1], case.borders_s[1:]
        true_j = float(case.true_j(from_s, to_s)[pick])
        by_time_j = float(case.trace.power_w.integral(from_s, to_s)[pick])
        reach_j = 3600 * expanded_closely(gross_budget(window, meter).parts(), 0.95)
        rows.append((((window.energy_j or 0.0) - true_j) / true_j, reach_j / true_j, by_time_j / true_j - 1))
    error, reach, by_time = 100 * np.array(rows).T
    return Result(
        sampling,
        interval_s,
        length,
        shape.name,
        n,
        covered_pct=100 * float((np.abs(error) <= reach).mean()),
        mean_error_pct=float(error.mean()),
        rms_error_pct=float(np.sqrt(np.square(error).mean())),
        half_width_pct=float(reach.mean()),
        rms_error_by_time_pct=float(np.sqrt(np.square(by_time).mean())),
    )


def results(windows: int, seed: int) -> Iterator[Result]:
    """Study every kind."""
    for sampling, shape, interval_s, length in product(SAMPLINGS, SHAPES, INTERVALS_S, LENGTHS):
        yield study(sampling, interval_s, length, shape, windows, seed)


def print_table(windows: int, seed: int) -> None:
    """Print coverage and errors of every kind.

    Args:
        windows: of each kind.
        seed: of all chance.
    """
    print(f"SIMULATED. {windows} windows of each kind, seed {seed}.")
    print("Share of 95 % intervals that hold the truth; mean and root mean square of the error and mean")
    print("half-width in percent of the energy; last, the error of sharing out cut readings by time alone.")
    headed = None
    for one in results(windows, seed):
        if headed != (one.sampling, one.shape):
            headed = (one.sampling, one.shape)
            print(f"\n{one.sampling}, {one.shape}")
            print("  interval  readings   within 95 %     mean      rms   half-width   rms by time")
        print(
            f"  {one.interval_s:6.1f} s  {one.length:8.1f}  {one.covered_pct:10.1f} %  "
            f"{one.mean_error_pct:+7.3f}  {one.rms_error_pct:7.3f}  {one.half_width_pct:11.3f}  "
            f"{one.rms_error_by_time_pct:12.3f}",
            flush=True,
        )
