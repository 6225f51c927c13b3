"""``lab import package``: a replication package becomes the campaign that was packed."""

from pathlib import Path

import click

from lab.cli.common import json_option
from lab.cli.imports.group import out_option
from lab.cli.output import print_json, progress_bar, stdout
from lab.cli.paths import InputPath
from records.campaign import CampaignFolder


@click.command("package")
@click.argument("archive", metavar="FILE.zip", type=InputPath(file=True))
@out_option
@json_option
def package(archive: Path, out: Path, as_json: bool) -> None:
    """Unpack a package of `lab export`, after checking every file against its SHA256SUMS.

    Archives that could write elsewhere, overwrite something or grow without end are rejected, as are changed
    or added files, and nothing is written. Analysing the campaign gives the packed results again.

    \b
    lab import package training.zip --out campaigns/training
    lab analyse campaigns/training
    """
    from analysis.imports.package import import_package

    with progress_bar("unpacking") as show:
        unpacked = import_package(archive, out, progress=show)
    campaign = CampaignFolder(out).read()
    if as_json:
        print_json(
            {
                "campaign": str(out),
                "runs": len(campaign.plan),
                "files": unpacked.files,
                "bytes": unpacked.bytes,
                "simulated": campaign.simulated,
            }
        )
        return
    if campaign.simulated:
        stdout.print("SIMULATED meter: no number of this campaign is a measurement", style="bold")
    stdout.print(
        f"Written: {out} with {len(campaign.plan)} runs planned; {unpacked.files} files, as in SHA256SUMS.",
    )
