"""The files of a log while it grows: ``meter.json`` and ``meter.csv``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from meter.contract import Meter
from meter.kinds.polled import PolledMeter
from meter.recording.ledger import GapLedger
from meter.recording.session import MeterSession
from records.errors import DeviceError, RecordError
from records.meter import MeterRecord, Reading, ReadingWriter
from records.run import RunFolder
from records.times import now_utc_s


class DiskError(DeviceError):
    """A file could not be written."""


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn a failed write into a message that names the file.

    Raises:
        DiskError: the block raised an `OSError`.
    """
    try:
        yield
    except OSError as error:
        raise DiskError(
            f"{path}: cannot write ({error.strerror or error}). Free space on this disk, or name a folder on "
            f"another one; what was written before is kept"
        ) from error


def refuse_old_readings(meter_csv: Path) -> None:
    """Refuse a folder in which a log was kept before.

    Raises:
        RecordError: the file holds something.
    """
    if meter_csv.exists() and meter_csv.stat().st_size:
        raise RecordError(
            f"{meter_csv}: expected a folder without readings, but this file holds some, and two logs "
            f"must not be mixed. Name another folder"
        )


class LogFiles:
    """Write the record, then row after row, then the record again with the outcome.

    Args:
        folder: made if absent.
        record: see `MeterRecord`; completed by `finish`.
        quantities: columns of the rows, see `ReadingWriter`.

    Raises:
        DiskError: a file cannot be written; so do all methods.
    """

    def __init__(self, folder: RunFolder, record: MeterRecord, quantities: tuple[str, ...]) -> None:
        self._folder = folder
        self._record = record
        self._ledger = GapLedger(record.interval_s)
        self.rows = 0
        with disk_errors(folder.path):
            folder.path.mkdir(parents=True, exist_ok=True)
            record.write(folder.meter_json)
            self._writer = ReadingWriter(folder.meter_csv, quantities)

    @property
    def good(self) -> int:
        """Number of rows with power."""
        return int(self._ledger.counts.get("good", 0))

    def append(self, reading: Reading) -> None:
        """Write one row."""
        try:
            self._writer.append(reading)
        except OSError:
            with disk_errors(self._folder.meter_csv):
                raise
        self._ledger.add(reading)
        self.rows += 1

    def finish(self, session: MeterSession | None = None) -> None:
        """Close the rows and write the ledger, the cadence and what driver and session counted."""
        with disk_errors(self._folder.meter_csv):
            self._writer.close()
        self._ledger.complete(self._record, now_utc_s())
        if session is not None:
            self._record.own_counts = session.own_counts
            if self._record.cadence is not None:
                self._record.cadence["poll"] = poll_figures(session.meter)
        with disk_errors(self._folder.meter_json):
            self._record.write(self._folder.meter_json)


def poll_figures(meter: Meter) -> dict[str, Any] | None:
    """Return how the questions to a meter are locked to its updates; ``None`` where they are not."""
    lock = meter.lock if isinstance(meter, PolledMeter) else None
    if lock is None:
        return None
    return {"locked": lock.locked, "update_s": lock.update_s, "gate_s": lock.gate_s}
