"""What must hold of a fleet's campaign whatever was killed, found from the records alone."""

import csv
import json
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from fleet_stage import LAB, Fleet
from fleet_victims import Kill
from stepped_clock import SteppedClock
from true_energy import counted_runs, deviation, truths

from records.files import hash_tree

LOST, DAMAGED, DOUBLED = "lost", "damaged", "doubled"


@dataclass(frozen=True)
class Problem:
    """Something that must not be.

    Attributes:
        kind: `LOST`, `DAMAGED` or `DOUBLED`.
        run: folder name of the run that it is about.
        words: what it is.
        victim: what was killed last before it was seen, if it was seen during the campaign.
    """

    kind: str
    run: str
    words: str
    victim: str | None = None


@dataclass
class Judge:
    """Remembers each run that was ever completed, and compares.

    Attributes:
        fleet: of which.
        clock: the wall clock of its processes, which nobody sets.
        problems: what was found.
        counted: runs in the results.
        worst: the largest deviation of their energies from the true ones, in units of its limit.
        intervals, leases: attempts with readings, and leases under which they were taken, that were compared.
    """

    fleet: Fleet
    clock: SteppedClock
    problems: list[Problem] = field(default_factory=list)
    counted: int = 0
    worst: float = 0.0
    intervals: int = 0
    leases: int = 0
    _completed: dict[Path, dict[str, str]] = field(default_factory=dict)
    _damaged: set[Path] = field(default_factory=set)

    @property
    def completed(self) -> int:
        """How many runs were completed on a bench."""
        return len(self._completed)

    def look(self, kills: list[Kill]) -> None:
        """Remember what is completed, and see that nothing of what was remembered has changed."""
        last = kills[-1].victim if kills else None
        for run, hashes in self._completed.items():
            copies = [run, self.fleet.campaign / "runs" / run.name]
            if (
                any(copy.exists() and hash_tree(copy) != hashes for copy in copies)
                and run not in self._damaged
            ):
                self._damaged.add(run)
                self._is(DAMAGED, run.name, "completed once, and changed since", last)
        for bench in self.fleet.benches:
            for run_json in (path for shard in bench.shards() for path in shard.glob("runs/*/run.json")):
                run = run_json.parent
                if run not in self._completed and _status(run) == "completed":
                    self._completed[run] = hash_tree(run)

    def judge_campaign(self) -> None:
        """Judge the campaign that has ended."""
        folder = self.fleet.campaign
        campaign = json.loads((folder / "campaign.json").read_text())
        here = [run for run in self._completed if run.parents[2].parent.name == campaign["id"]]
        for run in here:
            if not (folder / "runs" / run.name).exists():
                self._is(LOST, run.name, "completed on its bench, and not in the campaign")
            elif hash_tree(folder / "runs" / run.name) != self._completed[run]:
                self._is(DAMAGED, run.name, "other in the campaign than on its bench")
        slots = Counter(run.name.partition("-")[0] for run in here)
        for slot in (slot for slot, times in slots.items() if times > 1):
            self._is(DOUBLED, slot, f"completed {slots[slot]} times")
        if len(slots) != len(campaign["plan"]):
            self._is(LOST, "", f"{len(slots)} of {len(campaign['plan'])} slots are completed")
        self._judge_results(folder)

    def judge_benches(self) -> None:
        """See that no bench ever measured two things at once, nor under an old lease."""
        for bench in self.fleet.benches:
            attempts = sorted(
                _Attempt.read(run)
                for shard in bench.shards()
                for run in shard.glob("runs/*")
                if _has_readings(run)
            )
            self.intervals += len(attempts)
            for a, b in pairwise(attempts):
                if b.first_utc_s < a.last_utc_s:
                    self._is(DOUBLED, b.run, f"{bench.name}: measured at the same time as {a.run}")
                if b.lease < a.lease:
                    self._is(
                        DOUBLED, b.run, f"{bench.name}: lease {b.lease} after lease {a.lease} of {a.run}"
                    )
            blocks: dict[int, set[str]] = {}
            for attempt in attempts:
                blocks.setdefault(attempt.lease, set()).add(attempt.block)
            self.leases += len(blocks)
            for lease, of in blocks.items():
                if len(of) > 1:
                    self._is(DOUBLED, "", f"{bench.name}: lease {lease} was used for {sorted(of)}")

    def _judge_results(self, folder: Path) -> None:
        analysed = _lab("analyse", str(folder))
        if analysed.returncode != 0:
            self._is(DAMAGED, "", f"lab analyse: {analysed.stderr}")
            return
        findings = json.loads(_lab("check", str(folder), "--json").stdout)["findings"]
        for finding in (finding for finding in findings if finding["level"] == "refuse"):
            self._is(DAMAGED, "", f"lab check: {finding}")
        for row in counted_runs(folder):
            run = folder / "runs" / row["run_dir"]
            record = json.loads((run / "run.json").read_text())
            block = folder / "benches" / record["bench"] / f"block-{record['block']:04d}"
            share = deviation(run, row, truths(block, self.clock))
            self.counted += 1
            self.worst = max(self.worst, share)
            if share > 1:
                self._is(DAMAGED, run.name, f"counted with an energy {share:.2f} limits from the true one")

    def _is(self, kind: str, run: str, words: str, victim: str | None = None) -> None:
        self.problems.append(Problem(kind, run, words, victim))


@dataclass(frozen=True, order=True)
class _Attempt:
    """Stamps of the first and the last reading of an attempt, its lease, its block and its folder."""

    first_utc_s: float
    last_utc_s: float
    lease: int
    block: str
    run: str

    @classmethod
    def read(cls, run: Path) -> "_Attempt":
        stamps = _stamps(run)
        lease = json.loads((run / "run.json").read_text())["lease"]
        return cls(stamps[0], stamps[-1], lease, str(run.parents[2]), run.name)


def _has_readings(run: Path) -> bool:
    return bool(_stamps(run))


def _stamps(run: Path) -> list[float]:
    stamps: list[float] = []
    if (run / "meter.csv").exists():
        with open(run / "meter.csv") as file:
            for row in csv.DictReader(file):
                try:
                    stamps.append(float(row["t_utc_s"]))
                except (TypeError, ValueError):  # the torn last line of a killed logger
                    continue
    return stamps


def _status(run: Path) -> str:
    try:
        return str(json.loads((run / "run.json").read_text())["status"])
    except (OSError, ValueError):  # it is being written
        return ""


def _lab(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LAB, *words], check=False, capture_output=True, text=True)
