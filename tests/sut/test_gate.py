"""The stability gate: what it lets through, how long it waits, what it writes down."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from records.settings.gate import GateLimits
from sut.gate import StabilityGate

LIMITS = GateLimits(readings=5, try_s=10.0, tries=3)


def _feed(gate: StabilityGate, powers_w, start_s: float = 0.0, **temperatures):
    for index, power_w in enumerate(powers_w, start=1):
        gate.see(start_s + index, power_w, **temperatures)
    return gate.state


def test_the_defaults_are_the_published_limits():
    # docs/explanation/method.md#lab-health: 0.03, 55 and 40 degrees, 20 readings, 120 s a try
    limits = GateLimits()
    assert (limits.power_std_over_mean, limits.cpu_temperature_c, limits.gpu_temperature_c) == (0.03, 55, 40)
    assert (limits.readings, limits.try_s, limits.tries) == (20, 120, 3)


def test_steady_power_opens_the_gate_with_the_last_reading_that_is_wanted():
    gate = StabilityGate(LIMITS, 0.0)
    assert _feed(gate, [50.0] * 4).waiting_for == ("4 of 5 readings",)
    state = gate.see(5.0, 50.0)
    assert (state.status, state.waiting_for, state.tries, state.waited_s) == ("open", (), 1, 5.0)


def test_the_limit_is_the_sample_deviation_over_the_mean():
    # 49, 50, 51, 50, 50: mean 50, sum of squares 2, sample variance 2/4, sd 0.70711, over mean 0.014142
    gate = StabilityGate(LIMITS, 0.0)
    assert _feed(gate, [49.0, 50.0, 51.0, 50.0, 50.0]).status == "open"
    assert gate.record()["power_std_over_mean"] == pytest.approx(0.0141421356)
    strict = StabilityGate(GateLimits(readings=5, power_std_over_mean=0.0141), 0.0)
    assert _feed(strict, [49.0, 50.0, 51.0, 50.0, 50.0]).waiting_for == (
        "power varies by 0.014 of its mean 50.0 W, limit 0.0141",
    )


def test_a_disturbance_is_forgotten_once_it_has_left_the_window():
    assert _feed(StabilityGate(LIMITS, 0.0), [90.0, 50, 50, 50, 50]).status == "waiting"
    assert _feed(StabilityGate(LIMITS, 0.0), [90.0, 50, 50, 50, 50, 50]).status == "open"


def test_heat_keeps_the_gate_shut_and_says_whose():
    gate = StabilityGate(LIMITS, 0.0)
    state = _feed(gate, [50.0] * 6, cpu_temperature_c=55.1, gpu_temperature_c=41)
    assert state.waiting_for == ("CPU is at 55.1 °C, limit 55 °C", "GPU is at 41 °C, limit 40 °C")
    assert gate.see(7.0, 50.0, cpu_temperature_c=55.0, gpu_temperature_c=40).status == "open"


def test_a_try_that_is_over_drops_its_readings_and_the_last_one_gives_up():
    gate = StabilityGate(GateLimits(readings=3, try_s=4.0, tries=2), 0.0)
    assert _feed(gate, [50.0, 60.0, 50.0]).tries == 1
    assert gate.see(4.0, 60.0).tries == 2
    assert gate.see(5.0, 50.0).waiting_for == ("1 of 3 readings",)
    assert _feed(gate, [60.0, 50.0], start_s=5.0).status == "waiting"
    assert gate.see(8.0, 60.0).status == "given up"
    record = gate.record()
    assert (record["open"], record["tries"], record["waited_s"]) == (False, 2, 8.0)
    assert record["reason"].startswith("power varies by ")


def test_a_silent_meter_is_given_up_in_time():
    gate = StabilityGate(LIMITS, 0.0)
    for second in range(1, 31):
        state = gate.see(float(second), None)
    assert state.status == "given up" and state.waiting_for == ("0 of 5 readings",)


def test_a_meter_that_shows_nothing_does_not_count_as_steady():
    state = _feed(StabilityGate(LIMITS, 0.0), [0.0] * 6)
    assert state.waiting_for == ("mean power is 0.0 W: is the SUT plugged in through the meter?",)


@pytest.mark.parametrize("decided_by", [[50.0] * 5, [None] * 31])
def test_what_is_decided_stays_decided(decided_by):
    gate = StabilityGate(LIMITS, 0.0)
    decided = _feed(gate, decided_by)
    assert decided.status != "waiting"
    assert _feed(gate, [1.0, 500.0] * 20 + [50.0] * 20, start_s=100.0) == decided


def test_the_record_is_json_and_says_what_was_seen():
    gate = StabilityGate(LIMITS, 100.0)
    _feed(gate, [50.0] * 5, start_s=100.0, cpu_temperature_c=48.5)
    assert json.loads(json.dumps(gate.record(), allow_nan=False)) == {
        "open": True,
        "tries": 1,
        "waited_s": 5.0,
        "power_mean_w": 50.0,
        "power_std_over_mean": 0.0,
        "cpu_temperature_c": 48.5,
        "gpu_temperature_c": None,
        "limits": {
            "readings": 5,
            "power_std_over_mean": 0.03,
            "cpu_temperature_c": 55.0,
            "gpu_temperature_c": 40.0,
            "try_s": 10.0,
            "tries": 3,
        },
        "reason": None,
    }


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"readings": 2}, "readings"),
        ({"tries": 0}, "tries"),
        ({"try_s": -1}, "try_s"),
        ({"try_s": 1e300}, "try_s"),
    ],
)
def test_limits_that_no_machine_can_meet_are_refused(wrong, message):
    with pytest.raises(ValidationError, match=message):
        GateLimits(**wrong)


_POWERS = st.one_of(
    st.none(),
    st.just(float("nan")),
    st.floats(min_value=-5, max_value=500),
    st.floats(min_value=50, max_value=52),
)


@given(st.lists(_POWERS, min_size=1, max_size=80), st.sampled_from([0.01, 0.03, 0.1]))
def test_the_gate_never_opens_on_a_window_that_varies_more_than_the_limit(powers_w, limit):
    """The window is worked out here again, with numpy, from what was fed since the try began."""
    gate = StabilityGate(GateLimits(readings=5, power_std_over_mean=limit, try_s=15.0, tries=4), 0.0)
    window: list[float] = []
    tries = 1
    for second, power_w in enumerate(powers_w, start=1):
        if power_w is not None and np.isfinite(power_w):
            window.append(power_w)
        state = gate.see(float(second), power_w)
        last = np.array(window[-5:])
        if state.status == "open":
            assert len(last) == 5 and last.std(ddof=1) / last.mean() <= limit * (1 + 1e-9)
            return
        if state.tries > tries:
            tries, window = state.tries, []


@given(
    st.lists(st.tuples(st.floats(0.1, 20), _POWERS), min_size=1, max_size=60),
    st.integers(1, 4),
)
def test_the_gate_waits_no_longer_than_its_tries_allow(steps, tries):
    limits = GateLimits(readings=5, try_s=10.0, tries=tries)
    gate = StabilityGate(limits, 0.0)
    t_mono_s = 0.0
    for step_s, power_w in steps:
        t_mono_s += step_s
        state = gate.see(t_mono_s, power_w)
        assert 1 <= state.tries <= tries
    # each try ends with the first call after its 10 s, and calls are at most 20 s apart
    assert gate.state.status != "waiting" or gate.state.waited_s < tries * (10.0 + 20.0)


@given(st.lists(_POWERS, max_size=60), st.floats(min_value=55.01, max_value=120))
def test_the_gate_never_opens_on_a_hot_machine(powers_w, cpu_temperature_c):
    gate = StabilityGate(LIMITS, 0.0)
    _feed(gate, powers_w, cpu_temperature_c=cpu_temperature_c)
    assert gate.state.status != "open"
