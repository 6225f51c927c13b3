"""What the commands share: errors with their exit codes, the usual arguments and options."""

import importlib
import math
import os
from collections.abc import Callable, Mapping
from errno import (
    EACCES,
    EEXIST,
    EISDIR,
    ELOOP,
    ENAMETOOLONG,
    ENOENT,
    ENOTDIR,
    ENOTEMPTY,
    EPERM,
    EROFS,
)
from pathlib import Path
from typing import Any, NamedTuple

import click

from lab.cli.paths import CampaignFolderPath, ConfigFile
from lab.cli.visible import visible
from records.errors import ConfigurationError, SutError, WattlabError

INTERRUPTED = 130

MOST_W = 1e9
MOST_READINGS = 10**9
MOST_SEED = 2**31 - 1
"""What no lab needs more of; beyond it a number is a slip of the hand."""

_WRONG_PATHS = frozenset(
    (ENOENT, ENOTDIR, EISDIR, EEXIST, ENOTEMPTY, EACCES, EPERM, EROFS, ENAMETOOLONG, ELOOP)
)
"""What the system says of a path that is wrong; all else is the fault of the disk or the machine."""

campaign_argument = click.argument("folder", metavar="DIR", type=CampaignFolderPath())
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")
config_option = click.option(
    "--config",
    "config_path",
    type=ConfigFile(),
    default=Path("lab.toml"),
    show_default=True,
    help="The bench and the campaign.",
)


def number_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say how the numbers of a table are written."""
    thousands = click.option(
        "--thousands",
        type=click.Choice([".", ",", "none"]),
        help="Mark between groups of thousands, where the columns do not show it.",
    )
    decimal = click.option(
        "--decimal", type=click.Choice([".", ","]), help="Decimal mark, where the columns do not show it."
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


class CommandAt(NamedTuple):
    """Where a command is, ``module:function``, and what it does, in at most 45 characters."""

    place: str
    summary: str


class LabGroup(click.Group):
    """A group of commands whose errors become a message on stderr and an exit code.

    Args:
        commands_at: commands that are imported only when they are used, because the evaluation needs
            libraries that talking to a meter does not.
    """

    def __init__(self, *args: Any, commands_at: Mapping[str, CommandAt] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_at = dict(commands_at or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they were given: the order of use."""
        return [*self.commands_at, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its module."""
        if cmd_name not in self.commands_at:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.commands_at[cmd_name].place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def summaries(self) -> list[tuple[str, str]]:
        """Return name and summary of every command, without importing those that are elsewhere."""
        rows = [(name, command.summary) for name, command in self.commands_at.items()]
        return rows + [(name, command.get_short_help_str(60)) for name, command in self.commands.items()]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(self.summaries())

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except WattlabError as error:
            click.echo(f"lab: {visible(str(error))}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            raise  # whoever read our output has had enough; click ends quietly
        except OSError as error:
            wrong_path = error.errno in _WRONG_PATHS and error.filename is not None
            click.echo(f"lab: {visible(_words(error, wrong_path))}", err=True)
            ctx.exit(ConfigurationError.exit_code if wrong_path else SutError.exit_code)
        except KeyboardInterrupt:
            click.echo("lab: interrupted", err=True)
            ctx.exit(INTERRUPTED)


def _words(error: OSError, wrong_path: bool) -> str:
    if wrong_path:
        path = os.fsdecode(error.filename2 or error.filename)
        return f"{path}: {error.strerror}. Name another path, or change its permissions"
    return f"{error}. Check disk space and permissions. Nothing else was changed"
