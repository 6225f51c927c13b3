"""``lab import fecom``: energy profiles of API calls, as FECoM and GREENLIGHT publish them."""

from pathlib import Path

import click

from lab.cli.common import json_option
from lab.cli.imports.group import out_option, print_import
from lab.cli.paths import InputPath
from lab.version import VERSION


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=InputPath(file=True, folder=True))
@click.option(
    "--idle",
    metavar="DIR",
    multiple=True,
    type=InputPath(folder=True),
    help="Folder of an idle trace (perf.txt, nvidia_smi.txt), which becomes a baseline (repeatable).",
)
@click.option(
    "--timezone", metavar="ZONE", help="Time zone of an idle trace without start_times.txt. [default: UTC]"
)
@out_option
@json_option
def fecom(
    files: tuple[Path, ...], idle: tuple[Path, ...], timezone: str | None, out: Path, as_json: bool
) -> None:
    """Import FECoM profiles; every measured call becomes a run.

    FILE is a profile (experiment-N.json), or a folder whose profiles are all imported. The
    readings are software counters of CPU, RAM and GPU, not measured at the wall.

    \b
    lab import fecom greenlight/profiles --out campaigns/greenlight
    lab analyse campaigns/greenlight --rule fecom
    """
    from analysis.imports.fecom.importer import import_fecom

    import_fecom(files, idle, out, VERSION, timezone)
    print_import(out, as_json)
