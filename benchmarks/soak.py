"""Run a campaign for an hour at accelerated pace: are readings lost, and does any process grow?

    python -m benchmarks.soak [--minutes 60] [--limit-mib-per-h 2] [--json]

`lab run` measures many short runs and some longer ones with a virtual LMG95 that sends 20 readings a second,
twenty times the usual pace. The instrument writes down how many readings it had sent by when; what it sent
between the first and the last row of a run must be what that run's meter.csv holds. `lab check` judges the
records.

Every two seconds the memory of each process is looked at (`benchmarks.process_memory`). It ends with 1 if a
reading is lost, a record is rejected, or a process clearly grows by more than the limit.
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

from benchmarks.process_memory import Growth, Watch, growths
from records.meter import read_readings
from records.run import RunFolder
from sut.inventory.machine import cpu

HERE = Path(__file__).resolve().parent.parent
LAB = Path(sys.executable).with_name("lab")
_SAMPLE_S = 2.0
_ENDS = 10  # readings at the end of a run, of which one at least comes in time
_SHORT_RUNS, _SHORT_S, _OTHER_S = 6, 2.0, 5.5  # runs in a block; what is measured, what comes around it
_LONG_S = 120.0
_CONFIG = """
[campaign]
title = "Soak"
repeats = {repeats}
seed = 1
max_attempts = 1
[sut]
collectl = "never"
interval_s = 0.1
[meter]
driver = "zes_lmg95"
port = {port}
interval_s = 0.05
[gate]
readings = 20
cpu_temperature_c = 200.0
gpu_temperature_c = 200.0
[run]
lead_in_s = 0.5
lead_out_s = 1.0
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = {short_s}
[[scenario]]
name = "long"
command = ["sleep", "{long_s:g}"]
"""
_SHORT = '[[scenario]]\nname = "short-{n}"\ncommand = ["sleep", "{short_s:g}"]\n'


@dataclass
class Readings:
    """What the records hold: runs, readings, rows without one, readings lost; longest step between two."""

    completed: int = 0
    other: int = 0
    rows: int = 0
    flagged: int = 0
    lost: int = 0
    longest_step_s: float = 0.0


def count_readings(campaign: Path, emissions: Path) -> Readings:
    """Compare each run's meter.csv with what the instrument sent in the same time."""
    ends_s = np.loadtxt(emissions, delimiter=",", skiprows=1, usecols=0)
    found = Readings()
    for run in map(RunFolder, sorted((campaign / "runs").iterdir())):
        if run.read().status != "completed":
            found.other += 1
            continue
        found.completed += 1
        rows = read_readings(run.meter_csv).frame
        good = rows["flag"] == ""
        stamps_s = rows.loc[good, "t_utc_s"].to_numpy()
        found.rows += len(stamps_s)
        found.flagged += int((~good).sum())
        found.lost += _lost(stamps_s, ends_s)
        found.longest_step_s = max(found.longest_step_s, float(np.diff(stamps_s).max()))
    return found


def _lost(stamps_s: np.ndarray, ends_s: np.ndarray) -> int:
    """Return how many intervals of the instrument have no row, from the first row to the last.

    A late row seems to be of a later interval than its own, and no row is early. So the least number of
    intervals ahead of the rows counts: of all rows for the beginning, of the last ones for the end.
    """
    ahead = np.searchsorted(ends_s, stamps_s, side="right") - np.arange(len(stamps_s))
    return int(ahead[-_ENDS:].min() - ahead.min())


@dataclass
class Soaked:
    """The result: how long it took, exit codes of `lab run` and `lab check`, readings, processes, memory."""

    minutes: float
    run_code: int
    check_code: int
    readings: Readings
    processes: int
    growths: list[Growth]

    def is_sound(self, limit: float) -> bool:
        """Say whether nothing was lost and nothing grew beyond the limit."""
        whole = self.run_code == self.check_code == self.readings.other == 0
        nothing_lost = self.readings.lost == self.readings.flagged == 0
        return whole and nothing_lost and all(growth.within(limit) for growth in self.growths)


