"""``lab import oscar`` and ``lab import kecolab``: the lab data of the Blue Angel for software."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from lab.cli.common import json_option
from lab.cli.imports.group import out_option, print_import
from lab.cli.paths import InputPath
from lab.version import VERSION

_FOLDER = InputPath(folder=True)


def _folder(name: str, what: str, *, required: bool = True) -> Callable[[Any], Any]:
    return click.option(f"--{name}", metavar="DIR", type=_FOLDER, required=required, help=what)


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Give both commands the same options."""
    for option in reversed(
        (
            _folder("usage", "Logs of the standard usage scenario: actions, power, hardware."),
            _folder("baseline", "Logs of the bare operating system."),
            _folder("idle", "Logs of the software started and left alone.", required=False),
            click.option(
                "--timezone",
                metavar="ZONE",
                help="Time zone of all stamps: Europe/Berlin, +01:00. [default: UTC]",
            ),
            out_option,
            json_option,
        )
    ):
        command = option(command)
    return command


@click.command()
@_options
def oscar(
    usage: Path, baseline: Path, idle: Path | None, timezone: str | None, out: Path, as_json: bool
) -> None:
    """Import lab data in the form of OSCAR (Blue Angel for software).

    Each DIR holds an action log, a power log and a hardware log (collectl); their names do not matter.

    \b
    lab import oscar --usage Standardnutzungsszenario --baseline Baseline --idle Leerlauf --out okular
    """
    _import("oscar", usage, baseline, idle, timezone, out, as_json)


@click.command()
@_options
def kecolab(
    usage: Path, baseline: Path, idle: Path | None, timezone: str | None, out: Path, as_json: bool
) -> None:
    """Import lab data of KEcoLab, which uses the same logs as OSCAR.

    \b
    lab import kecolab --usage SUS --baseline Baseline --out okular
    """
    _import("kecolab", usage, baseline, idle, timezone, out, as_json)


def _import(
    importer: str,
    usage: Path,
    baseline: Path,
    idle: Path | None,
    timezone: str | None,
    out: Path,
    as_json: bool,
) -> None:
    from analysis.imports.oscar.importer import import_oscar

    import_oscar(
        out,
        usage=usage,
        baseline=baseline,
        idle=idle,
        timezone=timezone,
        version=VERSION,
        importer=importer,
    )
    print_import(out, as_json)
