"""Bias and limits of agreement: published values, coverage of the truth, the meter taken out."""

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest
from agreement_examples import LARGE, MINI, peak_flow, simulated
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.agreement.bland_altman import (
    growth_p,
    limits_of_agreement,
    limits_without_meter,
    mean_difference,
    meter_share,
    scale_of,
)
from analysis.agreement.pairs import Pairs, Scale

LINEAR = Scale(False, 100.0)
LOG = Scale(True, 100.0)
values = arrays(np.float64, st.integers(4, 30), elements=st.floats(1, 1000))


def test_peak_flow_meters_as_bland_and_altman_published_them() -> None:
    # Lancet 1986: mean difference -2.1 l/min, sd 38.8, limits -79.7 and 75.5 (their multiplier is 2).
    found = limits_of_agreement(peak_flow(), LINEAR, 0.95)
    assert found.bias.value == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert found.bias.value - 2 * found.sd == pytest.approx(-79.7, abs=0.1)
    assert found.bias.value + 2 * found.sd == pytest.approx(75.5, abs=0.1)
    # Their interval of the bias: -22.0 to 17.8 l/min.
    assert (found.bias.low, found.bias.high) == pytest.approx((-22.0, 17.8), abs=0.1)


def test_intervals_of_the_limits_are_near_the_published_approximate_ones() -> None:
    # Lancet 1986, by 2.12 sqrt(3 s2 / n) about limits at 2 s: lower -114.3 to -45.1, upper 40.9 to 110.1. The
    # exact ones (Carkeet 2015) are about limits at 1.96 s and reach farther outwards than inwards.
    found = limits_of_agreement(peak_flow(), LINEAR, 0.95)
    assert found.lower is not None and found.upper is not None
    assert found.lower.low < -114.3 < found.lower.value < -45.1
    assert found.lower.value - found.lower.low > found.lower.high - found.lower.value
    assert found.upper.high - found.upper.value == pytest.approx(found.lower.value - found.lower.low)


@pytest.mark.parametrize(("n", "factor"), [(10, 2.911), (20, 2.396), (50, 2.065)])
def test_the_outer_ends_are_those_of_one_sided_tolerance_limits(n: int, factor: float) -> None:
    # With 1.645 standard deviations and 5 % on each side the outer end is the one-sided tolerance limit for
    # 95 % of a normal population with 95 % confidence; factors in Natrella, NBS Handbook 91 (1963), A-7.
    estimated = np.random.default_rng(n).normal(100, 3, n)
    found = limits_of_agreement(Pairs.of([100.0] * n, estimated), LINEAR, 0.90)
    assert found.upper is not None and found.sd is not None
    assert (found.upper.high - found.bias.value) / found.sd == pytest.approx(factor, abs=0.001)


def test_intervals_of_the_limits_hold_the_true_limit_as_often_as_they_say() -> None:
    inside = 0
    true = -20 + 1.959964 * 4
    for seed in range(400):
        random = np.random.default_rng(seed)
        measured = random.uniform(90, 110, 12)
        found = limits_of_agreement(Pairs.of(measured, measured + random.normal(-20, 4, 12)), LINEAR, 0.95)
        assert found.upper is not None
        inside += found.upper.low <= true <= found.upper.high
    assert inside / 400 == pytest.approx(0.95, abs=0.03)


def test_the_meters_scatter_taken_out_gives_back_the_estimators_own() -> None:
    pairs = simulated(1, 4000, slope=1.0, own_sd=2.0, meter_sd=3.0)
    seen, true = limits_of_agreement(pairs, LINEAR, 0.95), limits_without_meter(pairs, LINEAR, 0.95)
    assert seen.sd == pytest.approx(sqrt(2**2 + 3**2), rel=0.03)
    assert true.sd == pytest.approx(2.0, rel=0.06)
    assert meter_share(pairs, LINEAR) == pytest.approx(9 / 13, rel=0.05)


