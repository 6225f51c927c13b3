"""Synthetic results for the tests of the report. Every number is made up; none was measured."""

import pickle
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, TypeVar

import numpy as np
from report_budgets import budgets_of
from typed_rows import MadeResults, change

from analysis.agreement.trackers import agreement_rows, scope_rows
from analysis.scenario.efficiency import factors
from analysis.statistics.comparison import compare
from analysis.statistics.correlation import EPOCH_COMPANIONS, correlation_row
from analysis.statistics.description import statistics_row
from analysis.statistics.families import adjust_families
from analysis.statistics.mixed import mixed_model
from analysis.statistics.samples import QUANTITIES, Sample, sample_of
from records.results import Results
from records.rows.runs import EpochRow, RunRow
from records.rows.scenarios import ScenarioRow

HOSTILE = '<script>alert("x")</script>'
HOSTILE_IMAGE = '"><img src=http://example.invalid/x.png onerror=alert(1)>'
START_UTC_S = 1_790_000_000.0
BASELINE_W = 41.3


@dataclass
class Plan:
    """What the synthetic campaign holds; the defaults are its rich form."""

    repeats: int = 4
    seconds: int = 60
    tracker: str | None = "codecarbon"
    baseline: bool = True
    epochs: int = 4
    gpu: bool = True
    cpu_temperature: bool = True
    simulated: bool = True
    names: tuple[str, str, str] = ("idle", "cnn", "transfer")
    findings: list[dict[str, Any]] = field(default_factory=list)


# Above the baseline in W, duration as a share of the plan's seconds; made up.
_SHAPES = {"idle": (4.0, 1.0), "cnn": (58.0, 1.6), "transfer": (37.0, 0.7)}


_MADE: dict[str, bytes] = {}


def example(plan: Plan | None = None) -> Results:
    """Return results that fulfil the contract of `records.results.Results`, for the caller to change."""
    plan = plan or Plan()
    key = repr(plan)
    if key not in _MADE:
        _MADE[key] = pickle.dumps(_make(plan))
    results: Results = pickle.loads(_MADE[key])
    return results


def _make(plan: Plan) -> Results:
    random = np.random.default_rng(14756)
    results = _empty(plan)
    slot = 0
    for repeat in range(1, plan.repeats + 1):
        wanted: list[tuple[str, str, str | None]] = [("baseline", "baseline", None)] if plan.baseline else []
        for role, name in zip(_SHAPES, plan.names, strict=True):
            wanted += [(role, name, tracker) for tracker in dict.fromkeys((None, plan.tracker))]
        for role, name, tracker in wanted:
            slot += 1
            _add_run(results, plan, random, slot, repeat, role, name, tracker)
    _add_scenarios(results, plan)
    _add_comparisons(results, plan)
    _add_statistics(results)
    results.budgets += budgets_of(results)
    change(results.campaign, slots_planned=slot, slots_completed=slot)
    results.findings += plan.findings
    return results


def nothing_counted() -> Results:
    """Return the results of a campaign in which every attempt was refused."""
    results = _empty(Plan())
    results.baseline = {}
    change(results.campaign, slots_completed=0)
    results.refused = [
        {"run_dir": "0001-cnn", "scenario": "cnn", "tracker": None, "status": "failed", "reason": HOSTILE},
        {"run_dir": "0001-cnn.2", "scenario": "cnn", "tracker": None, "status": "aborted", "reason": None},
    ]
    results.findings = [
        {"level": "refuse", "run_dir": "", "code": "slot-incomplete", "message": "Slot 1 has no run."}
    ]
    return results


