"""Logs without a metronome: complete, only uneven. Powers and stamps whose energy is worked out beside."""

from pathlib import Path

import numpy as np
import pytest
from synthetic import EPOCH_UTC_S, Instrument

from analysis.power.energy import window_energy
from analysis.power.trace import PowerTrace, make_trace
from records.meter import Reading, ReadingWriter, read_readings


def traced(
    tmp_path: Path, stamps_s: list[float], powers_w: list[float], sampling: str = "interval_mean"
) -> PowerTrace:
    writer = ReadingWriter(tmp_path / "meter.csv", ("power_w",))
    for stamp_s, power_w in zip(stamps_s, powers_w, strict=True):
        writer.append(Reading(EPOCH_UTC_S + stamp_s, power_w))
    writer.close()
    meter = Instrument(interval_s=float(np.median(np.diff(stamps_s))), sampling=sampling).record()
    return make_trace(read_readings(tmp_path / "meter.csv"), meter, EPOCH_UTC_S)


def test_a_reading_of_a_poll_holds_from_the_stamp_before_to_its_own(tmp_path: Path) -> None:
    # Polls 11 to 14 s apart, 100 W and 200 W in turn: the sum of power times own step is the energy.
    steps_s = np.random.default_rng(1).integers(11, 15, 60).astype(float)
    stamps_s = np.cumsum(steps_s)
    powers_w = np.where(np.arange(60) % 2, 100.0, 200.0)
    trace = traced(tmp_path, stamps_s.tolist(), powers_w.tolist())
    assert not trace.cadence.steady
    window = window_energy(trace, float(stamps_s[0]), float(stamps_s[-1]))
    assert window.coverage_pct == 100.0
    assert window.energy_j == pytest.approx(float((powers_w * steps_s)[1:].sum()), rel=1e-5)
    # The trapezoid from stamp to stamp gives 150 W on the whole: the difference is not known better.
    trapezoid_j = 150.0 * float(stamps_s[-1] - stamps_s[0])
    assert window.unseen_j == pytest.approx(abs((window.energy_j or 0.0) - trapezoid_j), rel=1e-3)


def test_a_gap_is_a_step_of_several_times_the_steps_around_it(tmp_path: Path) -> None:
    stamps_s = np.cumsum([*np.random.default_rng(2).uniform(1.0, 1.4, 100), 30.0, *[1.2] * 20])
    trace = traced(tmp_path, stamps_s.tolist(), [50.0] * len(stamps_s))
    window = window_energy(trace, float(stamps_s[0]), float(stamps_s[-1]))
    (gap,) = window.gaps
    assert gap.length_s == pytest.approx(30.0 - 1.2, abs=0.1)
    assert 23 <= trace.cadence.missing <= 25


def test_a_loop_that_grows_slower_has_no_gap(tmp_path: Path) -> None:
    stamps_s = np.cumsum(np.linspace(1.0, 4.0, 200))
    trace = traced(tmp_path, stamps_s.tolist(), [50.0] * 200)
    assert window_energy(trace, float(stamps_s[0]), float(stamps_s[-1])).gaps == ()


def test_readings_under_one_stamp_are_one_reading_and_none_is_dropped(tmp_path: Path) -> None:
    # Stamps of whole seconds, some of them twice: a second with 100 W and 300 W has 200 W.
    stamps_s = np.floor(np.arange(100) * 0.93)
    powers_w = np.where(np.arange(100) % 2, 100.0, 300.0)
    trace = traced(tmp_path, stamps_s.tolist(), powers_w.tolist())
    seconds, place = np.unique(stamps_s, return_inverse=True)
    means_w = np.bincount(place, weights=powers_w) / np.bincount(place)
    window = window_energy(trace, 0.0, float(seconds[-1]))
    assert window.energy_j == pytest.approx(float(means_w[1:].sum()))
    assert trace.cadence.shared_stamps == 100 - len(seconds)
    assert trace.cadence.duplicates == 0


def test_instantaneous_polls_are_joined_from_stamp_to_stamp(tmp_path: Path) -> None:
    stamps_s = np.cumsum(np.random.default_rng(3).uniform(1.0, 1.4, 80))
    powers_w = 50 + 10 * stamps_s
    trace = traced(tmp_path, stamps_s.tolist(), powers_w.tolist(), "instantaneous")
    from_s, to_s = float(stamps_s[0]), float(stamps_s[-1])
    expected_j = 50 * (to_s - from_s) + 5 * (to_s**2 - from_s**2)
    assert window_energy(trace, from_s, to_s).energy_j == pytest.approx(expected_j, rel=1e-4)
