"""The built-in estimators as trackers of their own, whose rows are next to those of the trackers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analysis.agreement.estimators.component_model import DISTINCT, LoadedRun, fit_without
from analysis.agreement.estimators.formulas import green_algorithms_wh, tdp_time_wh
from analysis.run.measure import RunMeasure, TrackerClaim
from records.finding_codes import results as codes
from records.findings import Finding
from records.rows.families import HardwareColumn
from records.settings.estimators import EstimatorSettings
from records.tracker_columns import TRACKER_COLUMNS
from records.units import wh_from_j

_GB_PER_GIB = 1.073741824
_KIB_PER_GIB = 1024**2


@dataclass(frozen=True)
class _Estimate:
    """What an estimator says of a run: energy in Wh, what it covers, how, and its settings."""

    energy_wh: float
    scope: str
    method: dict[str, str]
    settings: dict[str, Any]
    gpu_wh: float | None = None


@dataclass(frozen=True)
class _Case:
    """All that the estimators may use."""

    runs: list[RunMeasure]
    settings: EstimatorSettings
    environment: dict[str, Any]

    @property
    def memory_gib(self) -> float | None:
        """Installed memory, as the settings or the inventory say."""
        ram = self.environment.get("sut", {}).get("ram")
        kib = ram.get("total_kib") if isinstance(ram, dict) else None
        return self.settings.memory_gib or (kib / _KIB_PER_GIB if isinstance(kib, int | float) else None)

    def cards_missing(self) -> bool:
        """Say whether the SUT has graphics cards of which no design power is given."""
        return bool(self.environment.get("sut", {}).get("gpus")) and self.settings.gpu_tdp_w is None


class _Absent(Exception):
    """An estimator lacks something; the message says what."""


def estimate(
    runs: list[RunMeasure], settings: EstimatorSettings | None, environment: dict[str, Any]
) -> tuple[dict[str, list[TrackerClaim]], list[Finding]]:
    """Estimate the energy of every run but the baselines.

    Args:
        runs: all counted runs.
        settings: ``None`` makes no estimates.
        environment: the inventory.

    Returns:
        What the estimators say, by the folder of the run; and of those that say nothing about any run, why.
    """
    claims: dict[str, list[TrackerClaim]] = {}
    findings: list[Finding] = []
    if settings is None:
        return claims, findings
    case = _Case(runs, settings, environment)
    for name, make in _ESTIMATORS.items():
        absent = ""
        found = 0
        for place, run in enumerate(runs):
            if run.run.kind == "baseline":
                continue
            try:
                claims.setdefault(run.run_dir, []).append(_claim(name, make(case, place), run))
                found += 1
            except _Absent as reason:
                absent = str(reason)
        if absent and not found:
            findings.append(codes.ESTIMATOR_ABSENT.finding(f"{name}: {absent}"))
    return claims, findings


def _claim(name: str, made: _Estimate, run: RunMeasure) -> TrackerClaim:
    claim: dict[str, Any] = dict.fromkeys(TRACKER_COLUMNS)
    claim |= {
        "tracker": name,
        "version": "built in",
        "t_start_utc_s": run.run.t_start_utc_s,
        "t_stop_utc_s": run.run.t_stop_utc_s,
        "energy_wh": made.energy_wh,
        "gpu_wh": made.gpu_wh,
        "scope": made.scope,
        "settings": json.dumps({"estimated": True, **made.settings}),
        "method": json.dumps(made.method),
    }
    return TrackerClaim(claim, run.whole, run.counters_wh)


def _tdp_time(case: _Case, place: int) -> _Estimate:
    tdp_w, scope = _tdp(case)
    duration_s = case.runs[place].whole.window.duration_s
    method = dict.fromkeys(scope.split("+"), "TDP x time")
    settings = {"cpu_tdp_w": case.settings.cpu_tdp_w, "gpu_tdp_w": case.settings.gpu_tdp_w}
    return _Estimate(tdp_time_wh(tdp_w, duration_s), scope, method, settings)


def _tdp(case: _Case) -> tuple[float, str]:
    if case.settings.cpu_tdp_w is None:
        raise _Absent("the design power of the processor is not known: set [estimators] cpu_tdp_w")
    if case.cards_missing():
        raise _Absent("the design power of the graphics cards is not known: set [estimators] gpu_tdp_w")
    gpu_w = case.settings.gpu_tdp_w
    return case.settings.cpu_tdp_w + (gpu_w or 0.0), "cpu" if gpu_w is None else "cpu+gpu"


def _green_algorithms(case: _Case, place: int) -> _Estimate:
    _, scope = _tdp(case)
    memory_gib = case.memory_gib
    if memory_gib is None:
        raise _Absent("the installed memory is not known: set [estimators] memory_gib")
    run, given = case.runs[place], case.settings
    usage = {
        part: _usage(run.whole.hardware.get(column)) for part, column in _USAGE if part in scope.split("+")
    }
    tdp_w = {"cpu": given.cpu_tdp_w or 0.0, "gpu": given.gpu_tdp_w or 0.0}
    memory_gb = memory_gib * _GB_PER_GIB
    energy_wh = green_algorithms_wh(
        [(tdp_w[part], share) for part, share in usage.items()],
        memory_gb,
        given.green_algorithms_pue,
        run.whole.window.duration_s,
    )
    settings = {"pue": given.green_algorithms_pue, "memory_gb": round(memory_gb, 3)}
    settings |= {f"{part}_tdp_w": tdp_w[part] for part in usage}
    method = dict.fromkeys(usage, "TDP x usage x time") | {"ram": "0.3725 W per GB"}
    return _Estimate(energy_wh, f"{scope}+ram", method, settings)


_USAGE: tuple[tuple[str, HardwareColumn], ...] = (("cpu", "cpu_load_pct"), ("gpu", "gpu_load_pct"))


def _usage(load_pct: float | None) -> float:
    """Return the usage factor: the mean load, or 1, as the authors take it, where no collector saw any."""
    return 1.0 if load_pct is None else load_pct / 100


def _gpu_integral(case: _Case, place: int) -> _Estimate:
    run = case.runs[place]
    power_w = run.whole.hardware.get("gpu_power_w")
    if power_w is None:
        raise _Absent("no GPU power was logged")
    energy_wh = wh_from_j(power_w * run.whole.window.duration_s)
    return _Estimate(energy_wh, "gpu", {"gpu": "integral of the GPU log"}, {})


def _last_value(case: _Case, place: int) -> _Estimate:
    run = case.runs[place]
    if run.gpu_figures is None or run.gpu_figures.last_w is None:
        raise _Absent("no GPU power was logged")
    energy_wh = wh_from_j(run.gpu_figures.last_w * run.whole.window.duration_s)
    return _Estimate(energy_wh, "gpu", {"gpu": "last logged power x time"}, {})


def _eit_replay(case: _Case, place: int) -> _Estimate:
    figures, given = case.runs[place].gpu_figures, case.settings
    if figures is None or figures.last_w is None:
        raise _Absent("no GPU power was logged")
    if figures.replay_wh is None:
        raise _Absent(f"no run is as long as one interval of {given.eit_interval_s:g} s")
    settings = {"pue": given.eit_pue, "interval_s": given.eit_interval_s, "replay": True}
    method = {"gpu": "one logged power per interval x interval x PUE"}
    return _Estimate(figures.replay_wh * given.eit_pue, "gpu", method, settings, gpu_wh=figures.replay_wh)


def _component_model(case: _Case, place: int) -> _Estimate:
    names = [name for name in _LOADS if _varies(case.runs, name)]
    if not names:
        raise _Absent("no load of a component was logged that differs from run to run")
    usable = [
        (run, LoadedRun(run.run.scenario, energy_j / run.whole.energy.window_s, tuple(loads)))
        for run in case.runs
        if (energy_j := run.whole.energy.energy_j) is not None
        and len(loads := [load for name in names if (load := run.whole.hardware.get(name)) is not None])
        == len(names)
    ]
    which = next((i for i, (run, _) in enumerate(usable) if run is case.runs[place]), None)
    fitted = None if which is None else fit_without([loaded for _, loaded in usable], which)
    if fitted is None:
        raise _Absent("the loads of the other runs do not determine its watts")
    watts = dict(zip(["without load", *(_LOADS[name] for name in names)], fitted.watts, strict=True))
    settings = {
        "watts": {name: round(value, 4) for name, value in watts.items()},
        "held_out": fitted.held_out,
    }
    energy_wh = wh_from_j(fitted.power_w * case.runs[place].whole.window.duration_s)
    return _Estimate(energy_wh, "wall", {"wall": "loads x watts fitted on other runs"}, settings)


def _varies(runs: list[RunMeasure], name: HardwareColumn) -> bool:
    """Say whether a load differs enough to have watts of its own; a constant one is in those without load."""
    loads = [load for run in runs if (load := run.whole.hardware.get(name)) is not None]
    return bool(loads) and max(loads) - min(loads) > DISTINCT * max(loads)


_LOADS: dict[HardwareColumn, str] = {"cpu_load_pct": "per % of CPU load", "gpu_power_w": "per W of GPU power"}

_ESTIMATORS: dict[str, Callable[[_Case, int], _Estimate]] = {
    "tdp-time": _tdp_time,
    "green-algorithms": _green_algorithms,
    "gpu-integral": _gpu_integral,
    "last-value": _last_value,
    "component-model": _component_model,
    "eit-replay": _eit_replay,
}

ESTIMATORS = tuple(_ESTIMATORS)
"""Names of the estimators, which stand where a tracker's name does."""
