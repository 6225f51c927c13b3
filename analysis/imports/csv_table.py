"""Any delimited table of powers: which column is what, the operator says.

Delimiter, decimal mark, encoding and line ends are found by content. Every file is a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.imports.csv_rows import find_table, place, whole_rows
from analysis.imports.devices import check_single_device, devices_summed, rows_of
from analysis.imports.number_forms import NumberOptions
from analysis.imports.parts import ImportedRun
from analysis.imports.power_values import PowerValue, count_flag, parse_power, resolution_of
from analysis.imports.reading import SourceTable, SourceText, read_text, without_unit
from analysis.imports.repairs import Repairs
from analysis.imports.timeline import (
    TimeOptions,
    from_interval,
    is_stamp,
    latency_u_s,
    median_interval_s,
    read_times,
)
from analysis.imports.writing import CampaignWriter, scenario_name, scenarios_of, source_name
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
_LONGEST_FOOTER = 20

Rows = list[tuple[int, list[str]]]


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """What the operator says about tables of powers.

    Attributes:
        time: columns of the stamp, joined by a blank (a date and a time); none where there is none. Columns
        are
            named as in the header or by their numbers from 1 on.
        power: column of the power; ``unit`` of it, a key of `UNITS_W`.
        quantities: columns of further `records.meter.QUANTITIES`, in their units, by quantity.
        device: column that tells devices apart, whose powers are added up stamp by stamp; ``COL=VALUE`` takes
            the rows of one.
        when: what is said about the time.
        numbers: how numbers are written, where the columns do not show it.
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
    device: str | None = None
    when: TimeOptions = field(default_factory=TimeOptions)
    numbers: NumberOptions = field(default_factory=NumberOptions)
    sampling: Sampling = "interval_mean"
    interval_s: float | None = None
    accuracy_pct: float | None = None
    scenario: str | None = None
    kind: Kind = "workload"
    begin: str | None = None
    end: str | None = None

    def columns(self) -> list[str]:
        """Return every column that is needed."""
        device = [self.device.partition("=")[0]] if self.device else []
        return [*self.time, self.power, *self.quantities.values(), *device]


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
    shown = ("when", "numbers")
    said = {name: value for name, value in vars(options).items() if name not in shown and value is not None}
    settings = {"baseline": "pooled"}
    with CampaignWriter(
        out,
        importer=FORMAT,
        options={**said, "time": list(options.time), **vars(options.when), **vars(options.numbers)},
        version=version,
        analysis=settings,
    ) as writer:
        repairs = Repairs()
        for path, scenario in zip(files, scenarios_of(files, options.scenario), strict=True):
            writer.source(path, source_name(path, path))
            writer.add(read_run(path, replace(options, scenario=scenario), repairs))
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
    table = find_table(text, options.columns(), options.numbers)
    rows = _without_footer(table, whole_rows(table, repairs), options, repairs)
    rows = rows_of(table, rows, options.device)
    columns = _Columns(table, options)
    powers = columns.powers(rows, repairs)
    t_utc_s = _times(table, rows, columns, options, repairs)
    if len(t_utc_s) > 1 and t_utc_s[0] > t_utc_s[-1] and bool((t_utc_s[:-1] >= t_utc_s[1:]).all()):
        repairs.say(codes.ROWS_REVERSED, f"{text.name}: the newest row stands first; read from the end")
        t_utc_s, rows, powers = t_utc_s[::-1], rows[::-1], powers[::-1]
    if options.device is None or "=" in options.device:
        check_single_device(table, rows, t_utc_s, columns.used)
    quantities = columns.quantities(rows)
    resolution_w = columns.resolution_w(rows)
    repairs.form(text, table)
    if options.device is not None and "=" not in options.device:
        t_utc_s, powers = devices_summed(table, rows, t_utc_s, powers, options.device, repairs)
        quantities = {}
    start_s, stop_s = _window(text, t_utc_s, options)
    return ImportedRun(
        scenario=scenario_name(options.scenario or path.stem),
        kind=options.kind,
        t_start_utc_s=start_s,
        t_stop_utc_s=stop_s,
        meter=_meter(text, t_utc_s, options, resolution_w, repairs),
        readings={
            "t_utc_s": t_utc_s.tolist(),
            "power_w": [power.value for power in powers],
            "flag": [power.flag for power in powers],
            **quantities,
        },
    )


