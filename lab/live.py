"""Following a meter's record while it grows. What is shown live is what was written, nothing else."""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LiveReading:
    """One row of ``meter.csv``: watts, or ``None`` with the flag that says why."""

    t_utc_s: float
    power_w: float | None
    flag: str


class Follower:
    """Read the rows that were appended to a ``meter.csv`` since the last look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._header: list[str] = []

    def new_readings(self) -> list[LiveReading]:
        """Return the whole rows written since the last call, oldest first."""
        try:
            with open(self._path, "rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        rows = list(csv.reader(whole.decode(errors="replace").splitlines()))
        if rows and not self._header:
            self._header = rows.pop(0)
        return [self._reading(row) for row in rows if len(row) == len(self._header)]

    def _reading(self, row: list[str]) -> LiveReading:
        fields = dict(zip(self._header, row, strict=True))
        power = float(fields["power_w"]) if fields["power_w"] else None
        return LiveReading(float(fields["t_utc_s"]), power, fields["flag"])
