"""Any delimited table of powers: which column is what, the operator says.

Delimiter, decimal mark, encoding and line ends are found by content. Every file is a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.imports.csv_rows import find_table, whole_rows
from analysis.imports.parts import ImportedRun
from analysis.imports.power_values import PowerValue, count_flag, parse_power, resolution_of
from analysis.imports.reading import SourceTable, SourceText, read_text
from analysis.imports.repairs import Repairs
from analysis.imports.timeline import TimeOptions, from_interval, latency_u_s, median_interval_s, read_times
from analysis.imports.writing import CampaignWriter, scenario_name, source_name
from analysis.maths.arrays import Floats
from records.campaign import Kind
from records.errors import ConfigurationError
from records.finding_codes import imports as codes
from records.meter import Accuracy, Calibration, Identity, MeterRecord, Sampling

FORMAT = "csv"
NO_MARKS = "nothing marks the beginning and the end of a run: it goes from the first to the last reading"
BASELINE_POOLED = (
    "the baseline is the time-weighted mean of all baseline runs, because nothing shows that they were "
    "measured between the others"
)
UNITS_W = {"W": 1.0, "mW": 1e-3, "kW": 1e3}


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """What the operator says about tables of powers.

    Attributes:
        time: columns of the stamp, joined by a blank (a date and a time); none where there is none.
        power: column of the power; ``unit`` of it, a key of `UNITS_W`.
        quantities: columns of further `records.meter.QUANTITIES`, in their units, by quantity.
        when: what is said about the time.
        sampling: what a reading is.
        interval_s: time between readings; ``None`` for the median step.
        accuracy_pct: limits of error in percent of the reading, ``None`` where unknown.
        scenario: of all files; ``None`` for the name of each.
        kind: of the runs.
        begin, end: of the rating interval, ``None`` for the first and the last reading.
    """

    time: Sequence[str]
    power: str
    unit: str = "W"
    quantities: dict[str, str] = field(default_factory=dict)
    when: TimeOptions = field(default_factory=TimeOptions)
    sampling: Sampling = "interval_mean"
    interval_s: float | None = None
    accuracy_pct: float | None = None
    scenario: str | None = None
    kind: Kind = "workload"
    begin: str | None = None
    end: str | None = None

    def columns(self) -> list[str]:
        """Return every column that is needed."""
        return [*self.time, self.power, *self.quantities.values()]


def import_csv(
    out: Path, files: list[Path], options: TableOptions, *, version: str, baselines: Sequence[Path] = ()
) -> None:
    """Make a campaign of tables.

    Args:
        out: the folder to be made.
        files: one run each.
        options: which column is what.
        version: of Wattlab.
        baselines: further files, of the same form, that are runs of the bare operating system.

    Raises:
        ConfigurationError: ``out`` holds something, or the options do not go together.
        RecordError: a file cannot be understood; names file, line and reason.
    """
    if (options.begin or options.end) and len(files) > 1:
        raise ConfigurationError(
            f"--begin and --end are of one run, but {len(files)} files are as many runs; import them one by "
            f"one, or cut the files"
        )
    said = {name: value for name, value in vars(options).items() if name != "when" and value is not None}
    settings = {"baseline": "pooled"}
    with CampaignWriter(
        out,
        importer=FORMAT,
        options={**said, "time": list(options.time), **vars(options.when)},
        version=version,
        analysis=settings,
    ) as writer:
        repairs = Repairs()
        for path in files:
            writer.source(path, source_name(path, path))
            writer.add(read_run(path, options, repairs))
        for path in baselines:
            writer.source(path, source_name(path, path))
            writer.add(read_run(path, _as_baseline(options), repairs))
        if not (options.begin and options.end):
            repairs.say(codes.NO_MARKS, NO_MARKS)
        if baselines:
            repairs.say(codes.BASELINE_POOLED, BASELINE_POOLED)
        writer.find_all(repairs.findings())


def _as_baseline(options: TableOptions) -> TableOptions:
    return replace(options, scenario="baseline", kind="baseline", begin=None, end=None)


def read_run(path: Path, options: TableOptions, repairs: Repairs) -> ImportedRun:
    """Read one table as a run.

    Raises:
        ConfigurationError: a column is not there, or something that the file does not tell was not said.
        RecordError: the file cannot be understood.
    """
    text = read_text(path)
    table = find_table(text, options.columns())
    rows = whole_rows(table, repairs)
    repairs.form(text, table)
    t_utc_s = _times(table, rows, options, repairs)
    power_at = table.header.index(options.power)
    powers = [_power(table, line, row[power_at], repairs) for line, row in rows]
    factor = UNITS_W[options.unit]
    more = {name: table.header.index(column) for name, column in options.quantities.items()}
    start_s, stop_s = _window(text, t_utc_s, options)
    return ImportedRun(
        scenario=scenario_name(options.scenario or path.stem),
        kind=options.kind,
        t_start_utc_s=start_s,
        t_stop_utc_s=stop_s,
        meter=_meter(text, t_utc_s, options, factor * _resolution(table, rows, power_at), repairs),
        readings={
            "t_utc_s": t_utc_s.tolist(),
            "power_w": [None if p.value is None else p.value * factor for p in powers],
            "flag": [p.flag for p in powers],
            **{name: [table.number(line, row[at]) for line, row in rows] for name, at in more.items()},
        },
    )


def _times(
    table: SourceTable, rows: list[tuple[int, list[str]]], options: TableOptions, repairs: Repairs
) -> Floats:
    if options.time:
        places = [table.header.index(name) for name in options.time]
        stamps = [(line, " ".join(row[place].strip() for place in places)) for line, row in rows]
        return read_times(table.text, stamps, options.when, repairs)
    if options.interval_s is None:
        raise ConfigurationError(
            f"{table.text.name}: without a column of the time (--time) the time between readings has to be "
            f"said with --interval, and when the first one was with --start"
        )
    return from_interval(table.text, len(rows), options.when, options.interval_s)


def _power(table: SourceTable, line: int, text: str, repairs: Repairs) -> PowerValue:
    power = parse_power(text, table.decimal)
    if power is None:
        raise table.text.refuse(
            line, f"expected a power, or a mark for there being none, found {text.strip()!r}"
        )
    count_flag(repairs, table.text, line, power.flag)
    return power


def _resolution(table: SourceTable, rows: list[tuple[int, list[str]]], power_at: int) -> float:
    return resolution_of([row[power_at] for _, row in rows], table.decimal)


def _window(text: SourceText, t_utc_s: Floats, options: TableOptions) -> tuple[float, float]:
    start_s = options.when.moment_utc_s("--begin", options.begin) if options.begin else float(t_utc_s[0])
    stop_s = options.when.moment_utc_s("--end", options.end) if options.end else float(t_utc_s[-1])
    if not start_s < stop_s:
        raise ConfigurationError(
            f"{text.name}: expected a beginning before the end, found {start_s:.3f} and {stop_s:.3f} Unix "
            f"seconds; look at --begin, --end and the order of the rows"
        )
    return start_s, stop_s


def _meter(
    text: SourceText, t_utc_s: Floats, options: TableOptions, resolution_w: float, repairs: Repairs
) -> MeterRecord:
    interval_s = options.interval_s or median_interval_s(text, t_utc_s)
    if options.accuracy_pct is None:
        message = (
            "nobody said how accurate the meter is: the uncertainties hold nothing of it and are too small; "
            "give its limits of error with --accuracy"
        )
        repairs.say(codes.ACCURACY_UNKNOWN, message)
    return MeterRecord(
        driver="imported",
        port=text.name,
        identity=Identity(maker="", model="unknown"),
        sampling=options.sampling,
        interval_s=interval_s,
        latency_s=0.0,
        latency_u_s=latency_u_s(t_utc_s, interval_s),
        resolution_w=resolution_w,
        accuracy=Accuracy(reading_pct=options.accuracy_pct or 0.0),
        calibration=Calibration(),
        simulated=False,
    )
