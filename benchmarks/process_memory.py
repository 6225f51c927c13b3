"""Memory of the processes of a campaign: does any of them grow?

Memory is the resident size of each process, at each look. The conductor and the instrument live as long as
the campaign: the slope is that of Theil and Sen over the medians of 30 spans of time, without the first
tenth. Logger and collectors begin anew with each run: from run to run the slope is that of their largest
size in each short run, within a run it is the median over the longer ones, without their first 30 s.
Intervals are of 95 %.
"""

import os
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.stats import theilslopes

from benchmarks.overhead import tree

ROLES = {
    "meter logger": "meter.recording.logger",
    "collectors": "sut.collectors.collect",
    "virtual instrument": "meter.virtual",
}
_WARM_UP_S = 30.0
_SLICES = 30
_LEAST_POINTS = 8
"""Fewer points give no slope."""


@dataclass(frozen=True)
class Sample:
    """A look at one process: moment on the monotonic clock, resident size, open files."""

    t_s: float
    pid: int
    rss_mib: float
    files: int


@dataclass
class Watch:
    """What was seen of the processes: samples by role, and how many processes there were at each look."""

    samples: dict[str, list[Sample]] = field(default_factory=lambda: defaultdict(list))
    processes: list[int] = field(default_factory=list)

    def look(self, conductor: int, instrument: int) -> None:
        """Take a sample of each process that has a role."""
        pids = tree(conductor)
        self.processes.append(len(pids))
        for pid in [*pids, instrument]:
            role = "conductor" if pid == conductor else _role(pid)
            if role is not None and (sample := _sample(pid)) is not None:
                self.samples[role].append(sample)


def _role(pid: int) -> str | None:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:  # it ended just now
        return None
    return next((role for role, module in ROLES.items() if module in words), None)


def _sample(pid: int) -> Sample | None:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        files = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except (OSError, IndexError):  # it ended just now
        return None
    return Sample(time.monotonic(), pid, pages * os.sysconf("SC_PAGE_SIZE") / 2**20, files)


@dataclass(frozen=True)
class Growth:
    """Memory of a role; the slope with its interval of 95 % in MiB/h, ``None`` where too little was seen."""

    name: str
    processes: int
    rss_mib: float
    open_files: int
    slope: tuple[float, float, float] | None

    def within(self, limit: float) -> bool:
        """Say whether it did not clearly grow by more than the limit."""
        return self.slope is None or self.slope[1] <= limit


def growths(watch: Watch, long_s: float) -> list[Growth]:
    """Return how each role grew, over the campaign and within its longer runs.

    Args:
        watch: what was seen.
        long_s: from so many seconds on a run is a longer one.
    """
    found = []
    for role, samples in watch.samples.items():
        lives = _lives(samples)
        spans = [life[-1].t_s - life[0].t_s for life in lives]
        if role in ("conductor", "virtual instrument"):
            found.append(_growth(role, samples, lives, _slope(*_sliced(samples))))
            continue
        short = [life for life, span in zip(lives, spans, strict=True) if span < long_s]
        peaks = [max(life, key=lambda sample: sample.rss_mib) for life in short]
        points = np.array([(sample.t_s, sample.rss_mib) for sample in peaks]).reshape(-1, 2)
        found.append(_growth(f"{role}, from run to run", samples, short, _slope(points[:, 0], points[:, 1])))
        longer = [life for life, span in zip(lives, spans, strict=True) if span >= long_s]
        found.append(_growth(f"{role}, within a run", samples, longer, _within_runs(longer)))
    return found


def _growth(
    name: str, samples: list[Sample], lives: list[list[Sample]], slope: tuple[float, float, float] | None
) -> Growth:
    largest = max(sample.rss_mib for sample in samples)
    return Growth(name, len(lives), largest, max(sample.files for sample in samples), slope)


def _lives(samples: list[Sample]) -> list[list[Sample]]:
    by_pid: dict[int, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_pid[sample.pid].append(sample)
    return list(by_pid.values())


def _sliced(samples: list[Sample]) -> tuple[np.ndarray, np.ndarray]:
    """Return medians over slices of time, so that neighbouring looks do not count as independent."""
    t_s, rss = np.array([(sample.t_s, sample.rss_mib) for sample in samples]).T
    later = t_s >= t_s[0] + 0.1 * (t_s[-1] - t_s[0])
    parts = [part for part in np.array_split(np.arange(later.sum()), _SLICES) if len(part)]
    t_s, rss = t_s[later], rss[later]
    return np.array([np.median(t_s[part]) for part in parts]), np.array(
        [np.median(rss[part]) for part in parts]
    )


def _slope(t_s: np.ndarray, rss_mib: np.ndarray) -> tuple[float, float, float] | None:
    if len(t_s) < _LEAST_POINTS:
        return None
    fit = theilslopes(rss_mib, t_s / 3600)
    return float(fit.slope), float(fit.low_slope), float(fit.high_slope)


def _within_runs(lives: list[list[Sample]]) -> tuple[float, float, float] | None:
    """Return the median slope of the runs, with the interval of the median from their order."""
    slopes = []
    for life in lives:
        later = [sample for sample in life if sample.t_s > life[0].t_s + _WARM_UP_S]
        fit = theilslopes([sample.rss_mib for sample in later], [sample.t_s / 3600 for sample in later])
        slopes.append(float(fit.slope))
    if len(slopes) < _LEAST_POINTS:
        return None
    slopes.sort()
    reach = 0.98 * np.sqrt(len(slopes))
    low, high = max(0, int(len(slopes) / 2 - reach)), min(len(slopes) - 1, int(len(slopes) / 2 + reach))
    return float(np.median(slopes)), slopes[low], slopes[high]
