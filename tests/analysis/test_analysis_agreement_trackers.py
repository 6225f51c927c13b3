"""Trackers of a campaign: against the wall, gross and net, and the GPU against what was sampled."""

from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from synthetic import Instrument, rehash, small_campaign
from typed_rows import row_of

from analysis.agreement.trackers import agreement_rows, scope_rows
from analysis.campaign import analyse
from records.gpu import GPU_COLUMNS
from records.rows.agreement import TrackerRow


def claim(scenario: str, meter_wh: float, **changes: Any) -> TrackerRow:
    row = row_of(
        TrackerRow,
        tracker="codecarbon",
        scenario=scenario,
        scope="cpu+gpu+ram",
        energy_wh=0.78 * meter_wh,
        meter_wh=meter_wh,
        meter_u_wh=0.05 * meter_wh,
        meter_random_u_wh=0.03 * meter_wh,
        meter_net_wh=0.5 * meter_wh,
        meter_net_u_wh=0.04 * meter_wh,
    )
    return replace(row, **changes)


CLAIMS = [claim(name, wh + 0.1 * i) for name, wh in (("cnn", 10.0), ("transfer", 1.0)) for i in range(5)]


def test_one_row_per_scenario_and_one_over_all_of_them() -> None:
    rows = agreement_rows(CLAIMS, 0.95)
    assert [row.scenario for row in rows] == ["cnn", "transfer", "all"]
    for row in rows:
        assert row.against == "wall"
        assert row.scope == "cpu+gpu+ram against all that the plug delivers"
        assert row.compared.total_ratio == pytest.approx(0.78)
        assert row.ratio_net == pytest.approx(1.56)
        assert row.reference_wh == row.meter_wh
    assert rows[0].verdict.startswith("codecarbon reads 22.0 % low for cnn (0.780 of the wall in total")
    assert "for all scenarios" in rows[-1].verdict


def test_over_two_scenarios_there_is_a_ratio_but_no_interval() -> None:
    row = agreement_rows(CLAIMS, 0.95)[-1]
    assert (row.compared.groups, row.bias_low_wh, row.compared.total_ratio_low) == (2, None, None)
    assert "2 groups: too few" in row.compared.notes
    third = [claim("idle", 3.0 + 0.1 * i) for i in range(5)]
    assert agreement_rows(CLAIMS + third, 0.95)[-1].compared.total_ratio_low is not None


def test_the_meters_uncertainty_is_in_the_intervals_and_its_scatter_out_of_the_limits() -> None:
    row = agreement_rows(CLAIMS, 0.95)[0]
    # Gain and offset, sqrt(0.05^2 - 0.03^2) of the reading, are the same in all runs and do not average out.
    shared = sqrt(0.05**2 - 0.03**2)
    assert row.compared.total_ratio_high - row.compared.total_ratio > 1.96 * 0.78 * shared
    assert row.compared.meter_share == 1.0 and row.compared.true_sd == 0.0


def test_the_net_of_the_baseline_is_compared_beside_it() -> None:
    (row,) = [r for r in scope_rows(CLAIMS, 0.95) if r.scenario == "cnn"]
    assert row.against == "wall net"
    assert row.scope == "cpu+gpu+ram against what the plug delivers above the baseline"
    assert row.compared.total_ratio == pytest.approx(1.56)
    assert row.bias_wh == pytest.approx((0.78 - 0.5) * row.meter_wh / row.n)


def test_the_background_of_each_run_is_its_own_and_averages_out() -> None:
    """Of u = 0.4 Wh net, 0.3 Wh are the meter's scatter, sqrt(0.4^2 - 0.3^2) Wh the background's."""
    claims = [
        claim("cnn", 10.0, energy_wh=7.8 + 0.01 * i, t_start_utc_s=0.0, t_stop_utc_s=1800.0)
        for i in range(30)
    ]
    background_w = 2 * sqrt(0.4**2 - 0.3**2)  # over half an hour
    shared, own = (scope_rows(claims, 0.95, u_w)[0].compared for u_w in (0.0, background_w))
    reach = [row.total_ratio_high - row.total_ratio for row in (shared, own)]
    assert reach[0] > 1.9 * 1.56 * sqrt(0.4**2 - 0.3**2) / 5 > 3 * reach[1]


def test_the_part_of_the_gpu_is_compared_with_the_sampled_power() -> None:
    claims = [claim("cnn", 10.0 + i, gpu_wh=4.0, collector_gpu_wh=5.0 + 0.01 * i) for i in range(4)]
    row = scope_rows(claims, 0.95)[-1]
    assert (row.against, row.scenario) == ("gpu", "all")
    assert "GPU" in row.scope
    assert row.compared.total_ratio == pytest.approx(16 / 20.06)
    assert (row.meter_wh, row.ratio, row.meter_net_wh) == (None, None, None)


def test_runs_without_both_energies_do_not_count() -> None:
    rows = agreement_rows([claim("cnn", 10.0), replace(claim("cnn", 11.0), meter_wh=None)], 0.95)
    assert rows[0].n == 1
    assert agreement_rows([claim("cnn", 10.0, energy_wh=None)], 0.95) == []
    assert [row.against for row in scope_rows([claim("cnn", 10.0, meter_net_wh=None)], 0.95)] == []


def test_a_campaign_gives_the_sampled_energy_of_the_gpu_over_the_trackers_window(tmp_path: Path) -> None:
    folder = small_campaign(instrument=Instrument(phase_s=0.0)).write(tmp_path / "campaign")
    tracked = sorted(path for path in (folder / "runs").iterdir() if (path / "trackers.csv").is_file())
    for run_dir in tracked:
        start_s = _start_s(run_dir)
        lines = [",".join(GPU_COLUMNS)]
        for second in range(-3, 26):
            fields = {"t_utc_s": f"{start_s + second:.6f}", "gpu": "0", "power_w": "50"}
            lines.append(",".join(fields.get(name, "") for name in GPU_COLUMNS))
        (run_dir / "gpu.csv").write_text("\n".join(lines) + "\n")
        rehash(run_dir)
    results = analyse(folder)
    assert [row.collector_gpu_wh for row in results.trackers] == pytest.approx([50 * 18 / 3600] * 2)
    assert {row.against for row in results.agreement} == {"wall"}
    assert {row.against for row in results.agreement_scopes} >= {"wall net"}
    header = (folder / "results/agreement_scopes.csv").read_text().splitlines()[0]
    assert header.startswith("tracker,scenario,n,tracker_wh,meter_wh,meter_net_wh,ratio")


def _start_s(run_dir: Path) -> float:
    first = (run_dir / "events.jsonl").read_text().splitlines()[0]
    return float(first.partition('"t_utc_s":')[2].partition(",")[0])
