"""Logs of a Watts up? meter become a campaign; every file is a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from analysis.imports.csv_table import BASELINE_POOLED, NO_MARKS
from analysis.imports.parts import ImportedRun
from analysis.imports.power_values import count_flag
from analysis.imports.reading import SourceText, read_text
from analysis.imports.repairs import Repairs
from analysis.imports.timeline import TimeOptions, from_interval, latency_u_s, median_interval_s, read_times
from analysis.imports.wattsup.records import WattsupLog, read_wattsup
from analysis.imports.writing import CampaignWriter, scenario_name, scenarios_of, source_name
from analysis.maths.arrays import Floats
from records.campaign import Kind
from records.finding_codes import imports as codes
from records.meter import QUANTITIES, Accuracy, Calibration, Identity, MeterRecord

FORMAT = "wattsup-log"
RESOLUTION_W = 0.1
LIMITS = Accuracy(reading_pct=1.5, counts=3)
"""User guide: 1.5 % of the reading and three counts."""

_MAINS_V = (80.0, 300.0)


@dataclass(frozen=True, kw_only=True)
class LogOptions:
    """What the operator says about logs.

    Attributes:
        when: about the time; ``start`` where a log has no stamps.
        interval_s: time between readings; ``None`` for what the log says.
        scenario: of all files; ``None`` for the name of each.
        kind: of the runs.
    """

    when: TimeOptions = field(default_factory=TimeOptions)
    interval_s: float | None = None
    scenario: str | None = None
    kind: Kind = "workload"


def import_wattsup_log(
    out: Path, files: list[Path], options: LogOptions, *, version: str, baselines: Sequence[Path] = ()
) -> None:
    """Make a campaign of logs.

    Args:
        out: the folder to be made.
        files: one run each.
        options: what the logs do not tell.
        version: of Wattlab.
        baselines: further logs, of the bare operating system.

    Raises:
        ConfigurationError: ``out`` holds something, or something that a log does not tell was not said.
        RecordError: a file cannot be understood; names file, line and reason.
    """
    said = {"interval_s": options.interval_s, "scenario": options.scenario, "kind": options.kind}
    settings = {"baseline": "pooled"}
    everything = {**said, **vars(options.when)}
    with CampaignWriter(
        out, importer=FORMAT, options=everything, version=version, analysis=settings
    ) as writer:
        repairs = Repairs()
        bare = LogOptions(
            when=options.when, interval_s=options.interval_s, scenario="baseline", kind="baseline"
        )
        named = [replace(options, scenario=name) for name in scenarios_of(files, options.scenario)]
        for path, of in [*zip(files, named, strict=True), *((path, bare) for path in baselines)]:
            writer.source(path, source_name(path, path))
            writer.add(read_run(path, of, repairs))
        repairs.say(codes.NO_MARKS, NO_MARKS)
        if baselines:
            repairs.say(codes.BASELINE_POOLED, BASELINE_POOLED)
        writer.find_all(repairs.findings())


def read_run(path: Path, options: LogOptions, repairs: Repairs) -> ImportedRun:
    """Read one log as a run, from its first to its last reading.

    Raises:
        ConfigurationError: something that the log does not tell was not said.
        RecordError: it cannot be understood.
    """
    text = read_text(path)
    log = read_wattsup(text, repairs)
    if not log.rows:
        raise text.refuse(0, "expected readings of a Watts up?, found none")
    repairs.form(text, log.table)
    repairs.say(codes.WATTSUP_FORM, f"{text.name}: read as {log.form}, {len(log.rows)} readings")
    for row in log.rows:
        count_flag(repairs, text, row.line, row.power.flag)
    t_utc_s, interval_s = _times(text, log, options, repairs)
    names = [name for name in QUANTITIES[1:] if any(name in row.quantities for row in log.rows)]
    columns = {name: [row.quantities.get(name) for row in log.rows] for name in names}
    _check_mains(text, columns.get("voltage_v", []), repairs)
    return ImportedRun(
        scenario=scenario_name(options.scenario or path.stem),
        kind=options.kind,
        t_start_utc_s=float(t_utc_s[0]),
        t_stop_utc_s=float(t_utc_s[-1]),
        meter=_meter(text, t_utc_s, interval_s),
        readings={
            "t_utc_s": t_utc_s.tolist(),
            "power_w": [row.power.value for row in log.rows],
            "flag": [row.power.flag for row in log.rows],
            **columns,
        },
    )


def _times(text: SourceText, log: WattsupLog, options: LogOptions, repairs: Repairs) -> tuple[Floats, float]:
    """Return the times of the readings in UTC, and the time between two."""
    stamped = [row for row in log.rows if row.stamp]
    if len(stamped) == len(log.rows):
        t_utc_s = read_times(text, [(row.line, row.stamp) for row in log.rows], options.when, repairs)
        return t_utc_s, options.interval_s or log.interval_s or median_interval_s(text, t_utc_s)
    if stamped:
        without = next(row for row in log.rows if not row.stamp)
        raise text.refuse(without.line, "expected a stamp as on the other lines")
    interval_s = options.interval_s or log.interval_s
    if interval_s is None:
        interval_s = 1.0
        message = f"{text.name}: neither stamps nor an interval: one second, the meter's own, is taken"
        repairs.say(codes.WATTSUP_INTERVAL_ASSUMED, message)
    message = (
        f"{text.name}: the readings have no stamps; they are laid {interval_s:g} s apart from --start on, so "
        f"that readings that were lost would not be seen"
    )
    repairs.say(codes.WATTSUP_NO_STAMPS, message)
    return from_interval(text, len(log.rows), options.when, interval_s), interval_s


def _check_mains(text: SourceText, voltage_v: Sequence[float | None], repairs: Repairs) -> None:
    known = [value for value in voltage_v if value is not None]
    if known and not _MAINS_V[0] <= float(np.median(known)) <= _MAINS_V[1]:
        message = (
            f"{text.name}: the median voltage is {np.median(known):g} V, which is no mains; the columns or "
            f"their units may differ from those assumed"
        )
        repairs.say(codes.WATTSUP_VOLTAGE_ODD, message)


def _meter(text: SourceText, t_utc_s: Floats, interval_s: float) -> MeterRecord:
    return MeterRecord(
        driver="wattsup_pro",
        port=text.name,
        identity=Identity(maker="Electronic Educational Devices", model="Watts up?"),
        sampling="interval_mean",
        interval_s=interval_s,
        latency_s=0.0,
        latency_u_s=latency_u_s(t_utc_s, interval_s),
        resolution_w=RESOLUTION_W,
        accuracy=LIMITS,
        calibration=Calibration(),
        simulated=False,
    )
