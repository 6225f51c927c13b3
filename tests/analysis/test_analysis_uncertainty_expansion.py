"""Intervals from distributions against published examples and closed forms."""

from math import hypot, inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.maths.describe import student_t
from analysis.uncertainty.expansion import Parts, expanded, expanded_closely

U = st.floats(0.01, 10.0)


def test_the_end_gauge_of_the_gum() -> None:
    # JCGM 100:2008, H.1.6: 25 nm (18 df), 9.7 nm (25.6), 2.9 nm (50), 16.6 nm (2); 16.7 effective degrees
    # of freedom and U99 = 93 nm with t99(16) = 2.92. The standard truncates the 16.7 to 16.
    parts = Parts(student=[(25.0, 18.0), (9.7, 25.6), (2.9, 50.0), (16.6, 2.0)])
    assert parts.u == pytest.approx(32, abs=0.5)
    assert parts.df == pytest.approx(16.7, abs=0.1)
    assert expanded(parts, 0.99) == pytest.approx(93, abs=1.1)


@pytest.mark.parametrize(
    ("parts", "half_width"),
    [
        (Parts(normal=[1, 1, 1, 1]), 3.92),  # JCGM 101:2008, 9.2.2
        (Parts(rectangular=[1, 1, 1, 1]), 3.88),  # 9.2.3
        (Parts(rectangular=[1, 1, 1, 10]), 17.0),  # 9.2.4
    ],
)
def test_sums_of_distributions_of_supplement_1_to_the_gum(parts: Parts, half_width: float) -> None:
    assert expanded(parts, 0.95) == pytest.approx(half_width, abs=0.02)


def test_the_rectangle_of_a_digital_multimeter() -> None:
    # EA-4/02, S9: 0.029 V (rectangular, resolution), 0.001 V (normal), 0.0064 V (rectangular); k = 1.65.
    # That k is for the rectangle alone; with the second one it comes out a little larger.
    parts = Parts(normal=[0.001], rectangular=[0.029, 0.0064])
    assert parts.u == pytest.approx(0.030, abs=0.0005)
    assert expanded(parts, 0.95) / parts.u == pytest.approx(1.65, abs=0.06)


def test_the_trapezium_of_a_vernier_caliper() -> None:
    # EA-4/02, S10: two rectangles of 15 um and 29 um; k = 1.83.
    parts = Parts(rectangular=[15.0, 29.0])
    assert expanded(parts, 0.95) / parts.u == pytest.approx(1.83, abs=0.01)


def test_two_equal_rectangles_make_a_triangle() -> None:
    parts = Parts(rectangular=[1.0, 1.0])
    assert expanded(parts, 0.95) == pytest.approx(sqrt(2) * sqrt(6) * (1 - sqrt(0.05)), rel=1e-3)


def test_one_kind_of_term_alone_has_its_closed_form() -> None:
    assert expanded(Parts(rectangular=[2.0]), 0.95) == pytest.approx(2 * sqrt(3) * 0.95)
    assert expanded(Parts(student=[(2.0, 4.0)]), 0.95) == pytest.approx(2 * student_t(0.95, 4))
    assert expanded(Parts(normal=[3.0, 4.0]), 0.95) == pytest.approx(5 * student_t(0.95, inf))
    assert expanded(Parts(two_point=[2.0]), 0.95) == 2.0
    assert expanded(Parts(), 0.95) == 0.0


def test_a_known_size_of_either_sign_beside_a_small_normal_error_is_just_exceeded() -> None:
    # +-2 and a normal 0.5: each side holds half, so that 5 % lie above 2 + 1.645 * 0.5.
    assert expanded(Parts(normal=[0.5], two_point=[2.0]), 0.95) == pytest.approx(2 + 1.645 * 0.5, rel=2e-3)


def test_several_sizes_of_unknown_sign_are_covered() -> None:
    assert expanded(Parts(two_point=[1.0, 1.0]), 0.95) >= 2.0


@settings(deadline=None)
@given(st.lists(U, max_size=3), st.lists(U, max_size=3), st.lists(U, max_size=2), U, st.floats(1, 50))
def test_intervals_scale_with_their_terms_and_lie_between_the_extremes(
    normal: list[float], rectangular: list[float], two_point: list[float], type_a: float, df: float
) -> None:
    parts = Parts([(type_a, df)], normal, rectangular, two_point)
    reach = expanded(parts, 0.95)
    doubled = Parts(
        [(2 * type_a, df)],
        [2 * u for u in normal],
        [2 * u for u in rectangular],
        [2 * u for u in two_point],
    )
    assert expanded(doubled, 0.95) == pytest.approx(2 * reach, rel=1e-3)
    assert 0.9 * parts.u < reach <= student_t(0.95, df) * parts.u * 1.05
    assert expanded(parts, 0.99) >= reach


def test_the_quick_form_agrees_with_the_exact_one() -> None:
    random = np.random.default_rng(1)
    for df in (3.0, 5.0, 20.0):
        for _ in range(60):
            *u, split = random.exponential(size=6).tolist()
            parts = Parts([(u[0], df)], u[1:2], u[2:5], [split / 2])
            assert expanded_closely(parts, 0.95) == pytest.approx(expanded(parts, 0.95), rel=0.03)


def test_the_combined_uncertainty_is_the_root_of_the_sum_of_squares() -> None:
    assert Parts([(1.0, 3.0)], [2.0], [3.0], [4.0]).u == pytest.approx(hypot(1, 2, 3, 4))
