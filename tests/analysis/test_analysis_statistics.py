"""Tests and intervals of samples, against published examples."""

from math import comb, erf

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from typed_rows import row_of

from analysis.maths.describe import student_t
from analysis.statistics.comparison import compare
from analysis.statistics.description import drift, statistics_row
from analysis.statistics.difference import (
    BOOTSTRAP_SEED,
    bootstrap,
    equivalence_p,
    fieller,
    rank_test,
    standard_error,
    t_test,
)
from analysis.statistics.effects import Spread, cliffs_delta, hedges_g, standardised
from analysis.statistics.families import adjust_families
from analysis.statistics.repeats import repeats_needed
from analysis.statistics.samples import Pair, Sample, pair_of
from records.rows.statistics import ComparisonRow

# Student (1908), The probable error of a mean: hours of sleep gained under two drugs by ten patients.
SLEEP_1 = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
SLEEP_2 = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)

# Motor Trend (1974), R's mtcars: miles per gallon by transmission.
AUTOMATIC = (21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7, 21.5, 15.5)
AUTOMATIC += (15.2, 13.3, 19.2)
MANUAL = (21.0, 21.0, 22.8, 32.4, 30.4, 33.9, 27.3, 26.0, 30.4, 15.8, 19.7, 15.0, 21.4)


def paired(a: tuple[float, ...], b: tuple[float, ...]) -> Pair:
    return Pair(np.array(a), np.array(b), paired=True)


def unpaired(a: tuple[float, ...], b: tuple[float, ...]) -> Pair:
    return Pair(np.array(a), np.array(b), paired=False)


def sample(
    label: str,
    values: list[float],
    *,
    from_s: float = 0.0,
    every_s: float = 20.0,
    quantity: str = "energy_wh",
) -> Sample:
    """A run in every block, one every 20 s; b begins 10 s after a, so that the two interleave."""
    n = len(values)
    return Sample(
        label,
        quantity,
        np.array(values, dtype=float),
        tuple(range(1, n + 1)),
        tuple(from_s + every_s * i for i in range(n)),
        tuple(f"{i:04d}-{label}" for i in range(n)),
    )


def interleaved(a: list[float], b: list[float]) -> tuple[Sample, Sample]:
    return sample("a", a), sample("b", b, from_s=10.0)


def apart(a: list[float], b: list[float]) -> tuple[Sample, Sample]:
    return sample("a", a), sample("b", b, from_s=1e6)


def test_the_paired_t_test_gives_students_own_result() -> None:
    found = t_test(paired(SLEEP_1, SLEEP_2), 0.95)
    # R, t.test(extra ~ group, data = sleep, paired = TRUE), with the sign of drug 2 minus drug 1.
    assert found.t == pytest.approx(4.0621, abs=5e-5)
    assert found.df == 9
    assert found.p == pytest.approx(0.002833, abs=5e-7)
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)


def test_welchs_test_gives_the_results_of_r() -> None:
    # R, t.test(extra ~ group, data = sleep) and t.test(mpg ~ am, data = mtcars).
    sleep = t_test(unpaired(SLEEP_1, SLEEP_2), 0.95)
    assert sleep.t == pytest.approx(1.8608, abs=5e-5)
    assert sleep.df == pytest.approx(17.776, abs=5e-4)
    assert sleep.p == pytest.approx(0.07939, abs=5e-6)
    assert (sleep.low, sleep.high) == pytest.approx((-0.2054832, 3.3654832), abs=5e-8)
    cars = t_test(unpaired(AUTOMATIC, MANUAL), 0.95)
    assert cars.t == pytest.approx(3.7671, abs=5e-5)
    assert cars.df == pytest.approx(18.332, abs=5e-4)
    assert cars.p == pytest.approx(0.001374, abs=5e-7)
    assert (cars.low, cars.high) == pytest.approx((3.209684, 11.280194), abs=5e-7)


def test_wilcoxons_test_gives_the_published_example() -> None:
    # Hollander and Wolfe (1973), page 29: depression factor of nine patients, V = 40; two-sided.
    first = (1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30)
    second = (0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29)
    name, p, remarks = rank_test(paired(first, second))
    assert (name, remarks) == ("wilcoxon", [])
    assert p == pytest.approx(0.0390625, abs=1e-7)


