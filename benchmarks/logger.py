"""See whether the logger keeps up, what it costs, and how right its stamps are: at 1 Hz, 25 Hz and 20 kHz.

    python -m benchmarks.logger [--seconds 60] [--full] [--json]

Each row is a virtual instrument and the logger as processes of their own, one row after the other. The
instrument writes beside when its intervals truly ended, and which bytes nobody took. Lost are readings
that ended between the first and the last row of meter.csv and have no row of their own. The CPU share is
the kernel's account of the logger from its first good reading on, as in benchmarks.overhead. The stamp
error is the stamp less the true end of the interval; the virtual instrument's own delay is in it, up to
4 % of the interval (5 ms of the PowerSensor3's lumps).

With --full the stream of 20 000 sets a second is logged for ten minutes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.overhead import cpu_s_of_tree
from meter.drivers.powersensor3 import SETTLING_SETS
from meter.drivers.powersensor3_stream import SET_S
from records.files import read_json
from records.meter import read_readings
from records.run import RunFolder
from records.settings.logger import LoggedMeter, LoggerSettings
from sut.inventory.machine import cpu

HERE = Path(__file__).resolve().parent.parent
FULL_S = 600.0
STREAMS_SETS = "powersensor3"
_PERCENTILES = (50, 95, 99)
_START_S = 30.0


@dataclass(frozen=True)
class Subject:
    """An instrument at an interval; ``full`` where ten minutes of it are of interest."""

    name: str
    driver: str
    interval_s: float
    full: bool = False


SUBJECTS = (
    Subject("1 Hz: Watts up? PRO, a row each second", "wattsup_pro", 1.0),
    Subject("25 Hz: MCP39F511N, polled each 40 ms", "microchip_mcp39f511n", 0.04),
    Subject("20 kHz: PowerSensor3, a row for the 200 sets of 10 ms", STREAMS_SETS, 0.01),
    Subject("20 kHz: PowerSensor3, a row for the 20 sets of 1 ms", STREAMS_SETS, 0.001, full=True),
)


@dataclass
class Result:
    """What was found; times in ms.

    ``lost`` are readings, ``lost_sets`` what the driver itself counted, ``lost_bytes`` what the
    instrument could not hand over.
    """

    name: str
    seconds: float
    rows: int
    flagged: int
    lost: int
    lost_sets: int | None
    lost_bytes: int
    cpu_pct: float
    stamp_error_ms: dict[str, float]


def measure(subject: Subject, seconds: float) -> Result:
    """Log an instrument for that long."""
    with tempfile.TemporaryDirectory(prefix="wattlab-logger-") as name:
        folder = Path(name)
        twin = _begin("meter.virtual", subject.driver, "--watts", "97.2", "--emissions", str(folder / "ends"))
        port = _line(twin)
        run = RunFolder(folder / "run")
        run.path.mkdir()
        logged = LoggedMeter(driver=subject.driver, port=port, interval_s=subject.interval_s)
        LoggerSettings(meters=[logged]).write(run.logger_json)
        logger = _begin("meter.recording.logger", str(run.path))
        if '"ready"' not in _line(logger):
            raise SystemExit(f"{subject.name}: the logger did not start")
        before_s, began_s = cpu_s_of_tree(logger.pid), time.monotonic()
        time.sleep(seconds)
        spent_s, took_s = cpu_s_of_tree(logger.pid) - before_s, time.monotonic() - began_s
        _end(logger)
        _end(twin)
        return _examine(subject, took_s, 100 * spent_s / took_s, folder)


def _begin(module: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments, "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=HERE,
    )


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _end(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=_START_S)
    if process.returncode != 0:
        raise SystemExit(f"{process.args}: ended with code {process.returncode}")


def _examine(subject: Subject, seconds: float, cpu_pct: float, folder: Path) -> Result:
    record = read_json(folder / "run/meter.json")
    rows = read_readings(folder / "run/meter.csv").frame
    ends = np.loadtxt(folder / "ends", delimiter=",", skiprows=1)
    good = rows.loc[rows["flag"] == "", "t_utc_s"].to_numpy()
    if subject.driver == STREAMS_SETS:
        errors_s, lost = _by_sets(good, ends, round(subject.interval_s / SET_S))
    else:
        errors_s, lost = _by_times(good, ends)
    return Result(
        subject.name,
        seconds,
        len(rows),
        len(rows) - len(good),
        lost,
        record["own_counts"].get("lost_sets"),
        _lost_bytes(good, ends),
        cpu_pct,
        {f"p{p}": 1000 * float(np.percentile(errors_s, p)) for p in _PERCENTILES},
    )


def _lost_bytes(stamps_s: np.ndarray, ends: np.ndarray) -> int:
    """Return what nobody took until the last row; when logging ends, the instrument goes on for a moment."""
    return int(ends[ends[:, 0] <= stamps_s[-1], 2][-1])


def _by_times(stamps_s: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, int]:
    """Match each row to the last interval that had ended; return errors and number of lost intervals."""
    found = np.searchsorted(ends[:, 0], stamps_s, side="right") - 1
    lost = int(found[-1] - found[0] + 1 - len(np.unique(found)))
    return stamps_s - ends[found, 0], lost


def _by_sets(stamps_s: np.ndarray, ends: np.ndarray, sets: int) -> tuple[np.ndarray, int]:
    """Match the rows to the sets by number, from the first that makes a row; return as `_by_times`."""
    numbers, first = np.unique(ends[:, 1], return_index=True)
    times_s = ends[first, 0]
    ended = SETTLING_SETS + sets * np.arange(1, len(stamps_s) + 1)
    passed = np.interp(stamps_s[[0, -1]], times_s, numbers)
    lost = round((passed[1] - passed[0]) / sets) + 1 - len(stamps_s)
    return stamps_s - np.interp(ended, numbers, times_s), lost


def table(results: list[Result]) -> str:
    """Return the results as a Markdown table."""
    lines = [
        "| virtual instrument | s | rows | flagged | readings lost | sets lost | bytes lost on the line "
        "| logger, % of a core | stamp error p50, ms | p95 | p99 |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for result in results:
        errors = " | ".join(f"{error_ms:.3f}" for error_ms in result.stamp_error_ms.values())
        sets = "–" if result.lost_sets is None else result.lost_sets
        lines.append(
            f"| {result.name} | {result.seconds:.0f} | {result.rows} | {result.flagged} | {result.lost} "
            f"| {sets} | {result.lost_bytes} | {result.cpu_pct:.2f} | {errors} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each (default 60)")
    parser.add_argument("--full", action="store_true", help="ten minutes of 20 000 sets a second")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    arguments = parser.parse_args()
    results, loads = [], []
    for subject in SUBJECTS:
        seconds = FULL_S if arguments.full and subject.full else arguments.seconds
        results.append(measure(subject, seconds))
        loads.append(os.getloadavg()[0])
    if arguments.json:
        print(json.dumps({"cpu": cpu(), "load": loads, "rows": [asdict(r) for r in results]}, indent=2))
        return
    print(table(results))
    shown = ", ".join(f"{load:.1f}" for load in loads)
    print(f"\nSIMULATED: virtual instruments. {os.cpu_count()} cores; load average after each row: {shown}.")


if __name__ == "__main__":
    main()
