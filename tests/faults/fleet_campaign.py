"""Kills at random moments of a fleet's campaign: is anything lost or damaged, does a bench run two at once?

``python tests/faults/fleet_campaign.py [--faults 100] [--seed 1] [--benches 2] [--blocks 10]`` runs a
campaign over virtual benches of this machine and kills (SIGKILL) the scheduler, workers, ``lab fleet run``,
conductors, loggers, collectors, runners and measured programs. It starts again what a lab would start again.
At the end it compares every file of every run that was ever completed, and the readings of all attempts on
each bench. It ends with 1 if anything does not hold. Linux only.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

from campaign_processes import COMMANDS, PROGRAM, find, inheriting
from short_campaign import config

from records.files import hash_tree

LAB = str(Path(sys.executable).with_name("lab"))
DASK = str(Path(sys.executable).with_name("dask"))
SCHEDULER, WORKER, DISPATCHER, CONDUCTOR = "scheduler", "worker", "lab fleet run", "lab run --plan"
ON_BENCH = (CONDUCTOR, PROGRAM, *(role for role in COMMANDS if role != "virtual instrument"))
ROLES = (SCHEDULER, WORKER, DISPATCHER, *ON_BENCH)
_MOST_S = 3600.0

_BENCH = """
[bench]
name = "{name}"
model = "Virtual computer"
[sut]
collectl = "never"
[meter]
driver = "wattsup_pro"
port = "virtual"
"""


@dataclass
class Fleet:
    """Scheduler, workers and dispatcher, started again whenever they have ended.

    Attributes:
        folder: holds all of it.
        benches: names of the benches.
        kills: number of kills by role; ``problems`` what was lost, damaged or doubled, in words.
    """

    folder: Path
    benches: list[str]
    kills: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    _mark: str = field(default_factory=lambda: uuid4().hex)
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _address: str = ""
    _completed: dict[Path, dict[str, str]] = field(default_factory=dict)

    @property
    def campaign(self) -> Path:
        """Folder of the campaign."""
        return self.folder / "c"

    def begin(self, text: str) -> None:
        """Write the files and start everything."""
        (self.folder / "lab.toml").write_text(text)
        for name in self.benches:
            (self.folder / f"{name}.toml").write_text(_BENCH.format(name=name))
        told = self.folder / "scheduler.json"
        self._start(SCHEDULER, [DASK, "scheduler", *_PRIVATE, "--port", "0", "--scheduler-file", str(told)])
        while not told.exists():
            time.sleep(0.1)
        self._address = json.loads(told.read_text())["address"]
        self.keep_up()

    def keep_up(self) -> bool:
        """Start again what has ended; say whether the campaign goes on."""
        for name, process in list(self._processes.items()):
            if (code := process.poll()) is None:
                continue
            if name == DISPATCHER and code == 0:
                return False
            del self._processes[name]
        if SCHEDULER not in self._processes:
            port = self._address.rpartition(":")[2]
            self._start(SCHEDULER, [DASK, "scheduler", *_PRIVATE, "--port", port])
        way = ["--scheduler", self._address]
        for name in self.benches:
            if name not in self._processes:
                self._start(name, [LAB, "fleet", "worker", "--bench", f"{name}.toml", *way], name)
        if DISPATCHER not in self._processes:
            again = (self.campaign / "campaign.json").exists()
            words = ["c"] if again else ["lab.toml", "--out", "c"]
            self._start(DISPATCHER, [LAB, "fleet", "run", *words, *way])
        return True

    def kill(self, role: str, bench: str) -> bool:
        """Kill the process of a role, if there is one now."""
        if role in ON_BENCH:
            pid = self._on_bench(role, bench)
        else:
            process = self._processes.get(bench if role == WORKER else role)
            pid = None if process is None or process.poll() is not None else process.pid
        if pid is None:
            return False
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            return False
        self.kills[role] += 1
        return True

    def look(self) -> None:
        """Remember every run that is completed on a bench, and see that none of them has changed."""
        for run_json in self.folder.glob("*/shards/*/*/c/runs/*/run.json"):
            run = run_json.parent
            if run not in self._completed and json.loads(run_json.read_text())["status"] == "completed":
                self._completed[run] = hash_tree(run)

    def judge(self) -> int:
        """Compare what was completed with what is there, and say how many runs were completed."""
        for run, hashes in self._completed.items():
            if hash_tree(run) != hashes:
                self.problems.append(f"{run}: changed on its bench")
            if hash_tree(self.campaign / "runs" / run.name) != hashes:
                self.problems.append(f"{run}: lost or changed in the campaign")
        for name in self.benches:
            spans = sorted(_readings(run) for run in self.folder.glob(f"{name}/shards/*/*/c/runs/*"))
            known = [span for span in spans if span[1] > 0]
            self.problems += [
                f"{name}: {b[2]} was measured beside {a[2]}" for a, b in pairwise(known) if b[0] < a[1]
            ]
        checked = subprocess.run([LAB, "check", self.campaign, "--json"], stdout=subprocess.PIPE, check=False)
        refused = json.loads(checked.stdout)["refuse"]
        if refused:
            self.problems.append(f"`lab check` refuses {refused} of the campaign's records")
        return len(self._completed)

    def end(self) -> None:
        """End everything; what outlives that is a problem."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(timeout=120)
        time.sleep(5)
        left = {**inheriting(f"FLEET_FAULTS={self._mark}")}
        self.problems += [f"left running: {words}" for words in left.values()]

    def _on_bench(self, role: str, bench: str) -> int | None:
        mark = f"FLEET_BENCH={self._mark}-{bench}"
        if role != CONDUCTOR:
            return find(role, mark)
        return next((pid for pid, words in inheriting(mark).items() if "lab run --plan" in words), None)

    def _start(self, name: str, argv: list[str], bench: str = "") -> None:
        environment = {**os.environ, "FLEET_FAULTS": self._mark, "FLEET_BENCH": f"{self._mark}-{bench}"}
        with open(self.folder / f"{name}.log".replace(" ", "-"), "ab") as log:
            self._processes[name] = subprocess.Popen(
                argv, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )


