"""A group of commands: its list, its completion, and errors that become a message and an exit code."""

import importlib
import os
from collections.abc import Mapping
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
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from lab.cli.visible import visible
from records.errors import ConfigurationError, SutError, WattlabError
from records.near_match import nearest

INTERRUPTED = 130

_LIKENESS = 0.7
"""Of a mistyped command to the suggested one; words that only share letters are no help."""

_WRONG_PATHS = frozenset(
    (ENOENT, ENOTDIR, EISDIR, EEXIST, ENOTEMPTY, EACCES, EPERM, EROFS, ENAMETOOLONG, ELOOP)
)
"""What the system says of a path that is wrong; all else is the fault of the disk or the machine."""


class CommandAt(NamedTuple):
    """Where a command is, ``module:function``, what it does in at most 45 characters, and its heading."""

    place: str
    summary: str
    topic: str = "Commands"


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
        return rows + [(name, command.get_short_help_str()) for name, command in self.commands.items()]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the lists of commands, one below each heading, all with the same columns."""
        summaries = self.summaries()
        width = max(len(name) for name, _ in summaries)
        by_topic: dict[str, list[tuple[str, str]]] = {}
        for name, summary in summaries:
            topic = self.commands_at[name].topic if name in self.commands_at else "Commands"
            by_topic.setdefault(topic, []).append((name.ljust(width), summary))
        for topic, rows in by_topic.items():
            with formatter.section(topic):
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return a command; suggest the nearest one where there is none of that name, or where it is."""
        names, name = self.list_commands(ctx), args[0]
        if name in names or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        near = nearest(name.lower(), names, _LIKENESS)
        meant = [near] if near else self._within(ctx, name)
        hint = f" Did you mean {' or '.join(map(repr, meant))}?" if meant else ""
        raise click.UsageError(f"No such command {name!r}.{hint}", ctx)

    def _within(self, ctx: click.Context, name: str) -> list[str]:
        """Return the commands of that name in the groups of this one, with the name of their group."""
        groups = ((one, self.get_command(ctx, one)) for one in self.list_commands(ctx))
        return [
            f"{one} {name}"
            for one, group in groups
            if isinstance(group, click.Group) and name in group.list_commands(ctx)
        ]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return what a shell may put for a word: commands with their summaries, none of them imported."""
        names = [
            CompletionItem(name, help=summary)
            for name, summary in self.summaries()
            if name.startswith(incomplete)
        ]
        return names + super(click.Group, self).shell_complete(ctx, incomplete)

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
        except (KeyboardInterrupt, click.Abort):  # the second is Ctrl-C or Ctrl-D at a question
            click.echo("lab: interrupted", err=True)
            ctx.exit(INTERRUPTED)


def _words(error: OSError, wrong_path: bool) -> str:
    if wrong_path:
        path = os.fsdecode(error.filename2 or error.filename)
        return f"{path}: {error.strerror}. Name another path, or change its permissions"
    return f"{error}. Check disk space and permissions. Nothing else was changed"
