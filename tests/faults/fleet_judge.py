"""What must hold of a fleet's campaign whatever was killed, found from the records alone."""

import csv
import json
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from fleet_stage import Fleet
from fleet_victims import Kill
from lab_program import rejected
from stepped_clock import SteppedClock
from true_energy import counted_runs, deviation, truths

from records.files import hash_tree

LOST, DAMAGED, DOUBLED = "lost", "damaged", "doubled"


@dataclass(frozen=True)
class Problem:
    """Something that must not be.

    Attributes:
        kind: `LOST`, `DAMAGED` or `DOUBLED`.
        run: folder of the run on its bench that it is about, ``None`` if it is about none.
        words: what it is.
        victim: what was killed last before it was seen, if it was seen during the campaign.
    """

    kind: str
    run: Path | None
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
        here = set(self._of_campaign())
        for run, hashes in self._completed.items():
            copies = [run, self.fleet.campaign / "runs" / run.name] if run in here else [run]
            if any(copy.exists() and hash_tree(copy) != hashes for copy in copies):
                if run not in self._damaged:
                    self._is(DAMAGED, run, "completed once, and changed since", last)
                self._damaged.add(run)
        for bench in self.fleet.benches:
            for run_json in (path for shard in bench.shards() for path in shard.glob("runs/*/run.json")):
                run = run_json.parent
                if run not in self._completed and _status(run) == "completed":
                    self._completed[run] = hash_tree(run)

    def judge_campaign(self) -> None:
        """Judge the campaign that has ended."""
        folder = self.fleet.campaign
        plan = json.loads((folder / "campaign.json").read_text())["plan"]
        slots: dict[str, list[Path]] = {}
        for run in self._of_campaign():
            slots.setdefault(run.name[:4], []).append(run)
            copy = folder / "runs" / run.name
            if not copy.exists():
                self._is(LOST, run, "completed on its bench, and not in the campaign")
            elif hash_tree(copy) != self._completed[run]:
                self._is(DAMAGED, run, "other in the campaign than on its bench")
        for runs in slots.values():
            if len(runs) > 1:
                self._is(DOUBLED, runs[-1], f"completed {len(runs)} times: {runs}")
        if len(slots) != len(plan):
            self._is(LOST, None, f"{len(slots)} of {len(plan)} slots are completed")
        self._judge_results(folder)

    def _of_campaign(self) -> list[Path]:
        """Return the completed runs of the present campaign."""
        campaign_json = self.fleet.campaign / "campaign.json"
        if not campaign_json.exists():
            return []
        name = json.loads(campaign_json.read_text())["id"]
        return [run for run in self._completed if run.parents[3].name == name]

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
                    self._is(DOUBLED, b.run, f"measured at the same time as {a.run}")
                if b.lease < a.lease:
                    self._is(DOUBLED, b.run, f"lease {b.lease} after lease {a.lease} of {a.run}")
            blocks: dict[int, set[Path]] = {}
            for attempt in attempts:
                blocks.setdefault(attempt.lease, set()).add(attempt.run.parents[2])
            self.leases += len(blocks)
            for lease, of in blocks.items():
                if len(of) > 1:
                    self._is(DOUBLED, None, f"{bench.name}: lease {lease} was used for {sorted(of)}")

    def _judge_results(self, folder: Path) -> None:
        for words in rejected(folder):
            self._is(DAMAGED, None, words)
        if not (folder / "results/runs.csv").exists():
            return
        for row in counted_runs(folder):
            run = folder / "runs" / row["run_dir"]
            record = json.loads((run / "run.json").read_text())
            block = Path(record["bench"], f"block-{record['block']:04d}")
            share = deviation(run, row, truths(folder / "benches" / block, self.clock))
            self.counted += 1
            self.worst = max(self.worst, share)
            if share > 1:
                words = f"{run.name}: counted with an energy {share:.2f} limits from the true one"
                self._is(DAMAGED, None, words)

    def _is(self, kind: str, run: Path | None, words: str, victim: str | None = None) -> None:
        self.problems.append(Problem(kind, run, words, victim))


@dataclass(frozen=True, order=True)
class _Attempt:
    """Stamps of the first and the last reading of an attempt, its lease and its folder."""

    first_utc_s: float
    last_utc_s: float
    lease: int
    run: Path

    @classmethod
    def read(cls, run: Path) -> "_Attempt":
        stamps = _stamps(run)
        lease = json.loads((run / "run.json").read_text())["lease"]
        return cls(stamps[0], stamps[-1], lease, run)


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
