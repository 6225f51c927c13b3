"""The rule of MLPerf Power: the plain mean of the samples strictly within the load."""

from typing import Any

import numpy as np

from analysis.rules.contract import Columns, RuleCase
from records.run import Run
from records.units import wh_from_j


class MlperfRule:
    """Average power as MLPerf Power publishes it.

    Samples with begin < t < end and a power above zero count once each, whatever the time from one to
    the next; the hosts' clocks are taken as one. The published figure is the mean power alone; the energy
    here is that times the length of the load.
    """

    name = "mlperf"
    source = (
        "MLPerf Inference Power submission rules; average power in the results of "
        "mlcommons/inference_results_v1.0"
    )

    def of_run(self, case: RuleCase) -> Columns:
        """Return the number of samples, the load's length and the mean power of one run."""
        begin_s, end_s = _as_written(case)
        counted = (case.t_utc_s > begin_s) & (case.t_utc_s < end_s) & (case.power_w > 0)
        mean_power_w = float(np.mean(case.power_w[counted])) if counted.any() else None
        return {
            "run_dir": case.run_dir.name,
            "duration_s": end_s - begin_s,
            "samples_in_window": int(np.count_nonzero(counted)),
            "mean_power_w": mean_power_w,
            "energy_wh": None if mean_power_w is None else wh_from_j(mean_power_w * (end_s - begin_s)),
        }

    def of_campaign(self, parts: list[tuple[Run, Any]]) -> tuple[list[Columns], list[Columns]]:
        """Return one row per run; the rule knows no repeats and no spans."""
        return [{"scenario": run.scenario, **part} for run, part in parts], []


def _as_written(case: RuleCase) -> tuple[float, float]:
    """Return the load by the clock of its own host, as the rule compares it with the samples' stamps."""
    begin_s, end_s = case.run.t_start_utc_s, case.run.t_stop_utc_s
    if begin_s is None or end_s is None:
        return case.start_utc_s, case.stop_utc_s
    return begin_s, end_s
