"""Every code of a finding is provoked once, in a campaign that is otherwise sound."""

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import (
    EPOCH_UTC_S,
    METER,
    CallMade,
    Instrument,
    Spanned,
    SyntheticCampaign,
    SyntheticRun,
    called_twice,
    event_line,
    flagged,
    rehash,
    small_campaign,
    training_spans,
)

from analysis.campaign import analyse
from analysis.evidence import check
from records.campaign import Campaign, CampaignFolder, Environment
from records.clock import append_clock
from records.errors import ConfigurationError
from records.files import sha256_of_json
from records.finding_codes import CODES, imports, mlperf_power
from records.findings import Finding
from records.health import Acknowledgement, HealthRecord
from records.imported import ImportRecord
from records.journal import Journal
from records.journal_events import (
    CampaignStarted,
    EnvironmentChanged,
    HostImported,
    JournalEntry,
    ProgramRecorded,
    RepeatsEnough,
    RunEnded,
    RunStarted,
)
from records.meter import Calibration, MeterRecord, Reading
from records.programs import ProgramFile, Programs, Revision, RunProgram


def sound() -> SyntheticCampaign:
    """A baseline, a training, a training with a tracker, a baseline: nothing to refuse."""
    campaign = small_campaign()
    campaign.runs = [campaign.runs[0], *campaign.runs[2:5]]
    campaign.runs[1].marks = []
    campaign.runs[2].marks = []
    return campaign


Change = Callable[[SyntheticCampaign], None]
Damage = Callable[[Path], None]


def nothing(_: object) -> None:
    """Change nothing."""


def write(name: str, change: Callable[[str], str], *, then_rehash: bool = True) -> Damage:
    """Return a damage to a file of the first training run."""

    def damage(folder: Path) -> None:
        run_dir = folder / "runs" / "0003-cnn"
        (run_dir / name).write_text(change((run_dir / name).read_text()))
        if then_rehash:
            rehash(run_dir)

    return damage


def edit_run(**values: object) -> Damage:
    """Return a change to the training run's ``run.json``."""

    def change(text: str) -> str:
        return json.dumps(json.loads(text) | values)

    return write("run.json", change, then_rehash=False)


def remove(name: str, *, then_rehash: bool = True) -> Damage:
    def damage(folder: Path) -> None:
        (folder / name).unlink()
        if then_rehash:
            rehash(folder / "runs" / "0003-cnn")

    return damage


def recorded_program(
    *, kept: str = "x = 1\n", listed: bool = True, hash_as: str | None = None, **seen: object
) -> Damage:
    """Return the record of a program with one file, and of what the training run saw of it.

    Args:
        kept: content of the copy, where one is kept at all.
        listed: whether the record lists the file.
        hash_as: what the journal has as the record's hash.
        seen: further fields of what the run saw.
    """

    def damage(folder: Path) -> None:
        sha256 = hashlib.sha256(b"x = 1\n").hexdigest()
        file = ProgramFile(
            name="train.py", source="command", scenarios=["cnn"], sha256=sha256, copy="train.py"
        )
        programs = Programs(
            taken_utc_s=EPOCH_UTC_S,
            files=[file] if listed else [],
            revisions=[Revision(folder=".", revision="1" * 40)],
        )
        CampaignFolder(folder).programs.mkdir()
        if kept:
            (CampaignFolder(folder).programs / "train.py").write_text(kept)
        programs.write(CampaignFolder(folder).programs / "programs.json")
        known = {"files": {"train.py": sha256}, "modules_known": True, **seen}
        RunProgram(**known).write(folder / "runs/0003-cnn/program.json")  # type: ignore[arg-type]
        rehash(folder / "runs/0003-cnn")
        hashed = hash_as or sha256_of_json(programs.to_json())
        append_to_journal(ProgramRecorded(files=1, programs_sha256=hashed))(folder)

    return damage


def without_the_record(folder: Path) -> None:
    recorded_program()(folder)
    (CampaignFolder(folder).programs / "programs.json").unlink()


def add_event(line: str) -> Damage:
    return write("events.jsonl", lambda text: text + line + "\n")


def readings(change: Callable[[list[Reading]], list[Reading]]) -> Change:
    """Return a change to what the meter said of the first training run."""

    def apply(campaign: SyntheticCampaign) -> None:
        campaign.runs[1].change_readings = change

    return apply


