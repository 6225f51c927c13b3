"""Which bench runs which block: whole blocks of one plan over benches of one model, with a count of tries.

A block is handed to a bench only when that is idle, so none waits in the scheduler, where the death of a
worker would count against it. What a bench has begun stays its own for a while after it was lost, since the
process that measures there may live on; only then the block goes to another bench, as a whole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from lab.fleet.orders import LOST, UNTESTED, BenchState, BlockAnswer, BlockOrder, Kind
from records.errors import ConfigurationError, InterruptedCampaign, RecordError, SutError
from records.journal_events import BenchLost, BlockGiven, BlockNotDone, JournalEntry

MOST_TRIES = 5
"""So often a block is tried again after a fault."""

REST_S = 30.0
"""A bench that broke rests so long before it is tested again, twice as long each time."""

LONGEST_REST_S = 1800.0

_READY = ("idle", "faulty")
"""States in which a bench takes a block; a faulty one tests itself first."""

_UNABLE = ("faulty", "self-test")


class Benches(Protocol):
    """The benches of a fleet, however they are reached."""

    def present(self) -> Mapping[str, BenchState]:
        """Return the benches that are there now, by name."""

    def start(self, bench: str, order: BlockOrder) -> None:
        """Hand a block to a bench."""

    def answers(self) -> Sequence[BlockAnswer]:
        """Return the answers since the last call."""

    def forget(self, bench: str, block: int) -> None:
        """Expect no answer about a block any more."""


@dataclass
class Work:
    """A block that is not completed.

    Attributes:
        order: what to run.
        at: bench that has begun it; ``None`` where any may.
        runs_at: bench that is to answer; ``None`` where it waits.
        lost_s: since when the bench is lost, or the block breaks there, on the dispatcher's clock.
        tries: number of times that it was tried and broke.
        bound: whether ``at`` stays for good, since runs of it have been collected.
    """

    order: BlockOrder
    at: str | None = None
    runs_at: str | None = None
    lost_s: float | None = None
    tries: int = 0
    bound: bool = False


@dataclass
class _Rest:
    until_s: float = 0.0
    times: int = 0


@dataclass
class Dispatcher:
    """Spreads blocks over benches; `tick` does what there is to do.

    Attributes:
        benches: the benches.
        work: the blocks, in the order of the plan.
        kind: of the benches that may take part.
        gone_s: a bench that is away for longer loses what it has begun to another; without any bench for
            so long the campaign stops.
        collect: takes in a block that was attempted to its end; where it raises `RecordError` (what came is
            damaged), the block is handed out once more.
        note: takes the entries of the journal.
        say: told of each bench that takes no part, and why.
        given_up: reason for each block that was tried too often, or whose bench did not come back.
    """

    benches: Benches
    work: list[Work]
    kind: Kind
    gone_s: float
    collect: Callable[[BlockAnswer], None]
    note: Callable[[JournalEntry], None]
    say: Callable[[str], None]
    given_up: dict[int, str] = field(default_factory=dict)
    _rests: dict[str, _Rest] = field(default_factory=dict)
    _unfit: dict[str, str] = field(default_factory=dict)
    _told: dict[str, str] = field(default_factory=dict)
    _seen_s: float | None = None

    def tick(self, now_s: float) -> bool:
        """Take answers, see who is gone, and hand out blocks.

        Args:
            now_s: a monotonic clock.

        Returns:
            Whether any block is left to do.

        Raises:
            SutError: there has been no bench for ``gone_s``.
            ConfigurationError: no bench can run the campaign.
        """
        for answer in self.benches.answers():
            self._take(answer, now_s)
        present = self.benches.present()
        self._tell_misfits(present)
        self._watch(present, now_s)
        for name in self._free(present, now_s):
            self._give(name, now_s)
        return bool(self.work)

    def _take(self, answer: BlockAnswer, now_s: float) -> None:
        work = next((w for w in self.work if w.order.block == answer.block), None)
        if work is None or work.runs_at != answer.bench:
            return  # it was given to another meanwhile
        work.runs_at = None
        if answer.code in (0, 1):
            try:
                self.collect(answer)
            except RecordError as error:
                self._not_done(work, replace(answer, code=SutError.exit_code, reason=str(error)), now_s)
                return
            self.work.remove(work)
            self._rests.pop(answer.bench, None)
        else:
            self._not_done(work, answer, now_s)

    def _not_done(self, work: Work, answer: BlockAnswer, now_s: float) -> None:
        self.note(BlockNotDone(block=answer.block, bench=answer.bench, reason=answer.reason))
        if work.lost_s is None:
            work.lost_s = now_s
        if answer.code == ConfigurationError.exit_code:
            self._unfit[answer.bench] = answer.reason
            if not work.bound:
                work.at = None
        elif answer.code not in (LOST, InterruptedCampaign.exit_code):
            work.tries += answer.code != UNTESTED
            rest = self._rests.setdefault(answer.bench, _Rest())
            rest.until_s = now_s + min(REST_S * 2**rest.times, LONGEST_REST_S)
            rest.times += 1
        if work.tries >= MOST_TRIES:
            self.given_up[answer.block] = answer.reason
            self.work.remove(work)

    def _tell_misfits(self, present: Mapping[str, BenchState]) -> None:
        for name, state in present.items():
            why = self.kind.misfit(state)
            if why and self._told.get(name) != why:
                self.say(f"bench {name} takes no part: {why}")
            self._told[name] = why

    def _watch(self, present: Mapping[str, BenchState], now_s: float) -> None:
        able = [state for state in present.values() if self._fits(state) and state.state not in _UNABLE]
        if self._seen_s is None or able:
            self._seen_s = now_s
        for work in list(self.work):
            if work.runs_at is not None:
                self._watch_running(work, work.runs_at, present, now_s)
            elif work.bound:
                self._watch_bound(work, present, now_s)
        if self.work and now_s - self._seen_s > self.gone_s:
            self._stop(present)

    def _watch_running(self, work: Work, name: str, present: Mapping[str, BenchState], now_s: float) -> None:
        if name in present:
            if present[name].state not in _UNABLE:
                work.lost_s = None
        elif work.lost_s is None:
            work.lost_s = now_s
            self.note(BenchLost(bench=name, block=work.order.block))
        elif now_s - work.lost_s > self.gone_s:
            self.benches.forget(name, work.order.block)
            work.runs_at = None
            reason = f"bench {name} has been away for {self.gone_s:g} s"
            self.note(BlockNotDone(block=work.order.block, bench=name, reason=reason))

    def _watch_bound(self, work: Work, present: Mapping[str, BenchState], now_s: float) -> None:
        """Give a block up whose bench cannot complete it; no other may."""
        state = present.get(work.at or "")
        if state is not None and self._fits(state) and state.state not in _UNABLE:
            work.lost_s = None
        elif work.lost_s is None:
            work.lost_s = now_s
        elif now_s - work.lost_s > self.gone_s:
            why = self._unfit.get(work.at or "")
            if why is None:
                why = "it is away" if state is None else self.kind.misfit(state) or state.reason
            self.given_up[work.order.block] = (
                f"bench {work.at}, which has measured part of its block, could not continue for "
                f"{self.gone_s:g} s: {why}"
            )
            self.work.remove(work)

    def _stop(self, present: Mapping[str, BenchState]) -> None:
        if self._unfit:
            reasons = "\n".join(f"bench {name}: {reason}" for name, reason in self._unfit.items())
            raise ConfigurationError(f"no bench can run this campaign:\n{reasons}")
        there = [
            f"{name}: {self.kind.misfit(s) or f'{s.state} {s.reason}'.rstrip()}"
            for name, s in present.items()
        ]
        raise SutError(
            f"expected a bench of model {self.kind.model!r} that can measure within {self.gone_s:g} s, but "
            f"there is none (there: {'; '.join(there) or 'none at all'}). Repair one, or start `lab fleet "
            f"worker` on its controller"
        )

    def _fits(self, state: BenchState) -> bool:
        return not self.kind.misfit(state) and state.name not in self._unfit

    def _free(self, present: Mapping[str, BenchState], now_s: float) -> list[str]:
        busy = {work.runs_at for work in self.work}
        return [
            name
            for name, state in present.items()
            if self._fits(state)
            and state.state in _READY
            and name not in busy
            and now_s >= self._rests.get(name, _Rest()).until_s
        ]

    def _give(self, name: str, now_s: float) -> None:
        waiting = [work for work in self.work if work.runs_at is None and self._may(work, name, now_s)]
        if not waiting:
            return
        work = min(waiting, key=lambda work: work.at != name)  # what it has begun comes first
        if work.at != name:
            work.at, work.lost_s = name, None
        work.runs_at = name
        self.note(BlockGiven(block=work.order.block, bench=name, model=self.kind.model, tries=work.tries))
        self.benches.start(name, work.order)

    def _may(self, work: Work, name: str, now_s: float) -> bool:
        if work.at in (None, name):
            return True
        return not work.bound and work.lost_s is not None and now_s - work.lost_s > self.gone_s
