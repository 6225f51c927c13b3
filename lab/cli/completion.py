"""``lab completion``: commands, options and campaigns completed by the shell."""

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete


class _QuotingBash(BashComplete):
    """The script for bash with quoted words: unlike the others, bash puts them as they are into the line.

    A campaign named ``my demo`` would become two words, and one named ``$(...)`` a command.
    """

    source_template = BashComplete.source_template.replace(
        "COMPREPLY+=($value)", """COMPREPLY+=("$(printf '%%q' "$value")")"""
    )


_SHELLS: dict[str, type[ShellComplete]] = {"bash": _QuotingBash, "zsh": ZshComplete, "fish": FishComplete}


@click.command()
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script with which a shell completes commands, options and campaigns.

    \b
    lab completion bash > ~/.local/share/bash-completion/completions/lab
    lab completion zsh > ~/.zfunc/_lab
    lab completion fish > ~/.config/fish/completions/lab.fish
    """
    click.echo(_SHELLS[shell](ctx.find_root().command, {}, "lab", "_LAB_COMPLETE").source())
