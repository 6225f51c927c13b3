"""Count what measuring costs the SUT: ours at 1 Hz beside CodeCarbon at 1 s, on the same idle time.

    python -m benchmarks.overhead [--seconds 60] [--json]

Everything runs side by side for the same seconds. CPU time is the kernel's own account: for the
whole life of a process and the children it waited for, wait4(2); for the steady state, from the
tenth second on, the CPU-time clock of each process (clock_getcpuclockid(3)), because the clock
ticks of /proc/PID/stat, 10 ms, are coarser than what is to be seen. Memory is the sum of their peak
resident sizes.
"""

import argparse
import ctypes
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lab.envs.places import python_of
from sut.collectors.collectl_tool import find_collectl
from sut.inventory.environments import environment_versions
from sut.inventory.machine import cpu
from sut.local import LocalHost

HERE = Path(__file__).resolve().parent.parent
CODECARBON = python_of("codecarbon")
WARM_UP_S = 10.0
_LIBC = ctypes.CDLL(None)

_TRACK = """
import sys
from codecarbon import OfflineEmissionsTracker
tracker = OfflineEmissionsTracker(
    measure_power_secs=1, country_iso_code="DEU", save_to_file=False, log_level="error"
)
tracker.start()
sys.stdin.read()
tracker.stop()
"""


@dataclass(frozen=True)
class Subject:
    """Something that runs on the SUT because of a measurement."""

    name: str
    command: list[str]
    missing: str | None = None


@dataclass
class Cost:
    """What a subject cost; ``reason`` says why there is no figure."""

    name: str
    reason: str | None = None
    total_cpu_s: float | None = None
    steady_cpu_s_per_min: float | None = None
    peak_memory_mib: float | None = None


class Watched:
    """A running subject."""

    def __init__(self, subject: Subject, errors: Path) -> None:
        self.name = subject.name
        self._errors = errors
        with open(errors, "wb") as file:
            self._popen = subprocess.Popen(
                subject.command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=file, cwd=HERE
            )
        self._warm = (0.0, 0.0)
        self._steady_s_per_min = 0.0
        self._peak_kib = 0

    def mark_warm(self) -> None:
        self._warm = (time.monotonic(), cpu_s_of_tree(self._popen.pid))

    def mark_end(self) -> None:
        since_s, before_s = self._warm
        spent_s = cpu_s_of_tree(self._popen.pid) - before_s
        self._steady_s_per_min = spent_s / (time.monotonic() - since_s) * 60
        self._peak_kib = sum(peak_kib(pid) for pid in tree(self._popen.pid))

    def end(self) -> Cost:
        assert self._popen.stdin is not None
        self._popen.stdin.close()
        _, status, usage = os.wait4(self._popen.pid, 0)
        self._popen.returncode = os.waitstatus_to_exitcode(status)
        if self._popen.returncode != 0:
            said = self._errors.read_text(errors="replace").strip().splitlines()[-1:]
            return Cost(self.name, reason=f"ended with code {self._popen.returncode}: {' '.join(said)}")
        return Cost(
            self.name,
            total_cpu_s=usage.ru_utime + usage.ru_stime,
            steady_cpu_s_per_min=self._steady_s_per_min,
            peak_memory_mib=self._peak_kib / 1024,
        )


