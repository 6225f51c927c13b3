"""One campaign of 40 short runs on one bench, on two, and on two of which one loses its worker.

    .venv/bin/python tests/faults/two_benches.py [--seconds 4]

Prints the table of docs/explanation/scale.md: wall times of `lab fleet run`, their ratio to that of one
bench, and whether plan, runs and checks are the same. The benches are virtual ones of this machine
(SIMULATED), the scheduler, the workers and the runs are real processes. It ends with 1 if plan, runs or
checks differ.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from fleet_stage import Fleet
from lab_program import run_lab
from short_campaign import QUICK_BENCH

_CONFIG = f"""
[campaign]
title = "Two benches"
repeats = 13
seed = 1
{QUICK_BENCH}
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = {{seconds}}
[[scenario]]
name = "work"
command = ["sleep", "{{seconds}}"]
[[scenario]]
name = "other"
command = ["sleep", "{{seconds}}"]
"""
_BEGUN = 0.3
"""Share of the runs that are completed when a worker is killed."""


@dataclass(frozen=True)
class Case:
    """A campaign that has ended.

    Attributes:
        name: what it ran on.
        wall_s: from the start of `lab fleet run` to its end, the start of the workers left out.
        plan: of ``campaign.json``.
        runs: completed runs by bench; ``attempts`` all of them.
        checks: how many findings of `lab check` have each level and code.
        problems: of the processes.
    """

    name: str
    wall_s: float
    plan: list[dict[str, object]]
    runs: Counter[str]
    attempts: int
    checks: Counter[tuple[str, str]]
    problems: list[str]


def run_case(folder: Path, name: str, benches: int, seconds: float, kill: bool) -> Case:
    """Run the campaign on a fleet of its own."""
    fleet = Fleet(folder)
    fleet.begin([f"b{number}" for number in range(1, benches + 1)])
    fleet.begin_workers()
    fleet.begin_campaign("c", _CONFIG.format(seconds=seconds, sut=""))
    begun_s = time.monotonic()
    try:
        while fleet.keep_up():
            if kill and len(_completed(folder)) >= _BEGUN * 40 and (pid := fleet.process("b1")):
                os.kill(pid, signal.SIGKILL)
                kill = False
            time.sleep(0.1)
        wall_s = time.monotonic() - begun_s
    finally:
        fleet.end()
    runs = [json.loads(path.read_text()) for path in fleet.campaign.glob("runs/*/run.json")]
    findings = json.loads(run_lab("check", fleet.campaign, "--json").stdout)["findings"]
    return Case(
        name,
        wall_s,
        json.loads((fleet.campaign / "campaign.json").read_text())["plan"],
        Counter(run["bench"] for run in runs if run["status"] == "completed"),
        len(runs),
        Counter((finding["level"], finding["code"]) for finding in findings),
        fleet.problems,
    )


def _completed(folder: Path) -> list[Path]:
    found = folder.glob("*/shards/*/*/c/runs/*/run.json")
    return [path for path in found if '"status": "completed"' in path.read_text()]


def _of_level(checks: Counter[tuple[str, str]], level: str) -> int:
    return sum(number for (of, _), number in checks.items() if of == level)


def table(cases: list[Case]) -> str:
    """Return the table of the documentation."""
    one = cases[0]
    lines = [
        "| benches | wall, s | ratio | completed | by bench | attempts | plan | errors, warnings, notes |",
        "|---|---:|---:|---:|---|---:|---|---|",
    ]
    for case in cases:
        cells = (
            case.name,
            f"{case.wall_s:.0f}",
            f"{case.wall_s / one.wall_s:.2f}",
            f"{case.runs.total()} of {len(case.plan)}",
            ", ".join(f"{name}: {case.runs[name]}" for name in sorted(case.runs)),
            case.attempts,
            "the same" if case.plan == one.plan else "another",
            ", ".join(str(_of_level(case.checks, level)) for level in ("refuse", "warn", "info")),
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def main() -> int:
    """Run the three campaigns and print the table; return the exit code."""
    parser = argparse.ArgumentParser(description="One campaign on one bench and on two.")
    parser.add_argument("--seconds", type=float, default=4.0, help="duration of a run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="two-") as name:
        kinds = (("one", 1, False), ("two", 2, False), ("two, a worker killed", 2, True))
        cases = []
        for words, benches, kill in kinds:
            folder = Path(name) / f"{len(cases)}"
            folder.mkdir()
            cases.append(run_case(folder, words, benches, options.seconds, kill))
            print(words, f"{cases[-1].wall_s:.0f} s", file=sys.stderr, flush=True)
    print(table(cases))
    problems = [problem for case in cases for problem in case.problems]
    print("\n".join(problems))
    whole = all(
        (case.plan, case.runs.total(), case.checks) == (cases[0].plan, len(cases[0].plan), cases[0].checks)
        for case in cases
    )
    return 0 if whole and not problems else 1


if __name__ == "__main__":
    sys.exit(main())
