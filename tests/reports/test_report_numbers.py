"""Golden values: rounding by hand after GUM 7.2.6 (uncertainty with two digits, value to that place)."""

import math
from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from typed_rows import row_of

from records.rows.budgets import BudgetRow
from records.rows.statistics import ComparisonRow
from reports.words.energy import MWH, in_unit
from reports.words.numbers import (
    ABSENT,
    decimals_of,
    fixed,
    given,
    in_interval,
    interval,
    measured,
    plain,
    probability,
    spread,
)


@pytest.mark.parametrize(
    ("value", "uncertainty", "shown", "shown_uncertainty"),
    [
        (10.0321, 0.01349, "10.032", "0.013"),
        (0.37449, 0.0131, "0.374", "0.013"),
        (0.5, 0.0996, "0.50", "0.10"),  # 0.0996 becomes 0.10, which decides the place
        (12345.6, 1234.0, "12\u202f300", "1200"),
        (-0.0451, 0.012, "−0.045", "0.012"),
        (-0.0001, 0.12, "0.00", "0.12"),  # never a minus before zeros
        (96.0, 3.4e-7, "96.00000000", "0.00000034"),
        (5.0, 95.0, "5", "95"),
        (5.0, 99.6, "0", "100"),
    ],
)
def test_a_value_is_shown_to_the_place_of_its_uncertaintys_second_digit(
    value, uncertainty, shown, shown_uncertainty
):
    assert measured(value, uncertainty) == shown
    assert spread(uncertainty) == shown_uncertainty


def test_an_interval_decides_the_place_by_its_half_width():
    assert interval(0.361, 0.387) == "[0.361, 0.387]"
    assert in_interval(0.37449, 0.361, 0.387) == "0.374"
    assert interval(-1.0, 3.0) == "[−1.0, 3.0]"


def test_without_an_interval_the_standard_uncertainty_decides():
    assert in_interval(0.37449, None, None, 0.0021) == "0.3745"


@pytest.mark.parametrize("nothing", [None, math.nan, math.inf, "12", True])
def test_what_is_no_number_is_shown_as_a_dash(nothing):
    shown = {fixed(nothing, 2), plain(nothing), measured(nothing, 1.0), spread(nothing), given(nothing)}
    assert shown == {ABSENT}
    assert interval(nothing, 1.0) == interval(1.0, nothing) == ABSENT


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (96.34, "96.34"),
        (0.078123, "0.07812"),
        (25716773, "25\u202f716\u202f773"),
        (0, "0"),
        (-3.0, "−3.000"),
        (1.23456e-7, "1.235 × 10⁻⁷"),
        (9.9999, "10.00"),
    ],
)
def test_a_number_without_uncertainty_gets_four_significant_digits(value, shown):
    assert plain(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(1.0, "1"), (1.5, "1.5"), (3700.0, "3700"), (-0.5, "−0.5")])
def test_a_given_number_is_not_padded(value, shown):
    assert given(value) == shown


def test_a_probability_below_one_in_a_thousand_is_only_said_to_be_so():
    assert [probability(0.0004), probability(0.0312), probability(None)] == ["< 0.001", "0.031", ABSENT]


@for_all(
    st.floats(min_value=-1e6, max_value=1e6),
    st.floats(min_value=1e-6, max_value=1e6),
)
def test_rounding_never_moves_a_value_by_more_than_a_tenth_of_its_uncertainty(value, uncertainty):
    text = measured(value, uncertainty).replace("\u202f", "").replace("−", "-")
    # Two digits: the last place is at most a tenth of the uncertainty, and rounding moves half of it.
    assert abs(float(text) - value) <= 0.051 * uncertainty + 1e-9 * abs(value)
    assert round(uncertainty, decimals_of(uncertainty)) > 0


def test_the_rounding_of_the_arithmetic_is_no_uncertainty():
    assert measured(0.5, 1e-15) == "0.5000"
    assert measured(0.0, 0.0) == "0"


def test_a_row_is_shown_in_a_unit_with_all_that_is_an_energy_and_nothing_else():
    row = row_of(ComparisonRow, quantity="induced_wh", difference=0.5, ratio=2.0, mean_a=1.5)
    shown = in_unit(row, MWH)
    assert (shown.difference, shown.difference_low, shown.mean_a, shown.ratio) == (500.0, None, 1500.0, 2.0)
    assert in_unit(replace(row, quantity="duration_s"), MWH).difference == 0.5


@pytest.mark.parametrize(("quantity", "factor"), [("induced_wh difference", 1000), ("energy_wh ratio", 1)])
def test_a_budget_is_shown_in_a_unit_with_its_terms(quantity, factor):
    row = replace(row_of(BudgetRow, quantity=quantity, value=0.5, u=0.1), terms={"repeats": 0.1})
    shown = in_unit(row, MWH)
    assert (shown.value, shown.terms["repeats"]) == (0.5 * factor, 0.1 * factor)
