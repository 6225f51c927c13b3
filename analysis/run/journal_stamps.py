"""When the entries of a run's journal were written, by both clocks of its controller.

A conductor asks after each run. It would take more time and memory from run to run if the whole journal were
read each time.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

from analysis.maths.arrays import Floats
from records.campaign import CampaignFolder
from records.files import open_record, read_json_lines
from records.journal_events import entry_of
from records.run import Run

_COMPARED_BYTES = 4096


def journal_stamps(run_dir: Path, run: Run) -> tuple[Floats, Floats]:
    """Return UTC and monotonic stamps ``(n,)`` of the journal that a run is in, none without one.

    Each bench of a fleet has a controller of its own, with clocks and a journal of its own.
    """
    campaign = CampaignFolder(run_dir.parent.parent)
    of_bench = [] if run.bench is None else [campaign.block_of(run.bench, run.block).journal]
    path = next((path for path in (*of_bench, campaign.journal) if path.is_file()), None)
    return (np.array([]), np.array([])) if path is None else _stamps_of(path).read()


@lru_cache(maxsize=1)
def _stamps_of(path: Path) -> "_Stamps":
    return _Stamps(path)


class _Stamps:
    """The stamps of one journal; while it grows each line is read once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._forget()

    def _forget(self) -> None:
        self._version: tuple[int, int, int] | None = None
        self._end = 0
        self._last = b""
        self._pairs = np.empty((0, 2))

    def read(self) -> tuple[Floats, Floats]:
        status = self._path.stat()
        version = (status.st_ino, status.st_mtime_ns, status.st_size)
        if version != self._version:
            if not self._continues():
                self._forget()
            lines = read_json_lines(self._path, self._end)
            entries = [entry_of(line) for line in lines.objects]
            stamps = [(e.t_utc_s, e.t_mono_s) for e in entries if None not in (e.t_utc_s, e.t_mono_s)]
            self._pairs = np.concatenate((self._pairs, np.array(stamps, np.float64).reshape(-1, 2)))
            self._version, self._end = version, lines.end_byte
            self._last = self._before_end()
        return self._pairs[:, 0], self._pairs[:, 1]

    def _continues(self) -> bool:
        """Say whether the file has grown since, by the last part of what was read then."""
        return self._path.stat().st_size > self._end and self._before_end() == self._last

    def _before_end(self) -> bytes:
        with open_record(self._path) as file:
            file.seek(max(0, self._end - _COMPARED_BYTES))
            return file.read(min(self._end, _COMPARED_BYTES))
