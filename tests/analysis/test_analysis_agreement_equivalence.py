"""Ratio of the totals, calibration factor, equivalence, and the sentence that says it all."""

from dataclasses import replace

import numpy as np
import pytest
from agreement_examples import LARGE, MINI, peak_flow, simulated
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.weightstats import ttost_paired

from analysis.agreement.comparison import compare
from analysis.agreement.equivalence import calibration_factor, equivalence, total_ratio
from analysis.agreement.pairs import Pairs, Scale
from analysis.agreement.verdict import verdict
from records.rows.agreement import ComparedColumns


def test_equivalence_is_the_paired_test_of_statsmodels() -> None:
    level = float(np.mean(MINI))
    found = equivalence(peak_flow(), Scale(False, level), 5.0, 0.95)
    p, _, _ = ttost_paired(np.array(LARGE, float), np.array(MINI, float), -0.05 * level, 0.05 * level)
    assert found.p == pytest.approx(p)
    assert found.verdict == ("yes" if p < 0.05 else "not shown")


def test_equivalence_of_ratios_is_that_test_of_the_logarithms() -> None:
    pairs = simulated(1, 20, slope=0.97)
    found = equivalence(pairs, Scale(True, 100.0), 5.0, 0.95)
    logs = np.log(pairs.estimated), np.log(pairs.measured)
    p, _, _ = ttost_paired(*logs, np.log(0.95), np.log(1.05))
    assert found.p == pytest.approx(p)


@pytest.mark.parametrize(("slope", "expected"), [(1.0, "yes"), (0.8, "no"), (0.951, "not shown")])
def test_three_answers(slope: float, expected: str) -> None:
    assert compare(simulated(2, 15, slope=slope, own_sd=2.0), 0.95).equivalence.verdict == expected


def test_a_wider_margin_is_never_harder_to_keep() -> None:
    pairs = simulated(2, 15, slope=0.97, own_sd=2.0)
    p = [compare(pairs, 0.95, margin).equivalence.p for margin in (1.0, 3.0, 5.0, 10.0, 40.0)]
    assert p == sorted(p, reverse=True)


def test_what_the_meter_does_not_know_itself_cannot_be_shown() -> None:
    pairs = simulated(4, 50, slope=1.0)
    assert compare(pairs, 0.95).equivalence.verdict == "yes"
    vague = replace(pairs, shared_u=0.05 * pairs.measured)
    assert compare(vague, 0.95).equivalence.verdict == "not shown"


def test_differences_that_are_all_equal_are_within_or_outside() -> None:
    measured = np.array([10.0, 20.0, 30.0])
    scale = Scale(False, 20.0)
    inside = equivalence(Pairs.of(measured, measured + 0.5), scale, 5.0, 0.95)
    outside = equivalence(Pairs.of(measured, measured + 2.0), scale, 5.0, 0.95)
    assert (inside.p, inside.verdict) == (0.0, "yes")
    assert (outside.p, outside.verdict) == (1.0, "no")


def test_the_ratio_is_that_of_the_sums_and_its_interval_holds_the_truth() -> None:
    inside = 0
    for seed in range(400):
        pairs = simulated(seed, 20, slope=0.78, own_sd=3.0, meter_sd=4.0)
        found = total_ratio(pairs, 0.95)
        assert found is not None and found.low is not None and found.high is not None
        assert found.value == pytest.approx(pairs.estimated.sum() / pairs.measured.sum())
        inside += found.low <= 0.78 <= found.high
    assert inside / 400 == pytest.approx(0.95, abs=0.03)


def test_no_interval_is_narrower_than_the_meters_step_allows() -> None:
    pairs = Pairs.of([10.0] * 4, [8.0] * 4, [0.5] * 4)
    found = total_ratio(pairs, 0.95)
    assert found is not None
    # Scatter is not seen; 0.8 sqrt(4) 0.5 / 40 with Student's t for three degrees of freedom, 3.182.
    assert found.high - found.value == pytest.approx(3.182 * 0.8 * 2 * 0.5 / 40, rel=1e-3)


