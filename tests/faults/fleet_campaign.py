"""Kills at random moments of a fleet's campaigns: is anything lost or damaged, does a bench run two at once?

``python tests/faults/fleet_campaign.py [--kills 200] [--seed 1] [--benches 2] [--blocks 10] [--far]`` runs
campaigns over virtual benches of this machine, with ``--far`` of which each SUT is behind ssh. It kills
(SIGKILL) scheduler, workers, ``lab fleet run``, conductors, loggers, collectors, runners, measured programs,
ssh, and whole machines, and starts again what a lab would start again. At the end it compares every file of
every run that was ever completed, the energies with the true ones, and the readings and leases of all
attempts on each bench (docs/explanation/faults.md). It ends with 1 if anything does not hold. Linux only.
"""

import argparse
import json
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fleet_judge import DAMAGED, DOUBLED, LOST, Judge, Problem
from fleet_stage import Fleet
from fleet_victims import FAR, NEAR, Executioner, Kill
from short_campaign import config
from stepped_clock import SteppedClock

_MOST_S = 7200.0
_NOBODY = "none of these"


@dataclass
class Trial:
    """Campaigns of a fleet under kills.

    Attributes:
        fleet: the fleet.
        judge: of its records.
        chance: draws everything random.
        victims: what is killed, in the order in which a run counts.
        kills: what was killed.
        campaigns: how many have ended.
    """

    fleet: Fleet
    judge: Judge
    chance: random.Random
    victims: tuple[str, ...]
    kills: list[Kill] = field(default_factory=list)
    campaigns: int = 0
    _goes_on: bool = False

    def run(self, number: int, blocks: int, pause_s: float) -> None:
        """Run campaigns until there were that many kills, and the last one to its end."""
        deadline = time.monotonic() + _MOST_S
        executioner = Executioner(self.fleet, self.chance, self._rest)
        cards: list[str] = []
        while len(self.kills) < number:
            self.fleet.begin_campaign(f"c{self.campaigns + 1}", config(self.chance, blocks, garbled=False))
            self._goes_on = True
            while self._rest(self.chance.uniform(0.2, 2 * pause_s)):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the campaign has not ended within {_MOST_S:.0f} s")
                if len(self.kills) < number:
                    cards = cards or self.chance.sample(self.victims, len(self.victims))
                    kill = executioner.kill(cards[-1])
                    if kill is None:  # it did not come up, so another is next
                        self.chance.shuffle(cards)
                        continue
                    cards.pop()
                    self.kills.append(kill)
                    print(f"{len(self.kills)}: {kill.victim}", file=sys.stderr, flush=True)
                self.judge.look(self.kills)
            self.judge.look(self.kills)
            self.judge.judge_campaign()
            self.campaigns += 1
        self.judge.judge_benches()

    def _rest(self, seconds: float) -> bool:
        """Let everything run for a while, start again what has ended; say whether the campaign goes on."""
        deadline = time.monotonic() + seconds
        while self._goes_on:
            self._goes_on = self.fleet.keep_up()
            left = deadline - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(0.2, left))
        return self._goes_on

    def measured_again(self) -> Counter[str]:
        """Return, for each victim, how many runs under way were not completed; each run counts once."""
        met = {run for kill in self.kills for run in kill.runs}
        return Counter(self._victim_of(run) for run in met if not _completed(run))

    def culprit(self, problem: Problem) -> str:
        """Return the victim at which a problem counts."""
        return problem.victim or self._victim_of(problem.run)

    def _victim_of(self, run: Path | None) -> str:
        met = {kill.victim for kill in self.kills if run in kill.runs}
        return next((victim for victim in self.victims if victim in met), _NOBODY)


def _completed(run: Path) -> bool:
    return bool(json.loads((run / "run.json").read_text())["status"] == "completed")


def table(trial: Trial) -> str:
    """Return the table of the documentation."""
    kills = Counter(kill.victim for kill in trial.kills)
    under_way = Counter(kill.victim for kill in trial.kills if kill.runs)
    again = trial.measured_again()
    found = {kind: Counter[str]() for kind in (LOST, DAMAGED, DOUBLED)}
    for problem in trial.judge.problems:
        found[problem.kind][trial.culprit(problem)] += 1
    columns = [kills, under_way, again, *found.values()]
    lines = [
        "| killed | times | in a run | run measured again | completed runs lost | damaged | doubled |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    named = (v for v in [*sorted(trial.victims), _NOBODY] if any(column[v] for column in columns))
    lines += [f"| {victim} | {' | '.join(str(column[victim]) for column in columns)} |" for victim in named]
    lines.append(f"| all | {' | '.join(str(column.total()) for column in columns)} |")
    return "\n".join(lines)


def totals(trial: Trial, minutes: float) -> str:
    """Return the lines below the table."""
    judge, problems = trial.judge, len(trial.judge.problems) + len(trial.fleet.problems)
    empty = [kill.empty_s for kill in trial.kills if kill.empty_s is not None]
    ended = f" Without its controller a bench was empty within {max(empty):.0f} s." if empty else ""
    return (
        f"{len(trial.kills)} kills in {minutes:.0f} min over {len(trial.fleet.benches)} benches, "
        f"campaigns: {trial.campaigns}. {judge.completed} runs completed, {judge.counted} counted; largest "
        f"deviation of an energy from the true one: {judge.worst:.2f} of its limit. {judge.intervals} "
        f"attempts with readings under {judge.leases} leases were compared for overlaps and for the order of "
        f"their leases.{ended} Lost, damaged, doubled or left running: {problems}."
    )


def main() -> int:
    """Run the kills and print what became of the campaigns; return the exit code."""
    parser = argparse.ArgumentParser(description="Kills at random moments of a fleet's campaigns.")
    parser.add_argument("--kills", type=int, default=200, help="number of kills")
    parser.add_argument("--seed", type=int, default=1, help="random seed")
    parser.add_argument("--benches", type=int, default=2, help="number of virtual benches")
    parser.add_argument("--blocks", type=int, default=10, help="blocks of two runs in each campaign")
    parser.add_argument("--pause", type=float, default=3.0, help="mean pause between kills in seconds")
    parser.add_argument("--far", action="store_true", help="each SUT behind an sshd on this machine")
    options = parser.parse_args()
    begun_s = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # which ends the fleet, too
    with tempfile.TemporaryDirectory(prefix="fleet-") as name:
        fleet = Fleet(Path(name))
        judge = Judge(fleet, SteppedClock(Path(name)))
        trial = Trial(fleet, judge, random.Random(options.seed), FAR if options.far else NEAR)
        try:
            fleet.begin([f"b{number}" for number in range(1, options.benches + 1)], options.far)
            trial.run(options.kills, options.blocks, options.pause)
        finally:
            fleet.end()
        print(table(trial))
        print(f"\n{totals(trial, (time.monotonic() - begun_s) / 60)}")
    for problem in judge.problems:
        print(f"PROBLEM: {problem}")
    for words in fleet.problems:
        print(f"PROBLEM: {words}")
    return 1 if judge.problems or fleet.problems else 0


if __name__ == "__main__":
    sys.exit(main())
