"""Stored campaigns as a whole: what each one is, and renaming or deleting one that nobody runs."""

import csv
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Literal

from lab.conduct.campaign import is_running, lock, says_completed, wanted_slots
from records.campaign import Campaign, CampaignFolder
from records.errors import ConfigurationError, RecordError

State = Literal["running", "analysed", "measured", "incomplete", "imported", "damaged"]


@dataclass(frozen=True, kw_only=True)
class StoredCampaign:
    """What a list of campaigns shows of one.

    Attributes:
        name: of its folder, below the folder of all campaigns.
        path: of its folder.
        id: of the campaign, which stays the same when the folder is renamed; ``None`` where damaged.
        title: of the campaign.
        created_utc_s: when it was planned.
        simulated: whether a virtual instrument took part; then no number is a measurement.
        state: ``running``; ``analysed``; ``measured`` (every run is there) or ``imported``, without results;
            ``incomplete``; ``damaged``.
        planned, completed: number of runs.
        energy_wh: mean energy of one run by scenario, without baselines; empty before `lab analyse`, or where
            its table is damaged.
        size_bytes: of all its files.
    """

    name: str
    path: Path
    id: str | None = None
    title: str = ""
    created_utc_s: float | None = None
    simulated: bool = False
    state: State = "damaged"
    planned: int = 0
    completed: int = 0
    energy_wh: dict[str, float]
    size_bytes: int


def describe(name: str, path: Path) -> StoredCampaign:
    """Return what a campaign is, by its plan, ``run.json`` of its runs and ``scenarios.csv`` alone."""
    folder = CampaignFolder(path)
    size = _size_bytes(path)
    try:
        campaign = folder.read()
        planned, completed = _progress(folder, campaign)
    except RecordError:
        return StoredCampaign(name=name, path=path, energy_wh={}, size_bytes=size)
    section = campaign.config.get("campaign")
    title = section.get("title") if isinstance(section, dict) else None
    energy = _energy_wh(folder)
    return StoredCampaign(
        name=name,
        path=path,
        id=campaign.id,
        title=title if isinstance(title, str) else "",
        created_utc_s=campaign.created_utc_s,
        simulated=campaign.simulated,
        state=_state(folder, campaign, planned == completed, bool(energy)),
        planned=planned,
        completed=completed,
        energy_wh=energy,
        size_bytes=size,
    )


def _size_bytes(path: Path) -> int:
    """Return the size of all files below a path; one that vanishes meanwhile, as in a run, counts nothing."""
    size = 0
    for folder, _, files in os.walk(path):
        for name in files:
            with suppress(OSError):
                size += Path(folder, name).lstat().st_size
    return size


def _progress(folder: CampaignFolder, campaign: Campaign) -> tuple[int, int]:
    """Return how many runs are planned, and how many say that they are completed."""
    slots = wanted_slots(folder, campaign)
    return len(slots), sum(says_completed(folder, slot) for slot in slots)


def _state(folder: CampaignFolder, campaign: Campaign, complete: bool, analysed: bool) -> State:
    if is_running(folder):
        return "running"
    if analysed:
        return "analysed"
    if "import" in campaign.config:
        return "imported"
    return "measured" if complete else "incomplete"


def _energy_wh(folder: CampaignFolder) -> dict[str, float]:
    try:
        with (folder.results / "scenarios.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["kind"] != "baseline" and row["energy_wh"]]
        energies = {row["scenario"]: float(row["energy_wh"]) for row in rows}
    except (OSError, ValueError, KeyError, csv.Error):
        return {}
    return energies if all(map(isfinite, energies.values())) else {}


def rename(path: Path, name: str) -> Path:
    """Give the folder of a campaign another name; no record holds the old one.

    Returns:
        Its new path.

    Raises:
        ConfigurationError: the name is taken or none of a folder, or the folder is no campaign.
        SutError: a process is running the campaign.
    """
    check_stored(path)
    if not name or name != Path(name).name or name.startswith((".", "-")):
        raise ConfigurationError(
            f"{name!r}: expected the name of a folder, without slashes and without a dot or a dash in front"
        )
    target = path.resolve().with_name(name)  # also of `.` and `..`
    if target.exists() or target.is_symlink():
        raise ConfigurationError(f"{target}: this name is taken. Choose another")
    with lock(CampaignFolder(path)):
        path.resolve().rename(target)
    return target if path.name in ("", "..") else path.with_name(name)


def remove(path: Path) -> None:
    """Delete a campaign with all its records.

    Raises:
        ConfigurationError: the folder is no campaign, or a link.
        SutError: a process is running it.
    """
    check_stored(path)
    with lock(CampaignFolder(path)):
        shutil.rmtree(path.resolve())  # the system removes no `.`


def check_stored(path: Path) -> None:
    """Check that a path is the folder of a campaign itself, and not a link to one or another folder.

    Raises:
        ConfigurationError: it is not.
    """
    if path.is_symlink():
        raise ConfigurationError(f"{path}: expected the folder of a campaign, but this is a link to one")
    if not CampaignFolder(path).campaign_json.is_file():
        raise ConfigurationError(f"{path}: expected the folder of a campaign, but it has no campaign.json")
