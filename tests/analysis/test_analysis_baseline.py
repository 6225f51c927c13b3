from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from synthetic import SyntheticCampaign, SyntheticRun

from analysis.campaign import analyse
from analysis.scenario.baseline import Baseline, BaselineRun
from analysis.scenario.baseline_change import baseline_summary


def run(hour: float, power_w: float, block: int = 1, duration_s: float = 60.0) -> BaselineRun:
    return BaselineRun(hour * 3600, duration_s, power_w, readings_sd_w=0.5, block=block)


def test_the_reference_is_interpolated_between_the_neighbours_in_time() -> None:
    baseline = Baseline([run(2, 44.0), run(0, 40.0), run(4, 100.0)], "interpolated")
    power = baseline.at(0.5 * 3600)
    assert power is not None
    assert power.power_w == pytest.approx(41.0)  # a quarter of the way from 40 W to 44 W


def test_outside_the_baselines_the_nearest_one_stands() -> None:
    baseline = Baseline([run(1, 40.0), run(2, 44.0)], "interpolated")
    before, after = baseline.at(0.0), baseline.at(9 * 3600)
    assert before is not None and after is not None
    assert (before.power_w, after.power_w) == (40.0, 44.0)


def test_the_pooled_mean_is_weighted_with_time() -> None:
    baseline = Baseline([run(0, 40.0, duration_s=30), run(1, 50.0, duration_s=90)], "pooled")
    power = baseline.at(0.0)
    assert power is not None and power.power_w == pytest.approx(47.5)  # (40*30 + 50*90) / 120


def test_without_baselines_there_is_no_reference() -> None:
    baseline = Baseline([], "interpolated")
    assert baseline.at(0.0) is None
    summary = baseline_summary(baseline, 0.95)
    assert summary.n == 0
    assert summary.mean_power_w is None and summary.drift_p is None


def test_a_drift_is_found_with_its_interval() -> None:
    noise = (0.05, -0.05, 0.02, -0.02, 0.04, -0.04)
    runs = [run(h, 40.0 + 0.5 * h + e, block=h + 1) for h, e in enumerate(noise)]
    summary = baseline_summary(Baseline(runs, "pooled"), 0.95)
    assert summary.drift_low_w_per_h < 0.5 < summary.drift_high_w_per_h
    assert summary.drift_p < 0.001
    assert summary.block_change_w == pytest.approx(1.5, abs=0.05)  # hours 3-5 minus hours 0-2
    assert summary.block_change_p < 0.05


def test_equal_baselines_neither_drift_nor_step() -> None:
    summary = baseline_summary(Baseline([run(h, 40.0, block=h + 1) for h in range(4)], "pooled"), 0.95)
    assert summary.drift_w_per_h == 0.0
    assert summary.block_change_w == 0.0
    assert summary.block_change_p is None


@pytest.mark.parametrize(
    ("powers_w", "before", "change_w"),
    [
        ([40.0, 40.1, 47.0, 47.1], 2, 7.0),
        ([40.0, 40.0, 47.0, 47.0], 2, 7.0),
        ([40.0, 47.0, 47.1, 46.9], 1, 7.0),
        ([40.1, 40.0, 39.9, 47.0], 3, 7.0),
        ([40.0, 40.1, 40.0, 40.2, 39.9, 37.0, 37.1], 5, -2.99),
    ],
)
def test_a_step_is_found_wherever_it_is(powers_w: list[float], before: int, change_w: float) -> None:
    # Three blocks and the baseline behind them: the halves of the blocks have one run each and see nothing.
    step = Baseline([run(h, w, block=min(h + 1, 3)) for h, w in enumerate(powers_w)], "interpolated").step
    assert step is not None
    assert (step.before, step.change_w) == (before, pytest.approx(change_w))
    assert step.p < 0.01


@pytest.mark.parametrize(
    "powers_w",
    [[40.0] * 4, [40.0, 47.0], [40.0, 41.1, 41.9, 43.0, 44.1], [40.0, 44.0, 48.0], [0.1 + 0.2, 0.3, 0.3]],
)
def test_a_drift_is_no_step_and_nothing_is_none(powers_w: list[float]) -> None:
    assert Baseline([run(h, w) for h, w in enumerate(powers_w)], "interpolated").step is None


def test_scatter_is_seldom_taken_for_a_step() -> None:
    random = np.random.default_rng(4)
    for n in (4, 8):
        steps = [
            Baseline([run(h, w) for h, w in enumerate(random.normal(40, 1, n))], "pooled").step
            for _ in range(400)
        ]
        assert sum(step is not None and step.p < 0.05 for step in steps) <= 0.05 * 400 + 8


def test_a_step_between_two_days_is_in_the_uncertainty_of_a_run_between_them() -> None:
    """The line through both days has nothing of the 7 W: when they came is unknown between the baselines."""
    baseline = Baseline([run(0, 40.0), run(1, 40.1), run(24, 47.1), run(25, 47.0)], "interpolated")
    assert baseline.scatter_w < 0.3
    between, within = baseline.at(12.5 * 3600), baseline.at(24.5 * 3600)
    assert between is not None and within is not None
    assert between.power_u_w == pytest.approx(7.0 / 2, rel=0.01)  # two points at +-3.5 W
    assert within.power_u_w < 0.2
    seen = Baseline([run(h, w) for h, w in enumerate((40.0, 40.1, 47.1, 47.0))], "interpolated").at(
        1.5 * 3600
    )
    assert seen is not None and seen.power_u_w < 7.0 / 2  # here the scatter about the line holds it


