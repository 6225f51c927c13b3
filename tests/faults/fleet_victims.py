"""What is killed in a fleet: single processes, all of a controller or of a SUT, and the way between them."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from campaign_processes import COMMANDS, CONDUCTOR, FAR_COMMANDS, PROGRAM
from far_sut import LINK_LOST_S
from fleet_stage import DISPATCHER, SCHEDULER, Bench, Fleet

T = TypeVar("T")
WORKER = "worker"
CONTROLLER, SUT, CUT = "controller of a bench, all at once", "SUT, all at once", "sshd with all connections"
_MEASURING = (CONDUCTOR, *COMMANDS, PROGRAM)
NEAR = (CONTROLLER, *_MEASURING, WORKER, DISPATCHER, SCHEDULER)
FAR = (CONTROLLER, SUT, *_MEASURING, *FAR_COMMANDS, CUT, WORKER, DISPATCHER, SCHEDULER)
"""What can be killed where the SUT is this machine, and where it is behind ssh; a run that met several kills
counts at the first of them in this order."""

_APPEARS_S = 20.0
_NARROW_S = 2.5
_RUN_S = 5.0
_AWAY_S = (1.0, 6.0)
_EMPTY_S = LINK_LOST_S + 60.0
"""After so long nothing of a bench may be left whose controller is gone."""


@dataclass(frozen=True)
class Kill:
    """One kill.

    Attributes:
        victim: what was killed.
        t_utc_s: when.
        runs: folders of the runs that were under way on the benches which it concerns.
        empty_s: how long the rest of the bench ran on without its controller.
    """

    victim: str
    t_utc_s: float
    runs: tuple[Path, ...]
    empty_s: float | None = None


@dataclass
class Executioner:
    """Kills at random moments.

    Attributes:
        fleet: of which.
        chance: draws moments and benches.
        rest: waits for some seconds, in which the fleet is kept up; ``False`` when the campaign has ended.
    """

    fleet: Fleet
    chance: random.Random
    rest: Callable[[float], bool]

    def kill(self, victim: str) -> Kill | None:
        """Kill a victim at a random moment; ``None`` where it does not come up in time."""
        if victim in (SCHEDULER, DISPATCHER, WORKER):
            return self._of_fleet(victim)
        if victim in (CONTROLLER, SUT, CUT):
            return self._machine(victim)
        return self._of_bench(victim)

    def _of_fleet(self, victim: str) -> Kill | None:
        benches = [self.chance.choice(self.fleet.benches)] if victim == WORKER else self.fleet.benches
        self._wait_for(lambda: _under_way(benches), _RUN_S)
        pid = self.fleet.process(benches[0].name if victim == WORKER else victim)
        if pid is None:
            return None
        runs = _under_way(benches)
        os.kill(pid, signal.SIGKILL)
        return Kill(victim, time.time(), runs)

    def _of_bench(self, role: str) -> Kill | None:
        bench = self._wait_for(lambda: self._one_with(lambda bench: bench.process(role)), _NARROW_S)
        pid = bench.process(role) if bench else None
        if bench is None or pid is None:
            return None
        runs = _under_way([bench])
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return Kill(role, time.time(), runs)

    def _machine(self, victim: str) -> Kill | None:
        bench = self._wait_for(lambda: self._one_with(Bench.run_under_way), _RUN_S)
        if bench is None:
            return None
        at_utc_s, runs = time.time(), _under_way([bench])
        if victim == CONTROLLER:
            bench.down = True
            _kill_all(bench.on_controller())
            return Kill(victim, at_utc_s, runs, self._empty_after(bench))
        if bench.far is not None:
            bench.far.down()
            if victim == SUT:
                _kill_all(bench.on_sut())
            self.rest(self.chance.uniform(*_AWAY_S))
            bench.far.up()
        return Kill(victim, at_utc_s, runs)

    def _one_with(self, has: Callable[[Bench], object]) -> Bench | None:
        benches = self.chance.sample(self.fleet.benches, len(self.fleet.benches))
        return next((bench for bench in benches if has(bench)), None)

    def _wait_for(self, found: Callable[[], T], within_s: float) -> T | None:
        """Wait for something, and then for a random moment of it; return it, ``None`` if it does not come."""
        deadline = time.monotonic() + _APPEARS_S
        while not (thing := found()):
            if time.monotonic() > deadline or not self.rest(0.1):
                return None
        return thing if self.rest(self.chance.uniform(0, within_s)) else None

    def _empty_after(self, bench: Bench) -> float:
        """Wait until nothing of a bench without its controller is left; return how long that took."""
        begun_s = time.monotonic()
        while left := bench.processes():
            if time.monotonic() - begun_s > _EMPTY_S:
                self.fleet.problems.append(f"{bench.name}: left without its controller: {left}")
                break
            self.rest(0.1)
        bench.down = False
        return time.monotonic() - begun_s


def _under_way(benches: list[Bench]) -> tuple[Path, ...]:
    return tuple(run for bench in benches if (run := bench.run_under_way()) is not None)


def _kill_all(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
