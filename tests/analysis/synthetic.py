"""Campaigns with a known truth, written through the records room.

The power of the SUT is a function of time; an instrument with its own clock averages it exactly over
its own intervals (the function is integrated in closed form or on a fine grid), and the readings
arrive late by a latency and a jitter that is never negative.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from records.calls import CALL_DTYPE, CALLS_SCHEMA
from records.campaign import Campaign, CampaignFolder, Environment, Slot
from records.files import LineAppender, sha256_of_json
from records.journal import Journal
from records.journal_events import UnknownEntry
from records.meter import Accuracy, Calibration, Identity, MeterRecord, Reading, ReadingWriter
from records.run import Run, RunFolder
from records.tables import csv_line
from records.tracker_columns import CONDUCT_COLUMNS, TRACKER_COLUMNS

EPOCH_UTC_S = 1_790_000_000.0  # 2026-09-21
METER = Identity(maker="Electronic Educational Devices", model="Watts up? PRO", serial="4711")
Power = Callable[[np.ndarray], np.ndarray]


def constant(power_w: float) -> Power:
    return lambda t: np.full_like(t, power_w, dtype=float)


def step(before_w: float, during_w: float, from_s: float, to_s: float) -> Power:
    return lambda t: np.where((t >= from_s) & (t < to_s), during_w, before_w)


def mean_power(power: Power, from_s: float, to_s: float, grid: int = 2000) -> float:
    """Mean over [from_s, to_s) by the midpoint rule; exact for steps that fall on its grid."""
    middles = from_s + (np.arange(grid) + 0.5) * (to_s - from_s) / grid
    return float(power(middles).mean())


@dataclass
class Instrument:
    """A virtual meter; all times in seconds."""

    interval_s: float = 1.0
    declared_s: float | None = None
    phase_s: float = 0.37
    latency_s: float = 0.0
    latency_u_s: float = 0.01
    jitter_s: float = 0.0
    sampling: str = "interval_mean"
    resolution_w: float = 0.1
    reading_pct: float = 1.5
    counts: float = 3.0
    range_pct: float = 0.0
    range_w: float | None = None
    reactive_pct: float = 0.0
    power_factor: float | None = None
    gain: float = 1.0
    offset_w: float = 0.0
    calibration: Calibration = field(default_factory=Calibration)
    simulated: bool = True
    seed: int = 1
    driver: str = "wattsup_pro"

    def record(self) -> MeterRecord:
        return MeterRecord(
            driver=self.driver,
            port="virtual",
            identity=replace(METER),
            sampling=self.sampling,  # type: ignore[arg-type]
            interval_s=self.declared_s or self.interval_s,
            latency_s=self.latency_s,
            latency_u_s=self.latency_u_s,
            resolution_w=self.resolution_w,
            accuracy=Accuracy(
                reading_pct=self.reading_pct,
                counts=self.counts,
                range_pct=self.range_pct,
                range_w=self.range_w,
                reactive_pct=self.reactive_pct,
            ),
            calibration=self.calibration,
            simulated=self.simulated,
        )

    def readings(self, power: Power, from_s: float, to_s: float) -> list[Reading]:
        """Readings that end in (from_s, to_s], on the time of the campaign."""
        random = np.random.default_rng(self.seed)
        first = int(np.ceil((from_s - self.phase_s) / self.interval_s)) + 1
        readings = []
        while (end_s := self.phase_s + first * self.interval_s) <= to_s:
            if self.sampling == "interval_mean":
                power_w = mean_power(power, end_s - self.interval_s, end_s)
            else:
                power_w = float(power(np.array([end_s]))[0])
            arrival_s = end_s + self.latency_s + self.jitter_s * float(random.exponential())
            indicated_w = self.offset_w + self.gain * power_w
            readings.append(Reading(EPOCH_UTC_S + arrival_s, indicated_w, power_factor=self.power_factor))
            first += 1
        return readings


def flagged(reading: Reading, flag: str) -> Reading:
    return replace(reading, power_w=None, flag=flag)


@dataclass
class Spanned:
    """A span to be written: name, start and stop from the start of the run, data of the stop."""

    span: str
    name: str
    from_s: float
    to_s: float | None
    data: dict[str, Any] = field(default_factory=dict)
    parent: int | None = 1


@dataclass
class CallMade:
    """A recorded call: its API, when it was from the start of the run, and the calls around it.

    Calls are given as they are recorded: in the order of their ends, inner ones first.
    """

    api: str
    from_s: float
    to_s: float
    depth: int = 0
    task: int = 0
    flags: int = 0
    argument_bytes: int = -1
    line: int | None = None


def called_twice(
    from_s: float, to_s: float, levels: int, depth: int = 0, api: str = "np.first"
) -> list[CallMade]:
    """Return a call that calls two sites, each of which does the same, so many levels deep."""
    inner = []
    if depth < levels:
        middle_s = (from_s + to_s) / 2
        inner += called_twice(from_s, middle_s, levels, depth + 1, "np.first")
        inner += called_twice(middle_s, to_s, levels, depth + 1, "np.second")
    return [*inner, CallMade(api, from_s, to_s, depth=depth)]


@dataclass
class SyntheticRun:
    """One run: when, how long, how much power above the base."""

    slot: int
    scenario: str
    start_s: float
    duration_s: float = 20.0
    kind: str = "workload"
    repeat: int = 1
    block: int = 1
    tracker: str | None = None
    power_w: float | None = None
    spans: list[Spanned] = field(default_factory=list)
    marks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    trackers: list[dict[str, Any]] = field(default_factory=list)
    status: str = "completed"
    reason: str | None = None
    attempt: int = 1
    exit_code: int = 0
    gate: dict[str, Any] | None = field(default_factory=lambda: {"open": True, "tries": 1})
    change_readings: Callable[[list[Reading]], Iterable[Reading]] = list
    lead_s: float = 5.0
    lead_out_s: float = 4.0
    host: bool = True
    sensors: Callable[[float], float] | None = None
    recorded_calls: list[CallMade] = field(default_factory=list)
    bench: str | None = None

    @property
    def run_dir(self) -> str:
        return f"{self.slot:04d}-{self.scenario}"


@dataclass
class SyntheticCampaign:
    """A campaign of runs over a base power."""

    runs: list[SyntheticRun]
    base_w: float = 40.0
    power: Power | None = None
    instrument: Instrument = field(default_factory=Instrument)
    config: dict[str, Any] = field(default_factory=dict)
    simulated: bool = True

    def power_at(self, t_s: np.ndarray) -> np.ndarray:
        """Base power, and during each run its own."""
        if self.power is not None:
            return self.power(t_s)
        power_w = np.full_like(t_s, self.base_w, dtype=float)
        for run in self.runs:
            inside = (t_s >= run.start_s) & (t_s < run.start_s + run.duration_s)
            if run.power_w is not None:
                power_w = np.where(inside, run.power_w, power_w)
        return power_w

    def write(self, folder: Path) -> Path:
        """Write the whole campaign and return its folder."""
        place = CampaignFolder(folder)
        place.runs.mkdir(parents=True)
        slots: dict[int, Slot] = {}
        for run in self.runs:
            slots[run.slot] = Slot(
                slot=run.slot,
                scenario=run.scenario,
                kind=run.kind,  # type: ignore[arg-type]
                repeat=run.repeat,
                block=run.block,
                tracker=run.tracker,
                run_dir=run.run_dir,
            )
        config = {"campaign": {"title": "Synthetic", "repeats": 2}, **self.config}
        Campaign(
            id="synthetic",
            created_utc_s=EPOCH_UTC_S,
            wattlab_version="0.0.0",
            simulated=self.simulated,
            seed=1,
            config=config,
            config_sha256=sha256_of_json(config),
            plan=list(slots.values()),
        ).write(place.campaign_json)
        Environment(sut={"host": "synthetic"}, controller={}, meter={}).write(place.environment_json)
        journal = Journal(place.journal)
        journal.write(UnknownEntry(name="campaign planned"))
        journal.close()
        for run in self.runs:
            self.write_run(place, run, slots[run.slot])
        return folder

    def write_run(self, place: CampaignFolder, run: SyntheticRun, slot: Slot) -> None:
        folder = RunFolder(place.attempt(slot, run.attempt))
        folder.path.mkdir()
        stop_s = run.start_s + run.duration_s
        self.instrument.record().write(folder.meter_json)
        readings = self.instrument.readings(self.power_at, run.start_s - run.lead_s, stop_s + run.lead_out_s)
        known = () if self.instrument.power_factor is None else ("power_factor",)
        writer = ReadingWriter(folder.meter_csv, ("power_w", *known))
        for reading in run.change_readings(readings):
            writer.append(reading)
        writer.close()
        write_events(folder.events, run)
        if run.host:
            _write_host(folder, run)
        if run.sensors is not None:
            with LineAppender(folder.sensors_csv, "t_utc_s,cpu_temperature_c") as file:
                for second in range(int(run.duration_s) + 3):
                    t_s = run.start_s + second
                    file.append(csv_line([EPOCH_UTC_S + t_s, run.sensors(second)]))
        if run.trackers:
            _write_trackers(folder, run)
        if run.recorded_calls:
            write_calls(folder.path / "calls", run.recorded_calls, run.start_s)
        record = Run(
            slot=run.slot,
            scenario=run.scenario,
            kind=run.kind,  # type: ignore[arg-type]
            repeat=run.repeat,
            block=run.block,
            tracker=run.tracker,
            status=run.status,  # type: ignore[arg-type]
            attempt=run.attempt,
            t_start_utc_s=EPOCH_UTC_S + run.start_s,
            t_stop_utc_s=EPOCH_UTC_S + stop_s,
            exit_code=run.exit_code,
            gate=run.gate,
            reason=run.reason,
            files=folder.hash_files(),
            bench=run.bench,
            lease=None if run.bench is None else run.slot,
        )
        record.write(folder.run_json)


def rehash(run_dir: Path) -> None:
    """Write the hashes of a run folder anew, as if its present files were what was recorded."""
    folder = RunFolder(run_dir)
    record = folder.read()
    record.files = folder.hash_files()
    record.write(folder.run_json)


def event_line(
    event: str, span: str, name: str, number: int, parent: int | None, t_s: float, data: dict[str, Any]
) -> str:
    return json.dumps(
        {
            "t_utc_s": round(EPOCH_UTC_S + t_s, 6),
            "t_mono_s": round(1000.0 + t_s, 6),
            "event": event,
            "span": span,
            "name": name,
            "id": number,
            "parent": parent,
            "pid": 4711,
            "data": data,
        }
    )


def write_events(path: Path, run: SyntheticRun) -> None:
    stop_s = run.start_s + run.duration_s
    lines = [(run.start_s, 0, event_line("start", "run", run.scenario, 1, None, run.start_s, {}))]
    for number, span in enumerate(run.spans, start=2):
        begin_s = run.start_s + span.from_s
        start = event_line("start", span.span, span.name, number, span.parent, begin_s, {})
        lines.append((begin_s, number, start))
        if span.to_s is not None:
            end_s = run.start_s + span.to_s
            stop = event_line("stop", span.span, span.name, number, span.parent, end_s, span.data)
            lines.append((end_s, -number, stop))
    for number, (name, data) in enumerate(run.marks, start=900):
        lines.append((stop_s - 0.1, number, event_line("mark", "run", name, number, 1, stop_s - 0.1, data)))
    lines.append((stop_s, 10**6, event_line("stop", "run", run.scenario, 1, None, stop_s, {})))
    with LineAppender(path) as file:
        for _, _, line in sorted(lines):
            file.append(line)


def write_calls(folder: Path, calls: list[CallMade], start_s: float, process: str = "7") -> None:
    """Write the record of calls of one process; a call without a line has that of the first of its API."""
    folder.mkdir(exist_ok=True)
    numbers: dict[tuple[str, int | None], int] = {}
    records = np.zeros(len(calls), CALL_DTYPE)
    for record, call in zip(records, calls, strict=True):
        record["site"] = numbers.setdefault((call.api, call.line), len(numbers) + 1)
        record["task"], record["depth"], record["flags"] = call.task, call.depth, call.flags
        record["start_ns"] = round((1000.0 + start_s + call.from_s) * 1e9)
        record["stop_ns"] = round((1000.0 + start_s + call.to_s) * 1e9)
        record["argument_bytes"] = call.argument_bytes
    lines: list[dict[str, Any]] = [{"schema": CALLS_SCHEMA, "pid": 7}]
    for (api, given), number in numbers.items():
        line = given or number
        place = {"file": "train.py", "line": line, "column": 5, "end_line": line, "function": "main"}
        in_cell: dict[str, Any] = {"cell": None, "execution_count": None}
        lines.append(
            {"site": number, **place, **in_cell, "expression": f"{api}()", "api": api, "kind": "call"}
        )
    lines.append({"records": len(calls)})
    (folder / f"sites-{process}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / f"calls-{process}.bin").write_bytes(records.tobytes())


def _write_host(folder: RunFolder, run: SyntheticRun) -> None:
    header = "t_utc_s,cpu_load_pct,ram_used_kib,disk_read_kib_s,disk_write_kib_s,net_rx_kib_s,net_tx_kib_s"
    with LineAppender(folder.host_csv, header) as file:
        for second in range(int(run.duration_s) + 3):
            t_s = EPOCH_UTC_S + run.start_s + second
            load = 5.0 if run.kind == "baseline" else 80.0
            file.append(csv_line([t_s, load, 1_000_000, 0, 10, 0, 0]))


def _write_trackers(folder: RunFolder, run: SyntheticRun) -> None:
    conduct = [name for name in CONDUCT_COLUMNS if any(name in claim for claim in run.trackers)]
    columns = [*TRACKER_COLUMNS, *conduct]
    with LineAppender(folder.trackers_csv, csv_line(columns)) as file:
        for claim in run.trackers:
            row = {
                "tracker": "codecarbon",
                "version": "3.0",
                "t_start_utc_s": EPOCH_UTC_S + run.start_s + 1,
                "t_stop_utc_s": EPOCH_UTC_S + run.start_s + run.duration_s - 1,
                "interval_s": 1,
                "scope": "cpu+ram",
                "settings": '{"country": "DEU"}',
            } | claim
            file.append(csv_line([row.get(name) for name in columns]))


def run_after(runs: list[SyntheticRun], scenario: str, block: int, **more: Any) -> SyntheticRun:
    """Return the run of a block that comes after others in the plan, 40 s after the start of the last one."""
    return SyntheticRun(
        slot=len(runs) + 1,
        scenario=scenario,
        kind="baseline" if scenario == "baseline" else "workload",
        start_s=100.0 + 40 * len(runs),
        repeat=block,
        block=block,
        **more,
    )


def small_campaign(blocks: int = 2, **changes: Any) -> SyntheticCampaign:
    """Blocks of baseline (40 W), idle (50 W), training (100 W) without and with a tracker (102 W)."""
    runs = []
    t_s = 100.0
    slot = 1
    for block in range(1, blocks + 1):
        for scenario, kind, power_w, tracker in (
            ("baseline", "baseline", 40.0, None),
            ("idle", "idle", 50.0, None),
            ("cnn", "workload", 100.0, None),
            ("cnn", "workload", 102.0, "codecarbon"),
        ):
            run = SyntheticRun(
                slot=slot,
                scenario=scenario,
                kind=kind,
                start_s=t_s,
                repeat=block,
                block=block,
                tracker=tracker,
                power_w=power_w,
            )
            if scenario == "cnn":
                run.spans = training_spans()
                run.marks = training_marks()
            if tracker:
                run.trackers = [{"energy_wh": 0.3, "cpu_wh": 0.2, "ram_wh": 0.1}]
            runs.append(run)
            t_s += 40.0
            slot += 1
    campaign = SyntheticCampaign(runs)
    campaign.config = {"scenario": [{"name": "cnn", "target_val_accuracy": 0.8}]}
    for name, value in changes.items():
        setattr(campaign, name, value)
    return campaign


def training_spans() -> list[Spanned]:
    spans = [Spanned("action", "create net", 1.0, 2.0), Spanned("action", "train", 2.0, 18.0)]
    for epoch in range(1, 5):
        start_s = 2.0 + 4.0 * (epoch - 1)
        data = {
            "epoch": epoch,
            "loss": 1.0 / epoch,
            "accuracy": 0.2 * epoch,
            "val_loss": 1.1 / epoch,
            "val_accuracy": 0.25 * epoch,
            "samples": 100,
        }
        spans.append(Spanned("epoch", f"epoch {epoch}", start_s, start_s + 4.0, data, parent=3))
    spans.append(Spanned("call", "tf.matmul", 2.5, 2.6, parent=4))
    return spans


def training_marks() -> list[tuple[str, dict[str, Any]]]:
    return [
        ("useful_work", {"macro_f1": 0.9, "correct": 90}),
        ("provenance", {"dataset": "generated", "weights": "random"}),
    ]
