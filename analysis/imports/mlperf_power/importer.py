"""Results of MLPerf Power: what SPEC PTDaemon logged while a benchmark ran, as published with the results.

Every folder with ``run_1/spl.txt`` (as a rule called ``performance``) gives two runs: the testing phase, of
which the published figure is, and the ranging phase before it as a run of a scenario of its own with
``-ranging`` behind its name: it is a repeat of the same work, but not on the same ranges, so that the
two are never pooled. The rating interval is the load, ``power_begin`` to ``power_end``.

Stamps stay those of the host that wrote them: ``clock.csv`` in each run folder has the offset between the
hosts, which the default rule corrects for and the published one does not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import TypeVar

from analysis.imports.mlperf_power.evidence import judge_clocks, judge_hashes, judge_zone
from analysis.imports.mlperf_power.findings import PhaseCase, judge_pair, judge_phase
from analysis.imports.mlperf_power.meter import is_simulated, meter_of
from analysis.imports.mlperf_power.places import RANGING, find_results, scenario_names
from analysis.imports.mlperf_power.ptd import PtdLog, parse_ptd_log
from analysis.imports.mlperf_power.session import (
    ClockComparison,
    HostRecord,
    Phase,
    compare_clocks,
    read_host,
    read_load_window,
    zone_of_stamps,
    zone_of_window,
)
from analysis.imports.mlperf_power.spl import SplLog, parse_spl
from analysis.imports.parts import Columns, ImportedRun
from analysis.imports.reading import read_text
from analysis.imports.writing import CampaignWriter, source_name
from records.clock import CLOCK_COLUMNS
from records.errors import RecordError
from records.finding_codes import mlperf_power as codes
from records.findings import Finding
from records.meter import Sampling
from records.tables import csv_line
from records.times import format_utc_s

FORMAT = "mlperf-power"
_T = TypeVar("_T")
_PHASES: tuple[tuple[Phase, str], ...] = (("ranging", "ranging"), ("testing", "run_1"))
_HOST_FILES = ("power/server.json", "power/client.json", "power/ptd_logs.txt")

# Samples per second as the load generator's scenarios call them.
_RATES = (
    "result_samples_per_second",
    "result_qps_with_loadgen_overhead",
    "result_completed_samples_per_sec",
    "result_scheduled_samples_per_sec",
)


_ASSUMED: dict[Sampling, str] = {
    "interval_mean": "no file of a result says what a sample is: taken as the mean of the interval before "
    "its stamp; --sampling instantaneous shows what an instantaneous value would change",
    "instantaneous": "no file of a result says what a sample is: taken as instantaneous, as asked for",
}


@dataclass(frozen=True)
class _Result:
    """One published result: its folder, its name for people, and what lies next to the samples.

    ``unusable`` are findings about optional files that could not be read.
    """

    folder: Path
    given: Path
    server: HostRecord | None
    client: HostRecord | None
    ptd: PtdLog | None
    clocks: list[ClockComparison]
    unusable: list[Finding]

    def name(self, file: str) -> str:
        return source_name(self.folder / file, self.given)

    @property
    def place(self) -> str:
        """Path from the folder that was given on, or of its last folders where that is within them."""
        seen = self.name("").split("/")
        return "/".join(seen if len(seen) > len(self.parts) else (*self.parts, self.folder.name))

    @property
    def parts(self) -> tuple[str, str, str]:
        """System, benchmark and mode, from the names of the folders."""
        system, benchmark, mode = ("", "", "", *self.folder.absolute().parts[:-1])[-3:]
        return system, benchmark, mode


def import_mlperf_power(
    out: Path, folders: list[Path], *, version: str, sampling: Sampling = "interval_mean"
) -> None:
    """Make a campaign of every result below some folders.

    Args:
        out: the folder to be made.
        folders: as given.
        version: of Wattlab.
        sampling: what a sample is.

    Raises:
        ConfigurationError: ``out`` holds something.
        RecordError: there is no result, or samples or log of a testing phase cannot be understood; names
            file, line and reason. Any other file that cannot is a finding, as if it were not there.
    """
    results = [_read_result(folder, given) for given in folders for folder in find_results(given)]
    options = {"results": [folder.absolute().name for folder in folders], "sampling": sampling}
    settings = {"useful_work": ["samples"]}
    simulated = any(is_simulated(result.server) for result in results)
    with CampaignWriter(
        out, importer=FORMAT, options=options, version=version, simulated=simulated, analysis=settings
    ) as writer:
        for result, scenario in zip(results, scenario_names([r.parts for r in results]), strict=True):
            _import_result(result, scenario, sampling, writer)
        writer.find(codes.SAMPLING_ASSUMED.finding(_ASSUMED[sampling]))


def _read_result(folder: Path, given: Path) -> _Result:
    unusable: list[Finding] = []

    def optional(file: str, read: Callable[[Path], _T]) -> _T | None:
        """Read a file that a result stands without."""
        path = folder / file
        try:
            return read(path) if path.is_file() else None
        except RecordError as error:
            unusable.append(_left_out(str(error).replace(str(path), source_name(path, given))))
            return None

    server = optional("power/server.json", read_host)
    client = optional("power/client.json", read_host)
    ptd = optional(
        "power/ptd_logs.txt", lambda path: parse_ptd_log(read_text(path, source_name(path, given)))
    )
    return _Result(folder, given, server, client, ptd, compare_clocks(client), unusable)


def _left_out(reason: str) -> Finding:
    return codes.FILE_UNUSABLE.finding(f"{reason}; it is left out")


def _import_result(result: _Result, scenario: str, sampling: Sampling, writer: CampaignWriter) -> None:
    cases: dict[str, PhaseCase] = {}
    number, unusable = -1, list(result.unusable)
    read = [name for name in _HOST_FILES if (result.folder / name).is_file()]
    for phase, place in _PHASES:
        files = [f"{place}/spl.txt", f"{place}/mlperf_log_detail.txt"]
        if phase == "ranging" and not all((result.folder / file).is_file() for file in files):
            continue
        read += files
        try:
            case, run, findings = _read_phase(result, phase, files, scenario, sampling)
        except RecordError as error:
            if phase == "testing":
                raise
            unusable.append(_left_out(f"ranging phase: {error}"))
            continue
        cases[phase] = case
        number = writer.add(run)
        for finding in [*judge_phase(case), *findings]:
            writer.find(finding, run=number)
    findings = [*unusable, *judge_clocks(result.clocks)]
    if "ranging" in cases:
        findings += judge_pair(cases["testing"], cases["ranging"])
    if result.server is not None:
        findings += judge_hashes(result.server, result.folder, read)
    findings.append(codes.RESULT.finding(f"this scenario is {result.place}"))
    for finding in findings:
        writer.find(finding, run=number)
    for file in read:
        writer.source(result.folder / file, result.name(file))


def _read_phase(
    result: _Result, phase: Phase, files: list[str], scenario: str, sampling: Sampling
) -> tuple[PhaseCase, ImportedRun, list[Finding]]:
    spl, detail = (read_text(result.folder / file, result.name(file)) for file in files)
    log, window = parse_spl(spl), read_load_window(detail)
    spl_zone_s, load_zone_s, findings = _zones(result, phase, log, window.begin_local_s, window.end_local_s)
    host = result.server or result.client
    session = host.session if host else ""
    ptd = result.ptd.phases.get(f"{session}_{phase}") if result.ptd else None
    meter = meter_of(result.server, result.ptd, ptd, log, sampling)
    start_s, stop_s = window.begin_local_s - load_zone_s, window.end_local_s - load_zone_s
    case = PhaseCase(
        phase, log, window, ptd, start_s + spl_zone_s, stop_s + spl_zone_s, meter.interval_s, session
    )
    rate = next((window.facts[key] for key in _RATES if isinstance(window.facts.get(key), int | float)), None)
    system, benchmark, mode = result.parts
    run = ImportedRun(
        scenario=scenario if phase == "testing" else scenario + RANGING,
        kind="workload",
        t_start_utc_s=start_s,
        t_stop_utc_s=stop_s,
        meter=meter,
        readings=_readings(log, spl_zone_s),
        session=f"{result.name('')} {session}",
        marks=[("useful_work", {"samples": round(rate * (stop_s - start_s))})] if rate else [],
        data={"system": system, "benchmark": benchmark, "mode": mode, "phase": phase},
        files={"clock.csv": _clock(result.clocks)} if result.clocks else {},
    )
    return case, run, findings


def _zones(
    result: _Result, phase: Phase, log: SplLog, begin_s: float, end_s: float
) -> tuple[float, float, list[Finding]]:
    """Return local time minus UTC of the samples and of the load, and what is to be said of it."""
    server = result.server.phases.get(phase, []) if result.server else []
    client = result.client.phases.get(phase, []) if result.client else []
    spl_zone_s = zone_of_stamps(float(log.t_local_s[0]), server[1]) if len(server) > 1 else None
    load_zone_s = zone_of_window(begin_s, end_s, client, spl_zone_s or 0.0) if len(client) > 2 else None
    declared = result.server.declared_zone_s if result.server else None
    findings = judge_zone(spl_zone_s, load_zone_s, declared)
    if load_zone_s is None:
        load_zone_s = spl_zone_s
    return spl_zone_s or 0.0, load_zone_s or 0.0, findings


def _readings(log: SplLog, zone_s: float) -> Columns:
    several = bool(log.samples[0].channels)
    single = {"voltage_v": 1, "current_a": 2}
    return {
        "t_utc_s": (log.t_local_s - zone_s).tolist(),
        "power_w": log.power_w.tolist(),
        **(
            {}
            if several
            else {name: [_known(s.values[i]) for s in log.samples] for name, i in single.items()}
        ),
        "power_factor": [s.power_factor if not s.flag else None for s in log.samples],
        "flag": [s.flag for s in log.samples],
    }


def _known(value: float) -> float | None:
    return value if value >= 0 else None


def _clock(clocks: list[ClockComparison]) -> str:
    """Return the text of ``clock.csv``; the width of an exchange is that of a rectangle."""
    rows = [
        [format_utc_s(c.t_utc_s), c.offset_s, c.half_width_s / sqrt(3), 2 * c.half_width_s, FORMAT]
        for c in clocks
    ]
    return "".join(f"{csv_line(row)}\n" for row in [CLOCK_COLUMNS, *rows])
