"""The campaign folder: its plan, its environment, where everything lies."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from records.documents import Document
from records.errors import InputError, RecordError, SchemaError
from records.links import links_outside

Kind = Literal["baseline", "idle", "workload"]
"""What a slot measures: the bare operating system, the framework loaded but unused, or work."""


@dataclass(kw_only=True)
class Slot:
    """One place of the plan: a scenario, once, with or without a tracker.

    Attributes:
        slot: number in running order, from 1.
        scenario: name of the scenario in ``lab.toml``.
        kind: ``baseline`` | ``idle`` | ``workload``.
        repeat: which repeat of this scenario with this tracker, from 1.
        block: which block of the plan, from 1; each block holds every scenario and a baseline.
        tracker: name of the tracker that runs along, or ``None``.
        run_dir: folder below ``runs/`` of the first attempt, e.g. ``0007-cnn``.
    """

    slot: int
    scenario: str
    kind: Kind
    repeat: int
    block: int
    tracker: str | None
    run_dir: str


@dataclass(kw_only=True)
class Campaign(Document):
    """``campaign.json``: what was planned, with which configuration.

    Attributes:
        id: unique name of the campaign.
        created_utc_s: when it was planned.
        wattlab_version: version that planned it.
        simulated: whether any instrument is a virtual one; then no number is a measurement.
        seed: of the order of runs.
        config: the resolved configuration.
        config_sha256: of the configuration as canonical JSON.
        plan: the slots in running order.
    """

    SCHEMA: ClassVar[str] = "wattlab.campaign/1"

    id: str
    created_utc_s: float
    wattlab_version: str
    simulated: bool
    seed: int
    config: dict[str, Any]
    config_sha256: str
    plan: list[Slot]


@dataclass(kw_only=True)
class Environment(Document):
    """``environment.json``: inventory of the SUT, the controller and the meter.

    Attributes:
        sut: hardware and software of the system under test (see `sut.inventory.machine`).
        controller: the same of the controller; equal to ``sut`` where they are one machine.
        meter: model, serial number, firmware, calibration date of the meter.
    """

    SCHEMA: ClassVar[str] = "wattlab.environment/1"

    sut: dict[str, Any]
    controller: dict[str, Any]
    meter: dict[str, Any]


_LONGEST_NAME = 200
_SHOWN = 60


def _names_folder(name: str) -> bool:
    """Say whether a name can only be that of a folder below ``runs/``."""
    plain = name not in ("", ".", "..") and "/" not in name and "\0" not in name
    return plain and len(name.encode()) <= _LONGEST_NAME


@dataclass(frozen=True, slots=True)
class CampaignFolder:
    """Where the parts of a campaign lie. Nothing is read or made by looking up a path."""

    path: Path

    @property
    def campaign_json(self) -> Path:
        return self.path / "campaign.json"

    @property
    def environment_json(self) -> Path:
        return self.path / "environment.json"

    @property
    def imported_json(self) -> Path:
        """Where an imported campaign came from; absent when it was measured here."""
        return self.path / "import.json"

    @property
    def journal(self) -> Path:
        return self.path / "journal.jsonl"

    @property
    def clock(self) -> Path:
        return self.path / "clock.csv"

    @property
    def runs(self) -> Path:
        return self.path / "runs"

    @property
    def benches(self) -> Path:
        """Folder of what each bench of a fleet recorded that is no run: ``NAME/block-0001/``."""
        return self.path / "benches"

    def block_of(self, bench: str, block: int) -> "CampaignFolder":
        """Return the folder of what a bench of a fleet recorded of a block in addition to its runs."""
        return CampaignFolder(self._of_bench(bench) / f"block-{block:04d}")

    def blocks_of(self, bench: str) -> "list[CampaignFolder]":
        """Return those of all blocks of a bench, in their order; none outside of a fleet's campaign.

        What a kill left of a block that was being taken in is none of them.
        """
        found = (path for path in self._of_bench(bench).glob("block-*") if not path.suffix)
        return [CampaignFolder(path) for path in sorted(found)]

    def _of_bench(self, bench: str) -> Path:
        return self.benches / Path(bench).name  # a foreign record names no folder elsewhere

    @property
    def results(self) -> Path:
        return self.path / "results"

    @property
    def programs(self) -> Path:
        """Folder of the measured program's record; absent in campaigns before there was one."""
        return self.path / "programs"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    @property
    def virtual(self) -> Path:
        """Folder of the virtual instrument: its port link and its true power; simulated only."""
        return self.path / "virtual"

    def refuse_links(self) -> None:
        """Refuse a campaign of which a part is a link to somewhere else.

        Raises:
            RecordError: names the link.
        """
        for link in links_outside(self.path):
            raise RecordError(
                f"{link}: expected a file or a folder of this campaign, found a link that leads out of it. "
                f"Nothing was read; put a copy of what belongs here in its place"
            )

    def read(self) -> Campaign:
        """Read ``campaign.json``.

        Raises:
            RecordError: the folder is no campaign, a part of it leads elsewhere, or its plan is damaged.
        """
        self.refuse_links()
        if not self.campaign_json.is_file():
            raise InputError(
                f"{self.path}: no campaign here ({self._missing()}). Name the folder that `lab run` printed"
            )
        try:
            campaign = Campaign.read(self.campaign_json)
        except SchemaError:
            raise
        except RecordError as error:
            raise RecordError(
                f"{error}. Nothing else says what was planned: put a copy of this file in its place"
            ) from None
        for slot in campaign.plan:
            if not _names_folder(slot.run_dir):
                raise RecordError(
                    f"{self.campaign_json}: plan: slot {slot.slot}: expected the name of a folder in "
                    f"run_dir, found {slot.run_dir[:_SHOWN]!r}"
                )
        return campaign

    def _missing(self) -> str:
        if not self.path.exists():
            return "there is no such folder"
        return "there is no campaign.json" if self.path.is_dir() else "a campaign is a folder, this is a file"

    def attempt(self, slot: Slot, attempt: int) -> Path:
        """Return the run folder of the n-th attempt at a slot: ``0007-cnn``, ``0007-cnn.2``, ..."""
        suffix = "" if attempt == 1 else f".{attempt}"
        return self.runs / f"{slot.run_dir}{suffix}"

    def attempts(self, slot: Slot) -> list[Path]:
        """Return the run folders of a slot that exist, in the order of their attempts."""
        found: list[Path] = []
        while (folder := self.attempt(slot, len(found) + 1)).is_dir():
            found.append(folder)
        return found
