"""``lab completion``: commands, options and campaigns completed by the shell."""

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

_AS_TYPED = r"""
            case ${COMP_WORDS[COMP_CWORD]} in
                \'*) value=${value//"'"/"'\\''"} ;;
                \"*) value=$(printf '%%s' "$value" | sed 's/[\\"$`]/\\&/g') ;;
                *) value=$(printf '%%q' "$value") ;;
            esac
            COMPREPLY+=("$value")"""


class _QuotingBash(BashComplete):
    """The script for bash with quoted words: unlike the others, bash puts them as they are into the line.

    A campaign named ``my demo`` would become two words, and one named ``$(...)`` a command. Within a quote
    that is already open, only what ends it or means something in it is quoted.
    """

    source_template = BashComplete.source_template.replace("COMPREPLY+=($value)", _AS_TYPED.strip())


class _RepeatingZsh(ZshComplete):
    """The script for zsh that also works when it is called again: that of click skips the second Tab.

    A file on ``fpath`` is loaded at the first Tab and from then on called as a function.
    """

    source_template = ZshComplete.source_template.replace("== loadautofunc", "== (loadautofunc|shfunc)")


class _WholeFish(FishComplete):
    """The script for fish with names and summaries that contain a comma: that of click ends at the comma."""

    source_template = FishComplete.source_template.replace("string split", "string split --max 1")


_SHELLS: dict[str, type[ShellComplete]] = {"bash": _QuotingBash, "zsh": _RepeatingZsh, "fish": _WholeFish}


@click.command()
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script with which a shell completes commands, options and campaigns.

    \b
    lab completion bash > ~/.local/share/bash-completion/completions/lab
    lab completion zsh > ~/.zfunc/_lab           with fpath+=~/.zfunc before compinit in ~/.zshrc
    lab completion fish > ~/.config/fish/completions/lab.fish
    """
    click.echo(_SHELLS[shell](ctx.find_root().command, {}, "lab", "_LAB_COMPLETE").source())
