"""Arguments and options that commands share."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from lab.cli.paths import CampaignFolderPath, ConfigFile

MOST_W = 1e9
MOST_READINGS = 10**9
MOST_SEED = 2**31 - 1
"""What no lab needs more of; beyond it a number is a slip of the hand."""

campaign_argument = click.argument("folder", metavar="DIR", type=CampaignFolderPath())
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")
config_option = click.option(
    "--config",
    "config_path",
    type=ConfigFile(),
    default=Path("lab.toml"),
    show_default=True,
    help="Configuration of bench and campaign.",
)


def number_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say how the numbers of a table are written."""
    thousands = click.option(
        "--thousands",
        type=click.Choice([".", ",", "none"]),
        help="Thousands separator, where it is ambiguous.",
    )
    decimal = click.option(
        "--decimal", type=click.Choice([".", ","]), help="Decimal mark, where it is ambiguous."
    )
    return decimal(thousands(command))


class FiniteRange(click.FloatRange):
    """A number within limits, and neither ``nan`` nor ``inf``, which compare with nothing."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number of a text."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return number
