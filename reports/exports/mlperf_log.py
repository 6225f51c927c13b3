"""A campaign as logs in the form of MLPerf Power: a folder per counted run, and a README."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from records.campaign import CampaignFolder
from records.clock import clock_files, read_clock
from records.errors import ConfigurationError, RecordError
from records.meter import MeterRecord, read_readings
from records.package import problem_of
from records.results import Results, read_results
from records.rows.runs import RunRow
from records.run import RunFolder
from reports.exports.markdown import render_markdown
from reports.exports.mlperf_result import NOT_AVAILABLE, RunRecords, result_files
from reports.words.numbers import measured
from reports.words.texts import slug

_SHORTEST_INTERVAL_S = 0.002
"""The stamps have milliseconds: of a faster meter several readings would share one."""

_SAMPLINGS = {
    "interval_mean": "the mean of the interval before its stamp",
    "instantaneous": "an instantaneous value",
}


@dataclass(frozen=True)
class Written:
    """What was written: number of runs, and why others are left out."""

    runs: int
    simulated: bool
    left_out: list[str]


def write_mlperf_logs(folder: Path, out: Path) -> Written:
    """Write every counted run of an analysed campaign as a result of MLPerf Power.

    Args:
        folder: the campaign.
        out: folder to be made; it must not exist or be empty.

    Raises:
        ConfigurationError: ``out`` holds something.
        RecordError: the campaign was not analysed, a record of it is damaged, or no run can be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(
            f"--out {out}: expected a folder that does not exist or is empty; nothing is overwritten"
        )
    place = CampaignFolder(folder)
    results = read_results(place.results)
    beside = out.absolute().parent / f".{out.absolute().name}.{os.getpid()}.part"
    try:
        beside.mkdir(parents=True)
        written = _write_runs(place, results, beside)
        if out.is_dir():
            out.rmdir()
        beside.rename(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return written


def _write_runs(place: CampaignFolder, results: Results, out: Path) -> Written:
    simulated = results.campaign.simulated
    runs: list[dict[str, str]] = []
    samplings: set[str] = set()
    left_out: list[str] = []
    for row, run in _records(place, results, simulated):
        reason = _reason_against(run)
        if reason is not None:
            left_out.append(f"{row.run_dir}: {reason}")
            continue
        system = "SIMULATED-wattlab" if simulated else "wattlab"
        folder = f"{system}/{slug(row.scenario)}/slot-{row.slot:04d}"
        for path, text in result_files(run).items():
            target = out / folder / "performance" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        energy = measured(row.energy_wh, row.energy_u_wh)
        runs.append({"folder": folder, "name": row.run_dir, "energy": energy})
        samplings.add(run.meter.sampling)
    if not runs:
        raise RecordError(f"{place.path}: expected a counted run that can be written: {'; '.join(left_out)}")
    context = {
        "title": results.campaign.title,
        "campaign": results.campaign.id,
        "simulated": simulated,
        "sampling": " or ".join(_SAMPLINGS[name] for name in sorted(samplings)),
        "option": " or ".join(sorted(samplings)),
        "runs": runs,
        "left_out": left_out,
    }
    (out / "README.md").write_text(render_markdown("mlperf.md", context), encoding="utf-8")
    return Written(len(runs), simulated, left_out)


def _records(place: CampaignFolder, results: Results, simulated: bool) -> Iterator[tuple[RunRow, RunRecords]]:
    for row in results.runs:
        name = row.run_dir
        if "/" in name or problem_of(name) is not None:
            raise RecordError(f"{place.path}: results: expected the name of a run folder, found {name!r}")
        folder = RunFolder(place.runs / name)
        record = folder.read()
        if record.t_start_utc_s is None or record.t_stop_utc_s is None:
            raise RecordError(f"{folder.run_json}: expected a rating interval of a counted run, found none")
        yield (
            row,
            RunRecords(
                row=row,
                meter=MeterRecord.read(folder.meter_json),
                readings=read_readings(folder.meter_csv),
                clocks=[read_clock(path) for path in clock_files(folder.path, row.bench)],
                t_start_utc_s=record.t_start_utc_s,
                t_stop_utc_s=record.t_stop_utc_s,
                simulated=simulated,
            ),
        )


def _reason_against(run: RunRecords) -> str | None:
    """Say why a run cannot be written in this form; ``None`` where it can."""
    if run.meter.interval_s < _SHORTEST_INTERVAL_S:
        return f"a reading every {run.meter.interval_s:g} s, but the stamps of the form have milliseconds"
    power_w = run.power_w[np.isfinite(run.power_w)]
    if not len(power_w):
        return "no good reading"
    lowest_w = float(power_w.min())
    if lowest_w <= NOT_AVAILABLE:
        return f"a power of {lowest_w:g} W, but from -1 on the form takes a number for a missing one"
    return None
