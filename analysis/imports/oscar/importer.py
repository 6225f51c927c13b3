"""Lab data of OSCAR and KEcoLab: a folder each for usage scenario, baseline and idle.

Each folder holds an action log, a power log and a hardware log; which is which is found by content.
The three were often measured on different days, so that no baseline lies between the runs: the
imported campaign takes the mean of all baseline runs.

Source: the Blue Angel procedure as OSCAR evaluates it (Environmental Campus Birkenfeld), and KDE's FEEP data.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from analysis.imports.collectl.log import HostLog
from analysis.imports.oscar.folder import Measurement, read_folder
from analysis.imports.oscar.marks import MarkedRun
from analysis.imports.oscar.series import READING_PCT, PowerLog, merged
from analysis.imports.parts import AS_WRITTEN, Columns, ImportedRun, ImportedSpan
from analysis.imports.repairs import Repairs, zone_assumed
from analysis.imports.stamps import DAY_S, find_zone
from analysis.imports.writing import CampaignWriter
from analysis.maths.arrays import Floats
from records.campaign import Kind
from records.errors import RecordError
from records.finding_codes import imports as codes
from records.times import iso_utc

LEAD_S = 10.0
"""How much of the logs before and after a run goes with it."""


def import_oscar(
    out: Path,
    *,
    usage: Path,
    baseline: Path,
    idle: Path | None,
    timezone: str | None,
    version: str,
    importer: str = "oscar",
) -> None:
    """Make a campaign of the lab data in two or three folders.

    Args:
        out: the campaign's folder.
        usage: folder of the standard usage scenario.
        baseline: folder of the bare operating system.
        idle: folder of the software started but not used, if there is one.
        timezone: of all stamps; UTC unless given.
        version: of Wattlab.
        importer: name of the format.

    Raises:
        ConfigurationError: ``out`` is not empty, or there is no such time zone.
        RecordError: something cannot be understood; the message has file, line and reason.
    """
    zone = find_zone(timezone)
    given: list[tuple[Path, Kind]] = [(usage, "workload"), (baseline, "baseline")]
    if idle is not None:
        given.append((idle, "idle"))
    options = {
        "usage": usage.name,
        "baseline": baseline.name,
        "idle": idle.name if idle else None,
        "timezone": timezone,
    }
    writer = CampaignWriter(
        out, importer=importer, options=options, version=version, analysis={"baseline": "pooled"}
    )
    repairs = Repairs()
    zone_assumed(repairs, timezone)
    with writer:
        measurements = [read_folder(writer, folder, kind, zone, repairs) for folder, kind in given]
        for measurement in measurements:
            _add_runs(writer, measurement, repairs)
        _say_pooled(measurements, repairs)
        meters = [log for measurement in measurements for log in measurement.power]
        _say_meter(meters, repairs)
        writer.environment.meter = {**asdict(meters[0].meter().identity), "channel": meters[0].channel}
        writer.find_all(repairs.findings())


def _add_runs(writer: CampaignWriter, measurement: Measurement, repairs: Repairs) -> None:
    _check_overlap(measurement)
    meter = measurement.power[0].meter()
    used = 0
    for run in measurement.runs:
        from_s, to_s = run.start.t_utc_s - LEAD_S, run.stop.t_utc_s + LEAD_S
        readings = _readings(measurement.power, from_s, to_s)
        used += _between(measurement, run)
        writer.add(
            ImportedRun(
                scenario=measurement.scenario,
                kind=measurement.kind,
                t_start_utc_s=run.start.t_utc_s,
                t_stop_utc_s=run.stop.t_utc_s,
                meter=meter,
                readings=readings,
                session=measurement.folder.name,
                spans=[
                    ImportedSpan(
                        span="action",
                        name=start.words or "action",
                        t_start_utc_s=start.t_utc_s,
                        t_stop_utc_s=stop.t_utc_s,
                    )
                    for start, stop in run.actions
                ],
                data=_as_written(run),
                host=_host(measurement.hardware, from_s, to_s),
            )
        )
    total = sum(len(log.t_utc_s) for log in measurement.power)
    repairs.say(
        codes.READINGS_OUTSIDE,
        f"{measurement.folder.name}: {total - used} of {total} readings lie in no run; those within "
        f"{LEAD_S:g} s of one go with it, the others are left out",
    )


def _check_overlap(measurement: Measurement) -> None:
    if any(_between(measurement, run) for run in measurement.runs):
        return
    log = measurement.power[0]
    raise RecordError(
        f"{log.text.name}: expected readings between {iso_utc(measurement.from_utc_s)} and "
        f"{iso_utc(measurement.to_utc_s)}, when the runs were, found them from {iso_utc(log.t_utc_s[0])} to "
        f"{iso_utc(log.t_utc_s[-1])}: these logs do not belong together"
    )


def _between(measurement: Measurement, run: MarkedRun) -> int:
    """Count the readings within a run."""
    first, last = run.start.t_utc_s, run.stop.t_utc_s
    return sum(
        int(np.count_nonzero((log.t_utc_s >= first) & (log.t_utc_s <= last))) for log in measurement.power
    )


def _readings(logs: list[PowerLog], from_s: float, to_s: float) -> Columns:
    def cut(log: PowerLog) -> tuple[Floats, Floats]:
        inside = (log.t_utc_s >= from_s) & (log.t_utc_s <= to_s)
        return log.t_utc_s[inside], log.power_w[inside]

    t_utc_s, power_w = merged(logs, cut)
    return {"t_utc_s": t_utc_s, "power_w": power_w}


def _host(logs: list[HostLog], from_s: float, to_s: float) -> Columns | None:
    parts = [part for log in logs if len((part := log.between(from_s, to_s)).t_utc_s)]
    if not parts:
        return None
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    return {"t_utc_s": np.concatenate([part.t_utc_s for part in parts]), **columns}


def _as_written(run: MarkedRun) -> dict[str, float]:
    written = (run.start.t_as_written_utc_s, run.stop.t_as_written_utc_s)
    if written == (run.start.t_utc_s, run.stop.t_utc_s):
        return {}
    return {name: round(value, 6) for name, value in zip(AS_WRITTEN, written, strict=True)}


def _say_meter(logs: Sequence[PowerLog], repairs: Repairs) -> None:
    for model in sorted({log.model for log in logs}):
        if model in READING_PCT:
            message = (
                f"meter {model}: taken for {READING_PCT[model]:g} % of reading, as secondary sources have "
                f"it; what its current transformers add, its clock and its calibration are unknown"
            )
            repairs.say(codes.METER_ASSUMED, message)
        else:
            message = (
                f"meter {model or 'unnamed'}: its limits of error are unknown, and its part is missing "
                f"in every uncertainty; set accuracy in meter.json from its data sheet"
            )
            repairs.say(codes.ACCURACY_UNKNOWN, message)


def _say_pooled(measurements: list[Measurement], repairs: Repairs) -> None:
    reference = next(m for m in measurements if m.kind == "baseline")
    repairs.say(
        codes.BASELINE_POOLED,
        "the baseline runs were measured in a session of their own and lie between no other runs: the mean "
        "of all of them is the reference (analysis.baseline = pooled), none is interpolated",
    )
    for other in measurements:
        apart_s = max(reference.from_utc_s - other.to_utc_s, other.from_utc_s - reference.to_utc_s)
        if apart_s > DAY_S:
            message = (
                f"{other.scenario} and baseline were measured {apart_s / DAY_S:.0f} days apart "
                f"({iso_utc(other.from_utc_s)[:10]} and {iso_utc(reference.from_utc_s)[:10]}): what "
                f"changed in between is in the induced energy, and no interval shows it"
            )
            repairs.say(codes.SESSIONS_APART, message)
