"""What only a whole campaign can show: repeats, order, journal, drift, meters; and what is not said."""

import dataclasses
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from synthetic import (
    EPOCH_UTC_S,
    Instrument,
    Spanned,
    SyntheticCampaign,
    SyntheticRun,
    rehash,
    small_campaign,
)

from analysis.campaign import analyse
from analysis.evidence import check
from records.campaign import Campaign
from records.files import sha256_of_json
from records.findings import Finding
from records.journal import Journal
from records.journal_events import RunEnded, RunStarted
from records.meter import MeterRecord
from records.run import Run


def found(folder: Path, code: str) -> list[Finding]:
    return [finding for finding in check(folder) if finding.code == code]


def repeats(durations_s: list[float], starts_s: list[float] | None = None) -> SyntheticCampaign:
    starts = starts_s or [100.0 + 60 * n for n in range(len(durations_s))]
    return SyntheticCampaign(
        [
            SyntheticRun(n + 1, "job", start, length, repeat=n + 1, power_w=90.0)
            for n, (start, length) in enumerate(zip(starts, durations_s, strict=True))
        ]
    )


def imported(campaign: SyntheticCampaign) -> SyntheticCampaign:
    """Let a campaign come from a foreign log."""
    campaign.config = {**campaign.config, "import": {"format": "test"}}
    return campaign


def test_repeats_are_counted_by_scenario_and_tracker(tmp_path: Path) -> None:
    campaign = small_campaign()
    campaign.runs[3].status, campaign.runs[3].reason = "failed", "the tracker died"
    (finding,) = found(campaign.write(tmp_path / "c"), "repeats-missing")
    assert finding.message.startswith("cnn with codecarbon: 1 of 2 ")


def test_a_run_repeated_after_later_slots_is_out_of_order(tmp_path: Path) -> None:
    starts = [100.0, 500.0, 200.0, 300.0, 400.0]
    (finding,) = found(repeats([20.0] * 5, starts).write(tmp_path / "c"), "order-differs")
    assert finding.message.startswith("1 run ")
    assert "first 0002" in finding.message


def test_runs_one_after_the_other_do_not_overlap_however_close(tmp_path: Path) -> None:
    folder = repeats([20.0] * 3, [100.0, 120.0, 140.0]).write(tmp_path / "c")
    assert not found(folder, "runs-overlap")


def measured(folder: Path, clocks_s: dict[str, tuple[float, float]]) -> Path:
    """Let the journal say by both clocks when runs of 20 s began, and when they ended."""
    (folder / "journal.jsonl").unlink()
    with closing(Journal(folder / "journal.jsonl")) as journal:
        for name, (utc_s, mono_s) in clocks_s.items():
            at, mono = EPOCH_UTC_S + utc_s, 1e6 + mono_s
            journal.write(RunStarted(run_dir=name, t_utc_s=at - 1, t_mono_s=mono - 1))
            journal.write(RunEnded(run_dir=name, status="completed", t_utc_s=at + 21, t_mono_s=mono + 21))
    return folder


def test_runs_between_which_the_clock_was_set_back_do_not_overlap(tmp_path: Path) -> None:
    folder = repeats([20.0] * 3, [100.0, 110.0, 140.0]).write(tmp_path / "c")
    assert found(folder, "runs-overlap")
    measured(folder, {"0001-job": (100.0, 100.0), "0002-job": (110.0, 140.0)})
    assert not found(folder, "runs-overlap")
    assert "-30.000 s" in found(folder, "controller-clock-set")[0].message


def test_runs_overlap_where_the_monotonic_clock_says_so_or_was_not_set_back(tmp_path: Path) -> None:
    for number, mono_s in enumerate((110.0, 115.0)):
        folder = repeats([20.0] * 2, [100.0, 110.0]).write(tmp_path / str(number))
        measured(folder, {"0001-job": (100.0, 100.0), "0002-job": (110.0, mono_s)})
        assert found(folder, "runs-overlap")


def test_runs_on_two_benches_may_overlap_and_each_bench_keeps_its_order(tmp_path: Path) -> None:
    campaign = repeats([20.0] * 4, [100.0, 110.0, 105.0, 125.0])
    alone = campaign.write(tmp_path / "alone")
    assert found(alone, "runs-overlap")
    assert found(alone, "order-differs")
    for run, bench in zip(campaign.runs, "abba", strict=True):
        run.bench = bench
    folder = campaign.write(tmp_path / "fleet")
    assert [finding.run_dir for finding in found(folder, "runs-overlap")] == ["0002-job"]
    (finding,) = found(folder, "order-differs")
    assert "first 0002-job" in finding.message


def test_imported_runs_may_overlap_and_precede_the_import(tmp_path: Path) -> None:
    campaign = imported(repeats([20.0] * 3, [-500.0, -490.0, 140.0]))
    folder = campaign.write(tmp_path / "c")
    assert not found(folder, "runs-overlap") + found(folder, "stamps-outside")