def run_with(index: int, **values: object) -> Change:
    def apply(campaign: SyntheticCampaign) -> None:
        for name, value in values.items():
            setattr(campaign.runs[index], name, value)

    return apply


def torn_calls(folder: Path) -> None:
    """Leave half a record at the end of a record of calls."""
    (path,) = folder.glob("runs/*/calls/calls-7.bin")
    path.write_bytes(path.read_bytes() + b"half")
    rehash(path.parents[1])


def campaign_with(**values: object) -> Change:
    def apply(campaign: SyntheticCampaign) -> None:
        for name, value in values.items():
            setattr(campaign, name, value)

    return apply


def instrument(**values: object) -> Change:
    return campaign_with(instrument=Instrument(**values))  # type: ignore[arg-type]


def spans(*added: Spanned) -> Change:
    return run_with(1, spans=[*training_spans(), *added])


def many_runs(energies_w: list[float], durations_s: list[float] | None = None) -> Change:
    """Replace the plan with repeats of one scenario at these powers."""

    def apply(campaign: SyntheticCampaign) -> None:
        lengths = durations_s or [20.0] * len(energies_w)
        campaign.runs = [
            SyntheticRun(i + 1, "job", 100.0 + 60 * i, length, repeat=i + 1, power_w=power)
            for i, (power, length) in enumerate(zip(energies_w, lengths, strict=True))
        ]

    return apply


def on_two_benches(powers_w: list[float]) -> Change:
    """Run the job with these powers, in turn on the benches a and b."""

    def change(campaign: SyntheticCampaign) -> None:
        many_runs(powers_w)(campaign)
        for place, run in enumerate(campaign.runs):
            run.bench = "ab"[place % 2]

    return change


def inventories(**cores: int) -> Damage:
    """Write an inventory of each bench, with so many cores."""

    def damage(folder: Path) -> None:
        for name, number in cores.items():
            block = folder / "benches" / name / "block-0001"
            block.mkdir(parents=True)
            sut = {"host": name, "cpu": {"model": "x", "cores": number}}
            Environment(sut=sut, controller=sut, meter={}).write(block / "environment.json")

    return damage


def baselines(powers_w: list[float]) -> Change:
    def apply(campaign: SyntheticCampaign) -> None:
        campaign.runs = [
            SyntheticRun(
                i + 1, "baseline", 100.0 + 60 * i, kind="baseline", repeat=i + 1, block=i + 1, power_w=power
            )
            for i, power in enumerate(powers_w)
        ]

    return apply


def later_by(step_s: float) -> Callable[[str], str]:
    """Move the wall clock, but not the monotonic one, from the third event on."""

    def change(text: str) -> str:
        lines = [json.loads(line) for line in text.splitlines()]
        for event in lines[3:]:
            event["t_utc_s"] = round(event["t_utc_s"] + step_s, 6)
        return "".join(json.dumps(event) + "\n" for event in lines)

    return change


def compare_clocks(*offsets_s: float, u_s: float = 0.001) -> Damage:
    """Write comparisons of the clocks, one a minute from the start of the campaign on."""

    def change(folder: Path) -> None:
        for minute, offset_s in enumerate(offsets_s):
            append_clock(folder / "clock.csv", EPOCH_UTC_S + 60 * minute, offset_s, u_s, 0.001, "exchange")

    return change


def failed_first_attempt(campaign: SyntheticCampaign) -> None:
    first = replace(campaign.runs[1], status="failed", reason="the workload ended with exit code 1")
    campaign.runs[1] = replace(campaign.runs[1], attempt=2)
    campaign.runs.insert(1, first)


def move(reading: Reading, later_s: float) -> Reading:
    return replace(reading, t_utc_s=reading.t_utc_s + later_s)


START_S = EPOCH_UTC_S + 180.0  # of the first training run


def long_with_gap(campaign: SyntheticCampaign) -> None:
    """One long run with a single missing reading, inside a short action."""
    action = Spanned("action", "train", 50.0, 60.0)
    campaign.runs = [
        SyntheticRun(
            1,
            "job",
            100.0,
            200.0,
            power_w=90.0,
            spans=[action],
            change_readings=lambda rows: [row for i, row in enumerate(rows) if i != 59],
        )
    ]