def test_a_single_baseline_borrows_the_spread_of_its_readings() -> None:
    power = Baseline([run(0, 40.0)], "interpolated").at(0.0)
    assert power is not None and power.power_u_w == 0.5


def test_the_scatter_of_an_interpolated_baseline_is_that_about_its_drift() -> None:
    # Residuals of (0.1, -0.1, -0.1, 0.1) about a line of 1 W/h: orthogonal to mean and slope by hand.
    runs = [run(h, 40.0 + h + e) for h, e in enumerate((0.1, -0.1, -0.1, 0.1))]
    followed, pooled = Baseline(runs, "interpolated"), Baseline(runs, "pooled")
    assert followed.scatter_w == pytest.approx(sqrt(4 * 0.01 / 2))
    assert followed.scatter_df == 2
    assert pooled.scatter_w == pytest.approx(sqrt((5 + 4 * 0.01) / 3))  # the drift is all scatter to it
    assert pooled.scatter_df == 3


def test_three_baselines_tell_no_line_from_their_scatter() -> None:
    baseline = Baseline([run(h, 40.0 + h) for h in range(3)], "interpolated")
    assert (baseline.scatter_w, baseline.scatter_df) == (pytest.approx(1.0), 2)


def test_half_way_between_two_baselines_each_has_half_the_weight() -> None:
    power = Baseline([run(0, 40.0), run(1, 42.0)], "interpolated").at(0.5 * 3600)
    assert power is not None
    assert power.weights == pytest.approx({0: 0.5, 1: 0.5})
    assert power.power_u_w == pytest.approx(sqrt(2) * sqrt(0.5))  # scatter of 40 and 42 W, over sqrt(2)
    assert power.background_u_w == pytest.approx(sqrt(2))


def test_rounding_is_no_drift_no_step_and_no_outlier(tmp_path: Path) -> None:
    runs = [
        SyntheticRun(i + 1, "baseline", 100.0 + 60 * i, 20.0, "baseline", i + 1, i + 1, None, power_w)
        for i, power_w in enumerate([40.0, 40.0 + 1e-12, 40.0 + 2e-12, 40.0 + 3e-12, 40.0, 40.0 + 9e-12])
    ]
    found = analyse(SyntheticCampaign(runs).write(tmp_path / "campaign"))
    assert {finding.code for finding in found.findings} == {"campaign-simulated"}


def on(bench: str, hour: float, power_w: float, block: int = 1) -> BaselineRun:
    return replace(run(hour, power_w, block=block), bench=bench)


def test_each_bench_has_neighbours_of_its_own() -> None:
    runs = [on("a", 0, 40.0), on("b", 0, 60.0), on("a", 2, 42.0), on("b", 2, 60.0)]
    baseline = Baseline(runs, "interpolated")
    powers = [baseline.at(1 * 3600, bench) for bench in ("a", "b")]
    assert [power.power_w for power in powers if power] == pytest.approx([41.0, 60.0])
    assert baseline.at(1 * 3600, "c") is None
    pooled = Baseline(runs, "pooled").at(0.0, "a")
    assert pooled is not None
    assert pooled.power_w == pytest.approx(41.0)


def test_the_level_of_a_bench_is_no_scatter_no_step_and_no_drift() -> None:
    apart = [on("a", h, 40.0 + 0.1 * (-1) ** h, block=h + 1) for h in range(6)]
    apart += [on("b", h + 6, 90.0 + 0.1 * (-1) ** h, block=h + 7) for h in range(6)]
    baseline = Baseline(apart, "pooled")
    assert baseline.scatter_w == pytest.approx(0.1, rel=0.15)
    assert baseline.scatter_df == 10
    assert baseline.step is None
    summary = baseline_summary(baseline, 0.95)
    assert summary.drift_p is not None
    assert summary.drift_p > 0.05
    assert summary.block_change_p is not None
    assert summary.block_change_p > 0.05


def test_a_drift_that_benches_share_is_found_about_the_level_of_each() -> None:
    noise = (0.05, -0.05, 0.02, -0.02, 0.04, -0.04)
    runs = [on("a", h, 40.0 + 0.5 * h + e) for h, e in enumerate(noise)]
    runs += [on("b", h, 20.0 + 0.5 * h + e) for h, e in enumerate(noise, start=6)]
    hours = np.array([run.middle_utc_s / 3600 for run in runs])
    design = np.stack((hours, np.repeat([1.0, 0.0], 6), np.repeat([0.0, 1.0], 6)), axis=1)
    power_w = np.array([run.power_w for run in runs])
    slope, squares = np.linalg.lstsq(design, power_w)[:2]
    u = sqrt(squares[0] / 9 * np.linalg.inv(design.T @ design)[0, 0])
    summary = baseline_summary(Baseline(runs, "pooled"), 0.95)
    assert summary.drift_w_per_h == pytest.approx(slope[0])
    assert summary.drift_high_w_per_h == pytest.approx(slope[0] + 2.262 * u, rel=1e-3)  # Student's t, df 9
    assert summary.drift_p is not None
    assert summary.drift_p < 0.001


def test_one_baseline_run_on_each_bench_shows_no_drift() -> None:
    summary = baseline_summary(
        Baseline([on(name, h, 40.0 + h) for h, name in enumerate("abcd")], "pooled"), 0.95
    )
    assert summary.drift_w_per_h is None