def test_mann_and_whitneys_test_gives_the_published_example() -> None:
    # Hollander and Wolfe (1973), page 69: permeability of membranes, one-sided 0.1272, here two-sided.
    at_term = (0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46)
    early = (1.15, 0.88, 0.90, 0.74, 1.21)
    name, p, _ = rank_test(unpaired(at_term, early))
    assert name == "mann-whitney"
    assert p == pytest.approx(2 * 0.1272, abs=1e-4)


def test_hedges_g_gives_the_published_examples() -> None:
    # Bonett (2008), as the R package statpsych gives it for ci.stdmean2(.05, 35.1, 26.7, 7.32, 6.98, 30, 30)
    # and ci.stdmean.ps(.05, 110.4, 102.1, 15.3, 14.6, .75, 25).
    apart_ = standardised(35.1 - 26.7, Spread(6.98, 30), Spread(7.32, 30), None, 0.95)
    assert (apart_.value, apart_.low, apart_.high) == pytest.approx((1.159240, 0.6170771, 1.731909), abs=5e-7)
    pairs = standardised(110.4 - 102.1, Spread(14.6, 25), Spread(15.3, 25), 0.75, 0.95)
    assert (pairs.value, pairs.low, pairs.high) == pytest.approx((0.5433457, 0.2394905, 0.8705732), abs=5e-8)


def test_cliffs_delta_gives_the_published_example() -> None:
    # Data of Hogarty and Kromrey (1999); the result of the R package effsize for it.
    treatment = np.array([10.0, 10, 20, 20, 20, 30, 30, 30, 40, 50])
    control = np.array([10.0, 20, 30, 40, 40, 50])
    found = cliffs_delta(control, treatment, 0.95)
    assert found is not None
    assert found.value == -0.25
    assert (found.low, found.high) == pytest.approx((-0.7265846, 0.3890062), abs=5e-8)


def test_samples_that_do_not_overlap_leave_cliffs_delta_an_honest_interval() -> None:
    found = cliffs_delta(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0, 7.0]), 0.95)
    assert found is not None
    # Wilson's limit for 3 successes of 3: 3 / (3 + 1.96^2) = 0.4385; delta = 2 p - 1.
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(2 * 0.4385 - 1, abs=2e-4)


@pytest.mark.parametrize(
    ("effect", "design", "needed"),
    [
        (0.2, "unpaired", 394),  # Cohen (1988), table 2.4.1: 393 by his rounding down of 393.4
        (0.5, "unpaired", 64),
        (0.8, "unpaired", 26),
        (0.5, "paired", 34),  # R, power.t.test(delta = 0.5, power = 0.8, type = "paired"): 33.37
        (1e6, "unpaired", 2),
        (1e-9, "paired", None),
    ],
)
def test_the_repeats_that_are_needed_are_those_of_the_tables(
    effect: float, design: str, needed: int | None
) -> None:
    assert repeats_needed(effect, design == "paired", 0.95) == needed


def test_holm_gives_the_published_example() -> None:
    # Holm's step-down on 0.01, 0.04, 0.03, 0.005: times 4, 3, 2, 1 in order, never falling.
    tests = [row_of(ComparisonRow, quantity="energy_wh", p=p) for p in (0.01, 0.04, 0.03, 0.005, None)]
    rows = adjust_families([*tests, row_of(ComparisonRow, quantity="duration_s", p=0.04)])
    assert [row.p_holm for row in rows[:4]] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert rows[4].p_holm is None
    assert (rows[5].p_holm, rows[5].family) == (0.04, "duration_s")
    assert [row.family_size for row in rows] == [4, 4, 4, 4, 4, 1]


@settings(max_examples=20, deadline=None)  # that of statsmodels clears up the memory of the process each time
@given(p=st.lists(st.sampled_from([0.0, 0.01, 0.04, 1 / 3, 1.0]) | st.floats(0, 1), min_size=1))
def test_holm_agrees_with_statsmodels_to_the_last_bit(p: list[float]) -> None:
    rows = adjust_families([row_of(ComparisonRow, quantity="energy_wh", p=value) for value in p])
    assert [row.p_holm for row in rows] == multipletests(p, method="holm")[1].tolist()


def test_drift_over_the_order_of_runs_gives_kendalls_published_example() -> None:
    # Hollander and Wolfe (1973), page 187, tuna lightness ordered by it: tau = 0.4444, p = 0.1194.
    values = [2.5, 4.0, 2.6, 3.6, 2.8, 3.1, 5.2, 5.0, 3.8]
    found = drift(sample("a", values), 0.95)
    assert found.tau == pytest.approx(0.4444, abs=5e-5)
    assert found.tau_p == pytest.approx(0.1194, abs=5e-5)
    assert found.per_run == pytest.approx(float(np.polyfit(range(9), values, 1)[0]))
    assert found.low < found.per_run < found.high


