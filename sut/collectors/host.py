"""Samplers that write one row per interval: ``host.csv`` and ``sensors.csv``."""

import time
from pathlib import Path
from typing import Protocol

from records.host import HOST_COLUMNS, SENSOR_COLUMNS
from records.times import format_utc_s
from sut.collectors.procfs import ProcFiles, rates
from sut.collectors.rows import RowFile, field
from sut.collectors.temperature import CpuThermometer


class Sampler(Protocol):
    """What is asked for a row at each interval."""

    name: str
    interval_s: float

    def sample(self) -> None:
        """Append the row of this moment."""

    def close(self) -> None:
        """Close the file."""


class HostSampler:
    """Append the host's load to ``host.csv``; a row is the mean over the interval that ends at its stamp.

    Args:
        path: the file.
        interval_s: time between rows in seconds.
        root: folder that holds ``proc`` and ``sys``; another than ``/`` only in tests.

    Raises:
        SutError: /proc cannot be read, or the file cannot be written.
    """

    name = "procfs"

    def __init__(self, path: Path, interval_s: float, root: Path = Path("/")) -> None:
        self.interval_s = interval_s
        self._proc = ProcFiles(root)
        self._file = RowFile(path, ",".join(HOST_COLUMNS))
        self._before = self._proc.read(time.monotonic())

    def sample(self) -> None:
        """Append the row of the time since the last one."""
        t_utc_s = time.time()
        now = self._proc.read(time.monotonic())
        row = rates(self._before, now)
        self._before = now
        self._file.append(
            f"{format_utc_s(t_utc_s)},{field(row.cpu_load_pct)},{row.ram_used_kib},"
            f"{field(row.disk_read_kib_s)},{field(row.disk_write_kib_s)},"
            f"{field(row.net_rx_kib_s)},{field(row.net_tx_kib_s)}"
        )

    def close(self) -> None:
        """Close the files."""
        self._proc.close()
        self._file.close()


class SensorSampler:
    """Append the CPU's temperature to ``sensors.csv``.

    Args:
        path: the file.
        interval_s: time between rows in seconds.
        thermometer: a sensor that is present.
    """

    name = "sensors"

    def __init__(self, path: Path, interval_s: float, thermometer: CpuThermometer) -> None:
        self.interval_s = interval_s
        self._thermometer = thermometer
        self._file = RowFile(path, ",".join(SENSOR_COLUMNS))

    def sample(self) -> None:
        """Append the temperature of this moment; an unreadable sensor leaves its field empty."""
        self._file.append(f"{format_utc_s(time.time())},{field(self._thermometer.read_c(), 1)}")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
