"""Deming's line, Passing and Bablok's, Lin's coefficient: published values, definitions, known truths."""

from math import atanh

import numpy as np
import pytest
from agreement_examples import peak_flow, simulated
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from analysis.agreement.concordance import concordance, mean_absolute_percentage_error
from analysis.agreement.pairs import Pairs
from analysis.agreement.regression import deming, error_ratio_of, linearity_p, passing_bablok

# NCSS Statistical Software, chapter "Deming Regression", example 1: two methods, variance of x four times
# that of y; slope, intercept and jackknife intervals (8 degrees of freedom) as printed there.
NCSS_X = (7.0, 8.3, 10.5, 9.0, 5.1, 8.2, 10.2, 10.3, 7.1, 5.9)
NCSS_Y = (7.9, 8.2, 9.6, 9.0, 6.5, 7.3, 10.2, 10.6, 6.3, 5.2)

# Pairs of the tests of the package methcomp, whose expected values were made with mcreg(method.reg = "PaBa",
# method.ci = "analytical") of the R package mcr: slope 1.0050 (0.9848 to 1.0266), intercept 0.0125 (-0.2975
# to 0.1393). mcr rounds the ranks of the ends otherwise; neighbouring slopes differ by 0.002 here.
MCR_Y = (
    *(1.03, 2.05, 2.79, 3.67, 5.00, 5.82, 7.16, 7.69, 8.53, 10.38),
    *(11.11, 12.17, 13.47, 13.83, 15.15, 16.12, 16.94, 18.09, 19.13, 19.54),
)

columns = arrays(np.float64, st.integers(5, 25), elements=st.floats(1, 1000))


def test_deming_as_ncss_prints_it() -> None:
    found = deming(Pairs.of(NCSS_X, NCSS_Y), 0.95, error_ratio=1 / 4)
    assert found is not None
    assert found.slope.value == pytest.approx(1.001194, abs=1e-6)
    assert (found.slope.low, found.slope.high) == pytest.approx((0.56956, 1.43283), abs=1e-5)
    assert found.intercept.value == pytest.approx(-0.0897449, abs=1e-7)
    assert (found.intercept.low, found.intercept.high) == pytest.approx((-4.06065, 3.88117), abs=1e-5)


def test_deming_at_the_ends_of_the_error_ratio_is_least_squares() -> None:
    x, y = np.array(NCSS_X), np.array(NCSS_Y)
    only_x, only_y = (deming(Pairs.of(x, y), 0.95, error_ratio=ratio) for ratio in (0.0, 1e12))
    assert only_x is not None and only_y is not None
    assert only_y.slope.value == pytest.approx(stats.linregress(x, y).slope)
    assert only_x.slope.value == pytest.approx(1 / stats.linregress(y, x).slope)


def test_deming_with_the_meters_scatter_known_finds_the_true_line() -> None:
    # Least squares would find a slope smaller by the meter's share of the spread, here a quarter.
    pairs = simulated(11, 6000, slope=0.8, own_sd=2.0, meter_sd=5.0, low=85.0, high=115.0)
    found = deming(pairs, 0.95)
    assert found is not None and found.slope.low is not None and found.slope.high is not None
    assert found.slope.low < 0.8 < found.slope.high
    assert found.slope.high - found.slope.low < 0.06
    assert error_ratio_of(pairs) == pytest.approx((2 / 5) ** 2, rel=0.3)
    assert stats.linregress(pairs.measured, pairs.estimated).slope < 0.65


def test_jackknife_intervals_hold_the_true_slope_about_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(300):
        found = deming(simulated(seed, 25, slope=0.8, own_sd=2.0, meter_sd=2.0), 0.95)
        assert found is not None
        inside += found.slope.low <= 0.8 <= found.slope.high
    assert inside / 300 == pytest.approx(0.95, abs=0.04)


def test_no_line_through_values_that_differ_no_more_than_the_meter_scatters() -> None:
    pairs = Pairs.of([100.0, 101, 99, 100, 102], [80.0, 81, 79, 80, 80], [3.0] * 5)
    assert error_ratio_of(pairs) is None
    assert deming(pairs, 0.95) is None
    assert deming(Pairs.of([1.0, 2, 3], [1.0, 2, 3]), 0.95) is None


