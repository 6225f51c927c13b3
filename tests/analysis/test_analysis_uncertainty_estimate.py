"""Estimates that remember what they share: identities of propagation, and published correlations."""

from math import hypot, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import Instrument, SyntheticCampaign, small_campaign
from uncertainties import correlated_values_norm, correlation_matrix, umath

from analysis.run.measure import measure_run
from analysis.scenario.baseline import Baseline, BaselineRun, baseline_run
from analysis.scenario.estimates import Sample, Share, estimate_mean
from analysis.scenario.groups import Group, group_runs
from analysis.scenario.rows import run_row
from analysis.statistics.difference import MeanTest
from analysis.statistics.samples import Pair
from analysis.statistics.totals import total_columns
from analysis.uncertainty.contributions import Budget
from analysis.uncertainty.estimate import Cause, Causes, Estimate
from analysis.uncertainty.meter_errors import Exposure, MeterErrors

METER = MeterErrors.of(Instrument().record())
ON_THE_BEAT: dict[str, Any] = {"phase_s": 0.0, "latency_u_s": 0.0, "resolution_w": 0.0, "counts": 0.0}


def groups_of(campaign: SyntheticCampaign, tmp_path: Path) -> dict[str, Group]:
    folder = campaign.write(tmp_path / "campaign")
    runs = [measure_run(path) for path in sorted((folder / "runs").iterdir())]
    baseline = Baseline([baseline_run(run) for run in runs if run.run.kind == "baseline"], "pooled")
    powers = [None if run.run.kind == "baseline" else baseline.pooled for run in runs]
    rows = [run_row(run, power, None) for run, power in zip(runs, powers, strict=True)]
    return {group.label: group for group in group_runs(runs, rows, [], baseline)}


def estimate(group: Group, column: str) -> Estimate:
    found = group.estimate(column)
    assert found is not None
    return found


def test_the_correlated_quantities_of_the_gum() -> None:
    # JCGM 100:2008, H.2, tables H.2 to H.4: resistance, reactance and impedance from V, I and phase, with
    # the correlations between the three that were measured together.
    readings = [(4.9990, 0.0032), (19.6610e-3, 0.0095e-3), (1.04446, 0.00075)]
    correlations = [[1, -0.36, 0.86], [-0.36, 1, -0.65], [0.86, -0.65, 1]]
    tags = [Cause("calibration", i) for i in range(3)]
    v, i, phase = correlated_values_norm(readings, correlations, tags=tags)
    found = [v / i * umath.cos(phase), v / i * umath.sin(phase), v / i]
    resistance, reactance, impedance = map(Estimate, found)
    # Its inputs are printed with two digits, hence the last digit of u(R).
    assert (resistance.value, resistance.u) == pytest.approx((127.732, 0.071), abs=0.0015)
    assert (reactance.value, reactance.u) == pytest.approx((219.847, 0.295), abs=0.002)
    assert (impedance.value, impedance.u) == pytest.approx((254.260, 0.236), abs=0.002)
    assert correlation_matrix(found)[0][1] == pytest.approx(-0.588, abs=0.005)


def test_what_is_left_of_a_term_by_rounding_is_no_term_and_no_interval() -> None:
    causes = Causes()
    gain, repeats = causes.error(Cause("gain", 1)), causes.error(Cause("repeats", 1, "student", 4))
    mean = Estimate(2.0 + 0.1 * repeats + 1.6e-72 * gain)
    assert mean.terms() == {"repeats": pytest.approx(0.1)}
    for exact in (Estimate(2.0), Estimate(2.0 + 1e-17 * gain)):
        assert exact.exact and exact.interval(0.95) == (None, None)


def test_scenarios_with_equal_readings_have_no_interval_of_zero_width() -> None:
    values = np.full(4, 3.0)
    pair, test = Pair(values, values, paired=True), MeanTest(0.0)
    causes = Causes()
    gain = causes.error(Cause("gain", 1, "rectangular"))
    mean = Estimate(3.0 + 0.03 * gain)
    assert total_columns(pair, test, mean, mean, 0.95) == {}
    twice = total_columns(Pair(values, 2 * values, paired=True), MeanTest(3.0), mean, mean.times(2.0), 0.95)
    assert twice["total_low"] < 3.0 < twice["total_high"]  # the gain acts on the difference, not on the ratio
    assert "ratio_total_low" not in twice


