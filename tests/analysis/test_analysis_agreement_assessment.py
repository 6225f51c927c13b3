"""What may be concluded: ratios, tolerance, nesting, weighted line, influence, levels, guarded verdict."""

from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from agreement_examples import simulated
from odrpack import odr_fit
from scipy import stats

from analysis.agreement.assessment import Assessment, assess
from analysis.agreement.comparison import compare
from analysis.agreement.decision import decide
from analysis.agreement.influence import influence
from analysis.agreement.levels import Level, bias_at
from analysis.agreement.linearity import linearity_of
from analysis.agreement.nesting import nesting_of
from analysis.agreement.pairs import Pairs, Scale
from analysis.agreement.question import Question
from analysis.agreement.ratios import ratios
from analysis.agreement.regression import deming, deming_fit, passing_bablok
from analysis.agreement.series import series_of
from analysis.agreement.table import Part, agree_table
from analysis.agreement.tolerance import tolerance_interval
from analysis.agreement.verdict import conclusions
from analysis.agreement.weighted import weighted_deming

# Issue of the project, recomputed there twice from all rows: LLM on GPU, vision on GPU, vision on CPU.
FISCHER = {
    "ollama_900_*, NVIDIA GeForce RTX 4090": (0.801, 0.756, 0.848, 0.819),
    "imagenet_120_*, NVIDIA GeForce RTX 4090": (0.728, 0.652, 0.814, 0.822),
    "imagenet_120_*, 13th Gen Intel(R) Core(TM) i9-13900K": (0.617, 0.400, 0.953, 0.797),
}


def assessed(pairs: Pairs, margin_pct: float = 5.0) -> Assessment:
    return assess(pairs, compare(pairs, 0.95, margin_pct), 0.95)


def fischer(reference: Path) -> dict[str, Part]:
    path = reference / "tracker-vs-meter" / "fischer2025_pairs.csv"
    found = agree_table(path, Question("meter_j", "codecarbon_j", "duration_s", ("batch", "device")))
    return {part.name: part for part in found.parts}


def test_batches_of_one_kind_give_the_published_ratios_limits_and_slopes(reference: Path) -> None:
    parts = fischer(reference)
    for name, (geometric, low, high, slope) in FISCHER.items():
        row = parts[name].assessed.columns(parts[name].found)
        assert row.geometric_ratio == pytest.approx(geometric, abs=5e-4)
        assert (row.ratio_lower, row.ratio_upper) == pytest.approx((low, high), abs=5e-4)
        assert parts[name].found.columns().deming_slope == pytest.approx(slope, abs=5e-4)


def test_the_packages_scipy_and_odrpack_give_the_same(reference: Path) -> None:
    parts = fischer(reference)
    for name in FISCHER:
        pairs, found = parts[name].pairs, parts[name].assessed.ratios
        single = pairs.estimated / pairs.measured
        mean, spread = stats.gmean(single), stats.gstd(single)
        assert found is not None and found.lower is not None and found.upper is not None
        assert found.geometric.value == pytest.approx(mean)
        z = stats.norm.ppf(0.975)
        assert (found.lower.value, found.upper.value) == pytest.approx((mean * spread**-z, mean * spread**z))
        line = parts[name].found.deming
        orthogonal = odr_fit(
            lambda x, beta: beta[0] + beta[1] * x, pairs.measured, pairs.estimated, np.array([0.0, 1.0])
        )
        assert line is not None
        assert (line.intercept.value, line.slope.value) == pytest.approx(tuple(orthogonal.beta), rel=2e-4)


def test_groups_that_differ_only_by_a_date_are_one_series() -> None:
    names = ["a_2025-09-11_02-10-43, cpu", "a_2025-09-12_09-25-19, cpu", "a_20250911T021043, gpu", "b, cpu"]
    assert series_of(names) == {"a_*, cpu": names[:2]}
    assert series_of(["2025-09-11", "2025-09-12"]) == {}  # all of them: that is the whole table
    assert series_of(["imagenet_120", "imagenet_900", "run 12345678"]) == {}


def test_ratios_of_single_rows_need_positive_values() -> None:
    found = ratios(Pairs.of([1.0, 2, 4, 8], [0.5, 1, 2, 4]), 0.95)
    assert found is not None and found.lower is not None
    assert (found.geometric.value, found.lower.value) == pytest.approx((0.5, 0.5))
    assert ratios(Pairs.of([1.0, 2, 4], [0.5, 0, 2]), 0.95) is None


