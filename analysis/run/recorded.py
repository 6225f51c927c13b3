"""The files of one run as the analysis reads them: each at most once, and not before it is asked for.

Checks and measurement of a run share one `RecordedRun`; it is dropped with the run, so that what is
in memory does not grow with the campaign. The hash of a file and its content are read one right
after the other, the second time from the page cache.
"""

from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from analysis.maths.arrays import column
from analysis.power.energy import WindowEnergy, window_energy
from analysis.power.trace import PowerTrace, make_trace, read_meter
from analysis.run.clock import Clock, ClockFit, fit_clocks
from analysis.run.counters import Counters
from analysis.run.spans import rating_interval
from records.clock import clock_files, read_clock
from records.events import Events, read_events
from records.gpu import read_gpu
from records.host import read_host, read_sensors
from records.jetson import read_jetson
from records.links import leads_outside
from records.meter import MeterRecord, read_readings
from records.rapl import RaplRecord, read_rapl
from records.run import Run, RunFolder
from records.tables import Table
from records.trackers import read_trackers


class RecordedRun:
    """One run folder; every property raises `records.errors.RecordError` for a file that cannot be used.

    Args:
        path: the run folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = RunFolder(path)

    @cached_property
    def files(self) -> frozenset[str]:
        """Every file below the run folder, by its path from there: asked for by almost every check.

        A link that leads out of the folder is none of its files.
        """
        files = (path for path in self.path.rglob("*") if path.is_file())
        found = (path for path in files if not (path.is_symlink() and leads_outside(path, self.path)))
        return frozenset(path.relative_to(self.path).as_posix() for path in found)

    @cached_property
    def run(self) -> Run:
        """``run.json``."""
        return self.folder.read()

    @cached_property
    def meter(self) -> MeterRecord:
        """``meter.json``, its numbers within their limits."""
        return read_meter(self.path)

    @cached_property
    def events(self) -> Events:
        """``events.jsonl``; no events where a run has none."""
        return read_events(self.folder.events) if "events.jsonl" in self.files else Events([], [])

    @cached_property
    def readings(self) -> Table:
        """``meter.csv``."""
        return read_readings(self.folder.meter_csv)

    @cached_property
    def host(self) -> Table | None:
        """``collectl.tab`` or ``host.csv``."""
        return read_host(self.path)

    @cached_property
    def sensors(self) -> Table | None:
        """``sensors.csv``."""
        return read_sensors(self.path)

    @cached_property
    def gpu(self) -> Table | None:
        """``gpu.csv``."""
        return read_gpu(self.path)

    @cached_property
    def rapl(self) -> Table | None:
        """``rapl.csv``."""
        return read_rapl(self.path)

    @cached_property
    def counters(self) -> Counters | None:
        """The CPU's own counters; ``None`` where they were not read."""
        path = self.path / "rapl.json"
        if self.rapl is None or not path.is_file():
            return None
        return Counters(self.rapl, RaplRecord.read(path), self.clock)

    @cached_property
    def jetson(self) -> Table | None:
        """``jetson.csv``."""
        return read_jetson(self.path)

    @cached_property
    def trackers(self) -> Table | None:
        """``trackers.csv``."""
        return read_trackers(self.path)

    @cached_property
    def clock(self) -> ClockFit:
        """From the SUT's clock to the controller's, by ``clock.csv`` of the campaign, or of the bench."""
        return campaign_clock(self.path, self.run.bench).at(self.run.t_start_utc_s or 0.0)

    @cached_property
    def rating_interval(self) -> tuple[float, float]:
        """Start and stop of the rating interval, on the controller's clock."""
        return rating_interval(self.path, self.run, self.events, self.clock)

    @cached_property
    def trace(self) -> PowerTrace:
        """The power from the start of the rating interval on."""
        return make_trace(self.readings, self.meter, self.rating_interval[0])

    @cached_property
    def whole(self) -> WindowEnergy:
        """The energy of the rating interval."""
        start_utc_s, stop_utc_s = self.rating_interval
        return window_energy(self.trace, 0.0, stop_utc_s - start_utc_s)


def campaign_clock(run_dir: Path, bench: str | None) -> Clock:
    """Fit all comparisons of the two clocks that a run is placed by (`records.clock.clock_files`).

    Args:
        run_dir: folder of the run.
        bench: of a fleet, on which it was.

    Raises:
        RecordError: a file cannot be used.
    """
    files = clock_files(run_dir, bench)
    return _fit(*((path, *_version(path)) for path in files)) if files else Clock()


@lru_cache(maxsize=64)
def _fit(*files: tuple[Path, int, int]) -> Clock:
    tables = [read_clock(path) for path, *_ in files]
    t, offset, u = (
        np.concatenate([column(table, name) for table in tables])
        for name in ("t_utc_s", "offset_s", "offset_u_s")
    )
    whole = np.isfinite(t) & np.isfinite(offset) & np.isfinite(u)
    return fit_clocks(t[whole], offset[whole], u[whole])


def _version(path: Path) -> tuple[int, int]:
    """Return what tells one state of a growing file from the next: every run of a campaign asks for it."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size
