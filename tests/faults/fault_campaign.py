"""Faults at random moments of real campaigns: is anything lost, is anything damaged counted?

``python tests/faults/fault_campaign.py [--faults 200] [--seed 1] [--jobs 1] [--far]`` runs short campaigns
on the virtual meter, with ``--far`` on a SUT behind ssh. It kills and stops every process of them, sets their
wall clock, fills their disk and garbles their meter, and goes on with `lab resume`. At the end of each
campaign it compares every file of every completed run, every energy counted and every process with what must
be (docs/explanation/faults.md). It ends with 1 if anything does not hold. Linux only; filling the disk needs
root, setting the clock a C compiler.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from far_sut import deployed
from fault_kinds import FULL, GARBLED, LINKS, STEP, deck, happen
from faulted_campaign import FaultedCampaign
from stepped_clock import SteppedClock

FATES = {
    "failed": "failed, measured again",
    "aborted": "aborted, resumed",
    "completed": "completed, right",
    "none": "no run under way",
}


@dataclass
class Tally:
    """What happened in all campaigns: kinds of fault with the fates of runs, runs, problems."""

    fates: dict[str, Counter[str]] = field(default_factory=dict)
    runs: Counter[str] = field(default_factory=Counter)
    campaigns: int = 0
    starts: int = 0
    worst: float = 0.0
    problems: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def faults(self) -> int:
        """How many faults there were."""
        return sum(sum(fates.values()) for fates in self.fates.values())

    def take(self, campaign: FaultedCampaign, faults: list[tuple[str, str | None]]) -> None:
        """Judge a campaign that has ended, and add it."""
        for kind, run in [*faults, *((GARBLED, run) for run in campaign.garbled_runs())]:
            self.fates.setdefault(kind, Counter())[campaign.status(run)] += 1
        self.worst = max([self.worst, *campaign.judge().values()])
        self.runs.update(campaign.status(run.name) for run in (campaign.path / "runs").iterdir())
        self.campaigns += 1
        self.starts += campaign.starts
        self.problems += campaign.problems

    def add(self, other: "Tally") -> None:
        """Add what happened elsewhere."""
        for kind, fates in other.fates.items():
            self.fates.setdefault(kind, Counter()).update(fates)
        self.runs.update(other.runs)
        self.campaigns += other.campaigns
        self.starts += other.starts
        self.worst = max(self.worst, other.worst)
        self.problems += other.problems
        self.skipped |= other.skipped

    def to_json(self) -> dict[str, object]:
        """Return everything as a JSON object."""
        return {**vars(self), "faults": self.faults}


def run_faults(
    faults: int, seed: int, pause_s: float, repeats: int, far: bool = False, links: bool = False
) -> Tally:
    """Run campaigns until that many faults have happened; return what became of all.

    Args:
        faults: how many.
        seed: of everything random.
        pause_s: mean pause between two.
        repeats: of the scenarios in each campaign.
        far: whether the SUT is behind ssh.
        links: whether only faults of the way to it happen.
    """
    chance = random.Random(seed)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="faults-") as name, _small_disk(Path(name) / "disk") as made:
        disk, why = made
        clock = SteppedClock(Path(name))
        absent = {kind: why for kind, why in ((FULL, why), (STEP, clock.absent)) if why}
        cards: list[str] = []
        there = {**clock.environment, "TMPDIR": name}
        bench = deployed(Path(name) / "bench", there) if far else None
        while tally.faults < faults:
            folder = disk / f"{tally.campaigns + 1}"
            folder.mkdir()
            campaign = FaultedCampaign(folder, Path(name), clock, chance, repeats, bench, not links)
            happened: list[tuple[str, str | None]] = []
            while campaign.goes_on():
                campaign.rest(chance.uniform(0.2, 2 * pause_s))
                if tally.faults + len(happened) + len(campaign.garbled_runs()) >= faults:
                    continue
                cards = cards or (list(LINKS) if links else deck(chance, absent, far))
                try:
                    happened.append((cards[-1], happen(cards[-1], campaign, clock, chance)))
                    print(f"{tally.faults + len(happened)}: {cards.pop()}", file=sys.stderr, flush=True)
                except LookupError:  # it did not come up, so another is next
                    chance.shuffle(cards)
            tally.take(campaign, happened)
        if bench is not None:
            bench.down()
    tally.skipped = absent
    return tally


@contextmanager
def _small_disk(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield a folder on a file system of its own, or any folder and why it is not."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if os.geteuid() != 0:
        yield folder, "making a small file system needs root"
        return
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode != 0:
        yield folder, f"a small file system cannot be mounted here: {mounted.stderr.strip()}"
        return
    try:
        yield folder, ""
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def table(tally: Tally) -> str:
    """Return the table of the documentation."""
    others = sorted({fate for fates in tally.fates.values() for fate in fates} - set(FATES))
    names = [*FATES, *others]
    lines = [
        f"| fault | times | {' | '.join(FATES.get(name, name) for name in names)} |",
        f"|---|{'---:|' * (len(names) + 1)}",
    ]
    total: Counter[str] = Counter()
    for kind, fates in sorted(tally.fates.items()):
        total.update(fates)
        lines.append(_line(kind, fates, names))
    return "\n".join([*lines, _line("all", total, names)])


def _line(kind: str, fates: Counter[str], names: list[str]) -> str:
    return f"| {kind} | {sum(fates.values())} | {' | '.join(str(fates[name]) for name in names)} |"


def totals(tally: Tally, minutes: float) -> str:
    """Return the line below the table."""
    return (
        f"{tally.faults} faults in {minutes:.0f} min, {tally.campaigns} campaigns, {tally.starts} starts of "
        f"the controller. Runs: {tally.runs['completed']} completed, {tally.runs['failed']} failed attempts, "
        f"{tally.runs['aborted']} aborted ones. Largest deviation of a counted energy from the true one: "
        f"{tally.worst:.2f} of its limit. Lost, damaged or broken: {len(tally.problems)}."
    )


def main() -> int:
    """Run the faults and print what became of them; return the exit code."""
    parser = argparse.ArgumentParser(description="Faults at random moments of real campaigns.")
    parser.add_argument("--faults", type=int, default=200, help="number of faults")
    parser.add_argument("--seed", type=int, default=1, help="random seed; each further job has the next one")
    parser.add_argument("--pause", type=float, default=2.0, help="mean pause between faults in seconds")
    parser.add_argument("--repeats", type=int, default=3, help="repeats of the scenarios in each campaign")
    parser.add_argument("--jobs", type=int, default=1, help="number of campaigns at once")
    parser.add_argument("--far", action="store_true", help="with the SUT behind an sshd on this machine")
    parser.add_argument("--links", action="store_true", help="only faults of the way to the SUT (with --far)")
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    options = parser.parse_args()
    begun_s = time.monotonic()
    tally = Tally()
    jobs = range(options.seed, options.seed + options.jobs)
    share = -(-options.faults // options.jobs)
    with ProcessPoolExecutor(options.jobs) as pool:
        given = (options.pause, options.repeats, options.far, options.links)
        for part in [pool.submit(run_faults, share, seed, *given) for seed in jobs]:
            tally.add(part.result())
    if options.json:
        print(json.dumps(tally.to_json()))
        return 1 if tally.problems else 0
    print(table(tally))
    for kind, why in tally.skipped.items():
        print(f"Skipped: {kind}: {why}")
    print(f"\n{totals(tally, (time.monotonic() - begun_s) / 60)}")
    for problem in tally.problems:
        print(f"PROBLEM: {problem}")
    return 1 if tally.problems else 0


if __name__ == "__main__":
    sys.exit(main())