def remark_of_collectl(folder: Path) -> None:
    """Let collectl have said what it says when a network counter jumps, and its usual goodbye."""
    run_dir = folder / "runs" / "0003-cnn"
    (run_dir / "collectl.log").write_text(
        "Bogus data record skipped for NET:eth0: data on 20261121 at 11:07:26\n"
        "Shutting down in response to signal TERM on host...\n"
    )
    rehash(run_dir)


def append_to_journal(entry: JournalEntry) -> Damage:
    def damage(folder: Path) -> None:
        with closing(Journal(folder / "journal.jsonl")) as journal:
            journal.write(entry)

    return damage


def begun_at(*celsius: float) -> Change:
    """Return two runs of one scenario with recorded calls that began so hot."""

    def change(campaign: SyntheticCampaign) -> None:
        campaign.config = {"scenario": [{"name": "cnn", "calls": {}}]}
        campaign.runs[2].tracker, campaign.runs[2].trackers = None, []
        for run, value in zip(campaign.runs[1:3], celsius, strict=True):
            run.gate = {"open": True, "tries": 1, "cpu_temperature_c": value}
            run.recorded_calls = [CallMade("keras.Model.fit", 2.0, 14.0)]

    return change


def enough(*, reached: bool) -> RepeatsEnough:
    return RepeatsEnough(blocks=1, target_pct=2.0, reached=reached, half_pct={}, dropped=[], reason="")


def journal_of(*names: str) -> Damage:
    """Let the journal know these runs only."""

    def damage(folder: Path) -> None:
        for name in names:
            append_to_journal(RunStarted(run_dir=name))(folder)
            append_to_journal(RunEnded(run_dir=name, status="completed"))(folder)

    return damage


def edit_config(**values: object) -> Damage:
    """Return a change to the configuration that leaves its hash alone."""

    def damage(folder: Path) -> None:
        campaign = Campaign.read(folder / "campaign.json")
        campaign.config["campaign"] |= values
        campaign.write(folder / "campaign.json")

    return damage


def begun_with_another_plan(folder: Path) -> None:
    campaign = Campaign.read(folder / "campaign.json")
    append_to_journal(CampaignStarted(campaign_sha256=sha256_of_json(campaign.to_json())))(folder)
    campaign.seed += 1
    campaign.write(folder / "campaign.json")


def another_serial(folder: Path) -> None:
    run_dir = folder / "runs" / "0003-cnn"
    meter = MeterRecord.read(run_dir / "meter.json")
    meter.identity = replace(METER, serial="4712")
    meter.write(run_dir / "meter.json")
    rehash(run_dir)


def control_runs(powers_w: list[float]) -> Change:
    """Replace the plan with runs of a control workload at these powers."""

    def apply(campaign: SyntheticCampaign) -> None:
        many_runs(powers_w)(campaign)
        campaign.config = {"health": {"control": "job"}}

    return apply


def health_record(*, stopped: str | None = None, acknowledged: bool = False) -> Damage:
    def damage(folder: Path) -> None:
        stops = [Acknowledgement(t_utc_s=EPOCH_UTC_S, reason="a shift")] if acknowledged else []
        record = HealthRecord(control="job", basis={}, basis_sha256="", acknowledged=stops, stopped=stopped)
        record.write(folder / "health.json")

    return damage


CALIBRATED = Calibration(
    date="2026-01-31",
    certificate="T 1",
    gain=1.01,
    gain_u=0.001,
    offset_w=0.2,
    offset_u_w=0.02,
    gain_offset_cov=-1e-5,
    residual_sd_w=0.01,
    of=METER,
    simulated=True,
)


def write_import_record(folder: Path) -> None:
    ImportRecord(
        format="oscar", options={}, sources=[], created_utc_s=EPOCH_UTC_S, wattlab_version="0.0.0"
    ).write(folder / "import.json")


def baseline_above_the_jobs(campaign: SyntheticCampaign) -> None:
    """Three jobs, each between baselines that draw 10 W more."""
    campaign.runs = [
        SyntheticRun(
            i + 1,
            "job" if i % 2 else "baseline",
            100.0 + 60 * i,
            kind="workload" if i % 2 else "baseline",
            repeat=i // 2 + 1,
            power_w=(30.0 if i % 2 else 40.0) + 0.01 * i,
        )
        for i in range(7)
    ]


