"""See what the campaign report weighs, and how soon its first figure is drawn.

    python -m benchmarks.report [--points 1e4,1e5,1e6] [--json]

Renders the report of synthetic results (SIMULATED: no number of it was measured) with that many readings of
power in runs of an hour at 1 Hz, each with 500 samples of five hardware columns, and opens it from the file
in headless Chromium at 1280 x 900. Told are the time of rendering in Python, the size of the page, the time
from the start of loading to the drawn traces (the mark that ``templates/traces.js`` sets; median of five
loads), and the time of the first paint. At 1e5 points the page must stay below 3 MB and draw within one
second; the command fails where it does not.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.page_load import browser, drawn_after_s
from records.results import Results
from records.rows.parts import CampaignFacts
from records.rows.runs import EpochRow, RunRow, SpanRow
from records.rows.scenarios import ScenarioRow
from records.rows.traces import Trace
from reports.campaign.page import render

PER_RUN = 3600
SCENARIOS = (
    ("baseline", "baseline", 40.0),
    ("idle", "idle", 50.0),
    ("cnn", "workload", 100.0),
    ("rnn", "workload", 90.0),
)
LIMIT_POINTS, LIMIT_MB, LIMIT_S = 100_000, 3.0, 1.0
_MARK = "wattlab:traces:drawn"
_SAMPLES = 500
_EPOCHS = 10
_T0_UTC_S = 1_790_000_000.0


@dataclass(frozen=True)
class Result:
    """What was found for one number of points."""

    points: int
    runs: int
    render_s: float
    page_mb: float
    drawn_s: float
    paint_s: float


def synthetic_results(points: int, per_run: int = PER_RUN) -> Results:
    """Return results with so many readings of power, made up and marked as simulated."""
    random = np.random.default_rng(14756)
    results = Results(
        campaign=CampaignFacts(
            id=f"benchmark-{points}",
            title=f"{points} made-up readings",
            created_utc_s=_T0_UTC_S,
            wattlab_version="0.0.0",
            simulated=True,
            seed=14756,
            config_sha256="0" * 64,
            blocks=1,
            repeats=1,
            slots_planned=1,
            slots_completed=1,
        ),
        rule="default",
        settings={"coverage_min_pct": 99.0, "baseline": "mean", "confidence": 0.95},
        environment={},
        meter={"driver": "simulated", "sampling": "interval_mean", "interval_s": 1.0, "simulated": True},
        runs=[],
    )
    for slot, first in enumerate(range(0, points, per_run), start=1):
        _add_run(results, slot, min(per_run, points - first), random)
    for name, kind, power_w in SCENARIOS:
        runs = [row for row in results.runs if row.scenario == name]
        if runs:
            row = {"scenario": name, "base_scenario": name, "kind": kind, "n": len(runs), "n_to_target": 0}
            mean = {"mean_power_w": power_w, "duration_s": runs[0].duration_s}
            results.scenarios.append(ScenarioRow.from_json(row | mean, name))
    return results


def _add_run(results: Results, slot: int, readings: int, random: np.random.Generator) -> None:
    name, kind, power_w = SCENARIOS[(slot - 1) % len(SCENARIOS)]
    run_dir = f"{slot:04d}-{name}"
    t_s = np.arange(1.0, readings + 1)
    busy = (t_s % 300 > 150) if kind == "workload" else np.zeros(readings)
    drawn_w = np.round(power_w + 30 * busy + random.normal(0, 1.5, readings), 1)
    which: dict[str, Any] = {"slot": slot, "scenario": name, "tracker": None, "run_dir": run_dir}
    common = which | {"repeat": (slot - 1) // len(SCENARIOS) + 1}
    energy_wh = float(drawn_w.sum()) / 3600
    run = {
        **common,
        "kind": kind,
        "block": 1,
        "t_start_utc_s": _T0_UTC_S + 4000.0 * slot,
        "duration_s": float(readings),
        "coverage_pct": 100.0,
        "mean_power_w": float(drawn_w.mean()),
        "energy_wh": energy_wh,
        "energy_u_wh": energy_wh * 0.01,
        "readings": readings,
        "readings_missing": 0,
        "readings_late": 0,
        "readings_duplicate": 0,
        "interval_found_s": 1.0,
        "jitter_s": 0.0,
    }
    results.runs.append(RunRow.from_json(run, run_dir))
    results.traces.append(
        Trace(
            **which,
            interval_s=1.0,
            duration_s=float(readings),
            readings=readings,
            mean_w=float(drawn_w.mean()),
            bin_s=None,
            t_s=t_s.tolist(),
            power_w=drawn_w.tolist(),
            low_w=[],
            high_w=[],
            hardware=_hardware(readings, busy, random),
        )
    )
    if kind == "workload":
        _add_spans(results, common, float(readings))


def _hardware(readings: int, busy: Any, random: np.random.Generator) -> dict[str, dict[str, Any]]:
    places = np.unique(np.linspace(0, readings - 1, _SAMPLES).astype(int))
    columns = {
        "cpu_load_pct": 60,
        "gpu_load_pct": 90,
        "gpu_power_w": 80,
        "cpu_temperature_c": 25,
        "gpu_temperature_c": 30,
    }
    found = {}
    for name, rise in columns.items():
        values = np.abs(20 + (rise - 20) * busy[places] + random.normal(0, 2, len(places)))
        found[name] = {"t_s": (places + 0.5).tolist(), "values": np.round(values, 2).tolist()}
    return found


def _add_spans(results: Results, common: dict[str, Any], length_s: float) -> None:
    for name, start, share in (("prepare", 0.0, 0.1), ("train", 0.1, 0.8), ("export", 0.9, 0.1)):
        span = {"start_s": start * length_s, "duration_s": share * length_s}
        row = {**common, "name": name, "depth": 1, "coverage_pct": 100.0, **span}
        results.actions.append(SpanRow.from_json(row, name))
    each_s = 0.8 * length_s / _EPOCHS
    for epoch in range(1, _EPOCHS + 1):
        span = {"epoch_start_s": 0.1 * length_s + each_s * (epoch - 1), "duration_s": each_s}
        row = {**common, "epoch": epoch, "coverage_pct": 100.0, **span}
        results.epochs.append(EpochRow.from_json(row, f"epoch {epoch}"))


def measure(points: int, folder: Path, driver: Any) -> Result:
    """Render the report of so many points, and open it."""
    results = synthetic_results(points)
    start_s = time.perf_counter()
    page = folder / f"{points}.html"
    page.write_text(render(results), encoding="utf-8")
    render_s = time.perf_counter() - start_s
    return Result(
        points=points,
        runs=len(results.runs),
        render_s=render_s,
        page_mb=page.stat().st_size / 1e6,
        drawn_s=drawn_after_s(driver, page, _MARK),
        paint_s=drawn_after_s(driver, page, "first-contentful-paint"),
    )


def main() -> None:
    """Measure, print, and fail where a limit is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", default="1e4,1e5,1e6")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    wanted = [int(float(word)) for word in options.points.split(",")]
    with tempfile.TemporaryDirectory() as folder, browser() as driver:
        found = [measure(points, Path(folder), driver) for points in wanted]
    if options.json:
        print(json.dumps([asdict(result) for result in found], indent=1))
    else:
        _print(found)
    missed = [r for r in found if r.points == LIMIT_POINTS and (r.page_mb >= LIMIT_MB or r.drawn_s > LIMIT_S)]
    if missed:
        sys.exit(f"limits missed at {LIMIT_POINTS} points: below {LIMIT_MB} MB, drawn within {LIMIT_S} s")


def _print(found: list[Result]) -> None:
    print(f"SIMULATED results; {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
    print("| points | runs | rendering / s | page / MB | first paint / s | traces drawn / s |")
    print("|---|---|---|---|---|---|")
    for r in found:
        numbers = f"{r.render_s:.1f} | {r.page_mb:.2f} | {r.paint_s:.2f} | {r.drawn_s:.2f}"
        print(f"| {r.points} | {r.runs} | {numbers} |")


if __name__ == "__main__":
    main()
