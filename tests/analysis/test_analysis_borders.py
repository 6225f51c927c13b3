"""Readings that a border cuts: what each side gets of them, against powers whose integral is known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.power.energy import window_energies, window_energy
from analysis.power.pieces import Pieces
from analysis.power.trace import CadenceFigures, PowerTrace

FIGURES = CadenceFigures(1.0, 1.0, 0.0, 0.0, 0, 0, 0, 0, 0, 1.0, {}, [])
GRID_S = 0.001


def metered(
    steps: list[tuple[float, float]],
    *,
    until_s: float = 60.0,
    interval_s: float = 1.0,
    settling_s: float = 0.0,
    noise_w: float = 0.0,
    sampling: str = "interval_mean",
) -> tuple[PowerTrace, np.ndarray]:
    """Readings of a power that steps, and the energy up to every millisecond.

    Args:
        steps: from when on and to what; each is reached exponentially within ``settling_s``.
        until_s: length.
        interval_s: of the meter.
        settling_s: time constant.
        noise_w: of the readings.
        sampling: of the meter.
    """
    t_s = np.arange(0, until_s, GRID_S) + GRID_S / 2
    power_w = np.full_like(t_s, steps[0][1])
    for (_, before_w), (at_s, after_w) in pairwise(steps):
        since_s = t_s - at_s
        rise = 1 - np.exp(-np.clip(since_s, 0, None) / settling_s) if settling_s else 1.0
        power_w += (after_w - before_w) * (since_s >= 0) * rise
    energy_j = np.concatenate(([0.0], np.cumsum(power_w * GRID_S)))
    ends_s = np.arange(interval_s, until_s, interval_s)
    noise = noise_w * np.random.default_rng(5).normal(size=len(ends_s))
    ends = np.rint(ends_s / GRID_S).astype(int)
    if sampling == "instantaneous":
        shown_w = power_w[ends] + noise
        pieces = Pieces(ends_s[:-1], ends_s[1:], shown_w[:-1], shown_w[1:])
    else:
        first = ends - round(interval_s / GRID_S)
        pieces = Pieces.level(
            ends_s - interval_s, ends_s, (energy_j[ends] - energy_j[first]) / interval_s + noise
        )
    return PowerTrace(pieces, 0.0, sampling, FIGURES, None, 0.01), energy_j  # type: ignore[arg-type]


def true_j(energy_j: np.ndarray, from_s: float, to_s: float) -> float:
    return float(energy_j[round(to_s / GRID_S)] - energy_j[round(from_s / GRID_S)])


def test_a_pulse_between_readings_has_the_energy_that_it_drew() -> None:
    # 150 W over 60 W from 20.5 to 28.5 s: 8 s of 150 W are 1200 J, 0.33333 Wh. Shared out by time, both
    # cut readings of 105 W would give it 52.5 J in place of 75 J: 0.32083 Wh.
    trace, _ = metered([(0.0, 60.0), (20.5, 150.0), (28.5, 60.0)])
    window = window_energy(trace, 20.5, 28.5)
    assert window.energy_j == pytest.approx(1200.0, abs=0.05)
    assert 0 < window.first.u_j < 1.0
    assert window.first.bound_j == window.last.bound_j == 0.0


@pytest.mark.parametrize("settling_s", [0.05, 0.2, 1.0])
@pytest.mark.parametrize("phase_s", [0.1, 0.37, 0.8])
def test_a_power_that_settles_after_the_border_belongs_behind_it(settling_s: float, phase_s: float) -> None:
    from_s, to_s = 20 + phase_s, 30.5 + phase_s
    trace, energy_j = metered([(0.0, 60.0), (from_s, 150.0), (to_s, 60.0)], settling_s=settling_s)
    window = window_energy(trace, from_s, to_s)
    assert window.energy_j == pytest.approx(true_j(energy_j, from_s, to_s), rel=0.003)


@pytest.mark.parametrize("interval_s", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("length", [3.1, 4.6, 12.3])
def test_windows_of_three_readings_on_are_within_a_percent_at_any_interval(
    interval_s: float, length: float
) -> None:
    from_s = 6.3 * interval_s
    to_s = round(from_s + length * interval_s, 3)
    steps = [(0.0, 60.0), (from_s, 150.0), (to_s, 60.0)]
    trace, energy_j = metered(steps, until_s=to_s + 8 * interval_s, interval_s=interval_s)
    window = window_energy(trace, from_s, to_s)
    assert window.energy_j == pytest.approx(true_j(energy_j, from_s, to_s), rel=0.002)


def test_epochs_share_out_the_energy_of_the_run() -> None:
    trace, energy_j = metered([(0.0, 60.0), (10.3, 150.0), (16.7, 90.0), (23.4, 140.0), (30.2, 60.0)])
    borders_s = np.array([10.3, 16.7, 23.4, 30.2])
    epochs = window_energies(trace, borders_s[:-1], borders_s[1:])
    run = window_energy(trace, 10.3, 30.2)
    assert sum(epoch.energy_j or 0.0 for epoch in epochs) == pytest.approx(run.energy_j, rel=1e-9)
    for epoch, from_s, to_s in zip(epochs, borders_s[:-1], borders_s[1:], strict=True):
        assert epoch.energy_j == pytest.approx(true_j(energy_j, from_s, to_s), rel=0.002)


def test_a_neighbour_from_beyond_another_border_says_nothing() -> None:
    # The reading before the border lies in a window of 1.2 s that holds no whole reading of its own.
    trace, _ = metered([(0.0, 60.0), (10.4, 90.0), (11.6, 150.0), (20.0, 60.0)])
    alone, short = window_energies(trace, np.array([11.6, 10.4]), np.array([20.0, 11.6]))
    assert alone.first.bound_j > 0
    assert short.last.bound_j > 0
    assert window_energy(trace, 11.6, 20.0).first.bound_j == 0.0


@pytest.mark.parametrize("length_s", [0.1, 0.5, 0.9, 1.6])
def test_a_span_below_the_interval_is_bounded_by_what_its_neighbours_differ(length_s: float) -> None:
    # Its readings are mixtures of pulse and surroundings; the error was many times the uncertainty stated.
    for phase_s in np.arange(0.05, 1.0, 0.1):
        from_s = 20 + float(phase_s)
        to_s = from_s + length_s
        trace, energy_j = metered([(0.0, 60.0), (from_s, 150.0), (to_s, 60.0)])
        window = window_energy(trace, from_s, to_s)
        reach_j = 2 * np.hypot(window.first.u_j, window.last.u_j) + window.first.bound_j + window.last.bound_j
        assert abs((window.energy_j or 0.0) - true_j(energy_j, from_s, to_s)) <= reach_j + 0.1


def test_noise_on_a_level_power_moves_no_energy_on_the_whole() -> None:
    # 2 W of noise in each of some six readings of a second: 5 J in a window, and nothing systematic.
    trace, energy_j = metered([(0.0, 100.0)], noise_w=2.0, until_s=4000.0)
    from_s = np.arange(5.0, 3900.0, 9.63)
    windows = window_energies(trace, from_s, from_s + 5.4)
    errors_j = [
        (w.energy_j or 0.0) - true_j(energy_j, a, a + 5.4) for w, a in zip(windows, from_s, strict=True)
    ]
    assert 0.3 < np.median([window.first.u_j for window in windows]) < 3.0
    assert 4.0 < np.std(errors_j) < 6.5
    assert abs(np.mean(errors_j)) < 3 * np.std(errors_j) / np.sqrt(len(errors_j))


def test_a_dip_at_the_border_is_shared_out_by_time_and_doubted() -> None:
    # Between two epochs of 100 W the machine waits from 20.3 to 20.6 s: nobody can say for which of them.
    steps = [(0.0, 100.0), (20.3, 40.0), (20.6, 100.0)]
    trace, _ = metered(steps)
    before, after = window_energies(trace, np.array([10.0, 20.5]), np.array([20.5, 30.0]))
    lost_j = 60 * 0.3
    assert before.energy_j == pytest.approx(1050 - lost_j / 2, abs=2.0)
    assert after.energy_j == pytest.approx(950 - lost_j / 2, abs=2.0)
    assert before.last.u_j == pytest.approx(lost_j / 2, rel=0.2)


def test_instantaneous_readings_step_at_the_border() -> None:
    # Trapezoids would slope from 60 W at 20 s to 150 W at 21 s and lose 90 W / 8 = 11.25 s W at each end.
    steps = [(0.0, 60.0), (20.5, 150.0), (28.5, 60.0)]
    trace, _ = metered(steps, sampling="instantaneous")
    assert window_energy(trace, 20.5, 28.5).energy_j == pytest.approx(1200.0, abs=0.1)


powers = st.lists(st.floats(0.0, 2000.0), min_size=4, max_size=40)


@given(powers=powers, at=st.tuples(*[st.floats(0.0, 1.0)] * 3).map(sorted))
def test_no_energy_comes_or_goes_at_a_border_and_none_is_negative(
    powers: list[float], at: list[float]
) -> None:
    start_s = np.arange(float(len(powers)))
    trace = PowerTrace(
        Pieces.level(start_s, start_s + 1.0, np.array(powers)), 0.0, "interval_mean", FIGURES, None, 0.1
    )
    a, b, c = (x * len(powers) for x in at)
    if a < b < c:
        ab, bc, ac = window_energies(trace, np.array([a, b, a]), np.array([b, c, c]))
        together = (ab.energy_j or 0.0) + (bc.energy_j or 0.0)
        assert together == pytest.approx(ac.energy_j or 0.0, rel=1e-9, abs=1e-6)
        assert min(ab.energy_j or 0.0, bc.energy_j or 0.0) >= -1e-6
