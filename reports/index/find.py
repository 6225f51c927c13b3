"""Finding campaigns below a folder. No link is followed: what lies elsewhere is indexed from there."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from records.campaign import CampaignFolder
from records.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Place:
    """Where a campaign lies.

    Attributes:
        path: its folder.
        parts: names of the folders that lead there from the top; empty where the top is the campaign.
    """

    path: Path
    parts: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The way from the top: ``a/b``, or ``.``; bytes that are no text are written as ``\\xff``."""
        return os.fsencode("/".join(self.parts) or ".").decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A folder that is not in the index.

    Attributes:
        place: where it lies.
        reason: why, and what to do.
        sound: nothing is wrong with it, because the same campaign is in the index from another folder.
    """

    place: Place
    reason: str
    sound: bool = False


def find_campaigns(top: Path) -> Iterator[Place | LeftOut]:
    """Walk over all campaigns at or below a folder, in the order of their names.

    A campaign is a folder with a ``campaign.json``; nothing is looked for within one. Hidden folders (``.*``)
    are passed over, and no link is followed: one that leads elsewhere below the top would list a
    campaign twice, and one that leads out has no business here.

    Args:
        top: the folder.

    Yields:
        Each campaign, and each folder that cannot be read.

    Raises:
        ConfigurationError: ``top`` is no folder.
    """
    if not top.is_dir():
        raise ConfigurationError(
            f"{top}: expected a folder with campaigns below it, but there is no such folder"
        )
    unread: list[OSError] = []
    for name, folders, files in os.walk(top, onerror=unread.append):
        path = Path(name)
        if "campaign.json" in files:
            yield Place(path, path.relative_to(top).parts)
            folders.clear()
        folders[:] = sorted(item for item in folders if not item.startswith("."))
    for error in unread:
        path = Path(os.fsdecode(error.filename))
        yield LeftOut(
            Place(path, path.relative_to(top).parts), f"the folder cannot be read: {error.strerror}"
        )


def campaign_at(top: Path, parts: tuple[str, ...]) -> tuple[Place, tuple[str, ...]] | None:
    """Find the campaign that a path from the top leads to, or into, without passing a link.

    Args:
        top: the folder.
        parts: names; no ``..``, no hidden one and none with a slash is accepted.

    Returns:
        The campaign and the names that are left over, or ``None``.
    """
    path = top
    for depth in range(len(parts) + 1):
        if depth:
            name = parts[depth - 1]
            if name.startswith(".") or not name or "/" in name or "\0" in name:
                return None
            path = path / name
        if path.is_symlink() and depth:
            return None
        document = CampaignFolder(path).campaign_json
        if document.is_file() and not document.is_symlink():
            return Place(path, parts[:depth]), parts[depth:]
    return None
