"""Traces for the report: small, and nothing that stands out is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.power.thinning import points_per_run, thin


@given(
    powers=st.lists(st.floats(0, 4000), min_size=1, max_size=500),
    limit=st.integers(4, 60),
    phase_s=st.floats(0, 1),
    interval_s=st.floats(0.01, 10),
    lost=st.sets(st.integers(0, 499), max_size=100),
)
def test_bins_keep_extremes_mean_and_the_limit(
    powers: list[float], limit: int, phase_s: float, interval_s: float, lost: set[int]
) -> None:
    kept = np.array([i for i in range(len(powers)) if i not in lost or i == 0])
    t_s, power_w = (kept + 1 + phase_s) * interval_s, np.array(powers)[kept]
    thinned = thin(t_s, power_w, interval_s, limit)
    assert (thinned.readings, thinned.mean_w) == (len(kept), pytest.approx(power_w.mean()))
    if len(kept) <= limit:
        assert thinned.bin_s is None
        assert thinned.t_s.tolist() == t_s.tolist()
        return
    assert thinned.bin_s is not None
    assert len(thinned.t_s) <= limit // 2
    assert (thinned.low_w.min(), thinned.high_w.max()) == (power_w.min(), power_w.max())
    assert (np.diff(thinned.t_s) > 0).all()
    assert (thinned.low_w <= thinned.power_w * (1 + 1e-12)).all()
    assert (thinned.power_w <= thinned.high_w * (1 + 1e-12)).all()


def test_a_gap_longer_than_a_bin_stays_a_gap() -> None:
    t_s = np.concatenate((np.arange(1.0, 101.0), np.arange(201.0, 301.0)))
    thinned = thin(t_s, np.full(200, 50.0), 1.0, 80)
    assert thinned.bin_s == 8.0
    assert np.diff(thinned.t_s).max() >= 100 - 8


def test_no_readings_are_no_trace() -> None:
    nothing = np.array([])
    assert len(thin(nothing, nothing, 1.0, 100).t_s) == 0


@pytest.mark.parametrize(("runs", "points"), [(1, 4000), (120, 4000), (500, 1000), (10_000, 100)])
def test_many_runs_share_the_points(runs: int, points: int) -> None:
    assert points_per_run(runs) == points
