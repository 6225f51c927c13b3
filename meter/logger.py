"""Log a power meter into a run folder: ``python -m meter.logger --driver D --port P --out DIR``.

A process of its own, so that nothing the lab does can delay a reading. ``meter.csv`` is the truth:
one row per reading, appended at once. One row too, flagged ``nodata``, per period of silence.
``meter.json`` is written before the first row, and again at the end with the gap ledger, which
can be made from ``meter.csv`` alone (`meter.ledger`) when the logger was killed. With ``--raw`` every
byte that passes goes into ``meter_raw.csv``, too. With ``--more`` several meters are logged at once:
each into ``meters/NAME/``, and their sum into the folder itself (`meter.several`).

Standard output, one JSON object a line: ``{"ready": true, "identity": {...}, "simulated": bool,
"settled": {...}}`` after the first good reading (``settled``: what the meter chose by itself, see
`Meter.settled`; by name where there are several), then ``{"notice": "..."}`` when the meter goes silent
or comes back, ``{"stopped": true, "counts": {...}}`` at the end. Readings are not printed; follow
``meter.csv``.
"""

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from meter.contract import Meter
from meter.ending import Ending
from meter.logfiles import DiskError, LogFiles, disk_errors, refuse_old_readings
from meter.options import Value, read_pairs
from meter.raw import RawLog
from meter.registry import create, driver_names
from meter.session import MeterSession
from records.calibration import CalibrationRecord
from records.errors import ConfigurationError, WattlabError
from records.meter import Calibration, MeterRecord, Reading
from records.run import RunFolder
from records.times import now_utc_s


@dataclass(frozen=True, kw_only=True)
class LogSettings:
    """What to log, and where.

    Attributes:
        port: of the meter.
        out_dir: folder that gets ``meter.json`` and ``meter.csv``; made if absent.
        interval_s: time between readings.
        limit: stop after so many rows, or ``None``.
        calibration: as the meter's certificate has it.
        latency_s, latency_u_s: measured values in place of the driver's, or ``None``.
        raw: whether every byte that passes is kept in ``meter_raw.csv``.

    Raises:
        ConfigurationError: the limit is below 1, or the calibration date is no date.
    """

    port: str
    out_dir: Path
    interval_s: float = 1.0
    limit: int | None = None
    calibration: Calibration = field(default_factory=Calibration)
    latency_s: float | None = None
    latency_u_s: float | None = None
    raw: bool = False

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise ConfigurationError(f"-n: expected 1 row or more, but {self.limit} was asked for")
        if self.calibration.date is not None:
            _check_date(self.calibration.date)


def _check_date(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"calibration date {text!r}: expected YYYY-MM-DD, e.g. 2026-01-31") from None


def log(
    meter: Meter,
    settings: LogSettings,
    *,
    stop: Callable[[], bool],
    on_ready: Callable[[MeterRecord], None] = lambda record: None,
    on_reading: Callable[[Reading], None] = lambda reading: None,
    on_notice: Callable[[str], None] = lambda text: None,
) -> MeterRecord:
    """Log until ``stop()`` is true or the limit is reached.

    Args:
        meter: a driver, not open.
        settings: see `LogSettings`.
        stop: asked several times a second.
        on_ready: called once, after the first good reading.
        on_reading: called with every row after it was written.
        on_notice: called with a sentence when the meter goes silent or comes back.

    Returns:
        The final ``meter.json``, with gap ledger and counts.

    Raises:
        DeviceError: the meter cannot be reached in the beginning, another one answers after a
            loss, or the disk is full.
        RecordError: the folder holds readings already.
    """
    folder = RunFolder(settings.out_dir)
    refuse_old_readings(folder.meter_csv)
    raw = RawLog(folder.meter_raw_csv) if settings.raw else None
    meter.tap = raw
    try:
        with MeterSession(meter, settings.port, settings.interval_s, on_notice) as session:
            return _log_session(session, settings, raw, stop, on_ready, on_reading)
    finally:
        if raw is not None:
            with disk_errors(raw.path):
                raw.close()


def _log_session(
    session: MeterSession,
    settings: LogSettings,
    raw: RawLog | None,
    stop: Callable[[], bool],
    on_ready: Callable[[MeterRecord], None],
    on_reading: Callable[[Reading], None],
) -> MeterRecord:
    readings = session.readings(stop if raw is None else lambda: _check(raw) or stop())
    record = _record(session, settings)
    files = LogFiles(RunFolder(settings.out_dir), record, session.meter.quantities)
    try:
        for reading in readings:
            files.append(reading)
            on_reading(reading)
            if files.good == 1 and not reading.flag:
                on_ready(record)
            if files.rows == settings.limit:
                break
        if raw is not None:
            raw(now_utc_s(), "end", b"")
        session.close()  # a meter that streams is not to go on while its record is completed
    except DiskError:  # the ledger would not fit either; it can be made from meter.csv
        raise
    except BaseException:
        files.finish(session.meter)
        raise
    files.finish(session.meter)
    return record


