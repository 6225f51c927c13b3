"""Making a campaign folder, opening one again, and knowing where it stands."""

import os
import random
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Literal

from analysis.evidence import examine
from lab.conduct.lease import BenchLease
from lab.conduct.plan import make_plan
from lab.config.file import build_config
from lab.config.model import LabConfig
from lab.version import VERSION
from records.campaign import Campaign, CampaignFolder, Slot
from records.errors import ConfigurationError, RecordError, SutError
from records.files import sha256_of_json
from records.journal import dropped_slots, read_journal
from records.journal_events import BlockGiven, JournalEntry
from records.locks import lock_file, try_lock
from records.run import Run, RunFolder
from records.times import now_utc_s

_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class OpenCampaign:
    """A campaign with its folder and its configuration, ready to be run or looked at.

    ``lease`` is that of the bench, where the campaign is the part of it that one bench of a fleet runs.
    """

    folder: CampaignFolder
    campaign: Campaign
    config: LabConfig
    lease: BenchLease | None = None


@dataclass(frozen=True, slots=True)
class SlotState:
    """Where a slot stands: ``todo``, or as its best attempt ended.

    Attributes:
        slot: the slot.
        state: ``completed`` when an attempt counts; else how the last attempt stands.
        attempts: number of attempts so far.
        reason: why the last attempt is not completed.
    """

    slot: Slot
    state: Literal["todo", "completed", "running", "failed", "aborted", "damaged", "refused"]
    attempts: int
    reason: str | None


def draw_campaign(config: LabConfig, *, only: Sequence[str], simulated: bool) -> Campaign:
    """Draw up a campaign: seed, plan and configuration; nothing is written."""
    seed = config.campaign.seed
    if seed is None:
        seed = random.SystemRandom().randrange(2**31)
    created = now_utc_s()
    resolved = config.to_json()
    slug = re.sub(r"[^a-z0-9]+", "-", config.campaign.title.lower()).strip("-")[:40]
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(created))
    return Campaign(
        id=f"{stamp}-{slug or 'campaign'}",
        created_utc_s=round(created, 6),
        wattlab_version=VERSION,
        simulated=simulated,
        seed=seed,
        config=resolved,
        config_sha256=sha256_of_json(resolved),
        plan=make_plan(config, seed, only),
    )


def folder_of(campaign: Campaign, config: LabConfig, out: Path | None) -> Path:
    """Return the folder of a new campaign: the one asked for, or one named after it in ``campaign.out``."""
    return out if out is not None else config.resolve(config.campaign.out) / campaign.id


def check_new(path: Path) -> None:
    """Refuse a folder for a new campaign that holds something already.

    Raises:
        ConfigurationError: it does.
    """
    if (path / "campaign.json").exists():
        raise ConfigurationError(
            f"{path}: there is a campaign here already. `lab resume {quote(str(path))}` resumes it; "
            f"a new one needs a new folder"
        )
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ConfigurationError(f"{path}: expected a new or empty folder for the campaign")


def create(campaign: Campaign, config: LabConfig, path: Path) -> OpenCampaign:
    """Write a new campaign folder.

    Args:
        campaign: as drawn.
        config: its configuration.
        path: the folder.

    Raises:
        ConfigurationError: the folder holds something already, or cannot be made.
    """
    check_new(path)
    folder = CampaignFolder(path)
    try:
        folder.runs.mkdir(parents=True, exist_ok=True)
        campaign.write(folder.campaign_json)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: the campaign cannot be written here: {error}. Name another folder with --out"
        ) from None
    return OpenCampaign(folder, campaign, config)


def reopen(path: Path) -> OpenCampaign:
    """Open a campaign folder with the configuration it was planned with.

    Raises:
        RecordError: there is no campaign, or a newer version wrote it.
        ConfigurationError: it was imported, or its stored configuration is not valid for this version.
    """
    folder = CampaignFolder(path)
    campaign = folder.read()
    if "import" in campaign.config:
        raise ConfigurationError(
            f"{path}: this campaign was imported, there is no bench to resume it on; what can be done with "
            f"it is `lab check`, `lab analyse` and `lab report`"
        )
    base_dir = Path(campaign.config.get("base_dir", path))
    config = build_config(campaign.config, folder.campaign_json, base_dir)
    return OpenCampaign(folder, campaign, config)


def slots_wanted(opened: OpenCampaign) -> list[Slot]:
    """Return the slots of the plan without those that a reached precision has made needless."""
    return wanted_slots(opened.folder, opened.campaign)


def wanted_slots(folder: CampaignFolder, campaign: Campaign) -> list[Slot]:
    """Return what `slots_wanted` does, of a campaign whose configuration may be of another version."""
    dropped = dropped_slots(read_journal(folder.journal)[0]) if folder.journal.is_file() else frozenset()
    return [slot for slot in campaign.plan if slot.slot not in dropped]


