"""Steps of the power that no supply makes, and those that machines do make."""

import numpy as np
import pytest

from analysis.power.pieces import Pieces
from analysis.power.steps import ImpossibleSteps, impossible_steps


def steps(powers_w: list[float], interval_s: float = 1.0) -> ImpossibleSteps:
    start_s = interval_s * np.arange(len(powers_w))
    pieces = Pieces.level(start_s, start_s + interval_s, np.array(powers_w))
    return impossible_steps(pieces, 0.0, interval_s * len(powers_w))


@pytest.mark.parametrize("fall", [[0.0], [0.4, 0.0, 0.0]])
def test_a_machine_that_goes_on_cannot_be_without_power(fall: list[float]) -> None:
    assert steps([90.0, 95.0, *fall, 92.0, 91.0]).falls_s == [2.0]


def test_a_single_reading_of_ten_times_the_power_is_a_spike() -> None:
    assert steps([90.0, 95.0, 6553.0, 92.0]).spikes_s == [2.0]


@pytest.mark.parametrize(
    ("powers_w", "interval_s"),
    [
        ([60.0, 350.0, 60.0, 62.0, 400.0, 60.0], 1.0),  # bursts of a graphics card
        ([800.0, 6000.0, 800.0], 1.0),  # of eight
        ([1500.0, 60.0, 1500.0], 1.0),  # and the wait between two
        ([6.0, 0.0, 6.0], 1.0),  # a small board, below what a plug can show
        ([0.0, 90.0, 90.0, 0.0], 1.0),  # nothing before or after is no fall and rise
        ([90.0, 0.0, 90.0], 0.01),  # shorter than a supply's capacitors hold it up
        ([90.0], 1.0),
        ([], 1.0),
    ],
)
def test_what_machines_do_is_no_such_step(powers_w: list[float], interval_s: float) -> None:
    assert steps(powers_w, interval_s) == ImpossibleSteps([], [])