def _check(raw: RawLog) -> bool:
    with disk_errors(raw.path):
        raw.check()
    return False


def _record(session: MeterSession, settings: LogSettings) -> MeterRecord:
    meter = session.meter
    return MeterRecord(
        driver=meter.driver,
        port=settings.port,
        identity=session.identity,
        sampling=meter.sampling_at(settings.interval_s),
        interval_s=settings.interval_s,
        latency_s=meter.latency_s if settings.latency_s is None else settings.latency_s,
        latency_u_s=meter.latency_u_s if settings.latency_u_s is None else settings.latency_u_s,
        resolution_w=meter.resolution_w,
        accuracy=meter.accuracy_in_force(),
        calibration=settings.calibration,
        simulated=session.simulated,
        options=options_in_force(meter),
    )


def options_in_force(meter: Meter) -> dict[str, Value]:
    """Return the options of a meter that was started: as given, by default, and as it chose them."""
    return {name: value for name, value in meter.settings.items() if value is not None} | meter.settled()


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m meter.logger", description="Log a power meter.")
    parser.add_argument("--driver", required=True, help=f"one of: {', '.join(driver_names())}")
    parser.add_argument("--port", required=True, help="device path or URL")
    parser.add_argument("--out", required=True, type=Path, help="run folder")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between readings")
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="of the driver")
    parser.add_argument("-n", type=int, default=None, help="stop after so many rows")
    parser.add_argument("--calibration", type=Path, help="file of `lab meter calibrate`")
    parser.add_argument("--calibration-date", help="YYYY-MM-DD, as the certificate has it")
    parser.add_argument("--certificate", help="number or name of the calibration certificate")
    parser.add_argument("--latency", type=float, help="measured latency in s")
    parser.add_argument("--latency-u", type=float, help="standard uncertainty of the latency in s")
    parser.add_argument("--raw", action="store_true", help="keep every byte in meter_raw.csv")
    parser.add_argument("--name", default="main", help="of this meter, where there are several")
    parser.add_argument(
        "--more",
        action="append",
        default=[],
        metavar="JSON",
        help='one more meter on the same SUT: {"name": ..., "driver": ..., "port": ...} and, where they '
        'differ, "interval_s", "options", "calibration_date", "certificate", "latency_s", "latency_u_s"',
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input ends")
    return parser.parse_args(argv)


def _settings(options: argparse.Namespace) -> LogSettings:
    calibration = Calibration(date=options.calibration_date, certificate=options.certificate)
    if options.calibration is not None:
        calibration = CalibrationRecord.read(options.calibration).for_meter_json()
    return LogSettings(
        port=options.port,
        out_dir=options.out,
        interval_s=options.interval,
        limit=options.n,
        calibration=calibration,
        latency_s=options.latency,
        latency_u_s=options.latency_u,
        raw=options.raw,
    )


def _say(**message: Any) -> None:
    try:
        os.write(sys.stdout.fileno(), (json.dumps(message) + "\n").encode())
    except BrokenPipeError:
        return  # nobody listens any more; the files are the record, and logging goes on


def _log_what_is_asked(options: argparse.Namespace, ending: Ending) -> MeterRecord:
    meter = create(options.driver, read_pairs(tuple(options.option)))

    def ready(record: MeterRecord, settled: object) -> None:
        _say(
            ready=True,
            identity=dataclasses.asdict(record.identity),
            simulated=record.simulated,
            settled=settled,
        )

    if not options.more:
        return log(
            meter,
            _settings(options),
            stop=ending.reached,
            on_ready=lambda record: ready(record, meter.settled()),
            on_notice=lambda text: _say(notice=text),
        )
    from meter.several import Part, log_several, read_part

    first = dataclasses.replace(_settings(options), limit=None)
    parts = [Part(options.name, meter, first), *(read_part(text, first) for text in options.more)]
    return log_several(
        parts,
        options.out,
        stop=ending.reached,
        limit=options.n,
        on_ready=lambda record: ready(record, {part.name: part.meter.settled() for part in parts}),
        on_notice=lambda text: _say(notice=text),
    )


def main(argv: list[str] | None = None) -> int:
    """Run the logger as a process; return its exit code."""
    options = _parse(argv)
    ending = Ending(options.until_stdin_closes)
    try:
        record = _log_what_is_asked(options, ending)
    except WattlabError as error:
        print(f"meter.logger: {error}", file=sys.stderr)
        return error.exit_code
    _say(stopped=True, counts=record.counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
