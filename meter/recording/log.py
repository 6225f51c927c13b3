"""Log one meter into a folder, as a library."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from meter.contract import Meter
from meter.line.raw import RawLog
from meter.options import Value
from meter.recording.files import DiskError, LogFiles, disk_errors, refuse_old_readings
from meter.recording.session import MeterSession
from records.errors import ConfigurationError
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
    files = LogFiles(RunFolder(settings.out_dir), record, session.meter.spec.quantities)
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
        files.finish(session)
        raise
    files.finish(session)
    return record


def _check(raw: RawLog) -> bool:
    with disk_errors(raw.path):
        raw.check()
    return False


def _record(session: MeterSession, settings: LogSettings) -> MeterRecord:
    meter = session.meter
    return MeterRecord(
        driver=meter.spec.driver,
        port=settings.port,
        identity=session.identity,
        sampling=meter.sampling_at(settings.interval_s),
        interval_s=settings.interval_s,
        latency_s=meter.spec.latency_s if settings.latency_s is None else settings.latency_s,
        latency_u_s=meter.spec.latency_u_s if settings.latency_u_s is None else settings.latency_u_s,
        resolution_w=meter.spec.resolution_w,
        accuracy=meter.accuracy_in_force(),
        calibration=settings.calibration,
        simulated=session.simulated,
        options=options_in_force(meter),
        settings=meter.instrument_settings(),
    )


def options_in_force(meter: Meter) -> dict[str, Value]:
    """Return the options of a meter that was started: as given, by default, and as it chose them."""
    return {
        name: value for name, value in meter.settings.items() if value is not None
    } | meter.chosen_options()
