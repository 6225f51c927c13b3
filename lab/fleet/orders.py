"""What dispatcher and benches say to each other."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from sut.remote.deployed import ROOMS, digest_here

RESOURCE = "bench:"
"""A worker declares one of the resource ``bench:NAME``, so that Dask starts one task at a time there."""


@dataclass(frozen=True, slots=True)
class BlockOrder:
    """A block that a bench is to run.

    Attributes:
        campaign: as ``campaign.json``, with the campaign's configuration and this block of its plan.
        block: number of the block.
    """

    campaign: dict[str, Any]
    block: int


@dataclass(frozen=True, slots=True)
class BlockAnswer:
    """How a bench left a block.

    Attributes:
        bench, block: which.
        code: exit code of ``lab run``: 0 or 1 when all of it was attempted; else `LOST` or `UNTESTED`.
        reason: why it is not done, or what is missing.
    """

    bench: str
    block: int
    code: int | str
    reason: str = ""


LOST = "lost"
"""The scheduler or the worker was lost: the bench may still be measuring the block."""

UNTESTED = "self-test failed"
"""The bench has not passed its self-test, and has not begun the block."""


STATES = ("running", "idle", "waiting", "self-test", "faulty", "away")
"""States of a bench; ``away`` is one whose worker has left the scheduler."""


@dataclass(frozen=True, slots=True)
class BenchState:
    """How a bench stands; travels with each heartbeat of its worker.

    Attributes:
        name: of the bench.
        model: of its SUT.
        simulated: whether its meter is a virtual one.
        state: ``idle`` | ``waiting`` (for a process of before) | ``self-test`` | ``running`` | ``faulty``.
        since_utc_s: since when.
        reason: why it is so, where that is not obvious.
        running: campaign and block; ``None`` when it runs nothing.
        completed, planned: runs of that block.
        lease: number of the last lease.
        code: hash of the Wattlab that measures there (see `measuring_code`).
    """

    name: str
    model: str
    simulated: bool
    state: str
    since_utc_s: float
    reason: str = ""
    running: str | None = None
    lease: int | None = None
    completed: int = 0
    planned: int = 0
    code: str = ""

    @property
    def runs_words(self) -> str:
        """Campaign, block and how far it is; empty when it runs nothing."""
        done = f" ({self.completed} of {self.planned} runs)" if self.planned else ""
        return f"{self.running}{done}" if self.running else ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)

    @classmethod
    def of(cls, told: object) -> Self | None:
        """Return the state that a worker told; ``None`` where it is no bench of this version."""
        if not isinstance(told, dict):
            return None
        try:
            return cls(**told)
        except TypeError:
            return None


@dataclass(frozen=True, slots=True)
class Kind:
    """What all benches of a campaign have in common.

    Attributes:
        model: of their SUTs.
        simulated: whether their meters are virtual ones.
        code: hash of the Wattlab that measures there.
    """

    model: str
    simulated: bool
    code: str

    def misfit(self, state: BenchState) -> str:
        """Say why a bench is of another kind; empty where it is of this one."""
        if state.model != self.model:
            return f"its model is {state.model!r}, not {self.model!r}"
        if state.simulated != self.simulated:
            return (
                "its meter is SIMULATED" if state.simulated else "its meter is real, the campaign SIMULATED"
            )
        if state.code != self.code:
            return f"its Wattlab ({state.code}) is not the one here ({self.code}). Install the same on both"
        return ""


def measuring_code() -> str:
    """Return a hash of the rooms of this installation that measure."""
    return digest_here((*ROOMS, "meter", "lab"))
