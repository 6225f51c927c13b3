"""Whole campaigns with a known truth: what comes out, to the watt-hour."""

import json
import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from synthetic import (
    EPOCH_UTC_S,
    Instrument,
    Spanned,
    SyntheticCampaign,
    SyntheticRun,
    mean_power,
    rehash,
    small_campaign,
    training_spans,
)

from analysis.campaign import analyse
from analysis.run.coverage import run_coverage
from records.clock import append_clock
from records.errors import RecordError, SchemaError
from records.results import Results, read_results
from records.rows.agreement import AgreementRow, TrackerRow
from records.rows.families import HARDWARE_COLUMNS
from records.rows.row import ResultRow
from records.rows.runs import EpochRow, RunRow, SpanRow
from records.rows.scenarios import ScenarioRow
from records.rows.statistics import ComparisonRow
from records.settings.analysis import AnalysisSettings

ON_THE_BEAT = Instrument(phase_s=0.0)
"""Its intervals begin with the runs, so that every expected energy is power times time."""


def analysed(campaign: SyntheticCampaign, tmp_path: Path, **settings: Any) -> Results:
    folder = campaign.write(tmp_path / "campaign")
    return analyse(folder, AnalysisSettings(**settings) if settings else None)


def row(rows: Iterable[ResultRow], **wanted: Any) -> dict[str, Any]:
    plain = [one.to_json() for one in rows]
    (found,) = [r for r in plain if all(r[name] == value for name, value in wanted.items())]
    return found


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return analysed(small_campaign(instrument=ON_THE_BEAT), tmp_path)


def test_energy_and_induced_energy_of_a_run_are_the_true_ones(results: Results) -> None:
    run = row(results.runs, slot=3)
    assert run["energy_wh"] == pytest.approx(100 * 20 / 3600)
    assert run["baseline_power_w"] == pytest.approx(40.0)
    assert run["induced_wh"] == pytest.approx((100 - 40) * 20 / 3600)
    assert run["mean_power_w"] == pytest.approx(100.0)
    assert run["coverage_pct"] == pytest.approx(100.0)


def test_baseline_runs_have_no_induced_energy(results: Results) -> None:
    base = row(results.runs, slot=1)
    assert base["energy_wh"] == pytest.approx(40 * 20 / 3600)
    assert base["induced_wh"] is None and base["baseline_wh"] is None


def test_epochs_calls_and_actions_have_their_own_energy(results: Results) -> None:
    epoch = row(results.epochs, slot=3, epoch=2)
    assert epoch["energy_wh"] == pytest.approx(100 * 4 / 3600)
    assert epoch["induced_wh"] == pytest.approx(60 * 4 / 3600)
    assert epoch["cumulative_wh"] == pytest.approx(100 * 10 / 3600)  # start to 10 s
    assert epoch["epoch_start_s"] == pytest.approx(6.0)
    assert (epoch["accuracy"], epoch["val_accuracy"], epoch["loss"]) == (0.4, 0.5, 0.5)
    assert epoch["cpu_load_pct"] == pytest.approx(80.0)
    assert row(results.actions, slot=3, name="train")["energy_wh"] == pytest.approx(100 * 16 / 3600)
    assert row(results.actions, slot=3, name="train")["depth"] == 1
    assert row(results.calls, slot=3)["energy_wh"] == pytest.approx(100 * 0.1 / 3600, rel=1e-4)


def test_energy_to_target_ends_with_the_first_epoch_that_reaches_it(results: Results) -> None:
    # Validation accuracy 0.25, 0.5, 0.75, 1.0; the target of 0.8 is met when epoch 4 ends at 18 s.
    assert row(results.runs, slot=3)["wh_to_target"] == pytest.approx(100 * 18 / 3600)
    assert row(results.runs, slot=2)["wh_to_target"] is None


