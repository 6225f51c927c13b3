"""What a replication package is made of: the files of the campaign, and what only the lab knows."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from records.campaign import CampaignFolder
from records.errors import RecordError
from records.package import PROGRAMS, check_names
from records.programs import PROGRAMS_JSON, Programs, read_programs

_FILES = (
    "campaign.json",
    "clock.csv",
    "environment.json",
    "health.json",
    "import.json",
    "journal.jsonl",
    "report.html",
)
_VIRTUAL = "virtual"
_FOLDERS = ("results", "runs", _VIRTUAL)


@dataclass(frozen=True)
class Replication:
    """What goes into a package in addition to the campaign folder.

    Attributes:
        version: of Wattlab, which packs.
        config: text of ``lab.toml``; ``None`` where there was no bench.
        config_notes: what is to be said of it.
    """

    version: str
    config: str | None = None
    config_notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CampaignFiles:
    """What of a campaign folder is packed.

    Attributes:
        files: by their name in the package, sorted.
        empty: folders that hold nothing, which an archive would lose.
        left_out: names that are no plain files (links and the like), or that ``programs/`` does not list.
        programs: the record of the measured program, ``None`` where there is none.
    """

    files: dict[str, Path]
    empty: list[str]
    left_out: list[str]
    programs: Programs | None


def campaign_files(folder: Path) -> CampaignFiles:
    """List what belongs to a campaign; whatever else lies in its folder stays there.

    Raises:
        RecordError: a file has a name that a package cannot hold, or the record of the program is damaged.
    """
    files: dict[str, Path] = {}
    empty: list[str] = []
    left_out: list[str] = []
    campaign = CampaignFolder(folder)
    benches = sorted(path.name for path in campaign.benches.glob("*"))
    blocks = [block.path for bench in benches for block in campaign.blocks_of(bench)]
    for part in (folder, *blocks):
        plain = (part / name for name in _FILES if _is_plain(part / name))
        files |= {path.relative_to(folder).as_posix(): path for path in plain}
    for below in (*(folder / name for name in _FOLDERS), *(block / _VIRTUAL for block in blocks)):
        for path, is_plain in _below(below):
            place = path.relative_to(folder).as_posix()
            if is_plain is None:
                empty.append(place)
            elif is_plain:
                files[place] = path
            elif below.name != _VIRTUAL:  # the link to the port of a virtual instrument says nothing
                left_out.append(place)
    programs = read_programs(folder)
    listed = {f"{PROGRAMS}/{name}" for name in (PROGRAMS_JSON, *programs.copies)} if programs else set()
    for path, is_plain in _below(folder / PROGRAMS):
        place = path.relative_to(folder).as_posix()
        if is_plain and place in listed:
            files[place] = path
        elif is_plain is not None:
            left_out.append(place)
    try:
        check_names(list(files), empty)
    except RecordError as error:
        raise RecordError(f"{folder}: {error}. A package cannot hold it") from None
    return CampaignFiles(dict(sorted(files.items())), sorted(empty), sorted(left_out), programs)


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _below(folder: Path) -> Iterator[tuple[Path, bool | None]]:
    """Give every file with whether it is a plain one, and every empty folder with ``None``."""
    if folder.is_symlink():
        yield folder, False
        return
    for top, folders, names in os.walk(folder):
        place = Path(top)
        links = [name for name in folders if (place / name).is_symlink()]
        for name in (*names, *links):
            yield place / name, name not in links and _is_plain(place / name)
        if not names and not folders:
            yield place, None
