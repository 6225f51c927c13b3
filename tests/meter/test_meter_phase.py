"""The lock to a polled meter's updates, in simulated time: drifting clocks, delays, equal readings."""

import math
import random
from collections.abc import Callable
from itertools import groupby, pairwise

import pytest

from meter.kinds.phase import PhaseLock

ANSWER_S = 0.02


def simulated(
    true_s: float, value: Callable[[int], float], seconds: float, seed: int, jitter_s: float = 0.005
) -> tuple[list[int], PhaseLock]:
    """Ask a meter that updates every ``true_s`` and is said to do so every second.

    Returns:
        The numbers of the updates whose readings were handed on, in order, and the lock.
    """
    chance = random.Random(seed)
    lock = PhaseLock(1.0, ANSWER_S)
    phase_s = chance.random() * true_s
    t_s, before, held, handed_on = 0.0, None, None, []
    while t_s < seconds:
        t_s = max(t_s, lock.next_s()) + chance.random() * jitter_s / 2  # the host wakes late
        seen_s = t_s + ANSWER_S / 2 + chance.random() * jitter_s / 2  # and the line takes its time
        number = math.floor((seen_s - phase_s) / true_s)
        reading = value(number)
        look = lock.look(t_s, changed=before is None or reading != before)
        if look.emit_new:
            handed_on.append(number)
        elif look.emit_held and held is not None:
            handed_on.append(held)
        if not look.keep_held:
            held = number if look.hold_new else None
        before = reading
        t_s = seen_s + ANSWER_S / 2
    return handed_on, lock


def noise(seed: int, stays: float = 0.0) -> Callable[[int], float]:
    """Return a reading for each update, the one before again with a probability."""
    chance = random.Random(seed)
    values: list[float] = [chance.random()]

    def value(number: int) -> float:
        while len(values) <= number + 1:
            values.append(values[-1] if chance.random() < stays else chance.random())
        return values[max(number, 0)]

    return value


def steps(numbers: list[int]) -> list[int]:
    return [after - before for before, after in pairwise(numbers)]


@pytest.mark.parametrize("true_s", [1.0, 1.0003, 0.9995, 1.01, 0.97, 1.05])
@pytest.mark.parametrize("jitter_s", [0.0, 0.02])
def test_every_update_is_read_once_whatever_the_meters_clock(true_s: float, jitter_s: float) -> None:
    for seed in range(5):
        numbers, lock = simulated(true_s, noise(seed), 600, seed, jitter_s)
        assert lock.locked
        assert set(steps(numbers[1:])) == {1}  # the first reading of all is taken before the lock
        assert lock.update_s == pytest.approx(true_s, rel=1e-3)


def test_a_reading_is_taken_soon_after_its_update_once_the_lock_has_settled() -> None:
    _, lock = simulated(1.0003, noise(1), 300, 1)
    assert lock.gate_s <= 0.05


@pytest.mark.parametrize("true_s", [1.0003, 0.9997, 1.002, 0.998])
def test_a_long_stretch_of_equal_readings_costs_hardly_any_update(true_s: float) -> None:
    moving = noise(3)
    numbers, _ = simulated(true_s, lambda n: 5.0 if 100 <= n < 1100 else moving(n), 1400, 3)
    off = [before for before, step in zip(numbers, steps(numbers), strict=False) if step != 1]
    assert all(before < 1 or 100 <= before < 1103 for before in off)  # while it moves: each once
    assert abs(len(numbers) - (numbers[-1] - numbers[0] + 1)) <= 2


@pytest.mark.parametrize("stays", [0.1, 0.5, 0.9])
def test_readings_that_often_repeat_lose_no_value_and_do_not_shift_the_mean(stays: float) -> None:
    for seed in range(3):
        value = noise(seed + 7, stays)
        numbers, _ = simulated(1.0003, value, 2000, seed)
        all_numbers = range(max(numbers[0], 0), numbers[-1] + 1)
        handed_on = [value(number) for number in numbers]
        assert [v for v, _ in groupby(handed_on)] == [v for v, _ in groupby(map(value, all_numbers))]
        true_mean = sum(map(value, all_numbers)) / len(all_numbers)
        assert sum(handed_on) / len(handed_on) == pytest.approx(true_mean, abs=0.005)
        assert len(numbers) == pytest.approx(len(all_numbers), abs=4)  # a gap would cost the run


def test_a_reading_that_never_changes_is_handed_on_once_for_each_update() -> None:
    numbers, lock = simulated(1.0003, lambda n: 0.0, 1000, 1)
    assert not lock.locked
    assert len(numbers) == pytest.approx(1000, abs=3)
    assert set(steps(numbers)) <= {0, 1, 2}


def test_a_meter_that_misses_answers_is_found_again_without_a_reading_twice() -> None:
    lock = PhaseLock(1.0, ANSWER_S)
    t_s, before, numbers = 0.0, -1, []
    while t_s < 200:
        t_s = max(t_s, lock.next_s())
        if 50 < t_s < 60.3:  # it says nothing; each question costs half a second
            t_s += 0.5
            lock.skip(t_s - 0.5)
            continue
        number = math.floor(t_s)
        look = lock.look(t_s, changed=number != before)
        before = number
        if look.emit_new:
            numbers.append(number)
        t_s += ANSWER_S
    assert min(steps(numbers[1:])) == 1
    assert sum(step > 1 for step in steps(numbers[1:])) == 1
    assert numbers[-1] == 199


@pytest.mark.parametrize("true_s", [0.95, 1.0, 1.05])
def test_a_reading_that_never_changes_is_still_handed_on_once_for_each_declared_update(true_s: float) -> None:
    """A meter without load must not look as if it had missed updates."""
    numbers, _ = simulated(true_s, lambda number: 0.0, 200, seed=1)
    assert len(numbers) == pytest.approx(200, abs=4)