def _empty(plan: Plan) -> Results:
    return MadeResults(
        campaign={
            "id": "synthetic-0001",
            "title": "A campaign that never happened",
            "created_utc_s": START_UTC_S,
            "wattlab_version": "0.0.0",
            "simulated": plan.simulated,
            "seed": 14756,
            "config_sha256": "0" * 64,
            "blocks": plan.repeats,
            "repeats": plan.repeats,
            "slots_planned": 2,
            "slots_completed": 0,
        },
        rule="default",
        settings={
            "coverage_min_pct": 99.0,
            "baseline": "interpolated",
            "confidence": 0.95,
            "useful_work": ["val_accuracy", "samples"],
            "target_val_accuracy": {plan.names[1]: 0.8, plan.names[2]: 0.85, plan.names[0]: None},
        },
        environment={
            "sut": {
                "host": "bench",
                "cpu": {"model": "Imaginary Eight-Core 1700", "cores": 8, "max_mhz": 3700.0},
                "ram": {"total_kib": 16777216, "modules": None},
                "gpus": [{"name": "Imaginary GTX", "memory_mib": 6144}] if plan.gpu else [],
                "os": "Imaginary Linux 12",
                "environments": {"cpu": {"python": "3.11.7", "packages": {"tensorflow": "2.21.0"}}},
            },
            "controller": {"host": "bench", "os": "Imaginary Linux 12"},
            "meter": {"model": "WattsUp", "serial": None},
        },
        meter={
            "driver": "wattsup_pro",
            "port": "virtual",
            "identity": {"maker": "Imaginary", "model": "PRO", "serial": "0", "firmware": ""},
            "sampling": "interval_mean",
            "interval_s": 1.0,
            "latency_s": 0.5,
            "latency_u_s": 0.05,
            "resolution_w": 0.1,
            "accuracy": {"reading_pct": 1.5, "range_pct": 0.0, "range_w": None, "counts": 3.0},
            "calibration": {"date": None, "certificate": None},
            "simulated": plan.simulated,
        },
        runs=[],
        baseline={
            "reference": "interpolated",
            "n": plan.repeats,
            "mean_power_w": BASELINE_W,
            "mean_power_u_w": 0.36,
            "sd_w": 0.21,
            "drift_w_per_h": 0.4,
            "drift_low_w_per_h": -0.5,
            "drift_high_w_per_h": 1.3,
            "drift_p": 0.31,
            "block_change_w": None,
            "block_change_p": None,
        }
        if plan.baseline
        else dict.fromkeys(("reference", "n", "mean_power_w", "mean_power_u_w", "sd_w")),
        provenance={plan.names[1]: {"dataset": "generated", "weights": "random"}},
    )


def _add_run(
    results: Results,
    plan: Plan,
    random: Any,
    slot: int,
    repeat: int,
    role: str,
    name: str,
    tracker: str | None,
) -> None:
    above_w, share = _SHAPES.get(role, (0.0, 1.0))
    seconds = max(12, int(plan.seconds * share) + int(random.integers(0, 4)))
    t_s = np.arange(1.0, seconds + 1)
    ramp = np.clip((t_s - 3) / 6, 0, 1) * np.clip((seconds - t_s) / 3, 0.1, 1)
    power_w = BASELINE_W + above_w * ramp + (1.5 if tracker else 0.0) + random.normal(0, 0.8, seconds)
    energy_wh = float(power_w.sum()) / 3600
    baseline_wh = BASELINE_W * seconds / 3600 if plan.baseline and role != "baseline" else None
    run_dir = f"{slot:04d}-{role}"
    workload = role in ("cnn", "transfer")
    row: dict[str, Any] = {
        "slot": slot,
        "run_dir": run_dir,
        "scenario": name,
        "kind": "workload" if workload else role,
        "repeat": repeat,
        "block": repeat,
        "tracker": tracker,
        "t_start_utc_s": START_UTC_S + 200.0 * slot,
        "duration_s": float(seconds),
        "coverage_pct": 100.0,
        "mean_power_w": energy_wh * 3600 / seconds,
        "energy_wh": energy_wh,
        "energy_u_wh": energy_wh * 0.009,
        "baseline_power_w": BASELINE_W if baseline_wh is not None else None,
        "baseline_wh": baseline_wh,
        "induced_wh": None if baseline_wh is None else energy_wh - baseline_wh,
        "induced_u_wh": None if baseline_wh is None else abs(energy_wh - baseline_wh) * 0.012,
        "epochs": plan.epochs if workload else None,
        "val_accuracy": 0.81 if workload and plan.epochs else None,
        "samples": 1000.0 * plan.epochs if workload and plan.epochs else None,
        "wh_to_target": energy_wh * 0.8 if role == "cnn" and plan.epochs else None,
        **_hardware(plan, role, random),
    }
    results.runs.append(row)
    results.traces.append(
        {
            "run_dir": run_dir,
            "slot": slot,
            "scenario": name,
            "tracker": tracker,
            "interval_s": 1.0,
            "duration_s": float(seconds),
            "readings": seconds,
            "mean_w": float(power_w.mean()),
            "bin_s": None,
            "t_s": t_s.tolist(),
            "power_w": [round(float(p), 1) for p in power_w],
            "low_w": [],
            "high_w": [],
            "hardware": {},
        }
    )
    if workload:
        _add_spans(results, plan, random, row)
    if tracker:
        _add_tracker(results, row)