def jobs_like_the_baseline(campaign: SyntheticCampaign) -> None:
    """Three jobs between baselines that draw as much, within their scatter."""
    campaign.runs = [
        SyntheticRun(
            i + 1,
            "job" if i % 2 else "baseline",
            100.0 + 60 * i,
            kind="workload" if i % 2 else "baseline",
            repeat=i // 2 + 1,
            power_w=40.0 + 0.3 * (i % 3),
        )
        for i in range(7)
    ]


def busy_baseline(folder: Path) -> None:
    """Let the collectors have seen other work during the first baseline."""
    run_dir = folder / "runs" / "0001-baseline"
    host = run_dir / "host.csv"
    host.write_text(host.read_text().replace(",5.0,", ",60.0,"))
    rehash(run_dir)


def unmarked_meter(campaign: SyntheticCampaign) -> None:
    """A real meter that nobody says to have been calibrated."""
    campaign.simulated = False
    campaign.instrument = Instrument(simulated=False)


def requirement(task: str, limit_s: float) -> dict[str, object]:
    """Return a configuration that asks one thing of one task type."""
    wanted = {
        "name": task,
        "throughput_per_h": 1.0,
        "time_classes": [{"limit_s": limit_s, "share_pct": 100.0}],
    }
    return {"requirement": {"task": [wanted]}}


