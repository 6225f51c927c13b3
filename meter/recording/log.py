"""Log one meter into a folder, as a library."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from meter.contract import Meter
from meter.line.raw import RawLog
from meter.options import Value
from meter.recording.files import DiskError, LogFiles, disk_errors, refuse_old_readings
from meter.recording.session import MeterSession
from records.meter import MeterRecord, Reading
from records.run import RunFolder
from records.settings.logger import LoggedMeter
from records.times import now_utc_s


def log(
    meter: Meter,
    wanted: LoggedMeter,
    out_dir: Path,
    *,
    stop: Callable[[], bool],
    limit: int | None = None,
    raw: bool = False,
    on_ready: Callable[[MeterRecord], None] = lambda record: None,
    on_reading: Callable[[Reading], None] = lambda reading: None,
    on_notice: Callable[[str], None] = lambda text: None,
) -> MeterRecord:
    """Log until ``stop()`` is true or the limit is reached.

    Args:
        meter: a driver, not open.
        wanted: where it is and how it is to be logged.
        out_dir: folder that gets ``meter.json`` and ``meter.csv``; made if absent.
        stop: asked several times a second.
        limit: stop after so many rows, or ``None``.
        raw: whether every byte that passes is kept in ``meter_raw.csv``.
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
    folder = RunFolder(out_dir)
    refuse_old_readings(folder.meter_csv)
    raw_log = RawLog(folder.meter_raw_csv) if raw else None
    meter.tap = raw_log
    try:
        with MeterSession(meter, wanted.port, wanted.interval_s, on_notice) as session:
            readings = session.readings(stop if raw_log is None else lambda: _check(raw_log) or stop())
            record = _record(session, wanted)
            files = LogFiles(folder, record, meter.spec.quantities)
            with _finished(files, session):
                for reading in readings:
                    files.append(reading)
                    on_reading(reading)
                    if files.good == 1 and not reading.flag:
                        on_ready(record)
                    if files.rows == limit:
                        break
                if raw_log is not None:
                    raw_log(now_utc_s(), "end", b"")
                session.close()  # a meter that streams is not to go on while its record is completed
            return record
    finally:
        if raw_log is not None:
            with disk_errors(raw_log.path):
                raw_log.close()


@contextmanager
def _finished(files: LogFiles, session: MeterSession) -> Iterator[None]:
    """Complete the record, whatever ends the block."""
    try:
        yield
    except DiskError:  # the ledger would not fit either; it can be made from meter.csv
        raise
    except BaseException:
        files.finish(session)
        raise
    files.finish(session)


def _check(raw: RawLog) -> bool:
    with disk_errors(raw.path):
        raw.check()
    return False


def _record(session: MeterSession, wanted: LoggedMeter) -> MeterRecord:
    meter = session.meter
    return MeterRecord(
        driver=meter.spec.driver,
        port=wanted.port,
        identity=session.identity,
        sampling=meter.sampling_at(wanted.interval_s),
        interval_s=wanted.interval_s,
        latency_s=meter.spec.latency_s if wanted.latency_s is None else wanted.latency_s,
        latency_u_s=meter.spec.latency_u_s if wanted.latency_u_s is None else wanted.latency_u_s,
        resolution_w=meter.spec.resolution_w,
        accuracy=meter.accuracy_in_force(),
        calibration=wanted.calibration,
        simulated=session.simulated,
        options=options_in_force(meter),
        settings=meter.instrument_settings(),
    )


def options_in_force(meter: Meter) -> dict[str, Value]:
    """Return the options of a meter that was started: as given, by default, and as it chose them."""
    return {
        name: value for name, value in meter.settings.items() if value is not None
    } | meter.chosen_options()