def _hardware(plan: Plan, role: str, random: Any) -> dict[str, Any]:
    busy = {"baseline": 0.0, "idle": 0.02, "cnn": 0.9, "transfer": 0.7}[role] + float(random.uniform(0, 0.03))
    return {
        "cpu_load_pct": 90 * busy,
        "ram_used_kib": 3.1e6 + 4e6 * busy,
        "disk_read_kib_s": 20 * busy,
        "disk_write_kib_s": 15.0,
        "net_rx_kib_s": 0.2,
        "net_tx_kib_s": 0.1,
        "cpu_temperature_c": 40 + 20 * busy if plan.cpu_temperature else None,
        "gpu_load_pct": 80 * busy if plan.gpu else None,
        "gpu_memory_load_pct": 30 * busy if plan.gpu else None,
        "gpu_memory_used_mib": 5000 * busy if plan.gpu else None,
        "gpu_power_w": 8 + 40 * busy if plan.gpu else None,
        "gpu_temperature_c": 38 + 25 * busy if plan.gpu else None,
    }


def _add_spans(results: Results, plan: Plan, random: Any, run: dict[str, Any]) -> None:
    common = {key: run[key] for key in ("slot", "run_dir", "scenario", "tracker", "repeat")}
    actions = (("prepare images", 0, 0.1), ("train", 0, 0.8), ("first half", 1, 0.4), ("export", 0, 0.05))
    for name, depth, share in actions:
        results.actions.append({**common, "name": name, "depth": depth, **_part(run, share)})
    for epoch in range(1, plan.epochs + 1):
        part = _part(run, 0.8 / plan.epochs * float(random.uniform(0.97, 1.03)))
        results.epochs.append(
            {
                **common,
                "epoch": epoch,
                **part,
                "accuracy": 0.5 + 0.09 * epoch,
                "val_accuracy": min(0.97, 0.45 + 0.1 * epoch + float(random.normal(0, 0.01))),
                "loss": 1.5 / epoch,
                "val_loss": 1.6 / epoch,
                "epoch_start_s": 3.0 * epoch,
                "cumulative_wh": run["energy_wh"] * (0.1 + 0.8 * epoch / plan.epochs),
                "cpu_load_pct": run["cpu_load_pct"],
                "gpu_temperature_c": run["gpu_temperature_c"] + epoch if plan.gpu else None,
                "cpu_temperature_c": run["cpu_temperature_c"] + epoch if plan.cpu_temperature else None,
            }
        )


def _part(run: dict[str, Any], share: float) -> dict[str, Any]:
    induced = run["induced_wh"]
    return {
        "duration_s": run["duration_s"] * share,
        "coverage_pct": 100.0,
        "energy_wh": run["energy_wh"] * share,
        "energy_u_wh": run["energy_u_wh"] * share,
        "induced_wh": None if induced is None else induced * share,
        "induced_u_wh": None if induced is None else run["induced_u_wh"] * share,
    }


def _add_tracker(results: Results, run: dict[str, Any]) -> None:
    said_wh = run["energy_wh"] * 0.78
    net_wh = run["induced_wh"]
    results.trackers.append(
        {
            "slot": run["slot"],
            "scenario": run["scenario"],
            "repeat": run["repeat"],
            "tracker": run["tracker"],
            "version": "3.0.0",
            "t_start_utc_s": run["t_start_utc_s"],
            "t_stop_utc_s": run["t_start_utc_s"] + run["duration_s"],
            "energy_wh": said_wh,
            "cpu_wh": said_wh * 0.6,
            "gpu_wh": None,
            "ram_wh": said_wh * 0.4,
            "emissions_kg": 1e-6,
            "interval_s": 1.0,
            "scope": "cpu+ram",
            "settings": '{"cpu": "constant"}',
            "meter_wh": run["energy_wh"],
            "meter_u_wh": run["energy_u_wh"],
            "meter_net_wh": net_wh,
            "error_wh": said_wh - run["energy_wh"],
            "ratio": 0.78,
            "ratio_net": None if net_wh is None else said_wh / net_wh,
            "meter_random_u_wh": run["energy_u_wh"] * 0.2,
            "meter_net_u_wh": run["induced_u_wh"],
            "collector_gpu_wh": None,
        }
    )


def _add_scenarios(results: Results, plan: Plan) -> None:
    keys = dict.fromkeys((row.scenario, row.tracker) for row in results.runs)
    for name, tracker in keys:
        runs = [row.to_json() for row in results.runs if (row.scenario, row.tracker) == (name, tracker)]
        results.scenarios.append(_scenario(plan, name, tracker, runs))
    results.agreement += agreement_rows(results.trackers, 0.95)
    results.agreement_scopes += scope_rows(results.trackers, 0.95)