def test_the_factor_of_the_tolerance_interval_is_the_published_one() -> None:
    # NIST/SEMATECH e-Handbook of Statistical Methods, 7.2.6.3: n = 43, 90 % of all, confidence 99 %, 2.217.
    differences = stats.norm.ppf((np.arange(43) + 0.5) / 43)
    pairs = Pairs.of(np.full(43, 100.0), 100 + differences)
    found = tolerance_interval(pairs, Scale(False, 100.0), 0.99, 0.90)
    assert found is not None and found.high is not None
    sd = (pairs.estimated - pairs.measured).std(ddof=1)
    assert (found.high - found.value) / sd == pytest.approx(2.217, abs=5e-4)


@pytest.mark.parametrize("groups", [None, 8])
def test_the_tolerance_interval_holds_95_of_100_runs_with_the_stated_confidence(groups: int | None) -> None:
    held = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        n = 24
        own, of_group = (1.0, 0.0) if groups is None else (0.6, 0.8)
        names = None if groups is None else [f"g{i % groups}" for i in range(n)]
        shift = np.zeros(n) if groups is None else random.normal(0, of_group, groups)[np.arange(n) % groups]
        differences = shift + random.normal(0, own, n)
        pairs = Pairs.of(np.full(n, 100.0), 100 + differences, groups=names)
        found = tolerance_interval(pairs, Scale(False, 100.0), 0.95)
        assert found is not None and found.low is not None and found.high is not None
        held += stats.norm.cdf(found.high) - stats.norm.cdf(found.low) >= 0.95
    assert held / 300 == pytest.approx(0.95, abs=0.045)


