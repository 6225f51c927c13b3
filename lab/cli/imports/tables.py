"""``lab import wattsup-log`` and ``lab import csv``: logs of meters, and any table of powers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click

from analysis.imports.stamps import Order
from analysis.imports.timeline import TimeOptions, TimeUnit
from lab.cli.common import FiniteRange, json_option, number_options
from lab.cli.imports.group import out_option, print_import
from lab.cli.paths import InputPath
from lab.version import VERSION
from records.campaign import Kind
from records.meter import Sampling

_FILE = InputPath(file=True)

_SHARED = (
    click.option(
        "--timezone", metavar="ZONE", help="Time zone of the stamps: Europe/Berlin, +01:00. [default: UTC]"
    ),
    click.option(
        "--date-order",
        type=click.Choice(get_args(Order)),
        help="Order of day, month and year, where the stamps are ambiguous.",
    ),
    click.option("--start", metavar="TIME", help="Time of the first row, where the stamps lack it."),
    click.option(
        "--interval",
        "interval_s",
        type=FiniteRange(min=1e-4, max=86_400),
        metavar="S",
        help="Seconds between two readings.",
    ),
    click.option("--scenario", metavar="NAME", help="Scenario of all files. [default: the name of each]"),
    click.option(
        "--kind",
        type=click.Choice(get_args(Kind)),
        default="workload",
        show_default=True,
        help="Kind of the runs.",
    ),
    click.option(
        "--baseline",
        "baselines",
        metavar="FILE",
        type=_FILE,
        multiple=True,
        help="Log of the bare system (repeatable).",
    ),
    out_option,
    json_option,
)


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what both have."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


@click.command("wattsup-log")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@_shared
def wattsup_log(
    files: tuple[Path, ...], out: Path, as_json: bool, baselines: tuple[Path, ...], **said: Any
) -> None:
    """Import logs of a Watts up? PRO, ES or .NET; each file is a run from its first to its last reading.

    The form is found by content: the meter's own records (#d,-,18,...;) with or without stamps, lines of a
    stamp and watts, volts and amperes, or a table with a header.

    \b
    lab import wattsup-log fan.log --timezone Europe/Berlin --out campaigns/fan
    lab import wattsup-log fan.raw --start 2026-01-31T12:00:00 --out campaigns/fan
    """
    from analysis.imports.wattsup.importer import LogOptions, import_wattsup_log

    when = TimeOptions(said["timezone"], said["date_order"], said["start"])
    options = LogOptions(
        when=when, interval_s=said["interval_s"], scenario=said["scenario"], kind=said["kind"]
    )
    import_wattsup_log(out, list(files), options, version=VERSION, baselines=baselines)
    print_import(out, as_json)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@click.option("--time", metavar="COL", multiple=True, help="Column of the stamp; twice for date and time.")
@click.option("--power", metavar="COL", required=True, help="Column of the power.")
@click.option(
    "--unit", type=click.Choice(["W", "mW", "kW"]), default="W", show_default=True, help="Unit of --power."
)
@click.option("--voltage", "voltage_v", metavar="COL", help="Column of the voltage in V.")
@click.option("--current", "current_a", metavar="COL", help="Column of the current in A.")
@click.option("--power-factor", metavar="COL", help="Column of the power factor, 0 to 1.")
@click.option(
    "--sampling",
    type=click.Choice(get_args(Sampling)),
    default="interval_mean",
    show_default=True,
    help="Meaning of a reading: mean since the one before, or instantaneous.",
)
@click.option(
    "--accuracy",
    "accuracy_pct",
    type=FiniteRange(min=0, max=100),
    metavar="PCT",
    help="Accuracy of the meter, in percent of a reading.",
)
@click.option(
    "--device",
    metavar="COL[=VALUE]",
    help="Column of the device; devices are added up, or only the one named is taken.",
)
@click.option(
    "--time-unit",
    type=click.Choice(get_args(TimeUnit)),
    help="Unit of times that are plain numbers, where it is ambiguous.",
)
@number_options
@click.option("--begin", metavar="TIME", help="Start of the run. [default: the first reading]")
@click.option("--end", metavar="TIME", help="End of the run. [default: the last reading]")
@_shared
def csv(files: tuple[Path, ...], out: Path, as_json: bool, baselines: tuple[Path, ...], **said: Any) -> None:
    """Import tables of power readings by the names of their columns; each file is a run.

    Delimiter, decimal mark, encoding and line ends are found by content. Columns are named as in the header,
    or by their numbers from 1 on.

    \b
    lab import csv run1.csv run2.csv --time Zeit --power "P (W)" --timezone Europe/Berlin \\
        --scenario cnn --baseline idle.csv --accuracy 1 --out campaigns/foreign
    """
    from analysis.imports.csv_table import TableOptions, import_csv
    from analysis.imports.number_forms import NumberOptions

    when = TimeOptions(said.pop("timezone"), said.pop("date_order"), said.pop("start"), said.pop("time_unit"))
    numbers = NumberOptions(said.pop("decimal"), said.pop("thousands"))
    names = ("voltage_v", "current_a", "power_factor")
    quantities = {name: column for name in names if (column := said.pop(name)) is not None}
    options = TableOptions(when=when, numbers=numbers, quantities=quantities, **said)
    import_csv(out, list(files), options, version=VERSION, baselines=baselines)
    print_import(out, as_json)
