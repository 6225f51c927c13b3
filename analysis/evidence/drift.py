"""Durations that drift over the order of the runs: the SUT is not the same at the end as at the beginning."""

import numpy as np

from analysis.evidence.case import CampaignCase
from analysis.maths.arrays import Floats
from records.finding_codes.conduct import DURATION_DRIFT
from records.findings import Finding

SIGNIFICANT = 0.01
"""One scenario in a hundred that does not drift is flagged."""

LEAST_SHARE = 0.01
"""A change over all runs below this share of their mean is not worth a word."""

LEAST_RUNS = 5


def check_duration_drift(case: CampaignCase) -> list[Finding]:
    """Regress the durations of each scenario on the time of its runs (least squares, t test of the slope)."""
    samples: dict[tuple[str, str | None], list[tuple[float, float]]] = {}
    for item in case.runs:
        start, stop = item.run.t_start_utc_s, item.run.t_stop_utc_s
        if start is not None and stop is not None:
            samples.setdefault((item.run.scenario, item.run.tracker), []).append((start, stop - start))
    findings = []
    for (scenario, tracker), sample in samples.items():
        found = _drift(np.array(sample))
        if found is not None:
            change_s, p = found
            message = (
                f"{scenario}{f' with {tracker}' if tracker else ''}: durations drift by {change_s:+.2f} s "
                f"from the first to the last of {len(sample)} runs (p = {p:.2g}): heat, a filling disk or "
                f"another load; compare scenarios block by block"
            )
            findings.append(DURATION_DRIFT.finding(message))
    return findings


def _drift(sample: Floats) -> tuple[float, float] | None:
    """Return change in s and p value where the durations drift; ``sample`` is ``(n, 2)``."""
    start_s, length_s = sample[:, 0] - sample[:, 0].min(), sample[:, 1]
    if len(sample) < LEAST_RUNS or np.ptp(start_s) == 0 or np.ptp(length_s) <= LEAST_SHARE * length_s.mean():
        return None
    from scipy import stats

    fit = stats.linregress(start_s, length_s)
    change_s = float(fit.slope * np.ptp(start_s))
    if fit.pvalue >= SIGNIFICANT or abs(change_s) <= LEAST_SHARE * length_s.mean():
        return None
    return change_s, float(fit.pvalue)
