"""Environments that a configuration needs and that are not there: ask, build, or say how."""

import sys
from collections.abc import Callable, Sequence

import click

from lab.cli.output import make_stderr
from lab.envs.catalogue import find_environment
from lab.envs.install import install
from lab.envs.state import State, state_of

install_envs_option = click.option(
    "--install-envs", is_flag=True, help="Build missing environments without asking."
)


def offer(names: Sequence[str], *, build: bool, ask: bool) -> list[str]:
    """Build what is missing of some environments, if that is wanted.

    Args:
        names: of the environments.
        build: build them without asking.
        ask: ask whether to build them, where a person sits at a terminal.

    Returns:
        Names of those that are still missing.

    Raises:
        InstallationError: one cannot be built.
    """
    missing = [name for name in names if not _is_usable(name)]
    if not missing or not (build or (ask and _wants(missing))):
        return missing
    for name in missing:
        install(find_environment(name), progress_lines())
    return []


def progress_lines() -> Callable[[str], None]:
    """Return what prints one line of progress on stderr, however long it is."""
    return make_stderr().print


def install_line(names: Sequence[str]) -> str:
    """Return the command that builds environments, to be pasted."""
    return f"lab envs install {' '.join(names)}"


def _is_usable(name: str) -> bool:
    return state_of(find_environment(name)) in (State.READY, State.STALE)


def _wants(missing: Sequence[str]) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    question = f"Environments missing: {', '.join(missing)}. Build them now (up to 2 GB, some minutes)?"
    return click.confirm(question, default=True, err=True)
