"""Following a meter's record while it grows. What is shown live is what was written, nothing else."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class LiveReading:
    """One row of ``meter.csv``: watts, or ``None`` with the flag that says why."""

    t_utc_s: float
    power_w: float | None
    flag: str


class Follower:
    """Read the rows that were appended to a ``meter.csv`` since the last look.

    Args:
        path: the file, which need not be there yet.
        last_bytes: how much of a longer file is read at the first look, from its end; all when not given.
    """

    def __init__(self, path: Path, last_bytes: int | None = None) -> None:
        self._path = path
        self._last_bytes = last_bytes
        self._offset = 0
        self._header: list[str] = []

    def new_readings(self) -> list[LiveReading]:
        """Return the whole rows written since the last call, oldest first."""
        try:
            with open(self._path, "rb") as file:
                if self._last_bytes is not None and not self._header:
                    self._skip(file, self._last_bytes)
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

    def _skip(self, file: BinaryIO, last_bytes: int) -> None:
        """Take the header, and pass over all but the last bytes of whole lines."""
        header = file.readline()
        begin = os.fstat(file.fileno()).st_size - last_bytes
        if begin > len(header) and header.endswith(b"\n"):
            self._header = next(csv.reader([header.decode(errors="replace")]))
            file.seek(begin - 1)
            torn = file.readline()
            self._offset = file.tell() if torn.endswith(b"\n") else len(header)

    def _reading(self, row: list[str]) -> LiveReading:
        fields = dict(zip(self._header, row, strict=True))
        power = float(fields["power_w"]) if fields["power_w"] else None
        return LiveReading(float(fields["t_utc_s"]), power, fields["flag"])
