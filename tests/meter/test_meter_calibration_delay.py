"""The delay of a meter is found again in readings that were made late on purpose."""

import multiprocessing
import resource
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meter.trust.delay import Pattern, busy_machine, draw_pattern, find_delay
from records.errors import DeviceError
from records.meter import Sampling

START_S = 1_790_000_000.0
RESOLUTION_W = 0.1


def late_readings(
    latency_s: float,
    interval_s: float,
    sampling: Sampling,
    *,
    noise_w: float = 0.5,
    drift_w_per_s: float = 0.02,
    seed: int = 1,
) -> tuple[Pattern, list[float], list[float]]:
    """A machine of 40 and 100 W, read by a meter of some phase whose readings come late."""
    random = np.random.default_rng(seed)
    lengths_s = draw_pattern(60.0, 3 * interval_s if interval_s >= 0.5 else 2.0, seed)
    edges_s = START_S + 5 + np.cumsum([0.0, *lengths_s])
    pattern = Pattern(tuple(edges_s.tolist()))
    count = int((sum(lengths_s) + 8) / interval_s)
    ends_s = START_S + random.uniform(0, interval_s) + interval_s * np.arange(1, count)
    over_s = interval_s if sampling == "interval_mean" else 1e-6
    share = (pattern.busy_until_s(ends_s) - pattern.busy_until_s(ends_s - over_s)) / over_s
    power_w = 40 + 60 * share + drift_w_per_s * (ends_s - START_S) + random.normal(0, noise_w, len(ends_s))
    return pattern, (ends_s + latency_s).tolist(), power_w.tolist()


@settings(max_examples=40, deadline=None)
@given(st.floats(0.0, 2.5), st.sampled_from([0.1, 0.5, 1.0]), st.integers(1, 1000))
def test_the_delay_of_interval_means_is_found_within_a_fiftieth_of_the_interval(
    latency_s: float, interval_s: float, seed: int
) -> None:
    latency_s = min(latency_s, 2 * interval_s + 1.5)
    readings = late_readings(latency_s, interval_s, "interval_mean", seed=seed)
    found = find_delay(*readings, interval_s, "interval_mean", RESOLUTION_W)
    assert found.latency_s == pytest.approx(latency_s, abs=interval_s / 50)
    assert abs(found.latency_s - latency_s) < 6 * found.latency_u_s
    assert found.step_w == pytest.approx(60, abs=2)
    assert found.explained > 0.95


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 1.5), st.sampled_from([0.1, 0.5, 1.0]), st.integers(1, 1000))
def test_the_delay_of_instantaneous_values_is_found_to_a_part_of_the_interval(
    latency_s: float, interval_s: float, seed: int
) -> None:
    readings = late_readings(latency_s, interval_s, "instantaneous", seed=seed)
    found = find_delay(*readings, interval_s, "instantaneous", RESOLUTION_W)
    assert found.latency_s == pytest.approx(latency_s, abs=interval_s / 5)


def test_noisier_readings_are_told_apart_by_their_uncertainty() -> None:
    quiet, loud = (
        find_delay(
            *late_readings(0.2, 1.0, "interval_mean", noise_w=noise_w), 1.0, "interval_mean", RESOLUTION_W
        )
        for noise_w in (0.5, 10.0)
    )
    assert loud.latency_u_s > 3 * quiet.latency_u_s
    assert abs(loud.latency_s - 0.2) < 4 * loud.latency_u_s


def test_readings_of_something_else_are_refused() -> None:
    pattern, t_s, power_w = late_readings(0.2, 1.0, "interval_mean")
    elsewhere = np.random.default_rng(3).normal(70, 20, len(t_s)).tolist()
    with pytest.raises(DeviceError, match="Is the meter feeding this machine"):
        find_delay(pattern, t_s, elsewhere, 1.0, "interval_mean", RESOLUTION_W)
    with pytest.raises(DeviceError, match="Is the meter feeding this machine"):
        find_delay(pattern, t_s, [70.0] * len(t_s), 1.0, "interval_mean", RESOLUTION_W)
    upside_down = [140 - power for power in power_w]
    with pytest.raises(DeviceError, match="Is the meter feeding this machine"):
        find_delay(pattern, t_s, upside_down, 1.0, "interval_mean", RESOLUTION_W)


def test_readings_before_the_load_are_refused() -> None:
    with pytest.raises(DeviceError, match="before the load"):
        find_delay(*late_readings(-0.4, 1.0, "interval_mean"), 1.0, "interval_mean", RESOLUTION_W)


def test_noise_is_no_step_of_the_load() -> None:
    # Seen: a step of 0.1 W of a meter that shows 0.1 W, fitted with a latency of 5.2 s.
    pattern, t_s, power_w = late_readings(0.2, 1.0, "interval_mean", noise_w=0.01, drift_w_per_s=0.0)
    small = [100 + 0.1 * round((power - 40) / 60) for power in power_w]
    with pytest.raises(DeviceError, match=r"steps of 0\.1 W"):
        find_delay(pattern, t_s, small, 1.0, "interval_mean", RESOLUTION_W)
    _, _, noisy = late_readings(0.2, 1.0, "interval_mean", noise_w=16.0)
    with pytest.raises(DeviceError, match="times the noise"):
        find_delay(pattern, t_s, noisy, 1.0, "interval_mean", RESOLUTION_W)


def test_a_load_that_hardly_changed_is_refused() -> None:
    pattern, t_s, power_w = late_readings(0.2, 1.0, "interval_mean")
    few = [(t, p) for t, p in zip(t_s, power_w, strict=True) if t < pattern.edges_s[6]]
    times_s, powers_w = zip(*few, strict=True)
    with pytest.raises(DeviceError, match=r"changed \d times"):
        find_delay(pattern, times_s, powers_w, 1.0, "interval_mean", RESOLUTION_W)


def test_few_readings_are_refused() -> None:
    pattern, t_s, power_w = late_readings(0.2, 1.0, "interval_mean")
    with pytest.raises(DeviceError, match="expected 20 readings"):
        find_delay(pattern, t_s[:10], power_w[:10], 1.0, "interval_mean", RESOLUTION_W)


@given(st.integers(0, 10_000), st.floats(10.0, 300.0), st.floats(0.5, 10.0))
def test_a_pattern_fills_its_time_with_uneven_lengths(seed: int, seconds: float, pattern_s: float) -> None:
    lengths_s = draw_pattern(seconds, pattern_s, seed)
    assert seconds <= sum(lengths_s) <= seconds + 1.4 * pattern_s
    assert all(0.6 * pattern_s <= length_s <= 1.4 * pattern_s for length_s in lengths_s)
    assert lengths_s == draw_pattern(seconds, pattern_s, seed)


def computed_s(busy_s: float) -> float:
    """How long the processes of a busy machine computed, when they were told to for that long."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with busy_machine(1) as busy:
        time.sleep(0.5)  # until they run
        if busy_s:
            busy.set()
            time.sleep(busy_s)
            busy.clear()
        time.sleep(0.2)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime


def test_a_machine_is_busy_only_when_told_and_its_processes_end() -> None:
    idle_s = computed_s(0.0)
    assert computed_s(1.5) > idle_s + 0.2
    assert not multiprocessing.active_children()
