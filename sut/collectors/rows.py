"""CSV files of the collectors: one row, one system call, and a clear end when the disk is full."""

from pathlib import Path

from records.errors import SutError
from records.files import LineAppender


class RowFile:
    """Append rows to one file of a run.

    Args:
        path: the file; made if absent.
        header: its header line, or ``None`` when whoever gives the lines also gives that.

    Raises:
        SutError: the file cannot be opened or written.
    """

    def __init__(self, path: Path, header: str | None) -> None:
        self.path = path
        try:
            self._file = LineAppender(path, header)
        except OSError as error:
            raise self._refusal("open it", error) from None

    def append(self, line: str) -> None:
        """Append one line, given without its line end.

        Raises:
            SutError: the disk did not take the line.
        """
        try:
            self._file.append(line)
        except OSError as error:
            raise self._refusal("append a row", error) from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _refusal(self, what: str, error: OSError) -> SutError:
        return SutError(
            f"{self.path}: expected to {what}, but: {error.strerror}. "
            f"Free space on that disk or make the folder writable, then run again"
        )


def field(value: float | int | None, decimals: int = 3) -> str:
    """Format a value for a CSV field: an absent one is empty, a float is rounded."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.{decimals}f}"
