"""The true energy of a run, on the monotonic clock, from the truth files of the virtual instrument."""

import csv
import itertools
import json
from pathlib import Path

import numpy as np
from stepped_clock import SteppedClock

_AGREE_S = 0.05


class Truth:
    """One life of the virtual instrument: its true energy over the monotonic clock.

    Its stamps are of the wall clock, which was set meanwhile. But the power of each row and the energy since
    the row before give the true time between them, and so the whole file needs one moment only: the one at
    which most of its stamps are what the wall clock showed.

    Raises:
        ValueError: the file holds no two rows, or fits no moment.
    """

    def __init__(self, path: Path, clock: SteppedClock) -> None:
        lines = path.read_text().splitlines()
        rows = [row.split(",") for row in lines[1:] if row.count(",") == 2 and len(row.split(".")[-1]) == 9]
        if len(rows) < 2:
            raise ValueError(f"{path}: {len(rows)} whole rows")
        stamps, power_w, energy_j = (np.array(column, float) for column in zip(*rows, strict=True))
        steps_s = np.diff(energy_j) / power_w[1:]
        since_s = np.concatenate([[0.0], np.cumsum(steps_s)])
        fits = {}
        for offset in clock.offsets_s:
            start = clock.mono_s(stamps[0], offset)
            shown = np.array([clock.utc_s(start + t) for t in since_s])
            fits[start] = float(np.mean(np.abs(shown - stamps) < _AGREE_S))
        start = max(fits, key=lambda key: fits[key])
        if fits[start] < 0.5:
            raise ValueError(f"{path}: its stamps are not those of the wall clock")
        self.t_mono_s, self.energy_j = start + since_s, energy_j

    def energy_wh(self, start_s: float, stop_s: float) -> float | None:
        """Return the energy between two moments; ``None`` if it does not reach over both."""
        if not self.t_mono_s[0] <= start_s <= stop_s <= self.t_mono_s[-1]:
            return None
        before, after = np.interp([start_s, stop_s], self.t_mono_s, self.energy_j)
        return float(after - before) / 3600


def truths(campaign: Path, clock: SteppedClock) -> list[Truth]:
    """Return all lives of the instrument that lasted for two rows or more."""
    files = sorted((campaign / "virtual").glob("truth-*.csv"))
    return [Truth(path, clock) for path in files if len(path.read_text().splitlines()) > 3]


def rating_interval(run: Path) -> tuple[float, float]:
    """Return start and end of a run on the monotonic clock."""
    events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    start, stop = (e["t_mono_s"] for e in events if e["span"] == "run")
    return start, stop


def counted_runs(campaign: Path) -> list[dict[str, str]]:
    """Return the rows of ``results/runs.csv``."""
    with open(campaign / "results/runs.csv", newline="") as file:
        return list(csv.DictReader(file))


def deviations(campaign: Path, clock: SteppedClock) -> dict[str, float]:
    """Return, for each counted run, how far its energy is from the true one, in units of its limit.

    The limit is the instrument's accuracy, 1.5 % and 3 counts of 0.1 W, and three standard uncertainties,
    which hold what the borders add. A run that no truth file covers is infinitely far off, as is one whose
    duration is not that of the monotonic clock within 50 ms.
    """
    lives = truths(campaign, clock)
    rows = counted_runs(campaign)
    return {row["run_dir"]: deviation(campaign / "runs" / row["run_dir"], row, lives) for row in rows}


def deviation(run: Path, row: dict[str, str], lives: list[Truth]) -> float:
    """Return the same of one run.

    Args:
        run: its folder.
        row: of ``results/runs.csv``.
        lives: of the instruments that may have measured it.
    """
    start, stop = rating_interval(run)
    known = [wh for life in lives if (wh := life.energy_wh(start, stop)) is not None]
    duration = float(row["duration_s"])
    if not known or abs(duration - (stop - start)) > _AGREE_S:
        return float("inf")
    limit = 0.015 * known[0] + 0.3 * duration / 3600 + 3 * float(row["energy_u_wh"])
    return abs(float(row["energy_wh"]) - known[0]) / limit


def garbled(run: Path) -> int:
    """Return how many times the readings of a run came garbled: rows in sequence count once."""
    try:
        lines = (run / "meter.csv").read_text().splitlines()[1:]
    except FileNotFoundError:
        return 0
    flags = (line.rpartition(",")[2] for line in lines)
    return sum(key for key, _ in itertools.groupby(flags, lambda flag: "malformed" in flag))
