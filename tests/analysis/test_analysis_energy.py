"""Energies of windows; every expected figure is worked out in the comment beside it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.power.energy import window_energy
from analysis.power.pieces import Pieces
from analysis.power.trace import CadenceFigures, PowerTrace

FIGURES = CadenceFigures(
    interval_s=1.0,
    declared_s=1.0,
    jitter_s=0.0,
    fit_u_s=0.0,
    readings=0,
    missing=0,
    late=0,
    duplicates=0,
    backwards=0,
    step_median=1.0,
    flags={},
    damaged_lines=[],
)


def means(powers: list[float | None], start_s: float = 0.0) -> PowerTrace:
    """Interval means of 1 s each from ``start_s`` on; ``None`` is a missing reading."""
    known = [i for i, power in enumerate(powers) if power is not None]
    start = start_s + np.array(known, dtype=float)
    value = np.array([powers[i] for i in known], dtype=float)
    return PowerTrace(Pieces.level(start, start + 1, value), 0.0, "interval_mean", FIGURES)


def moments(times_s: list[float], powers: list[float]) -> PowerTrace:
    t, p = np.array(times_s), np.array(powers)
    return PowerTrace(Pieces(t[:-1], t[1:], p[:-1], p[1:]), 0.0, "instantaneous", FIGURES)


def energy_j(trace: PowerTrace, from_s: float, to_s: float) -> float:
    found = window_energy(trace, from_s, to_s).energy_j
    assert found is not None
    return found


def test_ten_seconds_at_100_w_are_1000_j_and_not_eleven_readings() -> None:
    # The mistake: both ends closed, 11 readings x 1 s = 1100 J.
    assert energy_j(means([100.0] * 12), 1.0, 11.0) == pytest.approx(1000.0)


def test_borders_split_readings_instead_of_being_floored_to_seconds() -> None:
    # 0.75 s of 40 W + 1 s of 100 W + 0.25 s of 60 W = 30 + 100 + 15; floored stamps would give 140 J.
    assert energy_j(means([40.0, 100.0, 60.0]), 0.25, 2.25) == pytest.approx(145.0)


def test_a_missing_reading_does_not_lose_its_energy_nor_take_the_next_value() -> None:
    # Beside the gap: 5 readings of 50 W before, 5 of 150 W after -> 100 W for one second.
    # Losing it gives 5*50 + 5*150 = 1000 J, filling it with the value after it 1150 J.
    window = window_energy(means([50.0] * 5 + [None] + [150.0] * 5), 0.0, 11.0)
    assert window.energy_j == pytest.approx(1100.0)
    assert window.measured_s == pytest.approx(10.0)
    assert window.coverage_pct == pytest.approx(100 * 10 / 11)
    (gap,) = window.gaps
    assert (gap.from_s, gap.to_s) == (5.0, 6.0)
    assert gap.bound_j == pytest.approx(100.0)  # 1 s times (150 - 50) W
    assert window.filled_j == pytest.approx(100.0)


def test_trapezoids_interpolate_at_the_borders() -> None:
    # Power rises from 0 W at 0 s to 100 W at 10 s: the integral of 10 t from 2.5 to 7.5 is 250 J.
    assert energy_j(moments([0.0, 10.0], [0.0, 100.0]), 2.5, 7.5) == pytest.approx(250.0)


def test_time_before_and_after_the_readings_is_a_gap() -> None:
    window = window_energy(means([80.0, 80.0]), -1.0, 4.0)
    assert [(gap.from_s, gap.to_s) for gap in window.gaps] == [(-1.0, 0.0), (2.0, 4.0)]
    assert window.coverage_pct == pytest.approx(40.0)
    assert window.energy_j == pytest.approx(400.0)


def test_nothing_measured_is_no_energy() -> None:
    assert window_energy(means([]), 0.0, 10.0).energy_j is None
    assert window_energy(means([50.0]), 5.0, 6.0).energy_j is None
    assert window_energy(means([50.0]), 5.0, 6.0).coverage_pct == 0.0


def test_the_step_at_a_border_is_that_of_the_readings_beside_it() -> None:
    window = window_energy(means([40.0, 40.0, 70.0, 100.0, 100.0]), 2.25, 4.0)
    assert window.first.step_w == pytest.approx(60.0)  # 100 W after, 40 W before
    # 70 W is half-way: the step was in the middle of the interval. From 2.25 s on that is 0.25 s of 40 W and
    # 0.5 s of 100 W, 60 J; with the whole second that follows 160 J.
    assert window.energy_j == pytest.approx(160.0, abs=1e-3)


def test_a_display_that_stands_still_is_rounded_alike_and_a_lively_one_independently() -> None:
    assert window_energy(means([90.0] * 100), 0.0, 100.0).rounding_share == 1.0
    lively = window_energy(means([90.0 + 0.1 * (i % 2) for i in range(100)]), 0.0, 100.0)
    assert lively.rounding_share == pytest.approx(1 / 10, rel=0.01)
    seldom = window_energy(means([90.0 + 0.1 * (i % 10 == 0) for i in range(100)]), 0.0, 100.0)
    assert 0.5 < seldom.rounding_share < 1.0
    assert window_energy(means([90.0, 91.0]), 0.2, 0.7).rounding_share == 1.0  # a single reading


@given(st.floats(0.0, 1.0), st.floats(0.15, 0.5))
def test_the_rounding_of_a_mean_is_within_what_is_stated_of_it(level: float, spread: float) -> None:
    # A power that fluctuates by a part of a digit, rounded to digits of 1 W: four standard uncertainties.
    true_w = 50 + level + spread * np.random.default_rng(1).normal(size=2000)
    shown = window_energy(means(np.round(true_w).tolist()), 0.0, 2000.0)
    assert shown.energy_j is not None
    assert abs(shown.energy_j / 2000 - true_w.mean()) < 4 * shown.rounding_share / 12**0.5


def test_instantaneous_readings_do_not_see_what_happens_between_them_and_means_do() -> None:
    assert window_energy(means([40.0, 100.0, 40.0]), 0.0, 3.0).unseen_j == 0.0
    stepped = moments([float(i) for i in range(21)], [40.0] * 10 + [100.0] * 11)
    # One step of 60 W somewhere within one second; all other changes are none.
    assert window_energy(stepped, 0.0, 20.0).unseen_j == pytest.approx(60 / 12**0.5)
    assert window_energy(stepped, 12.0, 20.0).unseen_j == 0.0


def test_instantaneous_readings_of_a_fluctuation_average_as_samples_do() -> None:
    power_w = 50 + np.random.default_rng(1).normal(size=401)
    trace = moments([float(i) for i in range(401)], power_w.tolist())
    assert window_energy(trace, 0.0, 400.0).unseen_j == pytest.approx(20 * (1 + 1 / 6) ** 0.5, rel=0.1)


powers = st.lists(st.floats(0.0, 2000.0), min_size=3, max_size=40)
share = st.floats(0.0, 1.0)


@given(powers=powers, at=st.tuples(share, share, share).map(sorted))
def test_energies_of_adjoining_windows_add_up(powers: list[float], at: list[float]) -> None:
    for trace in (means(list(powers)), moments([float(i) for i in range(len(powers))], powers)):
        a, b, c = (x * (len(powers) - 1) for x in at)
        if a < b < c:
            whole = trace.power_w.integral(np.array([a]), np.array([c]))[0]
            parts = trace.power_w.integral(np.array([a, b]), np.array([b, c])).sum()
            assert parts == pytest.approx(whole, rel=1e-9, abs=1e-6)


@given(powers=powers, shift=st.floats(-1e4, 1e4), at=st.tuples(share, share).map(sorted))
def test_energy_does_not_depend_on_the_origin_of_time(
    powers: list[float], shift: float, at: list[float]
) -> None:
    a, b = (x * len(powers) for x in at)
    if b - a > 1e-3:
        shifted = energy_j(means(list(powers), shift), a + shift, b + shift)
        assert shifted == pytest.approx(energy_j(means(list(powers)), a, b), rel=1e-6, abs=1e-4)


@given(powers=powers, factor=st.floats(0.01, 100.0), at=st.tuples(share, share).map(sorted))
def test_energy_scales_with_power(powers: list[float], factor: float, at: list[float]) -> None:
    a, b = (x * len(powers) for x in at)
    if b - a > 1e-3:
        scaled = energy_j(means([p * factor for p in powers]), a, b)
        assert scaled == pytest.approx(factor * energy_j(means(list(powers)), a, b), rel=1e-9, abs=1e-9)


@given(power=st.floats(0.1, 1000.0), a=st.floats(0.0, 20.0), length=st.floats(0.001, 30.0))
def test_a_constant_is_integrated_exactly_for_any_borders(power: float, a: float, length: float) -> None:
    b = min(a + length, 50.0)
    assert energy_j(means([power] * 50), a, b) == pytest.approx(power * (b - a), rel=1e-9)


@given(powers=powers, at=st.tuples(share, share).map(sorted))
def test_overlaps_are_the_covered_time(powers: list[float], at: list[float]) -> None:
    trace = means([p if i % 4 else None for i, p in enumerate(powers)])
    a, b = (x * len(powers) for x in at)
    covered = trace.power_w.covered_s(np.array([a]), np.array([b]))[0]
    assert trace.power_w.overlaps_s(a, b).sum() == pytest.approx(covered, abs=1e-9)
    assert covered + sum(h.length_s for h in window_energy(trace, a, b).gaps) == pytest.approx(
        b - a, abs=1e-5
    )