def test_one_group_at_a_time_is_left_out_where_rows_belong_to_groups() -> None:
    rows, groups = simulated(3, 40), [f"g{i % 5}" for i in range(40)]
    grouped = Pairs.of(rows.measured, rows.estimated, groups=groups)
    whole = deming(grouped, 0.95)
    left = []
    for group in sorted(set(groups)):
        kept = [i for i, name in enumerate(groups) if name != group]
        line = deming(Pairs.of(rows.measured[kept], rows.estimated[kept]), 0.95)
        assert line is not None
        left.append(line.slope.value)
    u = np.sqrt(4 / 5 * ((np.array(left) - np.mean(left)) ** 2).sum())
    assert whole is not None
    assert whole.slope.high - whole.slope.value == pytest.approx(stats.t.ppf(0.975, 3) * u)


@given(columns)
def test_deming_with_equal_errors_treats_both_values_alike(x: np.ndarray) -> None:
    y = 0.5 * x + np.sin(np.arange(len(x)))
    one, other = deming(Pairs.of(x, y), 0.95), deming(Pairs.of(y, x), 0.95)
    if one is None or other is None or abs(one.slope.value) < 1e-6:
        return
    assert other.slope.value == pytest.approx(1 / one.slope.value, rel=1e-6)
    assert other.intercept.value == pytest.approx(-one.intercept.value / one.slope.value, rel=1e-5, abs=1e-4)


@given(columns, st.floats(1e-3, 1e3))
def test_another_unit_leaves_the_slopes(x: np.ndarray, factor: float) -> None:
    y = 0.8 * x + np.cos(np.arange(len(x)))
    for fit in (deming, passing_bablok):
        one, other = fit(Pairs.of(x, y), 0.95), fit(Pairs.of(x * factor, y * factor), 0.95)
        if one is None or other is None:
            assert one is other
            continue
        assert other.slope.value == pytest.approx(one.slope.value, rel=1e-6)
        assert other.intercept.value == pytest.approx(
            one.intercept.value * factor, rel=1e-5, abs=1e-6 * factor
        )


def test_passing_bablok_as_mcr_computes_it() -> None:
    found = passing_bablok(Pairs.of(range(1, 21), MCR_Y), 0.95)
    assert found is not None
    assert found.slope.value == pytest.approx(1.0050, abs=5e-5)
    assert (found.slope.low, found.slope.high) == pytest.approx((0.9848, 1.0266), abs=0.002)
    assert found.intercept.value == pytest.approx(0.0125, abs=5e-5)
    assert (found.intercept.low, found.intercept.high) == pytest.approx((-0.2975, 0.1393), abs=0.02)


def test_without_falling_slopes_passing_bablok_is_the_median_slope() -> None:
    x, y = np.arange(1.0, 21.0), np.array(MCR_Y)
    found = passing_bablok(Pairs.of(x, y), 0.95)
    assert found is not None
    assert found.slope.value == pytest.approx(stats.theilslopes(y, x).slope)


@given(arrays(np.float64, st.sampled_from((6, 7, 10, 11)), elements=st.floats(-3, 3)))
def test_passing_bablok_treats_both_values_alike(noise: np.ndarray) -> None:
    # With an odd number of slopes the median is one of them, and the theorem of the paper holds exactly: the
    # line of the swapped values is the inverse one.
    x = 10.0 * np.arange(1, len(noise) + 1) + np.linspace(0, 1, len(noise)) ** 2
    y = 0.8 * x + noise
    one, other = passing_bablok(Pairs.of(x, y), 0.95), passing_bablok(Pairs.of(y, x), 0.95)
    if len(noise) * (len(noise) - 1) // 2 % 2 == 0:
        return
    assert one is not None and other is not None
    assert other.slope.value == pytest.approx(1 / one.slope.value)


def test_one_wild_row_does_not_move_passing_bablok() -> None:
    x = np.arange(1.0, 31.0)
    y = 0.8 * x + 2 + 0.01 * np.sin(x)
    y[10] = 500.0
    found = passing_bablok(Pairs.of(x, y), 0.95)
    assert found is not None
    assert found.slope.value == pytest.approx(0.8, abs=0.005)
    assert found.intercept.value == pytest.approx(2.0, abs=0.05)


