"""What a replication package is made of: the files of the campaign, and what only the lab knows."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from records.errors import RecordError
from records.package import check_names

_FILES = (
    "campaign.json",
    "clock.csv",
    "environment.json",
    "health.json",
    "import.json",
    "journal.jsonl",
    "report.html",
)
_FOLDERS = ("results", "runs", "virtual")


@dataclass(frozen=True)
class Program:
    """A program that commands of scenarios name.

    Attributes:
        name: its path in the package.
        source: where it lies now.
        scenarios: that name it.
    """

    name: str
    source: Path
    scenarios: tuple[str, ...]


@dataclass(frozen=True)
class Replication:
    """What goes into a package beside the campaign folder.

    Attributes:
        version: of Wattlab, which packs.
        config: text of ``lab.toml``; ``None`` where there was no bench.
        config_notes: what is to be said of it.
        programs: see `Program`.
        program_notes: what is not there, and what nobody can know about the programs.
    """

    version: str
    config: str | None = None
    config_notes: list[str] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    program_notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CampaignFiles:
    """What of a campaign folder is packed.

    Attributes:
        files: by their name in the package, sorted.
        empty: folders that hold nothing, which an archive would lose.
        left_out: names below ``runs/`` and ``results/`` that are no plain files: links and the like.
    """

    files: dict[str, Path]
    empty: list[str]
    left_out: list[str]


def campaign_files(folder: Path) -> CampaignFiles:
    """List what belongs to a campaign; whatever else lies in its folder stays there.

    Raises:
        RecordError: a file has a name that a package cannot hold.
    """
    files = {name: folder / name for name in _FILES if _is_plain(folder / name)}
    empty: list[str] = []
    left_out: list[str] = []
    for name in _FOLDERS:
        for path, is_plain in _below(folder / name):
            place = path.relative_to(folder).as_posix()
            if is_plain is None:
                empty.append(place)
            elif is_plain:
                files[place] = path
            elif name != "virtual":  # the link to the port of a virtual instrument says nothing
                left_out.append(place)
    try:
        check_names(list(files), empty)
    except RecordError as error:
        raise RecordError(f"{folder}: {error}. A package cannot hold it") from None
    return CampaignFiles(dict(sorted(files.items())), sorted(empty), sorted(left_out))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _below(folder: Path) -> Iterator[tuple[Path, bool | None]]:
    """Give every file with whether it is a plain one, and every empty folder with ``None``."""
    for top, folders, names in os.walk(folder):
        place = Path(top)
        links = [name for name in folders if (place / name).is_symlink()]
        for name in (*names, *links):
            yield place / name, name not in links and _is_plain(place / name)
        if not names and not folders:
            yield place, None