def test_efficiency_is_useful_work_over_energy(results: Results) -> None:
    cnn = row(results.scenarios, scenario="cnn")
    assert cnn["val_accuracy_per_wh"] == pytest.approx(1.0 / (2000 / 3600))
    assert cnn["correct_per_induced_wh"] == pytest.approx(90 / (1200 / 3600))
    assert cnn["samples_per_wh"] == pytest.approx(400 / (2000 / 3600))
    assert cnn["runs_per_wh"] == pytest.approx(1 / (2000 / 3600))
    assert cnn["recall_per_wh"] is None


def test_scenarios_hold_means_and_stand_in_their_order(results: Results) -> None:
    assert [s.scenario for s in results.scenarios] == ["baseline", "idle", "cnn", "cnn+codecarbon"]
    cnn = row(results.scenarios, scenario="cnn")
    assert (cnn["n"], cnn["epochs"], cnn["base_scenario"], cnn["tracker"]) == (2, 4.0, "cnn", None)
    assert cnn["wh_per_epoch"] == pytest.approx(400 / 3600)
    assert cnn["energy_wh"] == pytest.approx(2000 / 3600, rel=0.01)
    assert cnn["energy_low_wh"] is cnn["induced_high_wh"] is None  # two runs


def test_a_tracker_is_compared_with_the_meter_over_its_own_window(results: Results) -> None:
    # The tracker ran from 1 s to 19 s: 102 W x 18 s gross, 62 W x 18 s net; it claims 0.3 Wh.
    claim = row(results.trackers, slot=4)
    assert claim["meter_wh"] == pytest.approx(0.51)
    assert claim["meter_net_wh"] == pytest.approx(0.31)
    assert claim["error_wh"] == pytest.approx(-0.21)
    assert claim["ratio"] == pytest.approx(0.3 / 0.51)
    total = row(results.agreement, tracker="codecarbon", scenario="all")
    assert (total["n"], total["tracker_wh"], total["meter_wh"]) == (2, 0.6, pytest.approx(1.02))
    assert total["ratio_net"] == pytest.approx(0.6 / 0.62)
    assert total["bias_wh"] == pytest.approx(-0.21)


def test_the_cost_of_a_tracker_is_the_scenario_with_it_minus_without_it(results: Results) -> None:
    cost = row(results.comparisons, a="cnn", b="cnn+codecarbon", quantity="induced_wh")
    assert cost["difference"] == pytest.approx(2 * 20 / 3600)
    time = row(results.comparisons, a="cnn", b="cnn+codecarbon", quantity="duration_s")
    assert time["difference"] == pytest.approx(0.0)


def test_rows_hold_the_columns_of_the_contract_and_no_number_that_is_none(results: Results) -> None:
    pairs = (
        (results.runs, (*RunRow.CONTRACT, *HARDWARE_COLUMNS, "run_dir", "wh_to_target")),
        (results.epochs, (*EpochRow.CONTRACT, *HARDWARE_COLUMNS, "tracker", "run_dir")),
        (results.actions, (*SpanRow.CONTRACT, *HARDWARE_COLUMNS)),
        (results.scenarios, (*ScenarioRow.CONTRACT, *HARDWARE_COLUMNS, "energy_iqr_wh", "epochs")),
        (results.comparisons, ComparisonRow.CONTRACT),
        (results.trackers, TrackerRow.CONTRACT),
        (results.agreement, AgreementRow.CONTRACT),
    )
    for rows, columns in pairs:
        assert rows
        for found in rows:
            values = found.to_json()
            assert set(columns) <= set(values)
            assert all(math.isfinite(v) for v in values.values() if isinstance(v, float))


def test_epochs_have_their_memory_where_the_probe_told_it(results: Results, tmp_path: Path) -> None:
    assert all("rss_mib" not in epoch.to_json() for epoch in results.epochs)
    campaign = small_campaign(blocks=1)
    for run in campaign.runs:
        for span in run.spans:
            if span.span == "epoch":
                span.data["rss_mib"] = 100.0 + span.data["epoch"]
    found = analysed(campaign, tmp_path / "with-memory")
    assert [epoch.rss_mib for epoch in found.epochs] == [100.0 + epoch.epoch for epoch in found.epochs]


