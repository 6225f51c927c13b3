"""A meter that speaks only when asked, on a driver whose instrument is a few lines of this file."""

import time
from collections.abc import Callable

import pytest

from meter.kinds.polled import PolledMeter
from meter.spec import MeterSpec
from records.meter import Accuracy, Identity, Reading


class Counter(PolledMeter):
    """Answers with whatever a function of its own clock says."""

    spec = MeterSpec(
        driver="counter",
        maker="Tests",
        model="Counter",
        quantities=("power_w",),
        sampling="interval_mean",
        fastest_interval_s=0.05,
        latency_s=0.0,
        latency_u_s=0.01,
        resolution_w=1.0,
        accuracy=Accuracy(reading_pct=1.0),
        power_limits_w=(0.0, 1e6),
        update_s=0.1,
    )

    def __init__(self, answer: Callable[[int, float], Reading | None], interval_s: float) -> None:
        super().__init__()
        self.interval_s = interval_s
        self.asked: list[float] = []
        self._answer = answer

    def ask(self) -> Reading | None:
        self.asked.append(time.monotonic())
        return self._answer(len(self.asked), self.asked[-1])

    def open(self, port: str, interval_s: float) -> None: ...

    def identify(self) -> Identity:
        return Identity(maker=self.spec.maker, model=self.spec.model)

    def start(self) -> None:
        self.begin_polling()

    def stop(self) -> None: ...

    def release(self) -> None: ...


def updated(_: int, t_s: float) -> Reading:
    """Return the number of the meter's update, of which there are ten a second."""
    return Reading(t_s, float(int(t_s / 0.1)))


def read_for(meter: Counter, seconds: float) -> list[Reading]:
    end_s = time.monotonic() + seconds
    found = []
    while time.monotonic() < end_s:
        reading = meter.read(0.05)
        if reading is not None:
            found.append(reading)
    return found


def test_asked_as_often_as_it_updates_it_is_locked_and_no_update_is_handed_on_twice() -> None:
    meter = Counter(updated, 0.1)
    meter.start()
    readings = read_for(meter, 2.0)
    assert meter.lock is not None
    powers = [reading.power_w for reading in readings]
    assert len(set(powers)) == len(powers) > 5
    assert len(meter.asked) > len(readings)


def test_asked_less_often_than_it_updates_it_is_asked_once_for_each_reading() -> None:
    meter = Counter(updated, 0.2)
    meter.start()
    readings = read_for(meter, 1.0)
    assert meter.lock is None
    assert len(meter.asked) == len(readings) >= 2


def test_after_a_long_answer_the_questions_that_fell_due_meanwhile_are_not_made_up_for() -> None:
    def slow(number: int, t_s: float) -> Reading:
        time.sleep(0.5 if number == 2 else 0.0)
        return Reading(t_s, float(number))

    meter = Counter(slow, 0.2)
    meter.start()
    read_for(meter, 0.9)
    assert all(after - before > 0.05 for before, after in zip(meter.asked, meter.asked[1:], strict=False))


@pytest.mark.parametrize("interval_s", [0.1, 0.2])
def test_no_answer_is_no_reading_and_a_flagged_one_is_handed_on(interval_s: float) -> None:
    silent = Counter(lambda number, t_s: None, interval_s)
    silent.start()
    assert read_for(silent, 0.5) == []
    assert len(silent.asked) >= 2

    bad = Counter(lambda number, t_s: Reading(t_s, None, "malformed"), interval_s)
    bad.start()
    assert {reading.flag for reading in read_for(bad, 0.5)} == {"malformed"}


def test_equal_readings_are_handed_on_too() -> None:
    meter = Counter(lambda number, t_s: Reading(t_s, 5.0), 0.1)
    meter.start()
    assert [reading.power_w for reading in read_for(meter, 1.0)][:2] == [5.0, 5.0]


def test_starting_anew_forgets_the_reading_that_was_held_back() -> None:
    meter = Counter(updated, 0.1)
    meter.start()
    read_for(meter, 0.5)
    first = meter.lock
    meter.start()
    assert meter.lock is not first
    assert meter.lock is not None
    assert not meter.lock.locked
