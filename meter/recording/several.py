"""Several meters on one system under test: two power supplies, three phases.

Each meter is logged by a thread of its own, with its own gates and reconnections, into
``meters/NAME/`` of the folder: what it said is kept whole. ``meter.csv`` holds the sum
(`meter.recording.alignment`), and ``meter.json`` speaks for the sum.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from math import hypot
from pathlib import Path
from queue import SimpleQueue

from meter.contract import Meter
from meter.options import Value
from meter.recording.alignment import Aligner, MeterCadence, sampling_of_sum
from meter.recording.files import LogFiles, refuse_old_readings
from meter.recording.log import log
from meter.registry import create
from records.errors import DeviceError
from records.meter import Accuracy, Calibration, Identity, MeterRecord, Reading
from records.run import RunFolder
from records.settings.logger import LoggedMeter, LoggerSettings
from records.times import now_utc_s

_LOOK_S = 0.05


@dataclass(frozen=True)
class _Part:
    """One of the meters: what is wanted of it, and its driver, not open."""

    wanted: LoggedMeter
    meter: Meter


def log_several(
    settings: LoggerSettings,
    out_dir: Path,
    *,
    stop: Callable[[], bool],
    on_ready: Callable[[MeterRecord, dict[str, dict[str, Value]]], None] = lambda record, chosen: None,
    on_reading: Callable[[Reading], None] = lambda reading: None,
    on_notice: Callable[[str], None] = lambda text: None,
) -> MeterRecord:
    """Log several meters and their sum until ``stop()`` is true or the limit is reached.

    Args:
        settings: the meters, and when to stop.
        out_dir: folder of the sum; made if absent.
        stop: asked several times a second.
        on_ready: called once, after the first good row of the sum, with the record of the sum and what
            the meters chose by themselves (`Meter.chosen_options`), by name.
        on_reading: called with every row of the sum after it was written.
        on_notice: called with a sentence when a meter goes silent or comes back.

    Returns:
        The final ``meter.json`` of the sum.

    Raises:
        ConfigurationError: a driver is not known, or one of its options is not allowed.
        DeviceError: one of the meters cannot be reached, or is another one, or the disk is full; then
            none is logged on.
        RecordError: the folder holds readings already.
    """
    parts = [_Part(wanted, create(wanted.driver, wanted.options)) for wanted in settings.meters]
    folder = RunFolder(out_dir)
    refuse_old_readings(folder.meter_csv)
    total = _Total(
        parts,
        folder,
        settings.limit,
        lambda record: on_ready(record, {part.wanted.name: part.meter.chosen_options() for part in parts}),
        on_reading,
    )
    stopped = threading.Event()

    def begun(number: int, part: _Part) -> _Worker:
        name = part.wanted.name
        work = partial(
            log,
            part.meter,
            part.wanted,
            folder.meters / name,
            stop=stopped.is_set,
            raw=settings.raw,
            on_reading=partial(total.take, number),
            on_notice=lambda text: on_notice(f"meter {name}: {text}"),
        )
        return _Worker(name, work, stopped)

    workers = [begun(number, part) for number, part in enumerate(parts)]
    try:
        for worker in workers:
            worker.start()
        while not (stopped.wait(_LOOK_S) or stop() or total.is_full):
            total.advance([worker.record for worker in workers], now_utc_s())
    finally:
        stopped.set()
        for worker in workers:
            worker.join()
    record = total.finish([worker.record for worker in workers])
    error = next((worker.error for worker in workers if worker.error is not None), None)
    if error is not None or record is None:
        names = ", ".join(part.wanted.name for part in parts)
        raise error or DeviceError(f"not all of {names} gave a reading")
    return record


class _Worker(threading.Thread):
    """Logs one meter."""

    def __init__(self, name: str, work: Callable[..., MeterRecord], stopped: threading.Event) -> None:
        super().__init__(name=f"meter {name}")
        self.record: MeterRecord | None = None
        self.error: BaseException | None = None
        self._work = work
        self._stopped = stopped

    def run(self) -> None:
        """Log until all are stopped; stop all when this one ends."""
        try:
            self._ready(self._work(on_ready=self._ready))
        except BaseException as error:  # raised again by the one who waits for this thread
            self.error = error
        finally:
            self._stopped.set()

    def _ready(self, record: MeterRecord) -> None:
        self.record = record


class _Total:
    """The sum and its files; the files are begun when all meters have said what they are."""

    def __init__(
        self,
        parts: list[_Part],
        folder: RunFolder,
        limit: int | None,
        on_ready: Callable[[MeterRecord], None],
        on_reading: Callable[[Reading], None],
    ) -> None:
        self._names = [part.wanted.name for part in parts]
        self._folder = folder
        self._limit = limit
        self._on_ready = on_ready
        self._on_reading = on_reading
        self._aligner = Aligner([_cadence_of(part) for part in parts])
        self._queue: SimpleQueue[tuple[int, Reading]] = SimpleQueue()
        self._begun: tuple[MeterRecord, LogFiles] | None = None

    @property
    def is_full(self) -> bool:
        """Whether the limit is reached."""
        return self._limit is not None and self._begun is not None and self._begun[1].rows >= self._limit

    def take(self, number: int, reading: Reading) -> None:
        """Take a reading, in any thread."""
        self._queue.put((number, reading))

    def advance(self, records: list[MeterRecord | None], now_utc_s: float) -> None:
        """Write what is complete by now, once all meters have a record."""
        if self._begin(records) is not None:
            self._drain()
            self._write(self._aligner.rows(now_utc_s))

    def finish(self, records: list[MeterRecord | None]) -> MeterRecord | None:
        """Write the rest and the record with the outcome; ``None`` where a meter was never reached."""
        begun = self._begin(records)
        if begun is None:
            return None
        record, files = begun
        self._drain()
        self._write(self._aligner.last_rows())
        files.finish()
        return record

    def _begin(self, records: list[MeterRecord | None]) -> tuple[MeterRecord, LogFiles] | None:
        known = [record for record in records if record is not None]
        if self._begun is None and len(known) == len(records):
            record = combined(dict(zip(self._names, known, strict=True)))
            self._begun = record, LogFiles(self._folder, record, ("power_w",))
        return self._begun

    def _drain(self) -> None:
        while not self._queue.empty():
            self._aligner.add(*self._queue.get())

    def _write(self, rows: list[Reading]) -> None:
        if self._begun is None:
            return
        record, files = self._begun
        for row in rows:
            if self.is_full:
                return
            files.append(row)
            self._on_reading(row)
            if files.good == 1 and not row.flag:
                self._on_ready(record)


def _cadence_of(part: _Part) -> MeterCadence:
    wanted = part.wanted
    latency_s = part.meter.spec.latency_s if wanted.latency_s is None else wanted.latency_s
    return MeterCadence(wanted.interval_s, latency_s, part.meter.sampling_at(wanted.interval_s))


def combined(records: dict[str, MeterRecord]) -> MeterRecord:
    """Return the record of the sum of several meters.

    The limits of error are those of the worst case, in which all meters err the same way: percent of
    reading and of reactive power the largest of any; limits of offset added up, so that percent of range
    and counts are what gives their sum with the ranges' sum and the resolution. The resolution is the root
    of the sum of squares, as rounding is independent. The rows are stamped at the end of their interval, so
    that the latency is 0; its uncertainty is the largest of any. The calibration is as old as the oldest.

    Args:
        records: of the meters by name.
    """
    meters = list(records.values())
    accuracies = [meter.accuracy for meter in meters]
    ranged = [accuracy for accuracy in accuracies if accuracy.range_pct]
    ranges_w = [accuracy.range_w for accuracy in ranged if accuracy.range_w is not None]
    range_w = sum(ranges_w) if len(ranges_w) == len(ranged) else 0.0
    by_range_w = sum(accuracy.range_pct / 100 * (accuracy.range_w or 0.0) for accuracy in ranged)
    by_counts_w = sum(meter.accuracy.counts * meter.resolution_w for meter in meters)
    resolution_w = hypot(*(meter.resolution_w for meter in meters))
    dates = [meter.calibration.date for meter in meters if meter.calibration.date is not None]
    certificates = [meter.calibration.certificate or "none" for meter in meters]
    return MeterRecord(
        driver="+".join(meter.driver for meter in meters),
        port="+".join(meter.port for meter in meters),
        identity=Identity(
            maker=_joined(meter.identity.maker for meter in meters),
            model=_joined(meter.identity.model for meter in meters),
            serial=_joined(meter.identity.serial for meter in meters),
            firmware=_joined(meter.identity.firmware for meter in meters),
        ),
        sampling=sampling_of_sum([meter.sampling for meter in meters]),
        interval_s=max(meter.interval_s for meter in meters),
        latency_s=0.0,
        latency_u_s=max(meter.latency_u_s for meter in meters),
        resolution_w=resolution_w,
        accuracy=Accuracy(
            reading_pct=max(accuracy.reading_pct for accuracy in accuracies),
            range_pct=100 * by_range_w / range_w
            if range_w
            else max(accuracy.range_pct for accuracy in accuracies),
            range_w=range_w or None,
            counts=by_counts_w / resolution_w if resolution_w else 0.0,
            reactive_pct=max(accuracy.reactive_pct for accuracy in accuracies),
        ),
        calibration=Calibration(
            date=min(dates) if len(dates) == len(meters) else None,
            certificate=" + ".join(certificates) if dates else None,
        ),
        simulated=any(meter.simulated for meter in meters),
        parts=[
            {
                "name": name,
                "driver": meter.driver,
                "port": meter.port,
                "identity": asdict(meter.identity),
                "options": meter.options,
                "settings": meter.settings,
            }
            for name, meter in records.items()
        ],
    )


def _joined(texts: Iterable[str]) -> str:
    return " + ".join(dict.fromkeys(text for text in texts if text))