def _mean(rows: list[dict[str, Any]], column: str) -> float | None:
    values = [row[column] for row in rows if row.get(column) is not None]
    return float(np.mean(values)) if values else None


def _sd(rows: list[dict[str, Any]], column: str) -> float | None:
    values = [row[column] for row in rows if row.get(column) is not None]
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def _scenario(plan: Plan, name: str, tracker: str | None, runs: list[dict[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "scenario": f"{name}+{tracker}" if tracker else name,
        "base_scenario": name,
        "tracker": tracker,
        "kind": runs[0]["kind"],
        "n": len(runs),
        "duration_s": _mean(runs, "duration_s"),
        "duration_sd_s": _sd(runs, "duration_s"),
        "mean_power_w": _mean(runs, "mean_power_w"),
        "epochs": _mean(runs, "epochs"),
    }
    for quantity in ("energy", "induced"):
        mean, sd = _mean(runs, f"{quantity}_wh"), _sd(runs, f"{quantity}_wh")
        u = _mean(runs, f"{quantity}_u_wh")
        row[f"{quantity}_wh"], row[f"{quantity}_sd_wh"], row[f"{quantity}_u_wh"] = mean, sd, u
        known = mean is not None and u is not None and len(runs) > 1
        row[f"{quantity}_low_wh"] = mean - 2.2 * u if known and mean is not None and u is not None else None
        row[f"{quantity}_high_wh"] = mean + 2.2 * u if known and mean is not None and u is not None else None
    has_epochs = bool(row["epochs"])
    energy, induced = row["energy_wh"], row["induced_wh"]
    row["wh_per_epoch"] = energy * 0.8 / plan.epochs if has_epochs else None
    row["induced_wh_per_epoch"] = induced * 0.8 / plan.epochs if has_epochs and induced is not None else None
    work = [
        {kind: run[kind] for kind in ("val_accuracy", "samples") if run[kind] is not None} for run in runs
    ]
    row |= factors(work, [run["energy_wh"] for run in runs], [run["induced_wh"] for run in runs])
    for column in _hardware(plan, "idle", np.random.default_rng(0)):
        row[column] = _mean(runs, column)
    return row


def _add_comparisons(results: Results, plan: Plan) -> None:
    if not plan.tracker:
        return
    for name in plan.names:
        for quantity, unit_size in (("induced_wh", 0.03), ("duration_s", 1.2)):
            several = plan.repeats > 1
            results.comparisons.append(
                {
                    "a": name,
                    "b": f"{name}+{plan.tracker}",
                    "quantity": quantity,
                    "n_a": plan.repeats,
                    "n_b": plan.repeats,
                    "mean_a": 1.0,
                    "mean_b": 1.0 + unit_size,
                    "difference": unit_size,
                    "difference_low": unit_size * -0.2 if several else None,
                    "difference_high": unit_size * 2.2 if several else None,
                    "ratio": 1.0 + unit_size,
                }
            )


def _add_statistics(results: Results) -> None:
    """Describe and compare the runs as the analysis does it."""
    for row in results.scenarios:
        epochs = _rows_of(results.epochs, row)
        found = (
            statistics_row(sample_of(row.scenario, _rows_of(results.runs, row), epochs, quantity), 0.95)
            for quantity in QUANTITIES
        )
        results.statistics += [item for item in found if item is not None]
        correlated = (correlation_row(row.scenario, epochs, name, 0.95) for name in EPOCH_COMPANIONS)
        results.correlations += [item for item in correlated if item is not None]
    pairs = []
    for quantity in QUANTITIES:
        samples = _plain_samples(results, quantity)
        pairs += [compare(a, b, 0.95) for a, b in combinations(samples, 2)]
    results.mixed_models += mixed_model(_plain_samples(results, "induced_wh"), 0.95)
    results.comparisons += adjust_families(pairs)


Own = TypeVar("Own", RunRow, EpochRow)


def _rows_of(rows: list[Own], scenario: ScenarioRow) -> list[Own]:
    key = (scenario.base_scenario, scenario.tracker)
    return [row for row in rows if (row.scenario, row.tracker) == key]


def _plain_samples(results: Results, quantity: str) -> list[Sample]:
    samples = (
        sample_of(row.scenario, _rows_of(results.runs, row), _rows_of(results.epochs, row), quantity)
        for row in results.scenarios
        if row.tracker is None
    )
    return [sample for sample in samples if sample.n]
