"""``meter_raw.csv``: every byte between host and meter, as it passed; what ``tape://`` plays again."""

from pathlib import Path

from meter.line.tap import Passing
from records.files import LineAppender
from records.tables import csv_line
from records.times import format_utc_s, now_mono_s

RAW_COLUMNS = ("t_utc_s", "direction", "bytes_hex")

_FLUSH_S = 1.0
_FLUSH_BYTES = 1 << 16


class RawLog:
    """A tap that appends what passes to a file, in blocks: at least once a second, or 64 KiB.

    A full disk must not look like a lost port to the driver that called, so an error is kept and
    raised by `check`. The file is made with its first block; so is its folder.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: LineAppender | None = None
        self._lines: list[str] = []
        self._bytes = 0
        self._flushed_mono_s = now_mono_s()
        self._error: OSError | None = None

    def __call__(self, t_utc_s: float, direction: Passing, data: bytes) -> None:
        """Keep bytes as they pass."""
        self._lines.append(f"{format_utc_s(t_utc_s)},{direction},{data.hex()}")
        self._bytes += len(data)
        self._flush_if_due()

    def check(self) -> None:
        """Write what has waited a second; to be called several times a second.

        Raises:
            OSError: the file cannot be written.
        """
        self._flush_if_due()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Write the rest and close the file.

        Raises:
            OSError: the file cannot be written.
        """
        self._flush()
        if self._file is not None:
            self._file.close()
        if self._error is not None:
            raise self._error

    def _flush_if_due(self) -> None:
        if self._bytes >= _FLUSH_BYTES or now_mono_s() - self._flushed_mono_s >= _FLUSH_S:
            self._flush()

    def _flush(self) -> None:
        self._flushed_mono_s = now_mono_s()
        if not self._lines or self._error is not None:
            return
        try:
            if self._file is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = LineAppender(self.path, csv_line(RAW_COLUMNS))
            self._file.append("\n".join(self._lines))
        except OSError as error:
            self._error = error
        self._lines.clear()
        self._bytes = 0