def soak(minutes: float, folder: Path) -> Soaked:
    """Run the campaign in a folder, look at its processes, and judge its records."""
    long_s = max(2.0, min(_LONG_S, minutes * 2))
    block_s = (_SHORT_RUNS + 1) * (_SHORT_S + _OTHER_S) + long_s + _OTHER_S
    port, emissions = folder / "port", folder / "emissions.csv"
    text = _CONFIG.format(
        repeats=max(1, round(minutes * 60 / block_s)),
        port=json.dumps(str(port)),
        short_s=_SHORT_S,
        long_s=long_s,
    )
    text += "".join(_SHORT.format(n=n, short_s=_SHORT_S) for n in range(1, _SHORT_RUNS + 1))
    (folder / "lab.toml").write_text(text)
    words = ["--watts", "97.2", "--link", port, "--emissions", emissions, "--until-stdin-closes"]
    instrument = subprocess.Popen(
        [sys.executable, "-m", "meter.virtual", "zes_lmg95", *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=HERE,
    )
    assert instrument.stdout is not None
    instrument.stdout.readline()
    campaign, watch, begun_s = folder / "c", Watch(), time.monotonic()
    command = [LAB, "run", "--config", folder / "lab.toml", "--out", campaign]
    with open(folder / "run.txt", "wb") as output:
        conductor = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        while conductor.poll() is None:
            watch.look(conductor.pid, instrument.pid)
            time.sleep(_SAMPLE_S)
    took_min = (time.monotonic() - begun_s) / 60
    instrument.communicate()
    if conductor.returncode not in (0, 1):
        raise SystemExit(
            f"lab run ended with {conductor.returncode}:\n{(folder / 'run.txt').read_text()[-2000:]}"
        )
    checked = subprocess.run([LAB, "check", campaign], check=False, capture_output=True, text=True)
    if checked.returncode != 0:
        print(checked.stdout, checked.stderr, file=sys.stderr)
    readings = count_readings(campaign, emissions)
    grown = growths(watch, _LONG_S / 2)
    return Soaked(took_min, conductor.returncode, checked.returncode, readings, max(watch.processes), grown)


def table(result: Soaked, limit: float) -> str:
    """Return the result as text and a Markdown table."""
    seen = result.readings
    lines = [
        "| process | seen | largest, MiB | open files, most | growth, MiB/h | 95 % interval |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for growth in result.growths:
        slope = ["–", "–"]
        if growth.slope is not None:
            slope = [f"{growth.slope[0]:.3f}", f"{growth.slope[1]:.3f} to {growth.slope[2]:.3f}"]
        cells = [growth.name, growth.processes, f"{growth.rss_mib:.1f}", growth.open_files, *slope]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += [
        "",
        f"{result.minutes:.1f} min, {seen.completed} completed runs, {seen.other} others, "
        f"{seen.rows} readings. "
        f"Lost: {seen.lost}; rows without a reading: {seen.flagged}. "
        f"Longest step between two readings: {1000 * seen.longest_step_s:.1f} ms. "
        f"Exit code of lab run: {result.run_code}, of lab check: {result.check_code}. "
        f"At most {result.processes} processes at once.",
        f"Verdict: {'sound' if result.is_sound(limit) else 'NOT sound'} (nothing lost, no growth above "
        f"{limit:g} MiB/h{_not_judged(result.growths)}).",
    ]
    return "\n".join(lines)


def _not_judged(growths: list[Growth]) -> str:
    names = [growth.name for growth in growths if growth.slope is None]
    return f"; too short to judge the growth of: {'; '.join(names)}" if names else ""


def main() -> int:
    """Soak and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the campaign (default 60)")
    parser.add_argument("--limit-mib-per-h", type=float, default=2.0, help="permitted growth (default 2)")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        result = soak(options.minutes, Path(name))
    if options.json:
        print(json.dumps({"cpu": cpu(), "load": os.getloadavg(), **asdict(result)}, indent=2))
    else:
        print(table(result, options.limit_mib_per_h))
        load = os.getloadavg()[2]
        print(f"\nSIMULATED: a virtual instrument. {os.cpu_count()} cores, load average {load:.1f}.")
    return 0 if result.is_sound(options.limit_mib_per_h) else 1


if __name__ == "__main__":
    sys.exit(main())