def test_the_factor_turns_the_ratio_over() -> None:
    ratio = total_ratio(simulated(1), 0.95)
    factor = calibration_factor(ratio)
    assert ratio is not None and factor is not None
    assert factor.value * ratio.value == pytest.approx(1)
    assert factor.low == pytest.approx(1 / ratio.high)
    assert calibration_factor(total_ratio(Pairs.of([1.0, 2, 3], [0.0, 0, 0]), 0.95)) is None
    assert total_ratio(Pairs.of([-1.0, 0, 1], [1.0, 2, 3]), 0.95) is None


def test_a_whole_group_leans_and_the_interval_knows_it() -> None:
    random = np.random.default_rng(1)
    groups = np.repeat(np.arange(6), 10)
    measured = np.full(60, 100.0)
    estimated = measured * (0.8 + 0.05 * random.normal(size=6)[groups]) + random.normal(0, 0.5, 60)
    plain = total_ratio(Pairs.of(measured, estimated), 0.95)
    grouped = total_ratio(Pairs.of(measured, estimated, groups=[str(g) for g in groups]), 0.95)
    assert plain is not None and grouped is not None
    assert grouped.high - grouped.low > 2 * (plain.high - plain.low)


def test_the_sentence() -> None:
    found = compare(simulated(3, 100, slope=0.78, own_sd=0.5), 0.95)
    said = verdict("tracker", "meter", "cpu", found)
    assert said.startswith("tracker reads 2")
    assert "% low for cpu (0.78" in said
    assert "limits of agreement of single rows 2" in said
    assert said.endswith("equivalence within 5 %: no")
    right = verdict("tracker", "meter", "gpu", compare(simulated(3, 30, slope=1.0), 0.95, 10.0))
    assert right.startswith("tracker shows no difference in total for gpu (")
    assert right.endswith("equivalence within 10 %: yes")


def test_the_sentence_where_there_is_little_to_say() -> None:
    two = verdict("tracker", "meter", "x", compare(Pairs.of([2.0, 4.0], [1.0, 2.0]), 0.95))
    assert "reads 50.0 % low for x (0.500 of meter in total, too few rows for an interval, n = 2)" in two
    none = verdict("tracker", "meter", "x", compare(Pairs.of([0.0], [1.0]), 0.95))
    assert "no ratio" in none


def test_a_line_that_misses_the_origin_is_said_because_no_factor_mends_it() -> None:
    pairs = simulated(5, 60, slope=0.8, intercept=-20)
    assert "the ratio depends on the level: 0.8" in verdict("tracker", "meter", "x", compare(pairs, 0.95))
    assert "depends" not in verdict("tracker", "meter", "x", compare(simulated(5, 60, slope=0.8), 0.95))


wild = st.one_of(
    st.floats(-1e30, 1e30).filter(lambda v: v == 0 or abs(v) > 1e-30),
    st.sampled_from([0.0, -0.0, 1e-29, 1.0, 1.0, 1.0, -1e-29, 1e29]),
)


@given(st.data())
def test_any_numbers_give_finite_columns_or_none(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 12))
    measured, estimated = (data.draw(arrays(np.float64, n, elements=wild)) for _ in range(2))
    u = data.draw(st.sampled_from([0.0, 1e-3, 1.0, 1e20]))
    groups = data.draw(st.one_of(st.none(), st.lists(st.sampled_from("abc"), min_size=n, max_size=n)))
    found = compare(Pairs.of(measured, estimated, [u] * n, groups=groups), 0.95)
    row = found.columns().to_json()
    assert tuple(row) == ComparedColumns.CONTRACT
    assert all(np.isfinite(value) for value in row.values() if isinstance(value, float))
    assert verdict("tracker", "meter", "all", found)
