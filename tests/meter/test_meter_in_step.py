"""After any doubt a marker is asked for, and no reading before its answer is there."""

import pytest

from meter.kinds.in_step import InStepMeter
from meter.spec import MeterSpec
from records.meter import Accuracy, Identity, Reading

GOOD, TORN = Reading(0.0, 5.0), Reading(0.0, None, "malformed")


class Scripted(InStepMeter):
    """Answers as told; writes down what was asked."""

    spec = MeterSpec(
        driver="scripted",
        maker="Tests",
        model="Scripted",
        quantities=("power_w",),
        sampling="instantaneous",
        fastest_interval_s=0.1,
        resolution_w=1.0,
        accuracy=Accuracy(reading_pct=1.0),
        power_limits_w=(0.0, 10.0),
    )

    def __init__(self, readings: list[Reading | None], looks: list[bool | None]) -> None:
        super().__init__()
        self.readings, self.looks = readings, looks
        self.asked: list[str] = []

    def ask_in_step(self) -> Reading | None:
        self.asked.append("reading")
        return self.readings.pop(0)

    def send_marker(self) -> None:
        self.asked.append("marker")

    def look_for_marker(self) -> bool | None:
        return self.looks.pop(0)

    def identify(self) -> Identity:
        return Identity(maker="Tests", model="Scripted")

    def start(self) -> None: ...

    def stop(self) -> None: ...


@pytest.mark.parametrize("first", [None, TORN])
def test_the_next_reading_is_asked_for_when_the_marker_is_answered(first: Reading | None) -> None:
    meter = Scripted([first, GOOD], [False, True])
    assert meter.ask() == first
    assert meter.ask() is None  # the marker is on its way
    assert meter.ask() == GOOD
    assert meter.asked == ["reading", "marker", "reading"]


def test_a_flag_that_the_meter_itself_gives_is_no_doubt() -> None:
    over = Reading(0.0, None, "overrange")
    meter = Scripted([over, GOOD], [])
    assert [meter.ask(), meter.ask()] == [over, GOOD]
    assert meter.asked == ["reading", "reading"]


def test_a_spoilt_marker_is_asked_for_again() -> None:
    meter = Scripted([None, GOOD], [None, True])
    assert [meter.ask(), meter.ask(), meter.ask()] == [None, None, GOOD]
    assert meter.asked == ["reading", "marker", "marker", "reading"]


def test_a_marker_that_does_not_come_is_taken_for_lost_and_asked_for_again() -> None:
    class Impatient(Scripted):
        marker_lost_s = -1.0

    meter = Impatient([None, GOOD], [False, False, True])
    assert [meter.ask() for _ in range(4)] == [None, None, None, GOOD]
    assert meter.asked == ["reading", "marker", "marker", "marker", "reading"]


def test_on_a_line_that_was_cleared_no_marker_is_waited_for() -> None:
    meter = Scripted([None, GOOD], [])
    meter.ask()
    meter.be_in_step()
    assert meter.ask() == GOOD