def test_what_is_returned_is_what_is_written(tmp_path: Path) -> None:
    found = analysed(small_campaign(), tmp_path)
    assert read_results(tmp_path / "campaign" / "results").to_json() == json.loads(
        json.dumps(found.to_json())
    )
    lines = (tmp_path / "campaign" / "results" / "runs.csv").read_text().splitlines()
    assert lines[0].startswith(
        "slot,scenario,kind,repeat,block,tracker,t_start_utc_s,duration_s,coverage_pct"
    )
    assert len(lines) == 1 + 8


def test_the_energy_of_a_scenario_is_the_mean_of_its_runs_energies(tmp_path: Path) -> None:
    # 100 W x 10 s and 50 W x 30 s: mean of 1000 J and 1500 J is 1250 J. The mistake, mean power of
    # one run times the mean duration of all, gives 100 W x 20 s = 2000 J or 50 W x 20 s = 1000 J.
    runs = [
        SyntheticRun(1, "job", 100.0, 10.0, power_w=100.0),
        SyntheticRun(2, "job", 200.0, 30.0, repeat=2, power_w=50.0),
    ]
    found = analysed(SyntheticCampaign(runs, instrument=ON_THE_BEAT), tmp_path)
    job = row(found.scenarios, scenario="job")
    assert job["energy_wh"] == pytest.approx(1250 / 3600)
    assert job["mean_power_w"] == pytest.approx(2500 / 40)


def test_the_latency_of_the_meter_is_taken_out(tmp_path: Path) -> None:
    campaign = small_campaign(instrument=Instrument(phase_s=0.0, latency_s=0.8, jitter_s=0.005))
    run = row(analysed(campaign, tmp_path).runs, slot=3)
    # The fit follows the typical delay, ln 2 times the mean of an exponential one, here 3.5 ms.
    assert run["energy_wh"] == pytest.approx(2000 / 3600, abs=0.01 * 60 / 3600)


def test_instantaneous_readings_are_integrated_as_trapezoids(tmp_path: Path) -> None:
    campaign = small_campaign(instrument=Instrument(phase_s=0.1, interval_s=0.2, sampling="instantaneous"))
    run = row(analysed(campaign, tmp_path).runs, slot=3)
    # A step of 60 W within one trapezoid of 0.2 s can be misplaced by half of it at either border.
    assert run["energy_wh"] == pytest.approx(2000 / 3600, abs=2 * 60 * 0.1 / 3600)


def test_stamps_of_a_remote_sut_are_brought_to_the_controllers_clock(tmp_path: Path) -> None:
    folder = small_campaign(instrument=ON_THE_BEAT).write(tmp_path / "campaign")
    for run_dir in sorted((folder / "runs").iterdir()):
        _shift_sut(run_dir, 7.0)
    for second in (0, 300, 600):
        append_clock(folder / "clock.csv", EPOCH_UTC_S + second, 7.0, 0.001, 0.002, "four-stamp")
    found = analyse(folder)
    assert row(found.runs, slot=3)["energy_wh"] == pytest.approx(2000 / 3600)
    assert row(found.epochs, slot=3, epoch=2)["energy_wh"] == pytest.approx(400 / 3600)
    assert row(found.trackers, slot=4)["meter_wh"] == pytest.approx(0.51)