_PRIVATE = ("--host", "127.0.0.1", "--no-dashboard", "--no-jupyter")


def _readings(run: Path) -> tuple[float, float, str]:
    """Return the stamps of the first and the last reading of an attempt; zeros where it has none."""
    stamps = []
    if (run / "meter.csv").exists():
        with open(run / "meter.csv") as file:
            for row in csv.DictReader(file):
                try:
                    stamps.append(float(row["t_utc_s"]))
                except (TypeError, ValueError):  # the torn last line of a killed logger
                    continue
    return (stamps[0], stamps[-1], run.name) if stamps else (0.0, 0.0, run.name)


def run_kills(folder: Path, faults: int, seed: int, benches: int, blocks: int, pause_s: float) -> Fleet:
    """Run a campaign and kill until there were that many kills, then let it end."""
    chance = random.Random(seed)
    fleet = Fleet(folder, [f"bench-{number}" for number in range(1, benches + 1)])
    fleet.begin(config(chance, blocks, garbled=False))
    deadline, next_s = time.monotonic() + _MOST_S, time.monotonic() + 10
    while fleet.keep_up():
        fleet.look()
        if time.monotonic() > deadline:
            fleet.problems.append(f"the campaign has not ended within {_MOST_S:.0f} s")
            break
        if fleet.kills.total() < faults and time.monotonic() > next_s:
            role, bench = chance.choice(ROLES), chance.choice(fleet.benches)
            if fleet.kill(role, bench):
                print(f"{fleet.kills.total()}: {role}", file=sys.stderr, flush=True)
                next_s = time.monotonic() + chance.uniform(0.2, 2 * pause_s)
        time.sleep(0.2)
    fleet.look()
    return fleet


def table(fleet: Fleet, completed: int, minutes: float) -> str:
    """Return the table of the documentation."""
    rows = [f"| {role} | {fleet.kills[role]} |" for role in ROLES if fleet.kills[role]]
    total = fleet.kills.total()
    end = (
        f"{total} kills in {minutes:.0f} min over {len(fleet.benches)} benches; {completed} runs completed. "
        f"Lost, damaged or measured beside another: {len(fleet.problems)}."
    )
    return "\n".join(["| killed | times |", "|---|---:|", *rows, f"| all | {total} |", "", end])


def main() -> int:
    """Run the kills and print what became of the campaign; return the exit code."""
    parser = argparse.ArgumentParser(description="Kills at random moments of a fleet's campaign.")
    parser.add_argument("--faults", type=int, default=100, help="number of kills")
    parser.add_argument("--seed", type=int, default=1, help="random seed")
    parser.add_argument("--benches", type=int, default=2, help="number of virtual benches")
    parser.add_argument("--blocks", type=int, default=10, help="blocks of two runs")
    parser.add_argument("--pause", type=float, default=5.0, help="mean pause between kills in seconds")
    options = parser.parse_args()
    begun_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fleet-") as name:
        given = (options.faults, options.seed, options.benches, options.blocks, options.pause)
        fleet = run_kills(Path(name), *given)
        completed = fleet.judge()
        fleet.end()
    print(table(fleet, completed, (time.monotonic() - begun_s) / 60))
    for problem in fleet.problems:
        print(problem)
    return 1 if fleet.problems else 0


if __name__ == "__main__":
    sys.exit(main())
