"""The kinds of fault, and how each is done to a campaign that runs."""

import os
import random
import signal
import time
from contextlib import suppress

from campaign_processes import CONDUCTOR, FAR_ROLES, ROLES
from faulted_campaign import FaultedCampaign
from stepped_clock import SteppedClock

GARBLED = "bytes of the meter garbled"
FULL = "disk full for 1 to 4 s"
STEP = "wall clock set by 0.3 to 30 s"
CUT = "all connections killed, sshd away for 1 to 6 s"
LINKS = (CUT, "SIGKILL of ssh client", "SIGSTOP of ssh client", "SIGKILL of answers")
"""What happens to the way to the SUT alone, which costs no run."""

_APPEARS_S = 15.0
_NARROW_S = 2.5
_RUN_S = 7.0


def deck(chance: random.Random, absent: dict[str, str], far: bool = False) -> list[str]:
    """Return some 25 to 40 faults in random order: half are kills, the others the rest."""
    roles = FAR_ROLES if far else ROLES
    kills = [f"SIGKILL of {name}" for name in roles]
    stops = [f"SIGSTOP of {name}" for name in roles]
    cuts = [CUT, CUT, CUT] if far else []
    kinds = [kind for kind in [*kills, *kills, *stops, *cuts, STEP, STEP, STEP, FULL] if kind not in absent]
    chance.shuffle(kinds)
    return kinds


def happen(kind: str, campaign: FaultedCampaign, clock: SteppedClock, chance: random.Random) -> str | None:
    """Let a fault happen at a random moment; return the run that was under way.

    Raises:
        LookupError: the process it is for did not come up in time.
    """
    if kind in (STEP, FULL, CUT) or kind.endswith(CONDUCTOR):
        _into_a_run(campaign, chance)
    if kind == STEP:
        run = campaign.under_way()
        clock.step(chance.choice([-1, 1]) * 10 ** chance.uniform(-0.5, 1.5), time.monotonic())
        return run
    if kind == FULL:
        return _fill(campaign, chance)
    if kind == CUT:
        return _cut(campaign, chance)
    return _signal(kind, campaign, chance)


def _into_a_run(campaign: FaultedCampaign, chance: random.Random) -> None:
    """Three times of four, wait for a run and then for a random moment of it."""
    if chance.random() < 0.25:
        return
    deadline = time.monotonic() + _APPEARS_S
    while campaign.goes_on() and campaign.under_way() is None and time.monotonic() < deadline:
        campaign.rest(0.1)
    campaign.rest(chance.uniform(0, _RUN_S))


def _signal(kind: str, campaign: FaultedCampaign, chance: random.Random) -> str | None:
    name, _, role = kind.partition(" of ")
    pid = _awaited(role, campaign, chance)
    run = campaign.under_way()
    with suppress(ProcessLookupError):
        os.kill(pid, signal.Signals[name])
        if name == "SIGSTOP":
            campaign.rest(chance.uniform(1, 4))
            os.kill(pid, signal.SIGCONT)
    return run


def _awaited(role: str, campaign: FaultedCampaign, chance: random.Random) -> int:
    """Wait for a process, and then for a random moment of its life."""
    deadline = time.monotonic() + _APPEARS_S
    while time.monotonic() < deadline:
        if campaign.process(role) is not None:
            campaign.rest(chance.uniform(0, _NARROW_S))
            if (pid := campaign.process(role)) is not None:
                return pid
        campaign.rest(0.1)
        if not campaign.goes_on():
            break
    raise LookupError(role)


def _cut(campaign: FaultedCampaign, chance: random.Random) -> str | None:
    run = campaign.under_way()
    if campaign.bench is not None:
        campaign.bench.down()
        campaign.rest(chance.uniform(1, 6))
        campaign.bench.up()
    return run


def _fill(campaign: FaultedCampaign, chance: random.Random) -> str | None:
    run = campaign.under_way()
    filler = campaign.path.parent / "filler"
    with suppress(OSError), open(filler, "wb", buffering=0) as file:
        while True:
            file.write(bytes(2**16))
    with suppress(OSError), open(filler, "ab", buffering=0) as file:
        while True:
            file.write(bytes(64))
    campaign.rest(chance.uniform(1, 4))
    filler.unlink()
    return run