PROVOKED: dict[str, tuple[Change, Damage]] = {
    "record-damaged": (nothing, write("meter.json", lambda text: text[:40])),
    "file-missing": (nothing, remove("runs/0003-cnn/host.csv", then_rehash=False)),
    "file-changed": (nothing, write("meter.csv", lambda text: text + "\n", then_rehash=False)),
    "file-outside": (nothing, edit_run(files={"../../../elsewhere.csv": "0" * 64})),
    "file-unlisted": (nothing, lambda folder: (folder / "runs/0003-cnn/notes.txt").touch()),
    "hashes-missing": (nothing, edit_run(files={})),
    "calls-incomplete": (run_with(1, recorded_calls=[CallMade("np.dot", 1.0, 9.0)]), torn_calls),
    "lines-damaged": (nothing, write("meter.csv", lambda text: text + "17900")),
    "collectors-missing": (run_with(1, host=False), nothing),
    "collectors-remark": (nothing, remark_of_collectl),
    "tracker-missing": (run_with(2, trackers=[]), nothing),
    "benches-unlike": (on_two_benches([90.0] * 4), inventories(a=16, b=32)),
    "benches-differ": (on_two_benches([90.0, 100.0, 90.2, 100.3, 90.1, 100.1]), nothing),
    "calls-missing": (campaign_with(config={"scenario": [{"name": "cnn", "calls": {}}]}), nothing),
    "journal-missing": (nothing, remove("journal.jsonl")),
    "journal-torn": (
        nothing,
        lambda folder: (folder / "journal.jsonl").write_text('{"what": "a"}\n{"wh'),
    ),
    "environment-missing": (nothing, remove("environment.json")),
    "slot-incomplete": (run_with(1, status="failed", reason="the meter fell silent"), nothing),
    "attempt-failed": (failed_first_attempt, nothing),
    "plan-differs": (nothing, edit_run(scenario="another")),
    "run-unplanned": (nothing, lambda folder: (folder / "runs/0099-other").mkdir()),
    "settings-unknown": (campaign_with(config={"analysis": {"baseline": "guessed"}}), nothing),
    "config-changed": (nothing, edit_config(title="Another")),
    "campaign-changed": (nothing, begun_with_another_plan),
    "repeats-missing": (run_with(1, status="failed", reason="the meter fell silent"), nothing),
    "start-temperatures-differ": (begun_at(40.0, 47.0), nothing),
    "precision-reached": (nothing, append_to_journal(enough(reached=True))),
    "precision-not-reached": (nothing, append_to_journal(enough(reached=False))),
    "journal-differs": (nothing, journal_of("0001-baseline", "0004-cnn", "0005-baseline")),
    "order-differs": (run_with(0, start_s=600.0), nothing),
    "runs-overlap": (run_with(1, start_s=105.0), nothing),
    "stamps-outside": (run_with(0, start_s=-100.0), nothing),
    "clock-uncertain": (nothing, compare_clocks(0.7, 0.7, u_s=5.0)),
    "uncertainty-high": (instrument(reading_pct=12.0), nothing),
    "duration-drift": (many_runs([90.0] * 6, [20.0, 20.3, 20.5, 20.9, 21.1, 21.5]), nothing),
    "environment-changed": (
        nothing,
        append_to_journal(EnvironmentChanged(differences=["sut.kernel: 6, 7"])),
    ),
    "meter-is-counter": (instrument(driver="rapl"), nothing),
    "meter-changed": (nothing, another_serial),
    "program-changed": (nothing, recorded_program(files={"train.py": "0" * 64})),
    "program-written": (nothing, recorded_program(written=["train.py"])),
    "program-unlisted": (nothing, recorded_program(listed=False)),
    "program-revision": (nothing, recorded_program(revisions={".": "2" * 40})),
    "program-modules-unknown": (nothing, recorded_program(modules_known=False, environments={"cpu": "0"})),
    "program-record-missing": (nothing, without_the_record),
    "program-record-changed": (nothing, recorded_program(hash_as="0" * 64)),
    "program-copy-missing": (nothing, recorded_program(kept="")),
    "program-copy-changed": (nothing, recorded_program(kept="x = 2\n")),
    "health-signal": (control_runs([100.0, 100.0, 120.0]), nothing),
    "health-unknown": (control_runs([100.0]), nothing),
    "health-stopped": (control_runs([100.0]), health_record(stopped="the control runs shifted")),
    "health-acknowledged": (control_runs([100.0]), health_record(acknowledged=True)),
    "exit-code": (run_with(1, exit_code=1), nothing),
    "gate-closed": (run_with(1, gate={"open": False, "reason": "too warm"}), nothing),
    "gate-off": (run_with(1, gate=None), nothing),
    "campaign-simulated": (nothing, nothing),
    "campaign-imported": (nothing, write_import_record),
    "host-imported": (
        nothing,
        append_to_journal(HostImported(run_dir="", sources={"host.tab": "0" * 64}, rows=9, sha256="0" * 64)),
    ),
    "import-missing": (campaign_with(config={"import": {"format": "oscar"}}), nothing),
    "simulated-unmarked": (campaign_with(simulated=False), nothing),
    "duration-outlier": (many_runs([90.0] * 5, [20.0, 20.0, 20.0, 20.0, 35.0]), nothing),
    "run-span-missing": (nothing, write("events.jsonl", lambda text: text[text.index("\n") + 1 :])),
    "rating-interval-differs": (nothing, edit_run(t_stop_utc_s=START_S + 19.0)),
    "span-unfinished": (spans(Spanned("action", "export", 18.5, None)), nothing),
    "span-unstarted": (nothing, add_event(event_line("stop", "action", "x", 77, 1, 190.0, {}))),
    "span-id-twice": (nothing, add_event(event_line("start", "action", "x", 2, 1, 190.0, {}))),
    "span-backwards": (spans(Spanned("action", "export", 19.0, 18.5)), nothing),
    "span-orphan": (spans(Spanned("action", "export", 18.5, 19.0, parent=555)), nothing),
    "span-outside-parent": (spans(Spanned("action", "export", 18.5, 25.0)), nothing),
    "phases-buffered": (
        run_with(
            2,
            spans=[
                Spanned("action", "train", 2.0, 8.0, {"source": "stdout"}),
                Spanned("epoch", "epoch", 2.0, 2.0, {"source": "stdout"}),
                Spanned("epoch", "epoch", 2.0, 8.0, {"source": "stdout"}),
            ],
        ),
        nothing,
    ),
    "clock-step": (nothing, write("events.jsonl", later_by(0.015))),
    "clock-stepped": (nothing, write("events.jsonl", later_by(0.5))),
    "controller-clock-set": (
        nothing,
        append_to_journal(RunStarted(run_dir="0001-baseline", t_utc_s=0.0, t_mono_s=1e9)),
    ),
    "clock-set": (nothing, compare_clocks(0.0, 0.0, 0.7, 0.7)),
    "stamps-backwards": (
        readings(lambda rows: [*rows[:8], rows[9], rows[8], *rows[10:]]),
        nothing,
    ),
    "coverage-low": (readings(lambda rows: rows[:10] + rows[13:]), nothing),
    "coverage-holes": (
        long_with_gap,
        nothing,
    ),
    "lead-in-missing": (readings(lambda rows: rows[5:]), nothing),
    "lead-out-missing": (readings(lambda rows: rows[:-3]), nothing),
    "interval-differs": (instrument(interval_s=1.02, declared_s=1.0), nothing),
    "jitter-high": (
        readings(lambda rows: [move(row, (0.0, 0.45, 0.15, 0.3)[i % 4]) for i, row in enumerate(rows)]),
        nothing,
    ),
    "cadence-uneven": (
        readings(lambda rows: [move(row, 0.6 * (i % 2)) for i, row in enumerate(rows)]),
        nothing,
    ),
    "readings-duplicate": (
        readings(lambda rows: [*rows[:12], move(rows[11], 0.01), *rows[12:]]),
        nothing,
    ),
    "readings-late": (readings(lambda rows: [*rows[:12], move(rows[12], 0.65), *rows[13:]]), nothing),
    "restart-unmarked": (
        readings(lambda rows: [*rows[:14], *(move(row, 0.4) for row in rows[15:])]),
        nothing,
    ),
    "readings-flagged": (readings(lambda rows: [*rows[:-1], flagged(rows[-1], "malformed")]), nothing),
    "energy-counter-back": (
        readings(lambda rows: [*rows[:-1], flagged(rows[-1], "counter_back")]),
        nothing,
    ),
    "power-steps": (
        readings(lambda rows: [*rows[:12], replace(rows[12], power_w=0.0), *rows[13:]]),
        nothing,
    ),
    "range-unknown": (instrument(range_pct=0.1), nothing),
    "power-factor-unknown": (instrument(reactive_pct=0.2), nothing),
    "calibration-applied": (instrument(calibration=CALIBRATED), nothing),
    "calibration-of-another-meter": (
        instrument(calibration=replace(CALIBRATED, of=replace(METER, serial="4712"))),
        nothing,
    ),
    "calibration-old": (instrument(calibration=Calibration(date="2025-09-20")), nothing),
    "calibration-unknown": (unmarked_meter, nothing),
    "baseline-missing": (many_runs([90.0, 90.0]), nothing),
    "baseline-single": (lambda campaign: campaign.runs.pop(), nothing),
    "baseline-drift": (baselines([40.0, 41.0, 42.1, 43.0]), nothing),
    "baseline-step": (baselines([40.0, 40.1, 40.2, 47.0, 47.1, 47.2]), nothing),
    "baseline-busy": (nothing, busy_baseline),
    "induced-not-resolved": (jobs_like_the_baseline, nothing),
    "induced-negative": (run_with(1, power_w=30.0), nothing),
    "span-coverage-low": (long_with_gap, nothing),
    "span-below-resolution": (nothing, nothing),
    "tracker-uncovered": (
        run_with(2, trackers=[{"energy_wh": 0.3, "t_stop_utc_s": EPOCH_UTC_S + 400.0}]),
        nothing,
    ),
    "tracker-empty": (run_with(2, trackers=[{"energy_wh": None}]), nothing),
    "tracker-no-sensor": (run_with(2, trackers=[{"energy_wh": None, "outcome": "no-sensor"}]), nothing),
    "tracker-window": (run_with(2, trackers=[{"energy_wh": 0.3, "outcome": "window"}]), nothing),
    "tracker-crashed": (run_with(2, trackers=[{"energy_wh": None, "outcome": "crashed"}]), nothing),
    "tracker-hung": (run_with(2, trackers=[{"energy_wh": None, "outcome": "hung"}]), nothing),
    "tracker-orphan": (run_with(2, trackers=[{"energy_wh": 0.3, "outcome": "orphan"}]), nothing),
    "estimator-absent": (campaign_with(config={"estimators": {}}), nothing),
    "scenario-below-baseline": (baseline_above_the_jobs, nothing),
    "energy-outlier": (many_runs([90.0, 91.0, 90.5, 90.2, 90.8, 140.0]), nothing),
    "energy-not-normal": (many_runs([90.0, 90.1, 90.2, 90.1, 90.0, 90.2, 90.1, 140.0, 150.0]), nothing),
    "calls-contexts-limited": (run_with(1, recorded_calls=called_twice(1.0, 9.0, 14)), nothing),
    "calls-bounded": (run_with(1, recorded_calls=[CallMade("np.dot", 5.0, 5.0001)]), nothing),
    "data-generated": (run_with(1, marks=[("provenance", {"dataset": "generated"})]), nothing),
    "weights-random": (run_with(1, marks=[("provenance", {"weights": "random"})]), nothing),
    "provenance-mixed": (
        lambda campaign: (
            run_with(1, marks=[("provenance", {"weights": "imagenet"})])(campaign),
            run_with(2, marks=[("provenance", {"weights": "random"})])(campaign),
        ),
        nothing,
    ),
    "requirement-missed": (campaign_with(config=requirement("epoch", limit_s=1.0)), nothing),
    "requirement-unseen": (campaign_with(config=requirement("tokenise", limit_s=9.0)), nothing),
    "proof-missing": (campaign_with(config=requirement("epoch", limit_s=9.0)), nothing),
    "ecolabel-runs": (campaign_with(config={"ecolabel": {"scenario": "cnn"}}), nothing),
    "ecolabel-lengths": (
        lambda campaign: (
            campaign_with(config={"ecolabel": {"scenario": "cnn"}})(campaign),
            run_with(1, duration_s=25.0)(campaign),
        ),
        nothing,
    ),
    "ecolabel-capacity": (campaign_with(config={"ecolabel": {"scenario": "cnn"}}), nothing),
    "ecolabel-exceeded": (
        campaign_with(config={"ecolabel": {"scenario": "cnn", "certified": {"cpu": "1 %*s"}}}),
        nothing,
    ),
}