def test_intervals_of_passing_bablok_hold_the_true_slope_about_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(300):
        found = passing_bablok(simulated(seed, 30, slope=0.9, own_sd=2.0, meter_sd=2.0), 0.95)
        assert found is not None
        inside += found.slope.low <= 0.9 <= found.slope.high
    assert inside / 300 == pytest.approx(0.95, abs=0.04)


def test_a_bent_cloud_is_no_line() -> None:
    x = np.linspace(1, 100, 80)
    noise = np.random.default_rng(2).normal(0, 1, 80)
    straight, bent = (
        passing_bablok(Pairs.of(x, 0.8 * x + noise), 0.95),
        passing_bablok(Pairs.of(x, x**2 / 100 + noise), 0.95),
    )
    assert straight is not None and bent is not None
    assert straight.linearity_p > 0.05
    assert bent.linearity_p < 0.01


def test_linearity_by_hand() -> None:
    # Three rows below the line, then two above: scores -sqrt(2/3) thrice and sqrt(3/2) twice; the largest sum
    # is 3 sqrt(2/3) = 2.449, over sqrt(3 + 1) 1.2247; Kolmogorov's distribution gives p = 0.0997 there.
    x = np.arange(1.0, 6.0)
    y = x + np.array([-1.0, -1, -1, 1, 1]) / 10
    assert linearity_p(x, y, 1.0, 0.0) == pytest.approx(2 * np.exp(-2 * 1.5) - 2 * np.exp(-8 * 1.5), abs=1e-6)
    assert linearity_p(x, x + 1, 1.0, 0.0) is None


def test_equal_rows_and_too_many_have_no_line() -> None:
    assert passing_bablok(Pairs.of([5.0] * 6, [4.0] * 6), 0.95) is None
    assert passing_bablok(Pairs.of(range(3000), range(3000)), 0.95) is None


def test_groups_leave_ranks_without_intervals() -> None:
    groups = [f"g{i % 5}" for i in range(20)]
    found = passing_bablok(Pairs.of(range(1, 21), MCR_Y, groups=groups), 0.95)
    assert found is not None and found.slope.low is None
    lin = concordance(Pairs.of(range(1, 21), MCR_Y, groups=groups), 0.95)
    assert lin is not None and lin.low is None


def test_lins_coefficient_of_the_peak_flow_meters() -> None:
    # 0.943 is also what Stata's concord prints for these data (quoted from memory); beside it the definition
    # (Lin 1989): one minus the mean squared difference over what it would be of unrelated pairs.
    found = concordance(peak_flow(), 0.95)
    x, y = peak_flow().measured, peak_flow().estimated
    expected = 1 - ((x - y) ** 2).mean() / ((x[:, None] - y[None, :]) ** 2).mean()
    assert found is not None
    assert found.value == pytest.approx(expected)
    assert found.value == pytest.approx(0.943, abs=0.0005)


def test_intervals_of_lins_coefficient_hold_the_true_one_about_as_often_as_they_say() -> None:
    # Bivariate normal with means 0 and 0.3, unit variances, correlation 0.9: rho_c = 1.8 / (2 + 0.09).
    true, inside = 1.8 / 2.09, 0
    for seed in range(400):
        x, y = np.random.default_rng(seed).multivariate_normal([0, 0.3], [[1, 0.9], [0.9, 1]], 60).T
        found = concordance(Pairs.of(x, y), 0.95)
        assert found is not None
        inside += found.low <= true <= found.high
    assert inside / 400 == pytest.approx(0.95, abs=0.03)


def test_lins_interval_is_symmetric_in_fishers_z() -> None:
    found = concordance(peak_flow(), 0.95)
    assert found is not None
    assert atanh(found.value) - atanh(found.low) == pytest.approx(atanh(found.high) - atanh(found.value))


def test_no_coefficient_of_a_constant_and_one_of_equality() -> None:
    assert concordance(Pairs.of([1.0, 1, 1, 1], [1.0, 2, 3, 4]), 0.95) is None
    same = concordance(Pairs.of([1.0, 2, 3, 4], [1.0, 2, 3, 4]), 0.95)
    assert same is not None and (same.value, same.low) == (1.0, None)


def test_the_percentage_error_is_the_mean_of_absolute_shares() -> None:
    assert mean_absolute_percentage_error(Pairs.of([10.0, 20, 40], [9.0, 22, 40])) == pytest.approx(20 / 3)
    assert mean_absolute_percentage_error(Pairs.of([0.0, 20], [9.0, 22])) is None
