"""``clock.csv``: the SUT's clock minus the controller's, each time it was compared."""

from pathlib import Path

from records.files import LineAppender
from records.tables import Table, csv_line, read_table

CLOCK_COLUMNS = ("t_utc_s", "offset_s", "offset_u_s", "rtt_s", "method")


def append_clock(
    path: Path, t_utc_s: float, offset_s: float, offset_u_s: float, rtt_s: float, method: str
) -> None:
    """Append one comparison: SUT minus controller, its standard uncertainty, the round trip."""
    with LineAppender(path, csv_line(CLOCK_COLUMNS)) as file:
        file.append(csv_line([f"{t_utc_s:.6f}", offset_s, offset_u_s, rtt_s, method]))


def read_clock(path: Path) -> Table:
    """Read ``clock.csv``."""
    return read_table(path, CLOCK_COLUMNS, text=("method",))