def test_a_scenario_differs_from_itself_by_nothing(tmp_path: Path) -> None:
    cnn = groups_of(small_campaign(), tmp_path)["cnn"]
    for column in ("energy_wh", "induced_wh", "duration_s", "mean_power_w", "wh_per_epoch"):
        nothing = estimate(cnn, column) - estimate(cnn, column)
        assert (nothing.value, nothing.u, nothing.terms()) == (0.0, 0.0, {})
        one = estimate(cnn, column) / estimate(cnn, column)
        assert one.value == 1.0 and one.u == pytest.approx(0.0, abs=1e-12)


def test_in_a_difference_the_gain_acts_on_the_difference(tmp_path: Path) -> None:
    groups = groups_of(small_campaign(instrument=Instrument(**ON_THE_BEAT)), tmp_path)
    idle, cnn = estimate(groups["idle"], "energy_wh"), estimate(groups["cnn"], "energy_wh")
    assert cnn.terms()["gain"] == pytest.approx(100 * 20 / 3600 * 0.015 / sqrt(3))
    assert (cnn - idle).terms()["gain"] == pytest.approx(50 * 20 / 3600 * 0.015 / sqrt(3))


def test_a_ratio_has_no_gain(tmp_path: Path) -> None:
    groups = groups_of(small_campaign(instrument=Instrument(**ON_THE_BEAT)), tmp_path)
    ratio = estimate(groups["cnn"], "induced_wh") / estimate(groups["idle"], "induced_wh")
    assert ratio.value == pytest.approx(6.0)
    assert ratio.terms().get("gain", 0.0) == pytest.approx(0.0, abs=1e-9)


def test_a_calibration_is_one_term_with_its_covariance() -> None:
    line = MeterErrors("a", "b", "c", None, 0.001, 0.05, -4e-5, 0.0, 0.0, calibrated=True)
    energy = Estimate(100.0 + Causes().of_meters({line: Exposure(100.0, 1.0)}))
    by_hand = sqrt(0.1**2 + 0.05**2 + 2 * 100 * -4e-5)
    assert energy.terms() == {"calibration": pytest.approx(by_hand)}


def test_the_offset_cancels_above_a_baseline_of_the_same_range(tmp_path: Path) -> None:
    cnn = groups_of(small_campaign(), tmp_path)["cnn"]
    assert estimate(cnn, "energy_wh").terms()["offset"] > 0
    assert estimate(cnn, "induced_wh").terms().get("offset", 0.0) == pytest.approx(0.0, abs=1e-9)


def test_energy_per_work_and_work_per_energy_are_each_others_inverse(tmp_path: Path) -> None:
    cnn = groups_of(small_campaign(), tmp_path)["cnn"]
    per_wh, per_epoch = estimate(cnn, "epochs_per_wh"), estimate(cnn, "energy_wh").times(1 / 4)
    assert per_wh.value == pytest.approx(1 / per_epoch.value)
    relative = per_epoch.terms()["gain"] / per_epoch.value
    assert per_wh.terms()["gain"] / per_wh.value == pytest.approx(relative)


def test_what_there_is_not_has_no_estimate(tmp_path: Path) -> None:
    groups = groups_of(small_campaign(), tmp_path)
    assert groups["baseline"].estimate("induced_wh") is None
    assert groups["idle"].estimate("wh_per_epoch") is None
    assert groups["idle"].estimate("recall_per_wh") is None
    with pytest.raises(KeyError, match="speed"):
        groups["idle"].estimate("speed_per_wh")