def test_repeats_that_are_all_alike_tell_as_much_as_their_groups() -> None:
    groups = [f"g{i // 4}" for i in range(20)]
    alike = Pairs.of(np.full(20, 100.0), 100.0 + np.arange(20) // 4, groups=groups)
    found = nesting_of(alike, Scale(False, 100.0))
    assert found is not None
    assert (found.correlation, found.design_effect, found.effective_n) == pytest.approx((1, 4, 5))
    same_means = Pairs.of(np.full(20, 100.0), 100.0 + np.arange(20) % 4, groups=groups)
    found = nesting_of(same_means, Scale(False, 100.0))
    assert found is not None and found.design_effect == 1 and found.effective_n == 20
    assert nesting_of(Pairs.of([1.0, 2, 3], [1.0, 2, 3]), Scale(False, 2.0)) is None


def test_the_weighted_line_is_that_of_odrpack_at_its_own_weights() -> None:
    random = np.random.default_rng(4)
    true = random.uniform(10, 300, 80)
    pairs = Pairs.of(true * random.normal(1, 0.04, 80), (0.8 * true + 5) * random.normal(1, 0.04, 80))
    found = weighted_deming(pairs, 0.95)
    assert found is not None and found.slope.low is not None and found.slope.high is not None
    a, b = found.intercept.value, found.slope.value
    off = pairs.estimated - a - b * pairs.measured
    x, y = pairs.measured + b * off / (1 + b * b), pairs.estimated - off / (1 + b * b)
    weights = ((x + y) / 2) ** -2.0  # Linnet 1993: mean of the two values upon the line
    oracle = odr_fit(
        lambda x, beta: beta[0] + beta[1] * x,
        pairs.measured,
        pairs.estimated,
        np.array([a + 1, b]),
        weight_x=weights,
        weight_y=weights,
    )
    assert (a, b) == pytest.approx(tuple(oracle.beta), rel=1e-3)
    assert found.slope.low < 0.8 < found.slope.high
    plain = deming(pairs, 0.95)
    assert plain is not None and plain.intercept.high is not None and plain.intercept.low is not None
    assert found.intercept.high is not None and found.intercept.low is not None
    assert found.intercept.high - found.intercept.low < 0.5 * (plain.intercept.high - plain.intercept.low)


def test_no_weighted_line_through_values_that_are_not_above_zero() -> None:
    assert weighted_deming(Pairs.of([0.0, 1, 2, 3, 4], [1.0, 2, 3, 4, 5]), 0.95) is None


def sensor_against_machine(seed: int, *, tiny: bool) -> Pairs:
    """A GPU's sensor against the wall: 116 W of the rest of the machine, and a tiny model that differs."""
    random = np.random.default_rng(seed)
    measured, estimated, groups = [], [], []
    for model, gpu_w in enumerate(np.linspace(120, 260, 7)):
        gpu = gpu_w + random.normal(0, 6, 20)
        measured += list(116 + gpu + random.normal(0, 6, 20))
        estimated += list(gpu)
        groups += [f"model {model}"] * 20
    if tiny:
        gpu = 55 + random.normal(0, 4, 20)
        measured += list(176 + gpu + random.normal(0, 6, 20))
        estimated += list(gpu)
        groups += ["tiny"] * 20
    return Pairs.of(measured, estimated, groups=groups)


@pytest.mark.parametrize("seed", range(4))
def test_a_group_that_bends_the_slope_is_named_and_no_other(seed: int) -> None:
    pairs = sensor_against_machine(seed, tiny=True)
    found = assessed(pairs)
    assert [unit.unit for unit in found.standing_out] == ["tiny"]
    (tiny,) = found.standing_out
    assert tiny.slope == pytest.approx(1.0, abs=0.03)
    assert tiny.intercept == pytest.approx(-116, abs=6)
    assert tiny.ratio == pytest.approx(0.62, abs=0.01)
    whole = deming(pairs, 0.95)
    assert whole is not None and whole.slope.value > 1.15
    words = [text for text in conclusions(compare(pairs, 0.95), found) if "tiny" in text]
    assert len(words) == 1
    row = found.columns(compare(pairs, 0.95))
    assert (row.influential, row.most_influential) == ("tiny", "tiny")
    assert row.slope_without == tiny.slope


@pytest.mark.parametrize("seed", range(4))
def test_without_it_no_group_is_named(seed: int) -> None:
    assert assessed(sensor_against_machine(seed, tiny=False)).standing_out == []


def test_two_odd_groups_do_not_hide_each_other() -> None:
    pairs = sensor_against_machine(3, tiny=True)
    other = pairs.estimated[pairs.unit_of_row == pairs.units - 1] + 10
    groups = [pairs.unit_names[unit] for unit in pairs.unit_of_row] + ["mini"] * len(other)
    both = Pairs.of([*pairs.measured, *(186 + other)], [*pairs.estimated, *other], groups=groups)
    (found,) = assessed(both).standing_out
    assert sorted(found.unit.split(" and ")) == ["mini", "tiny"]
    assert found.slope == pytest.approx(1.0, abs=0.03)


def test_groups_that_only_scatter_are_hardly_ever_named() -> None:
    named = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        k = int(random.integers(4, 12))
        groups = np.repeat(np.arange(k), 6)
        level = random.uniform(50, 300, k)[groups]
        measured = level + random.normal(0, 3, len(groups))
        estimated = 0.8 * level + random.normal(0, 8, k)[groups] + random.normal(0, 3, len(groups))
        pairs = Pairs.of(measured, estimated, groups=[f"g{i}" for i in groups])
        named += any(unit.stands_out for unit in influence(pairs, 5.0, 0.95))
    assert named / 200 < 0.08


def test_a_single_wild_row_is_named_by_its_name() -> None:
    x = np.linspace(50, 150, 20)
    y = 0.8 * x + np.sin(np.arange(20.0))
    y[19] = 60.0
    pairs = Pairs.of(x, y, names=[f"line {i}" for i in range(20)])
    assert [unit.unit for unit in influence(pairs, 5.0, 0.95) if unit.stands_out] == ["line 19"]
    assert influence(Pairs.of(x, y), 5.0, 0.95) == []  # rows without names cannot be told


def curve(n: int = 40) -> Pairs:
    x = np.linspace(10, 100, n)
    return Pairs.of(x, 0.5 * x + 0.004 * x**2 + 0.2 * np.sin(np.arange(float(n))))


def test_no_slope_is_believed_of_a_curve() -> None:
    pairs = curve()
    linearity = linearity_of(passing_bablok(pairs, 0.95), len(pairs))
    assert linearity.verdict == "rejected"
    (found,) = bias_at(pairs, Scale(False, 55.0), [Level(50)], linearity, 5.0, 0.95)
    assert found.decision.verdict == "cannot say" and found.bias is not None
    straight = simulated(2, 40)
    assert linearity_of(passing_bablok(straight, 0.95), 40).verdict == "not rejected"
    assert linearity_of(passing_bablok(straight, 0.95), 5).verdict == "cannot say"
    assert linearity_of(None, 40).verdict == "cannot say"


def levels_of(pairs: Pairs, *levels: Level, margin_pct: float = 5.0) -> list[str]:
    linearity = linearity_of(passing_bablok(pairs, 0.95), len(pairs))
    found = bias_at(pairs, Scale(False, 100.0), levels, linearity, margin_pct, 0.95)
    return [bias.decision.verdict for bias in found]


def test_the_bias_at_a_level_is_that_of_the_line_and_decided_level_by_level() -> None:
    # 0.9 x + 10: nothing at 100, +5 at 50, -5 at 150.
    pairs = simulated(5, 200, slope=0.9, intercept=10.0, own_sd=1.0)
    linearity = linearity_of(passing_bablok(pairs, 0.95), len(pairs))
    at_60, at_100 = bias_at(pairs, Scale(False, 100.0), [Level(60), Level(100)], linearity, 5.0, 0.95)
    assert at_60.bias is not None and at_60.bias.low is not None and at_60.bias.high is not None
    assert at_60.bias.low < 4 < at_60.bias.high
    assert at_60.p_equal is not None and at_60.p_equal < 1e-6
    assert at_100.p_equal is not None and at_100.p_equal > 0.01
    assert at_100.p_within is not None and at_100.p_within < 1e-6
    assert levels_of(pairs, Level(60), Level(100), Level(60, 8.0)) == ["outside", "within", "within"]
    assert levels_of(pairs, Level(300)) == ["cannot say"]  # beyond all measured values


def test_intervals_of_the_bias_at_a_level_hold_the_truth_about_as_often_as_they_say() -> None:
    held = 0
    for seed in range(300):
        pairs = simulated(seed, 30, slope=0.9, intercept=10.0, own_sd=2.0, meter_sd=2.0)
        linearity = linearity_of(passing_bablok(pairs, 0.95), len(pairs))
        (found,) = bias_at(pairs, Scale(False, 100.0), [Level(70)], linearity, 5.0, 0.95)
        assert found.bias is not None and found.bias.low is not None and found.bias.high is not None
        held += found.bias.low <= 3 <= found.bias.high
    assert held / 300 == pytest.approx(0.95, abs=0.04)


@pytest.mark.parametrize(
    ("low", "high", "guard", "meter_u", "verdict"),
    [
        (-1.0, 1.0, 1.0, 1.0, "within"),
        (-1.0, 4.5, 1.0, 1.0, "cannot say"),  # within the tolerance, but not within what the meter leaves
        (5.5, 7.0, 1.0, 1.0, "cannot say"),
        (6.5, 7.0, 1.0, 1.0, "outside"),
        (-9.0, -6.5, 1.0, 1.0, "outside"),
        (4.0, 6.0, 0.0, 0.0, "cannot say"),
        (-1.0, 1.0, 1.7, 1.7, "cannot say"),  # more than a third of 5
        (6.5, 9.0, 1.7, 1.7, "cannot say"),
        (None, None, 0.0, 0.0, "cannot say"),
    ],
)
def test_the_meter_takes_a_guard_band_from_the_tolerance(
    low: float | None, high: float | None, guard: float, meter_u: float, verdict: str
) -> None:
    assert decide(low, high, 5.0, guard, meter_u, "%").verdict == verdict


def test_a_meter_that_is_too_coarse_withholds_the_verdict() -> None:
    rows = simulated(7, 60, slope=0.7)
    coarse = Pairs.of(rows.measured, rows.estimated, shared_u=0.01 * rows.measured)
    assert assessed(rows).decision.verdict == "outside"
    assert assessed(coarse).decision.verdict == "cannot say"  # 2 % of 5 %
    assert assessed(coarse).decision.meter_u == pytest.approx(2.0, rel=0.01)
    assert assessed(coarse, 10.0).decision.verdict == "outside"


def test_leaving_out_a_unit_keeps_the_others_as_they_were() -> None:
    pairs = Pairs.of([1.0, 2, 3, 4, 5], [1.0, 3, 3, 5, 5], groups=["b", "a", "b", "c", "a"])
    rest = pairs.without(0)  # a
    assert rest.measured.tolist() == [1.0, 3, 4]
    assert rest.unit_names == ("b", "c") and rest.groups is not None and rest.groups.tolist() == [0, 0, 1]
    fit = deming_fit(pairs, 1.0)
    left = deming_fit(rest, 1.0)
    assert fit is not None and left is not None
    assert fit.left_slopes[0] == pytest.approx(left.slope)


def test_the_shift_of_a_meter_that_all_rows_share_is_in_the_bias_at_a_level() -> None:
    rows = simulated(9, 60, slope=1.0)
    gain_u = 0.02
    shared = Pairs.of(rows.measured, rows.estimated, shared_u=gain_u * rows.measured)
    linearity = linearity_of(passing_bablok(rows, 0.95), len(rows))
    (own,), (all_,) = (
        bias_at(pairs, Scale(False, 100.0), [Level(100)], linearity, 5.0, 0.95) for pairs in (rows, shared)
    )
    assert own.bias is not None and all_.bias is not None
    assert own.bias.high is not None and all_.bias.high is not None
    reach = sqrt((own.bias.high - own.bias.value) ** 2 + (1.96 * gain_u * 100) ** 2)
    assert all_.bias.high - all_.bias.value == pytest.approx(reach, rel=0.02)
