"""Statistics against published worked examples and tables."""

from math import inf, sqrt

import pytest

from analysis.maths.describe import (
    describe,
    mean_interval,
    normality_p,
    outliers,
    satterthwaite,
    student_t,
)


def test_a_sample_is_described_by_hand_worked_figures() -> None:
    found = describe([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])
    assert found is not None
    assert (found.n, found.mean, found.median, found.min, found.max) == (8, 5.0, 4.5, 2.0, 9.0)
    assert found.sd == pytest.approx(sqrt(32 / 7))
    assert found.iqr == pytest.approx(5.5 - 4.0)  # type 7: 0.75 * 7 = 5.25 -> 5 + 0.25 * 2; 1.75 -> 4


def test_no_values_and_one_value_say_no_more_than_they_can() -> None:
    assert describe([]) is None
    one = describe([3.0])
    assert one is not None and one.sd is None
    assert mean_interval([3.0], 0.95).low is None


def test_student_t_agrees_with_the_table() -> None:
    # JCGM 100:2008, table G.2, p = 95 %.
    assert student_t(0.95, 1) == pytest.approx(12.71, abs=0.005)
    assert student_t(0.95, 9) == pytest.approx(2.26, abs=0.005)
    assert student_t(0.95, inf) == pytest.approx(1.960, abs=0.0005)


def test_effective_degrees_of_freedom_agree_with_the_example_of_the_gum() -> None:
    # JCGM 100:2008, G.4.1 example: relative u of 0.25 %, 0.57 %, 0.82 % with 9, 4, 14 df give 19.0.
    assert satterthwaite([(0.25, 9), (0.57, 4), (0.82, 14)]) == pytest.approx(19.0, abs=0.05)


def test_a_known_part_does_not_shrink_with_the_number_of_runs() -> None:
    few = mean_interval([1.0, 1.1] * 2, 0.95, systematic_u=0.5)
    many = mean_interval([1.0, 1.1] * 50, 0.95, systematic_u=0.5)
    assert few.u is not None and many.u is not None
    assert many.u == pytest.approx(0.5, rel=1e-4)
    assert few.u > many.u


def test_a_value_far_from_the_others_is_an_outlier_and_four_values_have_none() -> None:
    assert outliers([10.0, 10.1, 9.9, 10.0, 10.2, 14.0]) == [5]
    assert outliers([10.0, 10.0, 10.0, 99.0]) == []


def test_normality_is_asked_from_eight_different_values_on() -> None:
    assert normality_p([1.0] * 20) is None
    assert normality_p([1.0, 2.0, 3.0]) is None
    skewed = normality_p([1.0] * 10 + [1.1] * 5 + [50.0])
    assert skewed is not None and skewed < 0.001
