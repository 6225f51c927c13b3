from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.rows.traces import Trace
from reports.campaign.power import traces

NO_READINGS = Trace(
    run_dir="0001-cnn",
    slot=1,
    scenario="cnn",
    tracker=None,
    interval_s=1.0,
    duration_s=16.0,
    readings=0,
    mean_w=None,
    bin_s=None,
    t_s=[],
    power_w=[],
    low_w=[],
    high_w=[],
    hardware={},
)
_POWERS = st.lists(st.floats(min_value=0, max_value=4000), min_size=1, max_size=400)


def trace(**changes: Any) -> Trace:
    return replace(NO_READINGS, **changes)


@given(_POWERS, st.integers(min_value=4, max_value=100))
def test_thinning_keeps_the_extremes_the_ends_and_the_order(powers, limit):
    t_s, power_w = np.arange(len(powers), dtype=float), np.array(powers)
    thin_t, thin_p = traces.thin(t_s, power_w, limit)
    assert len(thin_t) <= limit or len(powers) <= limit
    assert (thin_p.min(), thin_p.max()) == (power_w.min(), power_w.max())
    assert (thin_t[0], thin_t[-1]) == (t_s[0], t_s[-1])
    assert np.all(np.diff(thin_t) > 0)


def test_a_single_spike_in_an_hour_survives_thinning():
    power_w = np.full(3600, 40.0)
    power_w[1234] = 400.0
    assert 400.0 in traces.thin(np.arange(3600.0), power_w, 200)[1]


def test_a_reading_stands_in_the_middle_of_its_interval():
    t_s, power_w = traces.trace_of(trace(interval_s=2.0, t_s=[2.0, 4.0], power_w=[10.0, 20.0]))
    assert t_s.tolist() == [1.0, 3.0]
    assert power_w.tolist() == [10.0, 20.0]


def test_readings_without_power_leave_a_gap_in_the_line():
    row = trace(t_s=[1.0, 2.0, 3.0, 4.0], power_w=[10.0, None, None, 11.0])
    t_s, power_w = traces.drawable(row, 2000)
    assert np.isnan(power_w).tolist() == [False, True, False]
    assert t_s[[0, 2]].tolist() == [0.5, 3.5]


def test_the_mean_of_runs_ends_when_less_than_half_of_them_are_running():
    runs = [(np.arange(n) + 0.5, np.full(n, watts)) for n, watts in ((4, 10.0), (4, 20.0), (9, 60.0))]
    t_s, mean_w = traces.mean_trace(runs, 1.0)
    assert t_s.tolist() == [0.5, 1.5, 2.5, 3.5]
    assert mean_w.tolist() == [30.0] * 4  # (10 + 20 + 60) / 3


@pytest.mark.parametrize(("runs", "points"), [(1, 1000), (24, 1000), (60, 400), (10_000, 200)])
def test_many_runs_share_the_points_of_the_page(runs, points):
    assert traces.points_per_run(runs) == points


BINS = trace(
    bin_s=4.0,
    readings=15,
    mean_w=12.5,
    t_s=[4.0, 8.0, 16.0],
    power_w=[10.0, 12.0, 16.0],
    low_w=[9.0, 10.0, 16.0],
    high_w=[11.0, 90.0, 16.0],
)


def test_of_binned_readings_the_extremes_are_drawn_and_a_missing_bin_is_a_gap():
    t_s, power_w = traces.drawable(BINS, 2000)
    assert t_s[:4].tolist() == [2.0, 2.0, 6.0, 6.0]
    assert power_w[:4].tolist() == [9.0, 11.0, 10.0, 90.0]
    assert np.isnan(power_w[4])
    assert t_s[5] == 14.0


def test_of_binned_readings_the_mean_line_is_that_of_the_means():
    t_s, power_w = traces.trace_of(BINS)
    assert t_s.tolist() == [2.0, 6.0, 14.0]
    assert power_w.tolist() == [10.0, 12.0, 16.0]


def test_of_binned_readings_number_and_mean_are_those_of_all():
    assert traces.readings_of(BINS) == (15, 9.0, 12.5, 90.0)
    raw = trace(t_s=[1.0, 2.0], power_w=[10.0, 20.0])
    assert traces.readings_of(raw) == (2, 10.0, 15.0, 20.0)
    assert traces.readings_of(trace()) == (0, None, None, None)


@pytest.mark.parametrize(("powers", "from_zero"), [([97.0, 103.0], False), ([2.0, 103.0], True)])
def test_the_power_axis_begins_at_zero_only_where_readings_come_near_it(powers, from_zero):
    low, high = traces.power_ends_w([trace(interval_s=1.0, t_s=[1.0, 2.0], power_w=powers)])
    assert low < min(powers) < max(powers) < high
    assert (low == 0) == from_zero


def test_a_constant_power_has_an_axis():
    for power_w in (0.0, 50.0):
        low, high = traces.power_ends_w([trace(interval_s=1.0, t_s=[1.0], power_w=[power_w])])
        assert low <= power_w < high
