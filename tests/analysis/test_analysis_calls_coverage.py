"""The intervals of energies per call hold the truth: the short form of `benchmarks.coverage --calls`."""

import numpy as np
import pytest

from benchmarks.calls import METERS, PROGRAMS, campaign_cases, study


def test_intervals_of_calls_below_the_meters_interval_hold_the_truth() -> None:
    meter = METERS["1 s, interval mean"]
    cases = [case for seed in range(2) for case in campaign_cases(meter, PROGRAMS["quiet"], 3, seed)]
    assert np.mean([abs(case.error) <= 1 for case in cases]) >= 0.8
    assert {case.name for case in cases if case.half_width < 0.1} >= {"5 ms", "100 ms"}


@pytest.mark.slow
@pytest.mark.parametrize("meter", METERS)
def test_coverage_of_many_campaigns(meter: str) -> None:
    results = study(meter, "quiet", campaigns=40, runs=5, seed=3)
    assert 90 <= np.mean([one.covered_pct for one in results]) <= 99
    # The share of 40 campaigns has a standard deviation of 3.4 %.
    assert min(one.covered_pct for one in results) >= 84