def test_nothing_is_said_of_gate_and_collectors_of_an_imported_run(tmp_path: Path) -> None:
    campaign = imported(repeats([20.0] * 2))
    for run in campaign.runs:
        run.gate, run.host = None, False
    codes = {finding.code for finding in check(campaign.write(tmp_path / "c"))}
    assert not codes & {"gate-off", "gate-closed", "collectors-missing"}


def test_a_log_whose_interval_is_another_is_told_of_imported_runs_too(tmp_path: Path) -> None:
    campaign = imported(repeats([20.0] * 2))
    campaign.instrument = Instrument(interval_s=1.02, declared_s=1.0)
    first, _ = found(campaign.write(tmp_path / "c"), "interval-differs")
    assert "every 1.0200 s, meter.json declares 1.0000 s" in first.message
    assert "lab.toml" not in first.message


def conducted(folder: Path, change: Callable[[Path], None], late_s: float = 0.0) -> Path:
    """Write the journal that a conductor would have written, then change something."""
    for path in sorted(folder.glob("runs/*/run.json")):
        run = Run.read(path)
        assert run.t_start_utc_s is not None
        assert run.t_stop_utc_s is not None
        name = path.parent.name
        with closing(Journal(folder / "journal.jsonl")) as journal:
            journal.write(RunStarted(t_utc_s=run.t_start_utc_s - 5 + late_s, run_dir=name))
            journal.write(
                RunEnded(
                    t_utc_s=run.t_stop_utc_s + 5 + late_s,
                    run_dir=name,
                    status=run.status,
                    run_sha256=sha256_of_json(run.to_json()),
                )
            )
    change(folder)
    return folder


def rewrite(text_of: Callable[[str], str]) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "journal.jsonl"
        path.write_text(text_of(path.read_text()))

    return change


def test_a_journal_that_agrees_gives_no_finding(tmp_path: Path) -> None:
    folder = conducted(repeats([20.0] * 3).write(tmp_path / "c"), lambda _: None)
    assert (
        not found(folder, "journal-differs") + found(folder, "stamps-outside") + found(folder, "file-changed")
    )


def test_a_run_that_the_journal_saw_fail_is_told(tmp_path: Path) -> None:
    change = rewrite(lambda text: text.replace('"status": "completed"', '"status": "failed"', 1))
    (finding,) = found(conducted(repeats([20.0] * 2).write(tmp_path / "c"), change), "journal-differs")
    assert (finding.run_dir, finding.message.count("failed")) == ("0001-job", 1)


def test_a_run_record_that_was_written_anew_is_refused(tmp_path: Path) -> None:
    def hide_a_change(folder: Path) -> None:
        run_dir = folder / "runs/0002-job"
        (run_dir / "meter.csv").write_text((run_dir / "meter.csv").read_text().replace(",90.0", ",80.0"))
        rehash(run_dir)

    folder = conducted(repeats([20.0] * 2).write(tmp_path / "c"), hide_a_change)
    (finding,) = found(folder, "file-changed")
    assert (finding.level, finding.run_dir) == ("refuse", "0002-job")
    assert finding.message.startswith("run.json: changed since the run ended")


def test_a_run_outside_what_the_journal_says_is_told(tmp_path: Path) -> None:
    folder = conducted(repeats([20.0]).write(tmp_path / "c"), lambda _: None, late_s=60.0)
    (finding,) = found(folder, "stamps-outside")
    assert "begins 55.0 s before the controller began this run" in finding.message


def test_the_clock_of_a_remote_sut_is_taken_into_account(tmp_path: Path) -> None:
    folder = conducted(repeats([20.0]).write(tmp_path / "c"), lambda _: None, late_s=-3600.0)
    assert found(folder, "stamps-outside")
    (folder / "clock.csv").write_text(
        f"t_utc_s,offset_s,offset_u_s,rtt_s,method\n{EPOCH_UTC_S + 100},3600,0.001,0.001,ntp\n"
    )
    assert not found(folder, "stamps-outside")


def test_a_drift_of_durations_is_found_and_scatter_is_not(tmp_path: Path) -> None:
    folder = repeats([20.0 + 0.1 * n for n in range(8)]).write(tmp_path / "drifting")
    (finding,) = found(folder, "duration-drift")
    assert "durations drift by +0.70 s from the first to the last of 8 runs" in finding.message
    random = np.random.default_rng(3)
    steady = repeats([float(20 + 0.3 * x) for x in random.standard_normal(12)])
    assert not found(steady.write(tmp_path / "steady"), "duration-drift")


def test_a_drift_below_one_percent_is_not_worth_a_word(tmp_path: Path) -> None:
    folder = repeats([20.0 + 0.01 * n for n in range(8)]).write(tmp_path / "c")
    assert not found(folder, "duration-drift")


@pytest.mark.parametrize(("foreign", "expected"), [(False, ["0002-b", "0003-a"]), (True, [])])
def test_a_change_of_meter_is_told_where_it_happens(
    tmp_path: Path, foreign: bool, expected: list[str]
) -> None:
    """Imported scenarios may come from machines with a meter each."""
    runs = [SyntheticRun(n + 1, name, 100.0 + 60 * n, power_w=90.0) for n, name in enumerate("aba")]
    campaign = SyntheticCampaign(runs)
    folder = (imported(campaign) if foreign else campaign).write(tmp_path / "c")
    path = folder / "runs/0002-b/meter.json"
    meter = MeterRecord.read(path)
    meter.interval_s, meter.identity.serial = 1.0, "4712"
    meter.write(path)
    rehash(path.parent)
    changed = found(folder, "meter-changed")
    assert [finding.run_dir for finding in changed] == expected
    assert all("serial" in finding.message for finding in changed)


