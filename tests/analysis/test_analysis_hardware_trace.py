"""What the collectors saw, thinned for drawing: no peak is lost, and a gap stays a gap."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.run.hardware import Hardware, Samples
from analysis.run.hardware_trace import points_per_column, sampled_traces


def _samples(name: str, values: list[float], first_s: float = 0.0, every_s: float = 1.0) -> Samples:
    start_s = first_s + every_s * np.arange(len(values))
    return Samples((name,), start_s, start_s + every_s, np.array([values], dtype=np.float64))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=600), st.integers(4, 60))
def test_thinning_keeps_the_smallest_and_the_largest_sample(values: list[float], limit: int) -> None:
    trace = sampled_traces(Hardware([_samples("cpu_load_pct", values)]), 1000.0, limit)["cpu_load_pct"]
    assert len(trace.t_s) <= max(limit, 1)
    assert (np.diff(trace.t_s) > 0).all()
    assert (trace.values.min(), trace.values.max()) == (min(values), max(values))


def test_a_sample_stands_in_the_middle_of_its_time_and_outside_the_run_there_is_none() -> None:
    trace = sampled_traces(Hardware([_samples("cpu_load_pct", [1, 2, 3, 4], -1.0)]), 2.0, 100)
    assert trace["cpu_load_pct"].to_json() == {"t_s": [0.5, 1.5], "values": [2.0, 3.0]}


def test_a_gap_is_null_and_an_empty_column_is_absent() -> None:
    nan = float("nan")
    host = Samples(
        ("cpu_load_pct", "net_rx_kib_s"),
        np.arange(9.0),
        np.arange(1.0, 10.0),
        np.array([[5, 5, nan, nan, nan, nan, nan, 6, 6], [nan] * 9]),
    )
    traces = sampled_traces(Hardware([host]), 9.0, 100)
    assert list(traces) == ["cpu_load_pct"]
    assert traces["cpu_load_pct"].to_json() == {
        "t_s": [0.5, 1.5, 4.5, 7.5, 8.5],
        "values": [5.0, 5.0, None, 6.0, 6.0],
    }


def test_cards_are_put_together_as_over_windows() -> None:
    both = Hardware([_samples("gpu_power_w", [10, 20]), _samples("gpu_power_w", [1, 2, 3, 4], 0.0, 0.5)])
    assert sampled_traces(both, 2.0, 100)["gpu_power_w"].values.tolist() == [11.5, 23.5]
    hot = Hardware([_samples("gpu_temperature_c", [50, 60]), _samples("gpu_temperature_c", [55, 55])])
    assert sampled_traces(hot, 2.0, 100)["gpu_temperature_c"].values.tolist() == [55.0, 60.0]


def test_large_numbers_keep_five_digits_and_small_ones_three_decimals() -> None:
    large = sampled_traces(Hardware([_samples("ram_used_kib", [1636726.3547])]), 1.0, 100)
    assert large["ram_used_kib"].to_json()["values"] == [1636726.0]
    small = sampled_traces(Hardware([_samples("cpu_load_pct", [41.17649])]), 1.0, 100)
    assert small["cpu_load_pct"].to_json()["values"] == [41.176]


def test_a_large_campaign_keeps_less_of_each_run() -> None:
    assert [points_per_column(points) for points in (4000, 1000, 100)] == [500, 125, 20]
