"""``lab import nvidia-smi`` and ``lab import collectl``: logs of collectors that ran without the lab."""

from dataclasses import asdict
from pathlib import Path

import click

from lab.cli.common import json_option
from lab.cli.imports.group import out_option, print_import
from lab.cli.output import print_json, stdout
from lab.cli.paths import CampaignFolderPath, InputPath
from lab.version import VERSION

_timezone = click.option(
    "--timezone",
    metavar="ZONE",
    help="Time zone of local times in the logs: Europe/Berlin, +01:00. [default: UTC]",
)
_files = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=InputPath(file=True))


@click.command("nvidia-smi")
@_files
@click.option(
    "--baseline",
    "baselines",
    metavar="FILE",
    multiple=True,
    type=InputPath(file=True),
    help="Log of the bare operating system (repeatable).",
)
@click.option(
    "--scenario",
    metavar="NAME",
    default="",
    help="Scenario of all files, which then are repeats. [default: the name of each]",
)
@click.option(
    "--columns",
    metavar="FIELD,...",
    default="",
    help="Fields as in --query-gpu, for logs written with noheader.",
)
@_timezone
@out_option
@json_option
def nvidia_smi(
    files: tuple[Path, ...],
    baselines: tuple[Path, ...],
    scenario: str,
    columns: str,
    timezone: str | None,
    out: Path,
    as_json: bool,
) -> None:
    """Import logs of nvidia-smi: CSV of --query-gpu, or dmon with -o DT.

    Each FILE becomes a run. The power is that of the cards alone, not measured at the wall.

    \b
    lab import nvidia-smi train.csv --baseline quiet.csv --timezone Europe/Berlin --out campaigns/gpu
    """
    from analysis.imports.nvidia_smi.importer import SmiOptions, import_nvidia_smi

    fields = tuple(field.strip() for field in columns.split(",") if field.strip())
    import_nvidia_smi(files, baselines, out, VERSION, SmiOptions(fields, timezone, scenario))
    print_import(out, as_json)


@click.command()
@_files
@click.option(
    "--campaign",
    metavar="DIR",
    required=True,
    type=CampaignFolderPath(),
    help="Campaign whose runs get the host samples.",
)
@_timezone
@json_option
def collectl(files: tuple[Path, ...], campaign: Path, timezone: str | None, as_json: bool) -> None:
    """Add the host samples of collectl's plot files (-P; .tab, .gz) to the runs of a campaign.

    A log without a power is no campaign of its own: it is added to the runs that it overlaps in time and
    that have no host samples yet. No file that was hashed is altered; the journal says what was added.

    \b
    lab import collectl host-20260131.tab.gz --campaign campaigns/gpu
    """
    from analysis.imports.collectl.host import add_host_samples

    done = add_host_samples(campaign, files, timezone)
    if as_json:
        print_json({"campaign": str(campaign), **asdict(done)})
        return
    for finding in done.findings:
        stdout.print(f"{finding.code}: {finding.message}")
    stdout.print(
        f"Runs of {campaign}: host samples added to {len(done.added)}, already present in {len(done.had)}, "
        f"outside the times of the logs: {len(done.without)}.",
    )
