from pathlib import Path

import numpy as np
import pytest

from analysis.evidence.order import clock_step_s
from analysis.run.clock import ClockFit, fit_clock, fit_clocks
from analysis.run.hardware import Hardware, make_hardware
from records.gpu import GPU_COLUMNS, read_gpu
from records.host import read_host, read_sensors
from records.tables import write_table

NO_OFFSET = ClockFit()


def write_gpu(run_dir: Path, rows: list[tuple[float, int, float, float, float]]) -> None:
    """Rows of (time, card, temperature, load, power)."""
    names = ("t_utc_s", "gpu", "temperature_c", "load_pct", "power_w")
    write_table(run_dir / "gpu.csv", GPU_COLUMNS, [dict(zip(names, row, strict=True)) for row in rows])


def seen(run_dir: Path) -> Hardware:
    return make_hardware(read_host(run_dir), read_sensors(run_dir), read_gpu(run_dir), 0.0, NO_OFFSET)


def test_power_of_two_cards_is_added_and_the_hotter_one_counts(tmp_path: Path) -> None:
    write_gpu(
        tmp_path,
        [(t, card, 50.0 + 10 * card, 20.0 + 40 * card, 100.0) for t in range(11) for card in (0, 1)],
    )
    (means,) = seen(tmp_path).means(np.array([2.0]), np.array([8.0]))
    assert means["gpu_power_w"] == pytest.approx(200.0)
    assert means["gpu_temperature_c"] == pytest.approx(60.0)
    assert means["gpu_load_pct"] == pytest.approx(40.0)
    assert means["gpu_memory_used_mib"] is None  # the card does not tell
    assert means["cpu_load_pct"] is None


def test_uneven_samples_weigh_as_long_as_they_last(tmp_path: Path) -> None:
    # 100 W until 2 s, 10 W for the one second until 3 s: (200 + 10) / 3 = 70 W, not (100 + 10) / 2.
    write_gpu(tmp_path, [(t, 0, 50.0, 0.0, p) for t, p in ((0.0, 100.0), (2.0, 100.0), (3.0, 10.0))])
    (means,) = seen(tmp_path).means(np.array([0.0]), np.array([3.0]))
    assert means["gpu_power_w"] == pytest.approx(70.0)


def test_a_sample_after_a_long_silence_does_not_speak_for_all_of_it(tmp_path: Path) -> None:
    times = [*range(11), 100]
    write_gpu(tmp_path, [(float(t), 0, 50.0, 0.0, 10.0 if t < 100 else 500.0) for t in times])
    means = seen(tmp_path).means(np.array([20.0]), np.array([90.0]))
    assert means[0]["gpu_power_w"] is None


def test_a_clock_an_hour_off_that_drifts_keeps_the_energy_of_a_run() -> None:
    # 100 W for 90 s are 2.5 Wh. The SUT is 3600 s ahead and 50 ppm fast: its stamps have to come back
    # exactly, also where the line is evaluated an hour from where it was fitted.
    t_s = np.arange(0.0, 7200.0, 300.0)
    offset_s = 3600.0 + 5e-5 * (t_s - 1000.0)
    fit = fit_clock(t_s, offset_s, np.full(len(t_s), 1e-6))
    for true_s in (0.0, 1000.0, 1090.0, 7000.0):
        stamp_s = true_s + 3600.0 + 5e-5 * (true_s - 1000.0)
        assert fit.to_controller(stamp_s) == pytest.approx(true_s, abs=1e-6)
        assert fit.to_controller_all(np.array([stamp_s]))[0] == pytest.approx(true_s, abs=1e-6)


def test_a_clock_that_was_set_between_runs_has_a_line_for_each_side() -> None:
    t_s = np.arange(0.0, 1200.0, 60.0)
    offset_s = np.where(t_s < 600, 0.2, -5.3) + 1e-5 * t_s
    clock = fit_clocks(t_s, offset_s, np.full(len(t_s), 1e-3))
    for true_s, offset in ((300.0, 0.203), (900.0, -5.291)):
        assert clock.at(true_s + offset).to_controller(true_s + offset) == pytest.approx(true_s, abs=1e-3)
    ((when_s, by_s),) = clock.settings_s
    assert (when_s, by_s) == (600.0, pytest.approx(-5.5, abs=1e-6))


def test_a_clock_that_only_drifts_was_never_set() -> None:
    t_s = np.arange(0.0, 7200.0, 60.0)
    noise_s = 2e-3 * np.random.default_rng(1).normal(size=len(t_s))
    clock = fit_clocks(t_s, 0.7 + 1e-4 * t_s + noise_s, np.full(len(t_s), 2e-3))
    assert clock.settings_s == []


def test_offset_and_drift_of_a_clock_are_fitted_with_their_uncertainty() -> None:
    t_s = np.arange(0.0, 3600.0, 300.0)
    fit = fit_clock(t_s, 5.0 + 1e-5 * t_s, np.full(len(t_s), 1e-3))
    assert fit.drift == pytest.approx(1e-5)
    assert fit.to_controller(1000.0) == pytest.approx(1000.0 - 5.01)
    assert fit.offset_u_s == pytest.approx(1e-3, rel=0.01)


def test_a_lasting_change_of_the_clock_is_a_step_and_one_torn_pair_is_not() -> None:
    even = np.full(10, 1000.0)
    torn = np.where(np.arange(10) == 4, 1000.03, even)
    stepped = np.where(np.arange(10) >= 4, 1000.03, even)
    assert clock_step_s(even) == 0.0
    assert clock_step_s(torn) == pytest.approx(0.0)
    assert clock_step_s(stepped) == pytest.approx(0.03)
    assert clock_step_s(np.array([1000.0, 1000.5])) == pytest.approx(0.5)
