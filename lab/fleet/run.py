"""``lab fleet run``: one plan, its blocks over the benches, and everything in one campaign folder."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from lab.conduct.campaign import (
    OpenCampaign,
    close_orphans,
    command_to_continue,
    lock,
    model_of_fleet,
    slot_states,
)
from lab.conduct.conductor import interruptible
from lab.conduct.notify import notify, notifying_of_errors
from lab.config.model import LabConfig
from lab.fleet.blocks import DaskBenches
from lab.fleet.cluster import Cluster
from lab.fleet.dispatch import Dispatcher, Work
from lab.fleet.merge import merge
from lab.fleet.orders import BlockAnswer, BlockOrder, Kind
from records.campaign import Campaign, Slot
from records.errors import ConfigurationError, InterruptedCampaign, RecordError, SutError
from records.files import sha256_of_json
from records.journal import Journal, read_journal
from records.journal_events import (
    BenchLost,
    BlockCollected,
    BlockGiven,
    BlockNotDone,
    CampaignEnded,
    CampaignInterrupted,
    CampaignStarted,
    CampaignStopped,
    Ending,
    JournalEntry,
)
from records.run import RunFolder
from reports.words.texts import counted

_TICK_S = 0.5
_HAPPENED: dict[type[JournalEntry], str] = {
    BlockGiven: "block {} begins or continues",
    BlockNotDone: "block {} is not done",
    BlockCollected: "block {} is collected",
    BenchLost: "was lost in block {}",
}


@dataclass(frozen=True, slots=True)
class FleetOutcome:
    """How a fleet's campaign went.

    Attributes:
        completed: slots that have a completed run.
        missing: the others, with a reason.
    """

    completed: list[Slot]
    missing: list[tuple[Slot, str]]


def check_config(config: LabConfig) -> None:
    """Refuse what only one bench can decide.

    Raises:
        ConfigurationError: the campaign ends when a precision is reached, at the first failed run, or when
            its control workload shows a change of the lab.
    """
    if config.campaign.precision_pct is not None:
        raise ConfigurationError(
            "[campaign] repeats, precision_pct: expected a fixed number of blocks for a fleet, which cannot "
            "stop at a precision. Write repeats = 12, for example, and leave precision_pct out"
        )
    if config.campaign.stop_on_failure:
        raise ConfigurationError(
            "[campaign] stop_on_failure: expected false for a fleet, whose benches continue independently of "
            "each other. Leave it out: `lab fleet run` lists the runs that failed"
        )
    if config.health is not None:
        raise ConfigurationError(
            "[health]: expected no control workload for a fleet, because a chart is that of one bench and "
            "begins anew with each block. Leave the section out, and check each bench by `lab run`"
        )


def check_fleets_own(opened: OpenCampaign) -> None:
    """Refuse a campaign that `lab run` has begun, whose runs name no bench, or that no fleet can begin.

    Raises:
        ConfigurationError: says how to continue it.
    """
    path = opened.folder.path
    if model_of_fleet(opened.folder) is not None:
        return
    alone = f"`{command_to_continue(path, None)}`"
    if any(opened.folder.runs.glob("*")):
        raise ConfigurationError(
            f"{path}: expected a campaign that `lab fleet run` has begun, but its runs are of one bench. "
            f"Continue with {alone}"
        )
    try:
        check_config(opened.config)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}, in a new campaign; this one runs with {alone}") from None


def run_fleet(
    opened: OpenCampaign,
    cluster: Cluster,
    kind: Kind,
    gone_s: float,
    say: Callable[[str], None],
) -> FleetOutcome:
    """Run every block of a campaign that is not completed.

    Args:
        opened: the campaign.
        cluster: that the benches have joined.
        kind: of the benches that may take part.
        gone_s: see `Dispatcher`.
        say: told of what happens.

    Raises:
        SutError: no bench is there; what was collected is kept.
        InterruptedCampaign: Ctrl-C or SIGTERM; the benches continue, and the next run collects what they did.
    """
    folder = opened.folder
    with (
        lock(folder),
        interruptible(),
        closing(Journal(folder.journal)) as journal,
        notifying_of_errors(opened, journal, say),
    ):
        close_orphans(opened)
        left = blocks_left(opened)
        slots = len(opened.campaign.plan)
        journal.write(
            CampaignStarted(
                completed=slots - sum(len(work.order.campaign["plan"]) for work in left),
                planned=slots,
                campaign_sha256=sha256_of_json(opened.campaign.to_json()),
            )
        )

        told: dict[int, str] = {}

        def note(entry: JournalEntry) -> None:
            journal.write(entry)
            say(_words(entry))

        def archive_of(bench: str, block: int) -> Path:
            return folder.benches / bench / f"block-{block:04d}.tar.gz"

        def collect(answer: BlockAnswer) -> None:
            archive = archive_of(answer.bench, answer.block)
            try:
                merge(folder, answer.bench, answer.block, archive)
            finally:
                archive.unlink(missing_ok=True)
            told[answer.block] = answer.reason
            note(BlockCollected(block=answer.block, bench=answer.bench, reason=answer.reason))

        with (
            _stopping_in_words(opened, journal, kind.model),
            closing(DaskBenches(cluster, archive_of)) as benches,
        ):
            dispatcher = Dispatcher(benches, left, kind, gone_s, collect, note, say)
            while dispatcher.tick(time.monotonic()):
                time.sleep(_TICK_S)
        outcome = _outcome(opened, dispatcher.given_up, told)
        completed, missing = len(outcome.completed), len(outcome.missing)
        journal.write(CampaignEnded(completed=completed, missing=missing))
        notify(
            opened, journal, say, Ending.ENDED, f"{counted(completed, 'run')} completed, {missing} missing"
        )
    return outcome


@contextmanager
def _stopping_in_words(opened: OpenCampaign, journal: Journal, model: str) -> Iterator[None]:
    """Say how to continue a campaign that is interrupted or stops."""
    path = opened.folder.path
    again = f"`{command_to_continue(path, model)}`"
    try:
        yield
    except KeyboardInterrupt:
        journal.write(CampaignInterrupted())
        raise InterruptedCampaign(
            f"interrupted; completed runs are kept, and the benches finish their blocks. "
            f"Continue with {again}"
        ) from None
    except (SutError, ConfigurationError) as error:
        journal.write(CampaignStopped(reason=str(error)))
        raise type(error)(f"{error}. Completed runs are kept; continue with {again}") from None
    except OSError as error:
        raise SutError(
            f"{path}: writing failed: {error}. Free space on this disk, then continue with {again}; the "
            f"benches keep what they measured"
        ) from error


def blocks_left(opened: OpenCampaign) -> list[Work]:
    """Return the blocks without a completed run for each slot, each at the bench that had it last.

    A block of which any run is here stays with the bench of that run.
    """
    journal = opened.folder.journal
    entries = read_journal(journal)[0] if journal.exists() else []
    collected = _benches_of_runs(opened)
    at = {entry.block: entry.bench for entry in entries if isinstance(entry, BlockGiven)} | collected
    left = sorted({s.slot.block for s in slot_states(opened) if s.state != "completed"})
    return [
        Work(
            BlockOrder(_only(opened.campaign, block), block),
            at=at.get(block),
            lost_s=time.monotonic() if block in at else None,
            bound=block in collected,
        )
        for block in left
    ]


def _benches_of_runs(opened: OpenCampaign) -> dict[int, str]:
    """Return the bench of each block of which a run is in the campaign."""
    found = {}
    for path in sorted(opened.folder.runs.iterdir()):
        with suppress(RecordError):  # damaged; `lab check` lists it
            run = RunFolder(path).read()
            if run.bench is not None:
                found[run.block] = run.bench
    return found


def _only(campaign: Campaign, block: int) -> dict[str, object]:
    return replace(campaign, plan=[slot for slot in campaign.plan if slot.block == block]).to_json()


def _outcome(opened: OpenCampaign, given_up: dict[int, str], told: dict[int, str]) -> FleetOutcome:
    """Return how it went; a slot that was never begun has the reason that its bench told of the block."""
    states = slot_states(opened)
    return FleetOutcome(
        [s.slot for s in states if s.state == "completed"],
        [
            (s.slot, given_up.get(s.slot.block) or s.reason or told.get(s.slot.block) or "it was not run")
            for s in states
            if s.state != "completed"
        ],
    )


def _words(entry: JournalEntry) -> str:
    fields = entry.to_json()
    reason = f": {fields['reason']}" if fields.get("reason") else ""
    return f"bench {fields['bench']}: {_HAPPENED[type(entry)].format(fields['block'])}{reason}"