def test_a_scenario_is_described_with_its_outlier_named_and_kept() -> None:
    row = statistics_row(sample("a", [10.0, 10.1, 9.9, 10.0, 10.2, 14.0]), 0.95)
    assert row is not None
    assert row.outliers == "0005-a"
    assert row.n == 6
    assert row.max == 14.0
    assert row.sd_pct == pytest.approx(100 * row.sd / row.mean)


def test_a_single_run_is_described_without_a_spread() -> None:
    row = statistics_row(sample("a", [3.0]), 0.95)
    assert row is not None
    absent = {name for name, value in vars(row).items() if value is None}
    assert {"sd", "mean_low", "mean_high", "normality_p", "drift_p"} <= absent
    assert statistics_row(sample("a", []), 0.95) is None


def test_the_ends_of_fiellers_interval_are_the_ratios_that_the_t_test_just_refuses() -> None:
    for pair in (paired(SLEEP_2, SLEEP_1), paired(AUTOMATIC[:13], MANUAL)):
        for end in fieller(pair, 0.95):
            if end is not None:  # Student's second drug has a mean clear of zero, so both exist
                se, df = standard_error(pair, end)
                assert se is not None
                t = (pair.b.mean() - end * pair.a.mean()) / se
                assert abs(t) == pytest.approx(student_t(0.95, df), rel=1e-9)


def test_there_is_no_ratio_to_what_may_be_zero() -> None:
    assert fieller(paired(SLEEP_1, SLEEP_2), 0.95) == (None, None)  # 0.75 h with a standard error of 0.57 h
    found = compare(*interleaved(list(SLEEP_1), list(SLEEP_2)), 0.95)
    assert found is not None
    assert (found.ratio, found.repeats_1_pct, found.repeats_5_pct) == (None, None, None)
    assert found.repeats_observed is not None
    assert "no ratio is given" in found.note


def test_equivalence_needs_both_limits_refused() -> None:
    a = (10.0, 10.1, 9.9, 10.05, 9.95, 10.0)
    b = (10.02, 10.12, 9.9, 10.07, 9.96, 10.03)
    narrow, wide = (equivalence_p(unpaired(a, b), margin) for margin in (0.001, 0.05))
    assert narrow is not None and wide is not None
    assert narrow > 0.05 > wide
    # At a margin of the ratio itself the upper test sits on its limit: p = 0.5.
    edge = equivalence_p(unpaired(a, b), float(np.mean(b) / np.mean(a) - 1))
    assert edge == pytest.approx(0.5)


def test_the_bootstrap_is_the_same_each_time_and_near_the_t_interval() -> None:
    pair = unpaired(AUTOMATIC, MANUAL)
    low, high, remarks = bootstrap(pair, 0.95)
    assert bootstrap(pair, 0.95) == (low, high, [])
    assert remarks == [] and low is not None and high is not None
    assert (low, high) == pytest.approx((3.2, 11.3), abs=0.6)
    row = compare(*apart(list(AUTOMATIC), list(MANUAL)), 0.95)
    assert row is not None
    assert (row.bca_low, row.bca_high, row.bca_seed) == (low, high, BOOTSTRAP_SEED)


def test_scenarios_are_paired_where_the_plan_interleaves_them() -> None:
    a, b = interleaved([1.0, 2.0, 3.0], [1.1, 2.1, 3.4])
    assert pair_of(a, b).paired
    assert not pair_of(*apart([1.0, 2.0, 3.0], [1.1, 2.1, 3.4])).paired
    one_block = Sample("c", "energy_wh", np.array([1.0, 2.0]), (1, 1), (5.0, 25.0), ("x", "y"))
    assert not pair_of(a, one_block).paired


