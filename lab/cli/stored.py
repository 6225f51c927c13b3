"""``lab campaigns``: the stored campaigns as a whole."""

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.cli.common import json_option
from lab.cli.find_campaign import LATEST, campaigns_folder, stored_campaigns
from lab.cli.group import LabGroup
from lab.cli.paths import CampaignFolderPath, InputPath
from records.errors import ConfigurationError
from reports.words.numbers import plain

if TYPE_CHECKING:
    from lab.conduct.stored import StoredCampaign
    from reports.words.energy import EnergyUnit

_UNITS = ("B", "kB", "MB", "GB", "TB")


@click.group("campaigns", cls=LabGroup)
def campaigns() -> None:
    """List, rename and delete the campaigns of this place.

    A command that takes a campaign takes its folder, its name in this list, or `latest`.
    """


@campaigns.command("list", short_help="List the campaigns")
@click.argument("folder", metavar="[DIR]", type=InputPath(folder=True), required=False)
@json_option
def list_(folder: Path | None, as_json: bool) -> None:
    """List the campaigns below a folder, newest last.

    Without DIR, the folder is `out` of [campaign] in lab.toml, or campaigns/.
    Energy is the mean of one run of each scenario, once `lab analyse` has computed it.

    \b
    lab campaigns list
    lab campaigns list /data/campaigns --json
    """
    from lab.cli.output import print_json, print_table, stdout
    from lab.conduct.stored import describe
    from reports.words.energy import unit_for

    found = [describe(name, path) for name, path in stored_campaigns(folder).items()]
    found.sort(key=lambda one: (one.created_utc_s or 0.0, one.name))
    if as_json:
        print_json([asdict(one) for one in found])
    elif not found:
        stdout.print(f"No campaigns in {folder or campaigns_folder()}. Start one with `lab run`")
    else:
        unit = unit_for(energy for one in found for energy in one.energy_wh.values())
        columns = ("name", "state", "runs", f"{unit.name} per run", "created", "size")
        print_table(columns, [_row(one, unit) for one in found])


def _row(one: "StoredCampaign", unit: "EnergyUnit") -> tuple[str, ...]:
    runs = f"{one.completed} of {one.planned}" if one.id is not None else ""
    return (
        one.name,
        one.state,
        runs,
        _energy_words(one, unit),
        _created_words(one),
        _size_words(one.size_bytes),
    )


def _created_words(one: "StoredCampaign") -> str:
    try:
        return "" if one.created_utc_s is None else time.strftime("%F %R", time.localtime(one.created_utc_s))
    except (OverflowError, OSError):  # beyond what a clock of the system can show
        return "?"


def _energy_words(one: "StoredCampaign", unit: "EnergyUnit") -> str:
    """Return the mean energy of a run, or the range over the scenarios."""
    energies = one.energy_wh.values()
    if not energies:
        return ""
    ends = dict.fromkeys(unit.plain(energy, 3) for energy in (min(energies), max(energies)))
    return " to ".join(ends) + (" SIMULATED" if one.simulated else "")


def _size_words(size: float) -> str:
    for unit in _UNITS[:-1]:
        if size < 1000:
            return f"{plain(size, 3)} {unit}"
        size /= 1000
    return f"{plain(size, 3)} {_UNITS[-1]}"


@campaigns.command(short_help="Rename a campaign")
@click.argument("campaign", metavar="CAMPAIGN", type=CampaignFolderPath())
@click.argument("name", metavar="NAME")
@json_option
def rename(campaign: Path, name: str, as_json: bool) -> None:
    """Give the folder of a campaign another name.

    Its records stay as they are and keep its id. An index of `lab index` shows the old name until it is
    written again.

    \b
    lab campaigns rename latest before-the-update
    """
    from lab.cli.output import print_json, stdout
    from lab.conduct.stored import rename as rename_folder

    if name == LATEST:
        raise ConfigurationError(f"{name}: this word stands for the newest campaign. Choose another name")
    path = rename_folder(campaign, name)
    if as_json:
        print_json({"campaign": str(path)})
    else:
        stdout.print(f"Renamed: {path}")


@campaigns.command(short_help="Delete campaigns")
@click.argument("folders", metavar="CAMPAIGN...", nargs=-1, required=True, type=CampaignFolderPath())
@click.option("--yes", is_flag=True, help="Delete without asking.")
@json_option
def rm(folders: Sequence[Path], yes: bool, as_json: bool) -> None:
    """Delete campaigns with all their records, after asking; never one that is running.

    `lab export CAMPAIGN --out FILE.zip` keeps a copy.

    \b
    lab campaigns rm 20260131-120000-demo
    lab campaigns rm --yes 20260131-120000-demo 20260201-120000-demo
    """
    from lab.cli.output import make_stderr, print_json, stdout
    from lab.conduct.stored import check_stored, describe, remove

    for path in folders:
        check_stored(path)
    if not yes and not sys.stdin.isatty():
        raise ConfigurationError("expected --yes, because there is no terminal on which to ask")
    removed = []
    for path in dict.fromkeys(folders):
        one = describe(path.name, path)
        make_stderr().print(f"{path}: {one.completed} completed runs, {_size_words(one.size_bytes)}")
        if yes or click.confirm("Delete it?", err=True):
            remove(path)
            removed.append(str(path))
    if as_json:
        print_json({"removed": removed})
    else:
        stdout.print(f"Removed: {', '.join(removed) or 'none'}")
