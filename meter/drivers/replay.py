"""A recording, played as if it were measured now: readings with new stamps at their recorded distances.

The port is ``replay://PATH``: a run folder, its ``meter.csv``, or a CSV file with ``t_utc_s`` or ``t_s``
and ``power_w``. Whatever comes from it is marked SIMULATED, because nothing is measured now.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from meter.contract import Meter
from meter.line.errors import RecordingEnded
from meter.options import Option
from meter.spec import MeterSpec
from records.errors import ConfigurationError, DeviceError, RecordError
from records.meter import FLAGS, QUANTITIES, Accuracy, Identity, MeterRecord, Reading
from records.run import RunFolder
from records.tables import read_table
from records.times import now_mono_s, now_utc_s

if TYPE_CHECKING:
    import pandas as pd

SCHEME = "replay://"

_INTERVAL_TOLERANCE = 0.05  # share by which the median distance of foreign rows may be off


def readings_of(frame: "pd.DataFrame", where: Path) -> list[Reading]:
    """Return the readings in a table, with the times that it has.

    A row that has neither power nor flag is flagged ``malformed``.

    Args:
        frame: columns ``power_w``, ``t_utc_s`` or ``t_s``, and perhaps ``flag`` and other quantities.
        where: the file, for messages.

    Raises:
        DeviceError: there is no time, or a row without time or with an unknown flag.
    """
    import pandas as pd

    time_name = next((name for name in ("t_utc_s", "t_s") if name in frame), None)
    if time_name is None:
        raise DeviceError(f"{where}: expected a column t_utc_s or t_s, found {', '.join(map(str, frame))}")
    names = [name for name in QUANTITIES if name in frame]
    numbers = frame[[time_name, *names]].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    flags = list(frame["flag"]) if "flag" in frame else [""] * len(frame)
    readings = []
    for row, flag in zip(numbers.tolist(), flags, strict=True):
        if not math.isfinite(row[0]) or flag not in ("", *FLAGS):
            raise DeviceError(
                f"{where}: expected rows with a time and a flag that is empty or one of {', '.join(FLAGS)}, "
                f"found {row[0]} and {flag!r}. Restore the file from a copy"
            )
        values: dict[str, Any] = {
            name: value if math.isfinite(value) else None for name, value in zip(names, row[1:], strict=True)
        }
        if flag or values["power_w"] is None:
            readings.append(Reading(row[0], None, flag or "malformed"))
        else:
            readings.append(Reading(row[0], **values))
    return readings


SPEC = MeterSpec(
    driver="replay",
    maker="any",
    model="recording",
    quantities=QUANTITIES,
    sampling="instantaneous",
    fastest_interval_s=1e-5,
    latency_s=0.0,
    latency_u_s=0.0,
    resolution_w=0.1,
    accuracy=Accuracy(reading_pct=0.0),  # nothing is known of a table from elsewhere
    power_limits_w=(-1e9, 1e9),
    patience_s=math.inf,  # a recorded silence must not make anybody start again
    options=(
        Option("speed", float, "How many times as fast the recording is played.", 1.0, limits=(0.01, 1000.0)),
    ),
)


class Replay(Meter):
    """The driver. What a recorded ``meter.json`` says takes the place of the class's values."""

    spec = SPEC
    detects_duplicates = True  # a recorded duplicate has its flag

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._speed = float(self.settings["speed"] or 1.0)
        self._path = Path()
        self._rows: list[Reading] = []
        self._next = 0
        self._begin_mono_s = 0.0
        self._record: MeterRecord | None = None

    def open(self, port: str, interval_s: float) -> None:
        """The interval has to be the recording's, at the speed it is played.

        Raises:
            ConfigurationError: the interval is another, or the port is no ``replay://``.
            DeviceError: there is no such recording, or it cannot be read.
        """
        self.check_interval(interval_s)
        if not port.startswith(SCHEME) or port == SCHEME:
            raise ConfigurationError(
                f"port {port!r}: expected {SCHEME}PATH, with the path of a run folder or of a CSV file"
            )
        self._path = Path(port.removeprefix(SCHEME))
        try:
            self._load()
        except RecordError as error:
            raise DeviceError(f"{port}: {error}") from None
        self._check_distance(interval_s)
        self.interval_s = interval_s

    def _load(self) -> None:
        folder = RunFolder(self._path if self._path.is_dir() else self._path.parent)
        table = folder.meter_csv if self._path.is_dir() else self._path
        frame = read_table(table, ("power_w",), text=("flag",)).frame
        self._rows = readings_of(frame, table)
        if len(self._rows) < 2:
            raise DeviceError(f"{table}: expected a recording of 2 readings or more, found {len(self._rows)}")
        recorded = table == folder.meter_csv and folder.meter_json.exists()
        self._record = MeterRecord.read(folder.meter_json) if recorded else None
        self.spec = replace(SPEC, quantities=tuple(name for name in QUANTITIES if name in frame))
        if self._record is not None:
            self.spec = replace(
                self.spec,
                sampling=self._record.sampling,
                latency_s=self._record.latency_s / self._speed,
                latency_u_s=self._record.latency_u_s / self._speed,
                resolution_w=self._record.resolution_w,
            )

    def _check_distance(self, interval_s: float) -> None:
        if self._record is not None:
            recorded_s = self._record.interval_s
        else:
            times_s = [row.t_utc_s for row in self._rows]
            recorded_s = median(later - earlier for earlier, later in pairwise(times_s))
        played_s = recorded_s / self._speed
        if not abs(interval_s - played_s) <= _INTERVAL_TOLERANCE * played_s:
            raise ConfigurationError(
                f"interval: {self._path} has a reading every {recorded_s:g} s, which at speed "
                f"{self._speed:g} is every {played_s:g} s, but {interval_s:g} s was asked for. Set it to "
                f"{played_s:g} s"
            )

    def identify(self) -> Identity:
        """The recorded meter, or the name of the file."""
        if self._record is not None:
            return self._record.identity
        return Identity(maker=SPEC.model, model=self._path.name)

    def start(self) -> None:
        """From the first reading."""
        self._next, self._begin_mono_s = 0, now_mono_s()

    def read(self, timeout_s: float) -> Reading | None:
        """Give the next recorded reading when its time has come.

        Raises:
            RecordingEnded: all has been played.
        """
        if self._next >= len(self._rows):
            raise RecordingEnded(f"{self._path}: the recording is over")
        deadline_s = now_mono_s() + timeout_s
        row = self._rows[self._next]
        due_s = self._begin_mono_s + (row.t_utc_s - self._rows[0].t_utc_s) / self._speed
        time.sleep(max(0.0, min(due_s, deadline_s) - now_mono_s()))
        if due_s > deadline_s:
            return None
        self._next += 1
        return replace(row, t_utc_s=now_utc_s())

    def stop(self) -> None:
        """There is nobody to notify."""

    def release(self) -> None:
        self._rows = []

    def accuracy_in_force(self) -> Accuracy:
        """As recorded."""
        return SPEC.accuracy if self._record is None else self._record.accuracy

    def says_simulated(self) -> bool:
        """Nothing is measured now."""
        return True