def test_several_runs_of_a_block_count_with_their_mean_and_single_blocks_are_left_out() -> None:
    a = Sample("a", "energy_wh", np.array([1.0, 2.0, 3.0, 9.0]), (1, 2, 3, 3), (0, 20, 40, 60), tuple("wxyz"))
    b = Sample(
        "b", "energy_wh", np.array([2.0, 3.0, 7.0, 8.0]), (1, 2, 3, 4), (10, 30, 50, 70), tuple("stuv")
    )
    pair = pair_of(a, b)
    assert (pair.a.tolist(), pair.b.tolist(), pair.left_out) == ([1.0, 2.0, 6.0], [2.0, 3.0, 7.0], 1)
    row = compare(a, b, 0.95)
    assert row is not None
    assert (row.n_a, row.n_b, row.pairs) == (4, 4, 3)
    assert row.mean_b - row.mean_a == row.difference
    assert "left out: 1 of the blocks" in row.note


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ([1.0], [2.0], "a single run shows no scatter"),
        ([1.0], [2.0, 3.0, 4.0], "a single run shows no scatter"),
        ([1.0, 1.0, 1.0], [1.0, 1.0, 1.0], "do not scatter"),
        ([1.0, 1.0, 1.0], [2.0, 2.0, 2.0], "do not scatter"),
        ([1.0, 2.0, 3.0], [2.0, 3.0, 4.0], "do not scatter"),  # interleaved: every difference is 1
        ([1.0, 2.0], [2.0, 3.5], "the rank test cannot fall below p = 0.5"),
    ],
)
def test_what_cannot_be_tested_is_said_and_no_number_invented(
    a: list[float], b: list[float], words: str
) -> None:
    row = compare(*interleaved(a, b), 0.95)
    assert row is not None
    assert words in row.note
    assert row.difference == pytest.approx(np.mean(b) - np.mean(a))
    if "rank" not in words:
        assert row.p is None and row.difference_low is None and row.repeats_observed is None
    numbers = [value for value in vars(row).values() if isinstance(value, float)]
    assert all(np.isfinite(value) for value in numbers)


def test_rounding_noise_on_equal_repeats_is_no_scatter() -> None:
    row = compare(*apart([0.1 + 0.2, 0.3, 0.3], [0.3, 0.1 * 3, 0.3]), 0.95)
    assert row.p is None


VALUES = st.lists(st.floats(1.0, 100.0).map(lambda x: round(x, 3)), min_size=5, max_size=9)


@settings(deadline=None, max_examples=40)
@given(VALUES, VALUES, st.booleans())
def test_swapping_the_scenarios_turns_the_difference_round(
    a: list[float], b: list[float], together: bool
) -> None:
    assume(sorted(a) != sorted(b))
    n = min(len(a), len(b))
    a, b = (a[:n], b[:n]) if together else (a, b)
    place = interleaved if together else apart
    there = compare(*place(a, b), 0.95)
    back = compare(*(place(b, a) if together else apart(b, a)), 0.95)
    for name in ("difference", "t", "hedges_g", "cliffs_delta"):
        assert _negated(there.named(name), back.named(name)), name
    for name in ("difference", "bca", "hedges_g", "cliffs_delta"):
        assert _negated(there.named(f"{name}_low"), back.named(f"{name}_high")), name
    for name in ("p", "rank_p"):
        assert there.named(name) == near(back.named(name)), name


def _negated(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == pytest.approx(-other, abs=1e-6)


# Powers of two, by which ties stay ties: the ends of a bootstrap jump where values are equal.
@settings(deadline=None, max_examples=40)
@given(VALUES, VALUES, st.sampled_from([2.0**-20, 0.5, 4096.0]))
def test_another_unit_changes_no_verdict(a: list[float], b: list[float], factor: float) -> None:
    plain = compare(*apart(a, b), 0.95)
    scaled = compare(*apart([factor * x for x in a], [factor * x for x in b]), 0.95)
    for name in ("p", "ratio", "ratio_low", "ratio_high", "hedges_g", "cliffs_delta_low", "repeats_5_pct"):
        assert scaled.named(name) == near(plain.named(name)), name
    for name in ("difference", "difference_low", "bca_high"):
        assert scaled.named(name) == near(plain.named(name), factor), name


def near(value: float | None, factor: float = 1.0) -> object:
    return None if value is None else pytest.approx(value * factor, rel=1e-6, abs=1e-6 * factor)


@settings(deadline=None, max_examples=20)
@given(st.permutations(range(7)))
def test_the_order_of_the_runs_changes_no_unpaired_verdict(order: list[int]) -> None:
    a = [10.0, 11.5, 9.7, 10.2, 12.0, 10.9, 10.4]
    b = [11.0, 12.5, 10.7, 11.1, 13.0, 11.6, 11.2]
    plain = compare(*apart(a, b), 0.95)
    moved = compare(*apart([a[i] for i in order], b), 0.95)
    for name, value in plain.to_json().items():
        assert moved.named(name) == (near(value) if isinstance(value, float) else value), name


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(1.0, 50.0), st.floats(1.0, 50.0)), min_size=3, max_size=12))
def test_no_effect_size_leaves_its_bounds(pairs: list[tuple[float, float]]) -> None:
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    delta = cliffs_delta(a, b, 0.95)
    assert delta is not None
    assert -1 <= delta.low <= delta.value + 1e-12 and delta.value - 1e-12 <= delta.high <= 1
    g = hedges_g(Pair(a, b, paired=False), 0.95)
    assume(g is not None)
    assert g is not None and g.low < g.high
    assert abs(g.value) <= max(abs(g.low), abs(g.high))


