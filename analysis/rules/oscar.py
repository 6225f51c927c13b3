"""Rule ``oscar``: the first N samples of each run, and no adjustment for its duration.

Source: OSCAR's report generator (Environmental Campus Birkenfeld), as the published evaluation of Okular
(KDE FEEP, 2022-09-22) follows it. Every run is taken from its start mark on for as many samples as the
standard usage scenario has, also where a baseline or idle run was a little shorter and its last samples lie
behind its stop mark.
"""

from dataclasses import dataclass

import numpy as np

from analysis.maths.arrays import Floats, column
from analysis.rules.contract import Columns, RuleCase
from analysis.rules.scenarios import by_scenario, mean_of, reference_of
from records.host import HOST_COLUMNS, read_host
from records.run import Run
from records.units import wh_from_j


@dataclass(frozen=True, eq=False)
class OscarRun:
    """What the rule needs of a run.

    Attributes:
        interval_s: of the meter.
        power_w: readings stamped at the start of the run or later ``(n,)``.
        within: how many of them are stamped at its stop or earlier.
        host: samples of the collectors from the start on, by `records.host.HOST_COLUMNS`.
        host_interval_s: between them.
    """

    interval_s: float
    power_w: Floats
    within: int
    host: dict[str, Floats]
    host_interval_s: float


class OscarRule:
    """See the module's text."""

    name = "oscar"
    source = "OSCAR (Environmental Campus Birkenfeld): first N samples of each run, no duration adjustment"

    def of_run(self, case: RuleCase) -> OscarRun:
        """Return the samples from the start of the run on; sums of power take them as evenly spaced."""
        chosen = (case.t_utc_s >= case.start_utc_s) & np.isfinite(case.power_w)
        within = int(np.count_nonzero(chosen & (case.t_utc_s <= case.stop_utc_s)))
        host, host_interval_s = _host_from(case)
        return OscarRun(case.meter.interval_s, case.power_w[chosen], within, host, host_interval_s)

    def of_campaign(self, parts: list[tuple[Run, OscarRun]]) -> tuple[list[Columns], list[Columns]]:
        """Return one row per scenario.

        N, the number of samples, is the fewest that a run of a usage scenario has between its marks (of
        all runs, where there is no such scenario): the length of the scenario, which OSCAR is told by hand.
        """
        counts = [part.within for run, part in parts if run.kind == "workload"]
        samples = min(counts or [part.within for _, part in parts], default=0)
        reference = reference_of(parts)
        baseline_wh = mean_of([_energy_wh(part, samples) for part in reference])
        rows: list[Columns] = []
        for label, members in by_scenario(parts).items():
            kind, runs = members[0][0].kind, [part for _, part in members]
            energy_wh = [_energy_wh(part, samples) for part in runs]
            mean_wh = mean_of(energy_wh)
            power_w = np.concatenate([part.power_w[:samples] for part in runs])
            induced = mean_wh is not None and baseline_wh is not None and kind != "baseline"
            rows.append(
                {
                    "scenario": label,
                    "kind": kind,
                    "n": len(runs),
                    "samples": samples,
                    "runs_short": sum(len(part.power_w) < samples for part in runs),
                    "mean_power_w": float(power_w.mean()) if len(power_w) else None,
                    "energy_wh": mean_wh,
                    "baseline_wh": baseline_wh if induced else None,
                    "induced_wh": (mean_wh or 0.0) - (baseline_wh or 0.0) if induced else None,
                    **_host_means(runs, samples),
                }
            )
        return rows, []


def _host_from(case: RuleCase) -> tuple[dict[str, Floats], float]:
    table = read_host(case.run_dir)
    if table is None:
        return {}, 1.0
    t_utc_s = column(table, "t_utc_s")
    chosen = t_utc_s >= case.start_utc_s
    steps_s = np.diff(t_utc_s)
    interval_s = float(np.median(steps_s)) if len(steps_s) else case.meter.interval_s
    return {name: column(table, name)[chosen] for name in HOST_COLUMNS[1:]}, interval_s


def _energy_wh(part: OscarRun, samples: int) -> float | None:
    power_w = part.power_w[:samples]
    return wh_from_j(float(power_w.sum()) * part.interval_s) if len(power_w) else None


def _host_means(runs: list[OscarRun], samples: int) -> dict[str, float | None]:
    """Average the collectors' samples over as much time as the meter's."""
    means: dict[str, float | None] = {}
    for name in HOST_COLUMNS[1:]:
        known = [
            part.host[name][: round(samples * part.interval_s / part.host_interval_s)]
            for part in runs
            if name in part.host
        ]
        values = np.concatenate(known) if known else np.array([])
        values = values[np.isfinite(values)]
        means[name] = float(values.mean()) if len(values) else None
    return means