class _Columns:
    """Where the columns of a table stand, and what is in them."""

    def __init__(self, table: SourceTable, options: TableOptions) -> None:
        self.table = table
        self.unit = options.unit
        self.time = [place(table, name) for name in options.time]
        self.power = place(table, options.power)
        self.more = {name: place(table, column) for name, column in options.quantities.items()}

    @property
    def used(self) -> set[int]:
        """Columns that are known not to tell devices apart."""
        return {*self.time, self.power, *self.more.values()}

    def powers(self, rows: Rows, repairs: Repairs) -> list[PowerValue]:
        """Return the powers in W."""
        return [self._power(line, row[self.power], repairs) for line, row in rows]

    def _power(self, line: int, text: str, repairs: Repairs) -> PowerValue:
        number, unit = without_unit(text)
        factor = UNITS_W[self.unit]
        if unit:
            factor = self._factor(line, unit)
            repairs.count(codes.UNIT_IN_CELLS, self.table.text, line, f"the cells are in {unit}")
        form = self.table.form(self.power)
        power = parse_power(number if unit else text, form)
        if power is None:
            raise self.table.text.refuse(
                line, f"expected a power with {form}, or a mark for there being none, found {text.strip()!r}"
            )
        count_flag(repairs, self.table.text, line, power.flag)
        return power if power.value is None else PowerValue(power.value * factor)

    def _factor(self, line: int, unit: str) -> float:
        if unit not in UNITS_W:
            raise self.table.text.refuse(
                line, f"expected a power in {', '.join(UNITS_W)}, found one in {unit}"
            )
        if self.unit not in ("W", unit):
            raise ConfigurationError(
                f"{self.table.text.name}, line {line}: --unit {self.unit} was given, but the cells are in "
                f"{unit}"
            )
        return UNITS_W[unit]

    def resolution_w(self, rows: Rows) -> float:
        """Return the finest step that the digits of the powers show, in W."""
        numbers, units = zip(*(without_unit(row[self.power]) for _, row in rows), strict=True)
        unit = next((unit for unit in units if unit), self.unit)
        return UNITS_W.get(unit, 1.0) * resolution_of(numbers, self.table.form(self.power))

    def quantities(self, rows: Rows) -> dict[str, list[float | None]]:
        """Return further quantities; where one is not known a row has none."""
        return {name: [self._quantity(line, row, at) for line, row in rows] for name, at in self.more.items()}

    def _quantity(self, line: int, row: list[str], at: int) -> float | None:
        number, _ = without_unit(row[at])
        value = parse_power(number, self.table.form(at))
        return value.value if value is not None else self.table.number(line, row, at)


def _without_footer(table: SourceTable, rows: Rows, options: TableOptions, repairs: Repairs) -> Rows:
    """Leave out rows at the end whose stamp is none, such as totals."""
    if not options.time:
        return rows
    at = place(table, options.time[0])
    end = len(rows)
    while len(rows) - end < _LONGEST_FOOTER and end > 1 and not is_stamp(rows[end - 1][1][at]):
        end -= 1
    for line, _ in rows[end:]:
        repairs.count(codes.FOOTER, table.text, line, "below the table; it is left out")
    return rows[:end]


def _times(
    table: SourceTable, rows: Rows, columns: _Columns, options: TableOptions, repairs: Repairs
) -> Floats:
    if options.time:
        stamps = [(line, " ".join(row[at].strip() for at in columns.time)) for line, row in rows]
        names = [table.header[at] for at in columns.time]
        return read_times(table.text, stamps, options.when, repairs, names)
    if options.interval_s is None:
        raise ConfigurationError(
            f"{table.text.name}: without a column of the time (--time) the time between readings has to be "
            f"said with --interval, and when the first one was with --start"
        )
    return from_interval(table.text, len(rows), options.when, options.interval_s)


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
            "meter accuracy not given: the uncertainties have no term for the meter and are too small; "
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