def _shift_sut(run_dir: Path, offset_s: float) -> None:
    """Let the SUT's clock be ahead of the controller's: its stamps grow, the meter's stay."""
    events = [json.loads(line) for line in (run_dir / "events.jsonl").read_text().splitlines()]
    for event in events:
        event["t_utc_s"] += offset_s
    (run_dir / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    for name, columns in (("host.csv", (0,)), ("trackers.csv", (2, 3))):
        if (run_dir / name).is_file():
            lines = (run_dir / name).read_text().splitlines()
            fields = [line.split(",", 4) for line in lines[1:]]
            for values in fields:
                for i in columns:
                    values[i] = str(float(values[i]) + offset_s)
            (run_dir / name).write_text("\n".join([lines[0], *map(",".join, fields)]) + "\n")
    record = json.loads((run_dir / "run.json").read_text())
    record["t_start_utc_s"] += offset_s
    record["t_stop_utc_s"] += offset_s
    (run_dir / "run.json").write_text(json.dumps(record))
    rehash(run_dir)


def test_the_baseline_may_be_pooled(tmp_path: Path) -> None:
    campaign = small_campaign(instrument=ON_THE_BEAT)
    campaign.runs[4] = replace(campaign.runs[4], power_w=44.0)
    found = analysed(campaign, tmp_path, baseline="pooled")
    assert row(found.runs, slot=3)["baseline_power_w"] == pytest.approx(42.0)
    assert found.baseline.reference == "pooled"


def test_the_baseline_is_interpolated_between_its_neighbours(tmp_path: Path) -> None:
    campaign = small_campaign(instrument=ON_THE_BEAT)
    campaign.runs[4] = replace(campaign.runs[4], power_w=44.0)
    found = analysed(campaign, tmp_path)
    # Baselines begin at 100 s and 260 s, this run at 180 s: half-way from 40 W to 44 W.
    assert row(found.runs, slot=3)["baseline_power_w"] == pytest.approx(42.0)
    assert row(found.runs, slot=2)["baseline_power_w"] == pytest.approx(41.0)
    assert row(found.runs, slot=8)["baseline_power_w"] == pytest.approx(44.0)


def test_a_campaign_without_baseline_has_gross_energies_only(tmp_path: Path) -> None:
    campaign = small_campaign()
    campaign.runs = [run for run in campaign.runs if run.kind != "baseline"]
    found = analysed(campaign, tmp_path)
    assert all(run.induced_wh is None and run.energy_wh > 0 for run in found.runs)
    assert row(found.scenarios, scenario="cnn")["induced_wh_per_epoch"] is None
    assert row(found.agreement, scenario="all")["ratio_net"] is None


def test_a_campaign_in_which_no_run_counts_has_results_that_say_so(tmp_path: Path) -> None:
    campaign = small_campaign()
    campaign.runs = [replace(run, status="failed", reason="no meter") for run in campaign.runs]
    found = analysed(campaign, tmp_path)
    assert found.runs == [] and found.scenarios == [] and found.meter == {}
    assert [r.reason for r in found.refused] == ["no meter"] * 8
    assert found.campaign.slots_completed == 0


def test_a_run_that_lost_too_much_is_refused_with_its_reason(tmp_path: Path) -> None:
    campaign = small_campaign()
    campaign.runs[2] = replace(campaign.runs[2], change_readings=lambda rows: rows[:8] + rows[10:])
    found = analysed(campaign, tmp_path)
    assert 3 not in [run.slot for run in found.runs]
    (refused,) = found.refused
    assert refused.run_dir == "0003-cnn"
    assert "90.00 % of the rating interval" in refused.reason


def test_a_better_second_attempt_counts_and_the_first_no_longer_refuses(tmp_path: Path) -> None:
    campaign = small_campaign(instrument=ON_THE_BEAT)
    good = campaign.runs[2]
    campaign.runs[2] = replace(good, change_readings=lambda rows: rows[:8] + rows[10:])
    campaign.runs.insert(3, replace(good, start_s=1000.0, attempt=2))
    found = analysed(campaign, tmp_path)
    assert row(found.runs, slot=3)["run_dir"] == "0003-cnn.2"
    assert [f for f in found.findings if f.level == "refuse"] == []
    assert row(found.findings, code="coverage-low")["level"] == "info"


def test_the_intervals_of_three_runs_hold_the_truth(tmp_path: Path) -> None:
    cnn = row(analysed(small_campaign(blocks=3), tmp_path).scenarios, scenario="cnn")
    assert cnn["energy_low_wh"] < 2000 / 3600 < cnn["energy_high_wh"]
    assert cnn["induced_low_wh"] < 1200 / 3600 < cnn["induced_high_wh"]


def test_a_single_run_has_no_interval(tmp_path: Path) -> None:
    campaign = small_campaign()
    campaign.runs = campaign.runs[:3]
    cnn = row(analysed(campaign, tmp_path).scenarios, scenario="cnn")
    assert cnn["induced_low_wh"] is None and cnn["energy_high_wh"] is None
    assert cnn["induced_u_wh"] > 0


def test_several_trackers_are_compared_one_by_one(tmp_path: Path) -> None:
    campaign = small_campaign()
    campaign.runs[3].trackers.append({"tracker": "other", "energy_wh": 0.51})
    found = analysed(campaign, tmp_path)
    assert {(a.tracker, a.scenario) for a in found.agreement} == {
        ("codecarbon", "cnn"),
        ("codecarbon", "all"),
        ("other", "cnn"),
        ("other", "all"),
    }


def test_a_tracker_beside_the_baseline_costs_what_it_adds_to_it(tmp_path: Path) -> None:
    campaign = small_campaign(instrument=ON_THE_BEAT)
    campaign.runs[1] = SyntheticRun(2, "baseline", 140.0, kind="baseline", tracker="codecarbon", power_w=43.0)
    found = analysed(campaign, tmp_path)
    assert row(found.runs, slot=2)["induced_wh"] == pytest.approx(3 * 20 / 3600)
    cost = row(found.comparisons, a="baseline", b="baseline+codecarbon", quantity="energy_wh")
    assert cost["difference"] == pytest.approx(3 * 20 / 3600)
    assert found.baseline.n == 2  # the run with the tracker is no reference


def test_hardware_means_are_weighted_with_time(tmp_path: Path) -> None:
    campaign = small_campaign()
    campaign.runs[2].sensors = lambda second: 50.0 if second <= 10 else 60.0
    found = analysed(campaign, tmp_path)
    assert row(found.runs, slot=3)["cpu_temperature_c"] == pytest.approx(55.0)
    assert row(found.epochs, slot=3, epoch=1)["cpu_temperature_c"] == pytest.approx(50.0)
    assert row(found.runs, slot=2)["cpu_temperature_c"] is None


def test_the_trace_ends_its_readings_on_the_time_of_the_run(results: Results) -> None:
    trace = row(results.traces, slot=3)
    assert trace["t_s"] == pytest.approx(list(range(1, 21)))
    assert trace["power_w"] == pytest.approx([100.0] * 20)


def test_a_changing_power_is_integrated_within_its_stated_uncertainty(tmp_path: Path) -> None:
    def power(t_s: np.ndarray) -> np.ndarray:
        return 80 + 30 * np.sin(t_s / 3) + 10 * np.sin(t_s * 2)

    runs = [SyntheticRun(1, "job", 100.25, 60.5, spans=training_spans())]
    instrument = Instrument(phase_s=0.61, jitter_s=0.01)
    found = analysed(SyntheticCampaign(runs, power=power, instrument=instrument), tmp_path)
    (run,) = found.runs
    truth_wh = mean_power(power, 100.25, 160.75, 100_000) * 60.5 / 3600
    assert abs(run.energy_wh - truth_wh) < run.energy_u_wh
    for epoch in found.epochs:
        from_s = 100.25 + epoch.epoch_start_s
        truth_wh = mean_power(power, from_s, from_s + 4, 100_000) * 4 / 3600
        assert abs(epoch.energy_wh - truth_wh) < 2 * epoch.energy_u_wh


def test_a_meter_that_reconnects_with_another_phase_counts_no_time_twice(tmp_path: Path) -> None:
    campaign = SyntheticCampaign([SyntheticRun(1, "job", 100.0, 400.0, power_w=90.0)], base_w=90.0)

    def reconnect(rows: list[Any]) -> list[Any]:
        mark = replace(rows[200], power_w=None, flag="reconnected")
        return [*rows[:200], mark, *(replace(r, t_utc_s=r.t_utc_s + 0.4) for r in rows[200:])]

    campaign.runs[0].change_readings = reconnect
    (run,) = analysed(campaign, tmp_path).runs
    assert run.energy_wh == pytest.approx(90 * 400 / 3600, rel=1e-6)
    assert run.coverage_pct == pytest.approx(100 * 399.6 / 400)


def test_coverage_of_a_run_is_known_before_its_record_is_complete(tmp_path: Path) -> None:
    folder = small_campaign().write(tmp_path / "campaign")
    run_dir = folder / "runs" / "0003-cnn"
    record = json.loads((run_dir / "run.json").read_text())
    record |= {"status": "running", "t_start_utc_s": None, "t_stop_utc_s": None}
    (run_dir / "run.json").write_text(json.dumps(record))
    coverage = run_coverage(run_dir)
    assert coverage.coverage_pct == pytest.approx(100.0)
    assert coverage.gaps == () and coverage.refusal() is None


def test_the_refusal_names_the_longest_gap(tmp_path: Path) -> None:
    campaign = small_campaign(instrument=ON_THE_BEAT)
    # Readings end at 176 s ... 204 s; without those of 186 s to 188 s nothing covers 5 s to 8 s.
    campaign.runs[2].change_readings = lambda rows: rows[:10] + rows[13:]
    coverage = run_coverage(campaign.write(tmp_path / "campaign") / "runs" / "0003-cnn")
    refusal = coverage.refusal(99.0)
    assert refusal is not None
    assert "85.00 %" in refusal and "3.00 s from 5.00 s after the start" in refusal
    assert coverage.refusal(80.0) is None


def test_a_meter_slower_than_declared_is_refused_with_that_reason(tmp_path: Path) -> None:
    campaign = small_campaign(instrument=Instrument(interval_s=2.0, declared_s=1.0))
    coverage = run_coverage(campaign.write(tmp_path / "campaign") / "runs" / "0003-cnn")
    assert "delivers a reading every 2 s, not every 1 s" in str(coverage.refusal())


def test_a_run_without_meter_is_refused_and_not_an_error(tmp_path: Path) -> None:
    folder = small_campaign().write(tmp_path / "campaign")
    for name in ("meter.csv", "meter.json"):
        (folder / "runs" / "0003-cnn" / name).unlink()
    rehash(folder / "runs" / "0003-cnn")
    found = analyse(folder)
    assert [r.run_dir for r in found.refused] == ["0003-cnn"]


def test_progress_is_told_for_every_run(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    folder = small_campaign().write(tmp_path / "campaign")
    analyse(folder, progress=lambda done, of: told.append((done, of)))
    assert told == [(i, 8) for i in range(1, 9)]


def test_settings_come_from_the_campaign_and_are_checked(tmp_path: Path) -> None:
    campaign = small_campaign()
    campaign.config["analysis"] = {"coverage_min_pct": 50, "useful_work": ["correct"]}
    found = analysed(campaign, tmp_path)
    assert found.settings["coverage_min_pct"] == 50
    assert found.settings["useful_work"] == ["correct"]
    assert found.settings["target_val_accuracy"] == {"cnn": 0.8}
    with pytest.raises(ValidationError, match="useful_work"):
        AnalysisSettings(useful_work=("speed",))
    with pytest.raises(ValidationError, match="coverage_min_pct"):
        AnalysisSettings(coverage_min_pct=101)


def test_a_newer_schema_and_a_folder_that_is_no_campaign_are_refused(tmp_path: Path) -> None:
    folder = small_campaign().write(tmp_path / "campaign")
    document = json.loads((folder / "campaign.json").read_text()) | {"schema": "wattlab.campaign/2"}
    (folder / "campaign.json").write_text(json.dumps(document))
    with pytest.raises(SchemaError, match="newer Wattlab"):
        analyse(folder)
    with pytest.raises(RecordError, match="no campaign here"):
        analyse(tmp_path)


def test_spans_beyond_the_readings_keep_their_place_with_a_large_uncertainty(tmp_path: Path) -> None:
    run = SyntheticRun(
        1,
        "job",
        100.0,
        200.0,
        power_w=90.0,
        spans=[Spanned("action", "short", 53.0, 55.0)],
        change_readings=lambda rows: [r for i, r in enumerate(rows) if i != 57],
    )
    found = analysed(SyntheticCampaign([run], base_w=90.0), tmp_path)
    (action,) = found.actions
    assert action.coverage_pct < 99
    assert action.energy_wh == pytest.approx(90 * 2 / 3600)