def test_the_smallest_rank_p_is_named_only_where_it_decides() -> None:
    few = compare(*apart([1.0, 2.0, 3.0], [4.0, 5.0, 7.0]), 0.95)
    assert few.rank_p == pytest.approx(2 / comb(6, 3))
    assert "p = 0.1" in few.note
    more = compare(*apart([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 9.0]), 0.95)
    assert "rank test" not in more.note


SIMULATED = 600
"""Comparisons of a known truth: a coverage of 95 % is found within 2.7 % (three standard deviations)."""


@pytest.mark.parametrize(
    ("n_a", "n_b", "together", "r"),
    [(6, 6, True, 0.8), (10, 10, True, 0.0), (6, 6, False, 0), (10, 30, False, 0)],
)
def test_the_intervals_hold_the_truth_as_often_as_they_say(
    n_a: int, n_b: int, together: bool, r: float
) -> None:
    # Normal samples of 10 and 10.8 with a standard deviation of 1; r is the share of the blocks.
    random = np.random.default_rng(7)
    truth = {"difference": 0.8, "ratio": 1.08, "g": 0.8, "delta": erf(0.8 / 2)}
    held = dict.fromkeys(truth, 0)
    for _ in range(SIMULATED):
        blocks = random.normal(0, r**0.5, n_a) if together else 0.0
        a = 10 + blocks + random.normal(0, (1 - r) ** 0.5, n_a)
        pair = Pair(a, 10.8 + blocks + random.normal(0, (1 - r) ** 0.5, n_b), together)
        test, g, delta = t_test(pair, 0.95), hedges_g(pair, 0.95), cliffs_delta(pair.a, pair.b, 0.95)
        assert g is not None and delta is not None and test.low is not None and test.high is not None
        ends = {
            "difference": (test.low, test.high),
            "ratio": fieller(pair, 0.95),
            "g": (g.low, g.high),
            "delta": (delta.low, delta.high),
        }
        for name, (low, high) in ends.items():
            assert low is not None and high is not None
            held[name] += low <= truth[name] <= high
    for name, times in held.items():
        most = 1.0 if name == "delta" and together else 0.985  # for pairs it is cautious
        assert 0.923 <= times / SIMULATED <= most, name


@pytest.mark.parametrize(
    "differences", [[0.0] * 4 + [1.0], [0.0] * 29 + [1.0], [1.0, 1.0, 1.0, 5.0, 6.0], [-5.0] + [1.0] * 6]
)
def test_a_bootstrap_of_tied_values_says_so_and_gives_no_interval(differences: list[float]) -> None:
    b = np.array(differences)
    for pair in (Pair(0 * b, b, paired=True), Pair(0 * b, b, paired=False)):
        low, high, remarks = bootstrap(pair, 0.95)
        assert (low, high) == (None, None)
        assert any("equal values" in remark for remark in remarks)


def test_a_few_ties_do_no_harm_to_the_bootstrap() -> None:
    b = np.array([1.0, 1.0, 2.0, 3.0, 3.0, 4.0])
    low, high, remarks = bootstrap(Pair(0 * b, b, paired=True), 0.95)
    assert low is not None and high is not None and low < b.mean() < high and not remarks


def test_the_bootstrap_of_few_runs_is_too_narrow() -> None:
    # Why the t interval is the one that the verdict is by, and why docs/explanation/method.md says so.
    random = np.random.default_rng(7)
    held = {6: 0, 30: 0}
    for n in held:
        for _ in range(150):
            low, high, _ = bootstrap(Pair(random.normal(0, 1, n), random.normal(0, 1, n), True), 0.95)
            assert low is not None and high is not None
            held[n] += low <= 0 <= high
    assert held[6] / 150 < 0.90 < held[30] / 150