def test_each_bench_of_a_fleet_has_a_meter_and_durations_of_its_own(tmp_path: Path) -> None:
    lengths_s = [20.0, 30.0] * 4
    folder = repeats(lengths_s).write(tmp_path / "alone")
    campaign = repeats(lengths_s)
    for run, bench in zip(campaign.runs, "abababab", strict=True):
        run.bench = bench
    of_fleet = campaign.write(tmp_path / "fleet")
    for n in (2, 4, 6, 8):
        for path in (place / f"runs/{n:04d}-job/meter.json" for place in (folder, of_fleet)):
            meter = MeterRecord.read(path)
            meter.identity.serial = "4712"
            meter.write(path)
            rehash(path.parent)
    assert len(found(folder, "meter-changed")) == 7
    assert not found(of_fleet, "meter-changed")
    campaign.runs[7].duration_s = 40.0
    (outlier,) = found(campaign.write(tmp_path / "outlier"), "duration-outlier")
    assert outlier.run_dir == "0008-job"


def test_an_energy_known_too_badly_names_its_main_term(tmp_path: Path) -> None:
    campaign = repeats([20.0] * 2)
    campaign.instrument = Instrument(reading_pct=0.1, counts=200.0)  # 20 W at a resolution of 0.1 W
    folder = campaign.write(tmp_path / "c")
    first, _ = found(folder, "uncertainty-high")
    # 20 W / sqrt(3) = 11.5 W of 90 W
    assert "standard uncertainty of 12.8 %" in first.message
    assert first.message.endswith("(limit 5 %), most of it from the meter's constant error")
    of_scenario = [f for f in analyse(folder).findings if f.code == "uncertainty-high" and not f.run_dir]
    assert [row.message.partition(":")[0] for row in of_scenario] == ["job"]


def test_an_induced_energy_known_too_badly_is_told_though_the_gross_energy_is_known_well(
    tmp_path: Path,
) -> None:
    campaign = repeats([20.0] * 7)
    # Jobs of 44 W between baselines of 40 W that scatter by 0.5 W: u is some 7 % of the 4 W between them.
    for i, (run, power_w) in enumerate(zip(campaign.runs, [40, 44, 40.5, 44, 39.5, 44, 40], strict=True)):
        run.power_w = power_w
        if i % 2 == 0:
            run.scenario, run.kind = "baseline", "baseline"
    findings = analyse(campaign.write(tmp_path / "c")).findings
    (message,) = [f.message for f in findings if f.code == "uncertainty-high"]
    assert message.startswith("job: its mean induced energy of")
    assert "induced-not-resolved" not in {f.code for f in findings}


def test_the_limit_of_the_uncertainty_is_set_in_the_configuration(tmp_path: Path) -> None:
    campaign = repeats([20.0] * 2)
    campaign.instrument = Instrument(reading_pct=0.1, counts=200.0)
    campaign.config = {"analysis": {"uncertainty_max_pct": 20.0}}
    assert not found(campaign.write(tmp_path / "c"), "uncertainty-high")


def test_the_hash_of_the_configuration_does_not_depend_on_how_it_is_written(tmp_path: Path) -> None:
    folder = repeats([20.0]).write(tmp_path / "c")
    campaign = Campaign.read(folder / "campaign.json")
    campaign.config = dict(reversed(list(campaign.config.items())))
    campaign.write(folder / "campaign.json")
    assert not found(folder, "config-changed")


@pytest.mark.parametrize(("second_s", "times"), [(4.0, 0), (2.0, 1)])
def test_lines_that_arrived_together_leave_the_times_of_phases_unknown(
    tmp_path: Path, second_s: float, times: int
) -> None:
    campaign = repeats([20.0])
    told = {"source": "stdout"}
    campaign.runs[0].spans = [
        Spanned("action", "train", 2.0, 8.0, told),
        Spanned("epoch", "epoch", 2.0, second_s, told),
        Spanned("epoch", "epoch", second_s, 8.0, told),
    ]
    assert len(found(campaign.write(tmp_path / "c"), "phases-buffered")) == times


def test_counters_in_the_place_of_a_meter_are_told_but_not_those_of_an_import(tmp_path: Path) -> None:
    def counted(campaign: SyntheticCampaign) -> SyntheticCampaign:
        return dataclasses.replace(
            campaign, instrument=dataclasses.replace(campaign.instrument, driver="rapl")
        )

    assert not found(repeats([20.0]).write(tmp_path / "a"), "meter-is-counter")
    assert len(found(counted(repeats([20.0])).write(tmp_path / "b"), "meter-is-counter")) == 1
    assert not found(imported(counted(repeats([20.0]))).write(tmp_path / "c"), "meter-is-counter")