def test_a_display_read_at_start_and_end_gives_back_the_spread_before_it() -> None:
    # Both readings cut to whole steps: the error of the difference is triangular, u = step / sqrt(6).
    random = np.random.default_rng(7)
    step, n = 3600.0, 20_000
    start = random.uniform(0, 1e6, n)
    true = random.uniform(30_000, 40_000, n)
    measured = (np.floor((start + true) / step) - np.floor(start / step)) * step
    estimated = true + random.normal(-5000, 800, n)
    pairs = Pairs.of(measured, estimated, [step / sqrt(6)] * n)
    assert limits_of_agreement(pairs, LINEAR, 0.95).sd == pytest.approx(sqrt(800**2 + step**2 / 6), rel=0.02)
    assert limits_without_meter(pairs, LINEAR, 0.95).sd == pytest.approx(800, rel=0.06)
    assert limits_without_meter(pairs, LINEAR, 0.95).bias.value == pytest.approx(-5000, abs=40)


def test_limits_without_the_meter_hold_the_true_limit_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(300):
        found = limits_without_meter(simulated(seed, 25, slope=1.0, own_sd=2.0, meter_sd=1.5), LINEAR, 0.95)
        assert found.lower is not None
        inside += found.lower.low <= -1.959964 * 2.0 <= found.lower.high
    assert inside / 300 == pytest.approx(0.95, abs=0.035)


def test_more_scatter_of_the_meter_than_there_is_leaves_none() -> None:
    pairs = simulated(2, own_sd=0.1, meter_sd=0.0, slope=1.0)
    pairs = replace(pairs, measured_u=np.full(len(pairs), 5.0))
    found = limits_without_meter(pairs, LINEAR, 0.95)
    assert found.sd == 0.0
    assert meter_share(pairs, LINEAR) == 1.0
    # The interval of the bias then comes from the meter's scatter, not from the smaller one that is seen.
    assert found.bias.high - found.bias.low == pytest.approx(2 * 2.001 * 5 / sqrt(60), rel=0.001)


def test_what_all_rows_share_of_the_meters_uncertainty_widens_the_bias_but_not_the_limits() -> None:
    pairs = simulated(3, slope=1.0)
    shared = replace(pairs, shared_u=np.full(len(pairs), 10.0))
    plain, wide = (mean_difference(p, LINEAR, 0.95)[0] for p in (pairs, shared))
    assert wide.high - wide.low == pytest.approx(2 * 1.96 * 10, rel=0.01)
    assert plain.high - plain.low < 1
    assert limits_of_agreement(shared, LINEAR, 0.95).upper == limits_of_agreement(pairs, LINEAR, 0.95).upper


def test_balanced_groups_are_put_together_as_bland_and_altman_2007_do() -> None:
    # Their section 3: one-way analysis of variance of the differences; variance between = (MSB - MSW) / m;
    # the limits have its sum with the variance within. Here by hand for three groups of two.
    differences = np.array([[1.0, 3.0], [6.0, 8.0], [2.0, 10.0]])
    msb = 2 * differences.mean(axis=1).var(ddof=1)
    msw = ((differences - differences.mean(axis=1, keepdims=True)) ** 2).sum() / 3
    pairs = Pairs.of([100.0] * 6, 100 + differences.ravel(), groups=list("aabbcc"))
    found = limits_of_agreement(pairs, LINEAR, 0.95)
    assert found.bias.value == pytest.approx(5.0)
    assert found.sd == pytest.approx(sqrt((msb - msw) / 2 + msw))


def test_repeats_within_groups_are_no_independent_evidence() -> None:
    covered = {"grouped": 0, "plain": 0}
    for seed in range(200):
        random = np.random.default_rng(seed)
        groups = np.repeat(np.arange(8), 6)
        estimated = 100 + random.normal(0, 5, 8)[groups] + random.normal(0, 1, 48)
        names = [str(group) for group in groups]
        for way, pairs in (
            ("grouped", Pairs.of([100.0] * 48, estimated, groups=names)),
            ("plain", Pairs.of([100.0] * 48, estimated)),
        ):
            bias = mean_difference(pairs, LINEAR, 0.95)[0]
            covered[way] += bias.low <= 0 <= bias.high
    assert covered["grouped"] / 200 == pytest.approx(0.95, abs=0.04)
    assert covered["plain"] / 200 < 0.75