def tree(pid: int) -> list[int]:
    """Return a process and its living descendants."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in _read(task).split()]
    return found


def cpu_s_of_tree(pid: int) -> float:
    """Return the CPU time so far of a process and its living descendants, in seconds.

    Threads that have ended are in it: a tracker may take each sample in a thread of its own.
    """
    return sum(_cpu_s(member) for member in tree(pid))


def _cpu_s(pid: int) -> float:
    clock = ctypes.c_int()
    if _LIBC.clock_getcpuclockid(pid, ctypes.byref(clock)) != 0:
        return 0.0  # it ended just now
    return time.clock_gettime(clock.value)


def peak_kib(pid: int) -> int:
    """Return the peak resident size of a process in KiB."""
    for line in _read(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):  # it ended just now
        return ""


def subjects(folder: Path, seconds: float) -> list[Subject]:
    """Return what is compared; each of ours has a run folder of its own."""

    def run_dir(name: str) -> str:
        (folder / name).mkdir()
        return str(folder / name)

    collect = [sys.executable, "-m", "sut.collectors.collect", "--until-stdin-closes"]
    runner = [sys.executable, "-m", "workload.runner", "--name", "x", "--limit-s", "600"]
    return [
        Subject("collectors, procfs", [*collect, "--collectl", "never", "--out", run_dir("procfs")]),
        Subject(
            "collectors, collectl",
            [*collect, "--out", run_dir("collectl")],
            None if find_collectl() else "collectl is not installed",
        ),
        Subject(
            "workload runner around `sleep`",
            [*runner, "--run-dir", run_dir("runner"), "--", "sleep", f"{seconds:g}"],
            None if (HERE / "workload/runner.py").is_file() else "there is no workload.runner",
        ),
        Subject(
            "CodeCarbon, 1 s",
            [str(CODECARBON), "-c", _TRACK],
            None if CODECARBON.is_file() else "no environment codecarbon: run `lab envs install codecarbon`",
        ),
    ]


def measure(seconds: float) -> list[Cost]:
    """Run everything side by side for that long and return the costs."""
    with tempfile.TemporaryDirectory(prefix="wattlab-overhead-") as name:
        folder = Path(name)
        wanted = subjects(folder, seconds)
        start = time.monotonic()
        running = [Watched(s, folder / f"{n}.err") for n, s in enumerate(wanted) if s.missing is None]
        time.sleep(WARM_UP_S)
        for watched in running:
            watched.mark_warm()
        time.sleep(max(0.0, start + seconds - 1 - time.monotonic()))
        for watched in running:
            watched.mark_end()
        time.sleep(max(0.0, start + seconds - time.monotonic()))
        costs = [watched.end() for watched in running]
        return costs + [Cost(s.name, reason=s.missing) for s in wanted if s.missing is not None]


def add_sums(costs: list[Cost]) -> list[Cost]:
    """Add what a run costs in all: the collectors and the runner."""
    by_name = {cost.name: cost for cost in costs}
    runner = by_name["workload runner around `sleep`"]
    for label, collectors in (("ours without collectl", "procfs"), ("ours with collectl", "collectl")):
        parts = (by_name[f"collectors, {collectors}"], runner)
        reason = next((part.reason for part in parts if part.reason), None)
        costs.append(
            Cost(label, reason)
            if reason
            else Cost(
                label,
                None,
                sum(part.total_cpu_s or 0 for part in parts),
                sum(part.steady_cpu_s_per_min or 0 for part in parts),
                sum(part.peak_memory_mib or 0 for part in parts),
            )
        )
    return costs


def document(costs: list[Cost], seconds: float) -> dict[str, object]:
    """Return the figures with ratios to CodeCarbon, and what they were taken on."""
    other = next(cost for cost in costs if cost.name.startswith("CodeCarbon"))
    rows = [
        {
            **vars(cost),
            "total_ratio": _ratio(cost.total_cpu_s, other.total_cpu_s),
            "steady_ratio": _ratio(cost.steady_cpu_s_per_min, other.steady_cpu_s_per_min),
        }
        for cost in costs
    ]
    python = PurePosixPath(CODECARBON)
    tracker = environment_versions(LocalHost(), python, ("codecarbon",)) if CODECARBON.is_file() else None
    return {"seconds": seconds, "cpu": cpu(), "codecarbon": tracker, "rows": rows}


def _ratio(ours: float | None, theirs: float | None) -> float | None:
    return None if ours is None or not theirs else ours / theirs


def table(result: dict[str, object], costs: list[dict[str, object]]) -> str:
    """Return the figures as a Markdown table."""

    def cell(value: object, decimals: int) -> str:
        return f"{value:.{decimals}f}" if isinstance(value, float) else "–"

    lines = [
        f"| what runs on the SUT | CPU s in {result['seconds']:g} s, start and end included "
        f"| of CodeCarbon | steady, CPU s per min | of CodeCarbon | peak MiB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for row in costs:
        if row["reason"]:
            lines.append(f"| {row['name']} | not measured: {row['reason']} | | | | |")
            continue
        cells = [
            cell(row["total_cpu_s"], 3),
            cell(row["total_ratio"], 3),
            cell(row["steady_cpu_s_per_min"], 4),
            cell(row["steady_ratio"], 4),
            cell(row["peak_memory_mib"], 0),
        ]
        lines.append(f"| {row['name']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long, more than 12 (default 60)")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    arguments = parser.parse_args()
    if arguments.seconds <= WARM_UP_S + 2:
        parser.error(f"--seconds: expected more than {WARM_UP_S + 2:g}, found {arguments.seconds:g}")
    result = document(add_sums(measure(arguments.seconds)), arguments.seconds)
    rows = result["rows"]
    assert isinstance(rows, list)
    print(json.dumps(result, indent=2) if arguments.json else table(result, rows))


if __name__ == "__main__":
    main()
