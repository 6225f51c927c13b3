"""The built-in estimators: their formulas, the replay on a GPU log, and their rows beside the trackers."""

import json
from pathlib import Path
from typing import Any

import pytest
from synthetic import EPOCH_UTC_S, rehash, small_campaign

from analysis.agreement.estimators.claims import ESTIMATORS
from analysis.agreement.estimators.component_model import LoadedRun, fit_without
from analysis.agreement.estimators.formulas import green_algorithms_wh, tdp_time_wh
from analysis.campaign import analyse
from analysis.run.clock import ClockFit
from analysis.run.gpu_figures import GpuFigures, gpu_figures
from records.gpu import GPU_COLUMNS, read_gpu
from records.results import Results

SECTION = {"cpu_tdp_w": 105.0, "gpu_tdp_w": 250.0, "memory_gib": 32.0}


def write_gpu_log(run_dir: Path, rows: list[tuple[float, int, float]], start_utc_s: float) -> None:
    """Write ``gpu.csv`` of (seconds, card, watts)."""
    lines = [",".join(GPU_COLUMNS)]
    for t_s, card, power_w in rows:
        fields = {"t_utc_s": f"{start_utc_s + t_s:.3f}", "gpu": str(card), "power_w": str(power_w)}
        lines.append(",".join(fields.get(name, "") for name in GPU_COLUMNS))
    (run_dir / "gpu.csv").write_text("\n".join(lines) + "\n", encoding="ascii")


def figures_of(folder: Path, rows: list[tuple[float, int, float]], length_s: float) -> GpuFigures:
    write_gpu_log(folder, rows, EPOCH_UTC_S)
    log = read_gpu(folder)
    assert log is not None
    return gpu_figures(log, ClockFit(), EPOCH_UTC_S, length_s, interval_s=8.0)


def test_tdp_and_green_algorithms_follow_their_formulas() -> None:
    assert tdp_time_wh(100, 1800) == 50
    # 12 h, 12 cores of 12 W each at 100 %, 64 GB, PUE 1.67: 12 x (144 + 23.84) x 1.67
    found = green_algorithms_wh([(12 * 12, 1.0)], 64, 1.67, 12 * 3600)
    assert found == pytest.approx(12 * (144 + 64 * 0.3725) * 1.67)


def test_the_replay_takes_one_value_per_interval_and_leaves_the_rest(tmp_path: Path) -> None:
    rows = [(float(t), card, 100.0 if t < 8 else 200.0) for t in range(30) for card in (0, 1)]
    found = figures_of(tmp_path, rows, length_s=30.0)
    assert found.replay_wh == pytest.approx(3 * 8 * 400 / 3600)  # at 8, 16 and 24 s, both cards
    assert found.last_w == 400


def test_a_run_below_one_interval_and_a_card_that_came_late_have_no_replay(tmp_path: Path) -> None:
    assert figures_of(tmp_path, [(0.0, 0, 50.0)], length_s=5.0) == GpuFigures(50.0, None)
    late = [(0.0, 0, 50.0), (9.0, 1, 50.0)]
    assert figures_of(tmp_path, late, length_s=12.0) == GpuFigures(100.0, None)


def test_the_component_model_is_fitted_on_other_scenarios() -> None:
    loads = {"idle": 2.0, "half": 50.0, "full": 99.0}
    runs = [LoadedRun(name, 40 + 0.8 * load, (load,)) for name, load in loads.items() for _ in range(3)]
    fitted = fit_without(runs, 0)
    assert fitted is not None
    assert fitted.held_out == "scenario"
    assert fitted.power_w == pytest.approx(40 + 0.8 * 2)
    assert fitted.watts == pytest.approx((40, 0.8))
    other = [LoadedRun("idle", 500.0, run.loads) if run.scenario == "idle" else run for run in runs]
    again = fit_without(other, 0)
    assert again is not None
    assert again.power_w == pytest.approx(fitted.power_w)


def test_loads_that_do_not_differ_determine_no_watts() -> None:
    assert fit_without([LoadedRun("cnn", 90.0 + i, (50.0,)) for i in range(6)], 0) is None


def analysed(folder: Path, section: dict[str, Any] | None, logged: bool = True) -> Results:
    campaign = small_campaign(blocks=3)
    if section is not None:
        campaign.config = {**campaign.config, "estimators": section}
    campaign.write(folder)
    for run in campaign.runs if logged else []:
        run_dir = folder / "runs" / run.run_dir
        rows = [(float(t), 0, 10.0 * (1 + t % 2)) for t in range(-1, 22)]
        write_gpu_log(run_dir, rows, EPOCH_UTC_S + run.start_s)
        rehash(run_dir)
    return analyse(folder)


def test_each_estimator_has_a_row_for_every_run_but_the_baselines(tmp_path: Path) -> None:
    results = analysed(tmp_path / "c", SECTION)
    rows = {name: [row for row in results.trackers if row.tracker == name] for name in ESTIMATORS}
    assert {name: len(own) for name, own in rows.items()} == dict.fromkeys(ESTIMATORS, 9)
    first = {name: own[0] for name, own in rows.items()}
    assert first["tdp-time"].energy_wh == pytest.approx(355 * 20 / 3600)
    assert first["gpu-integral"].energy_wh == pytest.approx(15 * 20 / 3600, rel=0.06)
    assert first["eit-replay"].energy_wh == pytest.approx(1.58 * 2 * 8 * 10 / 3600)
    assert all(row.meter_wh is not None and "estimated" in json.loads(row.settings) for row in first.values())
    assert {row.tracker for row in results.agreement} == {"codecarbon", *ESTIMATORS}


def test_without_the_section_nothing_is_estimated(tmp_path: Path) -> None:
    results = analysed(tmp_path / "c", None)
    assert {row.tracker for row in results.trackers} == {"codecarbon"}
    assert "estimators" not in results.settings


def test_an_estimator_that_lacks_something_says_what(tmp_path: Path) -> None:
    results = analysed(tmp_path / "c", {}, logged=False)
    absent = [row.message for row in results.findings if row.code == "estimator-absent"]
    assert {message.partition(":")[0] for message in absent} == set(ESTIMATORS) - {"component-model"}
    assert any("cpu_tdp_w" in message for message in absent)