def test_limits_over_groups_hold_the_true_limit_as_often_as_they_say() -> None:
    true, inside = 1.959964 * sqrt(9 + 4), 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        groups = np.repeat(np.arange(15), 4)
        estimated = 100 + random.normal(0, 3, 15)[groups] + random.normal(0, 2, 60)
        pairs = Pairs.of([100.0] * 60, estimated, groups=[str(group) for group in groups])
        upper = limits_of_agreement(pairs, LINEAR, 0.95).upper
        assert upper is not None
        inside += upper.low <= true <= upper.high
    assert inside / 300 == pytest.approx(0.95, abs=0.04)


def test_the_order_of_groups_and_rows_does_not_matter() -> None:
    random = np.random.default_rng(4)
    measured, estimated = random.uniform(90, 110, 24), random.uniform(70, 90, 24)
    groups = [f"g{i % 5}" for i in range(24)]
    order = random.permutation(24)
    first = limits_of_agreement(Pairs.of(measured, estimated, groups=groups), LINEAR, 0.95)
    names = {name: f"h{9 - int(name[1])}" for name in groups}
    shuffled = Pairs.of(measured[order], estimated[order], groups=[names[groups[i]] for i in order])
    second = limits_of_agreement(shuffled, LINEAR, 0.95)
    assert second.bias.value == pytest.approx(first.bias.value)
    assert second.upper is not None and first.upper is not None
    assert second.upper.high == pytest.approx(first.upper.high)


def test_two_rows_or_two_groups_have_no_interval() -> None:
    for pairs in (Pairs.of([1, 2], [2, 3]), Pairs.of([1, 2, 3, 4], [1, 3, 3, 5], groups=list("aabb"))):
        found = limits_of_agreement(pairs, LINEAR, 0.95)
        assert (found.bias.low, found.lower, found.sd) == (None, None, None)
        assert meter_share(pairs, LINEAR) is None


def test_the_logarithm_is_taken_where_differences_grow_with_the_level() -> None:
    growing, steady = simulated(5, slope=0.7), simulated(5, slope=1.0, intercept=-10)
    assert scale_of(growing, growth_p(growing)).logarithmic
    assert not scale_of(steady, growth_p(steady)).logarithmic
    # Falling differences are no reason for it, and neither are three rows.
    falling = simulated(5, slope=1.3, intercept=-60)
    assert growth_p(falling) == 1.0
    assert growth_p(Pairs.of([1, 2, 3], [2, 4, 6])) is None


def test_no_logarithm_of_values_that_have_none() -> None:
    pairs = Pairs.of([0.0, 10, 20, 30, 40], [0.0, 5, 10, 15, 20])
    assert growth_p(pairs) < 0.001
    assert not scale_of(pairs, growth_p(pairs)).logarithmic


def test_a_constant_ratio_is_one_difference_on_the_logarithmic_scale() -> None:
    found = limits_of_agreement(Pairs.of(MINI, [0.78 * v for v in MINI]), LOG, 0.95)
    assert found.bias.value == pytest.approx(log(0.78))
    assert found.sd == pytest.approx(0, abs=1e-12)
    assert LOG.percent(found.bias.value) == pytest.approx(-22.0)


@given(values, st.floats(0.1, 10))
def test_swapping_the_roles_mirrors_bias_and_limits(measured: np.ndarray, factor: float) -> None:
    estimated = factor * measured[::-1] + 1
    for scale in (LINEAR, LOG):
        one = limits_of_agreement(Pairs.of(measured, estimated), scale, 0.95)
        other = limits_of_agreement(Pairs.of(estimated, measured), scale, 0.95)
        assert other.bias.value == pytest.approx(-one.bias.value, abs=1e-9)
        assert one.lower is not None and other.upper is not None
        assert other.upper.high == pytest.approx(-one.lower.low, rel=1e-6, abs=1e-9)


@given(st.floats(1e-3, 1e3))
def test_another_unit_changes_the_numbers_and_nothing_else(factor: float) -> None:
    one = limits_of_agreement(peak_flow(), LINEAR, 0.95)
    pairs = Pairs.of([v * factor for v in MINI], [v * factor for v in LARGE])
    other = limits_of_agreement(pairs, LINEAR, 0.95)
    assert one.upper is not None and other.upper is not None
    assert other.upper.high == pytest.approx(one.upper.high * factor)
    assert growth_p(pairs) == pytest.approx(growth_p(peak_flow()))
