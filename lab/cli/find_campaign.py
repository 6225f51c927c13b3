"""The campaigns of this place by name: where they lie, the newest, and the nearest to a mistyped name.

Loaded by the completion of a shell, so it loads nothing large.
"""

import json
import tomllib
from math import isfinite
from pathlib import Path
from shlex import quote

from records.campaign import CampaignFolder
from records.errors import ConfigurationError
from records.near_match import nearest
from reports.index.find import Place, find_campaigns

LATEST = "latest"
"""Stands for the newest campaign wherever a campaign is named."""

_CAMPAIGNS = Path("campaigns")


def campaigns_folder() -> Path:
    """Return ``[campaign] out`` of the ``lab.toml`` here, else ``campaigns``."""
    try:
        section = tomllib.loads(Path("lab.toml").read_text(encoding="utf-8")).get("campaign")
        out = section.get("out") if isinstance(section, dict) else None
        return Path(out).expanduser() if isinstance(out, str) and out else _CAMPAIGNS
    except (OSError, ValueError, RecursionError, RuntimeError):  # RuntimeError: of a user who is not here
        return _CAMPAIGNS  # there is no such file, or it is damaged: commands that read it say so


def stored_campaigns(folder: Path | None = None) -> dict[str, Path]:
    """Return the campaigns below a folder, by default `campaigns_folder`, in the order of their names."""
    top = folder if folder is not None else campaigns_folder()
    if not top.is_dir():
        return {}
    places = (place for place in find_campaigns(top) if isinstance(place, Place))
    return {place.folder: place.path for place in places}


def campaign_named(text: str) -> Path:
    """Return the folder of a campaign from what a command line calls it.

    Args:
        text: path of its folder (which comes first), its name below `campaigns_folder`, or ``latest``.

    Raises:
        ConfigurationError: there is none.
    """
    path = Path(text)
    if path.exists():
        return path
    stored = stored_campaigns()
    if text == LATEST:
        return _newest(stored)
    if text in stored:
        return stored[text]
    here = path.parent in (Path(), campaigns_folder())
    near = nearest(path.name, [*stored, LATEST]) if here else None
    hint = f"Did you mean {quote(near)}? " if near else ""
    raise ConfigurationError(
        f"{path}: no campaign here (there is no such folder). {hint}`lab campaigns list` shows the campaigns"
    )


def _newest(stored: dict[str, Path]) -> Path:
    """Return the campaign that was planned last; a damaged one is passed over.

    Raises:
        ConfigurationError: there is none.
    """
    created = [(_created_utc_s(path), path) for path in stored.values()]
    known = [(time_s, path) for time_s, path in created if time_s is not None]
    if not known:
        raise ConfigurationError(
            f"{LATEST}: expected a campaign below {campaigns_folder()}, but there is none. Start one with "
            f"`lab run`, or name a folder"
        )
    return max(known)[1]


def _created_utc_s(path: Path) -> float | None:
    try:
        created = json.loads(CampaignFolder(path).campaign_json.read_bytes())["created_utc_s"]
        time_s = float(created)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None
    return time_s if isfinite(time_s) and not isinstance(created, bool | str) else None
