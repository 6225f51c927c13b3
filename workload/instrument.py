"""The command of a Python program whose calls of some libraries are recorded, by `wattlab_calls`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from records.errors import ConfigurationError
from records.folders import CALLS

MODULE = "wattlab_calls"
"""What starts the program; the runner puts its folder on the path."""

PROGRAM_SUFFIXES = (".py", ".ipynb")


@dataclass(frozen=True, slots=True)
class Instrumentation:
    """What is recorded of a program's calls.

    Attributes:
        libs: importable names; calls of what they define count.
        sizes: whether the sizes of arguments are recorded, by value.
        sync_device: whether work queued on an accelerator is awaited at the borders of each call.
        gate: whether each outermost call waits for a machine at rest.
    """

    libs: Sequence[str]
    sizes: bool = True
    sync_device: bool = False
    gate: bool = False


def instrumented(
    command: Sequence[str], calls: Instrumentation, *, run_dir: PurePath, where: str
) -> list[str]:
    """Return the command that runs a program with its calls on record.

    Args:
        command: an interpreter of Python, its flags, then a script, a notebook or ``-m MODULE``.
        calls: what is recorded.
        run_dir: folder of the run.
        where: what the command belongs to, for messages.

    Raises:
        ConfigurationError: the command does not run a Python program.
    """
    place = program_place(command)
    if place is None:
        raise ConfigurationError(
            f'{where}: calls expects command = ["{{python}}", "PROGRAM.py", ...], a notebook (.ipynb) or '
            f'"-m", "MODULE" in its place, found {list(command)}'
        )
    options = [f"--out={run_dir / CALLS}", f"--libs={','.join(calls.libs)}"]
    options += [
        flag
        for flag, wanted in (
            ("--sizes", calls.sizes),
            ("--sync-device", calls.sync_device),
            ("--gate", calls.gate),
        )
        if wanted
    ]
    return [*command[:place], "-m", MODULE, *options, *command[place:]]


def program_place(command: Sequence[str]) -> int | None:
    """Return where in a command the program of an interpreter stands: a file, or ``-m`` before a module."""
    for place, argument in enumerate(command[1:], start=1):
        if argument == "-m" or argument.endswith(PROGRAM_SUFFIXES):
            return place if place + (argument == "-m") < len(command) else None
        if not argument.startswith("-"):
            return None
    return None
