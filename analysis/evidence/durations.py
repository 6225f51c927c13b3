"""Runs that lasted clearly longer or shorter than the others of their scenario."""

import numpy as np

from records.finding_codes.conduct import DURATION_OUTLIER
from records.findings import Finding
from records.run import Run

LEAST_SHARE = 0.1
"""Below this share of the median a difference is not worth a word."""

_MAD_TO_SD = 1.4826


def check_durations(runs: dict[str, Run]) -> list[Finding]:
    """Flag runs farther than three robust standard deviations from the median of their scenario.

    Args:
        runs: the counted runs by the name of their folder; fewer than three of a scenario
            cannot show which one is different.
    """
    by_scenario: dict[tuple[str, str | None], list[tuple[str, float]]] = {}
    for name, run in runs.items():
        if run.t_start_utc_s is not None and run.t_stop_utc_s is not None:
            length_s = run.t_stop_utc_s - run.t_start_utc_s
            by_scenario.setdefault((run.scenario, run.tracker), []).append((name, length_s))
    return [finding for members in by_scenario.values() for finding in _outliers(members)]


def _outliers(members: list[tuple[str, float]]) -> list[Finding]:
    if len(members) < 3:
        return []
    lengths_s = np.array([length_s for _, length_s in members])
    median_s = float(np.median(lengths_s))
    spread_s = _MAD_TO_SD * float(np.median(np.abs(lengths_s - median_s)))
    reach_s = max(3 * spread_s, LEAST_SHARE * median_s)
    return [
        DURATION_OUTLIER.finding(
            f"lasted {length_s:.1f} s where the median of its scenario is {median_s:.1f} s; kept as it is",
            name,
        )
        for name, length_s in members
        if abs(length_s - median_s) > reach_s
    ]