IMPORTED = {code.code for chapter in (imports.CHAPTER, mlperf_power.CHAPTER) for code in chapter.codes}
"""What importers find has tests of its own."""


def findings_of(folder: Path) -> list[Finding]:
    """All findings of a campaign: of the check, and of the analysis where its settings can be read."""
    found = check(folder)
    try:
        found += [Finding(**row.to_json()) for row in analyse(folder).findings]
    except ConfigurationError:
        assert "settings-unknown" in {finding.code for finding in found}
    return found


def test_a_program_that_stayed_the_same_is_nothing_to_report(tmp_path: Path) -> None:
    folder = sound().write(tmp_path / "campaign")
    before = {finding.code for finding in findings_of(folder)}
    recorded_program(revisions={".": "1" * 40})(folder)
    assert {finding.code for finding in findings_of(folder)} == before


def test_every_code_is_provoked_below() -> None:
    assert set(PROVOKED) == set(CODES) - IMPORTED


def test_a_sound_campaign_has_nothing_but_its_simulation_to_report(tmp_path: Path) -> None:
    found = findings_of(sound().write(tmp_path / "campaign"))
    # An action of one second and a call of a tenth, with a meter of one second, are part of it.
    assert {finding.code for finding in found} == {"campaign-simulated", "span-below-resolution"}


@pytest.mark.parametrize("code", sorted(PROVOKED))
def test_a_defect_is_found_under_its_code(tmp_path: Path, code: str) -> None:
    change, damage = PROVOKED[code]
    campaign = sound()
    change(campaign)
    folder = campaign.write(tmp_path / "campaign")
    damage(folder)
    levels = {finding.code: finding.level for finding in findings_of(folder)}
    assert levels.get(code) == CODES[code].level


def test_a_finding_about_a_line_names_its_place(tmp_path: Path) -> None:
    change, damage = PROVOKED["lines-damaged"]
    campaign = sound()
    change(campaign)
    folder = campaign.write(tmp_path / "campaign")
    damage(folder)
    (found,) = [finding for finding in check(folder) if finding.code == "lines-damaged"]
    lines = (folder / "runs" / found.run_dir / "meter.csv").read_text().count("\n") + 1
    assert (found.file, found.line, found.column) == ("meter.csv", lines, None)
    (row,) = [row for row in analyse(folder).findings if row.code == "lines-damaged"]
    assert (row.file, row.line) == ("meter.csv", lines)
