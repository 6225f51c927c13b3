"""``clock.csv``: the SUT's clock minus the controller's, each time it was compared."""

from pathlib import Path

from records.campaign import CampaignFolder
from records.files import LineAppender
from records.folders import RunPaths
from records.tables import Table, csv_line, read_table

CLOCK_COLUMNS = ("t_utc_s", "offset_s", "offset_u_s", "rtt_s", "method")


def append_clock(
    path: Path, t_utc_s: float, offset_s: float, offset_u_s: float, rtt_s: float, method: str
) -> None:
    """Append one comparison: SUT minus controller, its standard uncertainty, the round trip."""
    with LineAppender(path, csv_line(CLOCK_COLUMNS)) as file:
        file.append(csv_line([f"{t_utc_s:.6f}", offset_s, offset_u_s, rtt_s, method]))


def clock_files(run_dir: Path, bench: str | None) -> list[Path]:
    """Return the files whose comparisons place a run; none where SUT and controller are one machine.

    A run that was imported may have one of its own, because such runs come from several hosts. A bench of a
    fleet has a controller and a SUT of its own, which it compared in each of its blocks.

    Args:
        run_dir: folder of the run.
        bench: of a fleet, on which it was.
    """
    campaign = CampaignFolder(run_dir.parent.parent)
    own = [RunPaths(run_dir).clock_csv]
    of_bench = [] if bench is None else [block.clock for block in campaign.blocks_of(bench)]
    for files in (own, of_bench, [campaign.clock]):
        found = [path for path in files if path.is_file()]
        if found:
            return found
    return []


def read_clock(path: Path) -> Table:
    """Read ``clock.csv``."""
    return read_table(path, CLOCK_COLUMNS, text=("method",))