def blank_budget() -> Budget:
    return Budget({METER: Exposure()}, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def samples(values: list[float], baseline: Baseline, hours: float) -> list[Sample]:
    found = []
    for i, value in enumerate(values):
        share = Share(blank_budget(), baseline.at(float(i)), hours)
        found.append(Sample(value, 1.0, "job", [share]))
    return found


def baselines(powers_w: list[float]) -> Baseline:
    runs = [BaselineRun(float(i), 60.0, power_w, 0.1, i + 1) for i, power_w in enumerate(powers_w)]
    return Baseline(runs, "interpolated")


def test_runs_with_a_baseline_each_do_not_count_its_scatter_twice() -> None:
    # Their own values scatter by all of it already: u2 = s2 / n, as without any knowledge of the baseline.
    baseline = baselines([40.0, 40.4, 39.8, 40.3, 39.9])
    values = [10.0, 12.0, 9.0, 11.0, 10.5]
    found = estimate_mean(samples(values, baseline, 1.0), ("job", "induced_wh"), baseline, Causes())
    variance = sum((value - 10.5) ** 2 for value in values) / 4
    assert found is not None
    assert found.u == pytest.approx(sqrt(variance / 5))
    assert found.terms()["baseline"] == pytest.approx(baseline.scatter_w / sqrt(5))


def test_runs_that_share_one_baseline_do_not_see_its_scatter_in_their_own() -> None:
    runs = [BaselineRun(-2.0, 60.0, 40.0, 0.1, 1), BaselineRun(-1.0, 60.0, 41.0, 0.1, 2)]
    baseline = Baseline(runs, "interpolated")  # both before all runs: the nearest one stands
    values = [10.0, 12.0, 11.0]
    found = estimate_mean(samples(values, baseline, 0.5), ("job", "induced_wh"), baseline, Causes())
    assert found is not None
    assert found.terms()["repeats"] == pytest.approx(1 / sqrt(3))
    assert found.terms()["baseline"] == pytest.approx(0.5 * sqrt(0.5))
    assert found.u == pytest.approx(hypot(1 / sqrt(3), 0.5 * sqrt(0.5)))


def test_scenarios_that_share_their_baseline_differ_without_it() -> None:
    baseline, causes = baselines([40.0, 40.4, 39.8, 40.3, 39.9]), Causes()
    a = estimate_mean(samples([10.0, 12.0, 9.0, 11.0, 10.5], baseline, 1.0), ("a", "x"), baseline, causes)
    b = estimate_mean(samples([20.0, 23.0, 18.0, 21.0, 20.5], baseline, 1.0), ("b", "x"), baseline, causes)
    assert a is not None and b is not None
    assert "baseline" in a.terms() and "baseline" in b.terms()
    assert (b - a).terms().get("baseline", 0.0) == pytest.approx(0.0, abs=1e-12)


@given(st.permutations([10.0, 12.0, 9.0, 11.0]), st.floats(0.1, 10.0))
def test_the_order_of_runs_does_not_matter_and_units_scale(values: list[float], factor: float) -> None:
    pooled = Baseline(baselines([40.0, 40.4, 39.8]).runs, "pooled")
    found = estimate_mean(samples(values, pooled, 1.0), ("job", "x"), pooled, Causes())
    assert found is not None
    assert found.value == pytest.approx(10.5)
    assert found.u == pytest.approx(1.071, abs=0.5)
    scaled = found.times(factor)
    assert (scaled.value, scaled.u) == pytest.approx((factor * found.value, factor * found.u))
    assert scaled.df == pytest.approx(found.df)


@given(st.floats(1, 1000), st.floats(0.1, 10), st.floats(1, 1000), st.floats(0.1, 10), st.floats(0, 0.02))
def test_a_difference_is_never_less_certain_than_its_parts_added_up(
    a_wh: float, a_h: float, b_wh: float, b_h: float, gain_u: float
) -> None:
    meter = MeterErrors("a", "b", "c", None, gain_u, 0.2, 0.0, 0.0, 0.0, calibrated=False)
    causes = Causes()
    a, b = (Estimate(wh + causes.of_meters({meter: Exposure(wh, h)})) for wh, h in ((a_wh, a_h), (b_wh, b_h)))
    assert abs(a.u - b.u) - 1e-9 <= (b - a).u <= a.u + b.u + 1e-9
    assert (b - a).u == pytest.approx(hypot((b_wh - a_wh) * gain_u, (b_h - a_h) * 0.2), abs=1e-9)


def test_the_terms_add_up_to_the_whole(tmp_path: Path) -> None:
    for group in groups_of(small_campaign(), tmp_path).values():
        found = estimate(group, "energy_wh")
        assert hypot(*found.terms().values()) == pytest.approx(found.u)
        low, high = found.interval(0.95)
        assert low < found.value < high