def model_of_fleet(folder: CampaignFolder) -> str | None:
    """Return the model of the benches of a fleet that have blocks of a campaign; ``None`` of one bench."""
    return model_in(read_journal(folder.journal)[0] if folder.journal.is_file() else [])


def model_in(entries: Iterable[JournalEntry]) -> str | None:
    """Return what `model_of_fleet` does, of a journal that was read."""
    return next((entry.model for entry in entries if isinstance(entry, BlockGiven)), None)


def command_to_continue(folder: Path, model: str | None) -> str:
    """Return the command that continues a campaign.

    Args:
        folder: of the campaign.
        model: of the benches of a fleet that have blocks of it, if any.
    """
    if model is None:
        return f"lab resume {quote(str(folder))}"
    return f"lab fleet run {quote(str(folder))} --scheduler URL"


def bench_of_part(folder: CampaignFolder) -> str | None:
    """Return the bench of a fleet that measured a part of its campaign; ``None`` if this is no such part."""
    runs = (_read_or_none(RunFolder(path)) for path in sorted(folder.runs.glob("*")))
    return next((run.bench for run in runs if run is not None and run.bench is not None), None)


def slot_states(opened: OpenCampaign) -> list[SlotState]:
    """Say where every slot of the plan stands, from the evidence in its run folders.

    A run that says ``completed`` but is refused by the evidence check does not count.
    """
    examined = examine(opened.folder.path)
    counted = {attempt.slot.slot for attempt in examined.counted if attempt.slot is not None}
    return [_slot_state(opened.folder, slot, slot.slot in counted) for slot in slots_wanted(opened)]


def recorded_states(opened: OpenCampaign) -> list[SlotState]:
    """Say where every slot stands by its ``run.json`` alone, for whoever asks every second.

    The conductor has examined each attempt that says ``completed``; what became of the files since then is
    what `slot_states` looks at.
    """
    folder = opened.folder
    return [_slot_state(folder, slot, says_completed(folder, slot)) for slot in slots_wanted(opened)]


def says_completed(folder: CampaignFolder, slot: Slot) -> bool:
    """Say whether an attempt at a slot says that it is completed, whatever its evidence is worth."""
    found = (_read_or_none(RunFolder(path)) for path in folder.attempts(slot))
    return any(run is not None and run.status == "completed" for run in found)


def _slot_state(folder: CampaignFolder, slot: Slot, counted: bool) -> SlotState:
    attempts = folder.attempts(slot)
    if counted:
        return SlotState(slot, "completed", len(attempts), None)
    if not attempts:
        return SlotState(slot, "todo", 0, None)
    try:
        run = RunFolder(attempts[-1]).read()
    except RecordError as error:
        return SlotState(slot, "damaged", len(attempts), str(error))
    if run.status == "completed":
        reason = f"its evidence refuses it; see `lab check {quote(str(folder.path))}`"
        return SlotState(slot, "refused", len(attempts), reason)
    state = "todo" if run.status == "planned" else run.status
    return SlotState(slot, state, len(attempts), run.reason)


def close_orphans(opened: OpenCampaign) -> list[str]:
    """Mark runs that a dead controller left ``running`` as ``aborted``.

    Call it only while holding the lock: then no controller is running them.

    Returns:
        The names of the run folders that were marked.
    """
    marked = []
    for slot in opened.campaign.plan:
        for number, path in enumerate(opened.folder.attempts(slot), start=1):
            folder = RunFolder(path)
            if not folder.run_json.exists():
                Run.of_slot(slot, "running", number).write(folder.run_json)
            run = _read_or_none(folder)
            if run is not None and run.status in ("running", "planned"):
                run.status = "aborted"
                run.reason = "the controller ended while this run was under way"
                run.write(folder.run_json)
                marked.append(path.name)
    return marked


def _read_or_none(folder: RunFolder) -> Run | None:
    try:
        return folder.read()
    except RecordError:  # damaged: it is never counted, and `lab check` lists it
        return None


def is_running(folder: CampaignFolder) -> bool:
    """Say whether a controller holds the campaign right now."""
    path = folder.path / _LOCK
    if not path.is_file():
        return False
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return not try_lock(descriptor, shared=True)
    finally:
        os.close(descriptor)


@contextmanager
def lock(folder: CampaignFolder) -> Iterator[None]:
    """Hold a campaign, so that no second controller runs it. The lock dies with its process.

    Raises:
        SutError: another process holds it.
    """
    with lock_file(folder.path / _LOCK) as ours:
        if not ours:
            raise SutError(
                f"{folder.path}: another process is running this campaign now. "
                f"`lab status {quote(str(folder.path))}` shows how far it is"
            )
        yield
