"""What the lab adds to a replication package: ``lab.toml``; and whether it may be packed."""

from pathlib import Path
from shlex import quote
from typing import Any

from lab.conduct.campaign import is_running
from lab.config.file import build_config, parse_config, toml_text
from lab.version import VERSION
from records.campaign import Campaign, CampaignFolder
from records.errors import ConfigurationError, InputError
from records.package import CONFIG
from reports.exports.contents import Replication
from reports.words.texts import printable

_HEAD = """\
# The bench and the campaign {id}, written anew from the configuration in campaign.json.
# Relative paths are taken from the folder of this file; the programs are in programs/.
"""


def refuse_running(folder: Path) -> None:
    """Refuse a campaign that is still being measured.

    Raises:
        RecordError: there is no campaign.
        InputError: a process is running it.
    """
    place = CampaignFolder(folder)
    place.read()
    if is_running(place):
        raise InputError(
            f"{folder}: expected a campaign that has ended, but this one is running. Let it end (`lab status "
            f"{quote(str(folder))}` shows how far it is), then export it"
        )


def replication_of(folder: Path) -> Replication:
    """Gather what a package holds in addition to the campaign folder.

    Raises:
        RecordError: the campaign's configuration is nothing that TOML can hold.
    """
    campaign = CampaignFolder(folder).read()
    if "import" in campaign.config:
        note = f"There is no {CONFIG}: the records were imported, and the lab did not run these programs"
        return Replication(VERSION, config_notes=[note])
    text, notes = config_text(campaign)
    return Replication(VERSION, config=text, config_notes=notes)


def config_text(campaign: Campaign) -> tuple[str, list[str]]:
    """Return ``lab.toml`` of a campaign, and what is to be said of it."""
    config = {key: value for key, value in campaign.config.items() if key != "base_dir"}
    text = _HEAD.format(id=" ".join(printable(campaign.id).split())) + toml_text(config)
    notes = [
        f"{CONFIG} has the values of the configuration in campaign.json, without the comments and the order "
        f"of the original file",
        f"with seed = {campaign.seed} in section [campaign] of {CONFIG} the runs come in the same order",
        *_unreadable(text, config),
        *_calibration(config),
    ]
    return text, notes


def _unreadable(text: str, config: dict[str, Any]) -> list[str]:
    """Say where this version does not read the file, or not as it was in force."""
    try:
        recorded = build_config(config, CONFIG, Path())
        if parse_config(text, CONFIG, Path()) == recorded:
            return []
        reason = "some of its values cannot be written as TOML"
    except ConfigurationError as error:
        reason = str(error).splitlines()[0]
    return [f"{CONFIG} cannot be run as it stands: {reason}"]


def _calibration(config: dict[str, Any]) -> list[str]:
    meter = config.get("meter")
    name = meter.get("calibration") if isinstance(meter, dict) else None
    if not name:
        return []
    return [
        f"{CONFIG} names the calibration {name}, which is not packed; its line is in meter.json of every run"
    ]
