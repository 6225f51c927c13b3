"""The verdict of a comparison: carried by the whole uncertainty, or not given."""

from dataclasses import replace

import pytest
from typed_rows import row_of

from analysis.comparing.verdict import disagree, significant_by_test, verdict_of
from records.rows.statistics import ComparisonRow, StatisticsRow
from reports.words.comparison_lines import sample_cells
from reports.words.energy import WH
from reports.words.verdict import difference_intervals, pair_words

SIX_PAIRS = row_of(
    ComparisonRow,
    a="a",
    b="b",
    quantity="induced_wh",
    n_a=6,
    n_b=6,
    pairs=6,
    design="paired",
    mean_a=1.0,
    mean_b=0.8,
    difference=-0.2,
    difference_low=-0.3,
    difference_high=-0.1,
    p=0.01,
    rank_test="wilcoxon",
    rank_p=0.03,
    bca_low=-0.28,
    bca_high=-0.12,
    total_low=-0.35,
    total_high=-0.05,
    note="",
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "lower"),
        ({"difference": 0.2, "total_low": 0.05, "total_high": 0.35}, "higher"),
        ({"total_low": -0.45, "total_high": 0.05}, "not shown"),
        ({"p": 0.06}, "not shown"),
        ({"p_holm": 0.06}, "not shown"),
        ({"pairs": 2}, "untested"),
        ({"pairs": None, "design": "unpaired", "n_b": 2}, "untested"),
        ({"pairs": None, "design": "unpaired", "n_b": 3}, "lower"),
        ({"p": None}, "untested"),
        ({"total_low": None, "total_high": None}, "lower"),
        ({"total_u": 0.2, "total_low": None, "total_high": None}, "untested"),  # too few baselines
    ],
)
def test_a_verdict_needs_three_pairs_a_small_p_and_a_total_interval_without_zero(changed, verdict):
    assert verdict_of(replace(SIX_PAIRS, **changed)) == verdict


@pytest.mark.parametrize(
    ("changed", "test"),
    [
        ({"p": 0.2}, "t"),
        ({"rank_p": 0.2}, "rank"),
        ({"bca_high": 0.01}, "bootstrap"),
        ({"total_high": 0.05}, "total"),
    ],
)
def test_each_test_that_disagrees_is_found_and_said(changed, test):
    assert not disagree(SIX_PAIRS)
    row = replace(SIX_PAIRS, **changed)
    assert [name for name, found in significant_by_test(row).items() if found is False] == [test]
    assert disagree(row)
    assert "disagree" in pair_words(row, "a", "b")
    assert "disagree" not in pair_words(SIX_PAIRS, "a", "b")


def test_a_rank_test_that_cannot_be_significant_does_not_disagree():
    row = replace(SIX_PAIRS, pairs=5, rank_p=0.0625)
    assert significant_by_test(row)["rank"] is None
    assert not disagree(row)


def test_a_single_run_has_the_digits_that_its_budget_allows():
    single = row_of(StatisticsRow, scenario="a", quantity="energy_wh", n=1, mean=0.123456, median=0.123456)
    assert sample_cells(single, 0.0021, WH)[2] == "0.1235"
    assert sample_cells(single, 0.021, WH)[2] == "0.123"
    two = replace(single, n=2, sd=0.03)
    assert (sample_cells(two, 0.021, WH)[2], sample_cells(two, 0.021, WH)[-1]) == (
        "0.123",
        "n = 2: no interval",
    )


def test_the_wider_of_two_intervals_leads():
    first, second = difference_intervals(SIX_PAIRS)
    assert first is not None and second is not None
    assert (first.low, first.total, second.total) == (-0.35, True, False)
    first, second = difference_intervals(replace(SIX_PAIRS, total_low=-0.25, total_high=-0.15))
    assert first is not None and (first.low, first.total) == (-0.3, False)
    assert pair_words(SIX_PAIRS, "a", "b").index("0.35") < pair_words(SIX_PAIRS, "a", "b").index("0.30")
