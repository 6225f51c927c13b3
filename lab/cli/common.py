"""What the commands share: errors with their exit codes, the usual arguments and options."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from records.errors import SutError, WattlabError

INTERRUPTED = 130

campaign_argument = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")
config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("lab.toml"),
    show_default=True,
    help="The bench and the campaign.",
)


class LabGroup(click.Group):
    """A group of commands whose errors become a message on stderr and an exit code.

    Args:
        commands_at: ``{name: "module:function"}`` of commands that are imported only when they are
            used, because the evaluation needs libraries that talking to a meter does not.
    """

    def __init__(self, *args: Any, commands_at: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._commands_at = dict(commands_at or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they were given: the order of use."""
        return [*self._commands_at, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its module."""
        if cmd_name not in self._commands_at:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._commands_at[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except WattlabError as error:
            click.echo(f"lab: {error}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            raise  # whoever read our output has had enough; click ends quietly
        except OSError as error:
            click.echo(f"lab: {error}. Nothing else was changed; see disk space and permissions", err=True)
            ctx.exit(SutError.exit_code)
        except KeyboardInterrupt:
            click.echo("lab: interrupted", err=True)
            ctx.exit(INTERRUPTED)
