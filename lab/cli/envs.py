"""``lab envs``: the environments of measured programs and trackers."""

import click

from lab.cli.common import json_option
from lab.cli.group import LabGroup
from lab.cli.needed_envs import progress_lines
from lab.cli.output import print_json, print_table, stdout
from lab.envs.catalogue import ENVIRONMENTS, find_environment
from lab.envs.install import install as build
from lab.envs.install import remove as delete
from lab.envs.places import environments_folder, interpreter_in
from lab.envs.state import folder_of, read_mark, state_of

names_argument = click.argument("names", metavar="NAME...", nargs=-1, required=True)


@click.group("envs", cls=LabGroup)
def envs() -> None:
    """Build the environments in which measured programs and trackers run, separate from the lab's own.

    They are in .envs of a checkout, otherwise in the user's data folder, or where WATTLAB_DATA points.
    """


@envs.command("list", short_help="List environments and their state")
@json_option
def list_(as_json: bool) -> None:
    """List the environments with purpose, state and size.

    \b
    lab envs list
    """
    rows = []
    for environment in ENVIRONMENTS:
        folder = folder_of(environment)
        built = read_mark(folder)
        rows.append(
            {
                "name": environment.name,
                "kind": environment.kind,
                "purpose": environment.purpose,
                "state": str(state_of(environment)),
                "obstacle": environment.obstacle(),
                "size_mib": built and built.size_mib,
                "python": str(interpreter_in(folder)),
            }
        )
    if as_json:
        print_json(rows)
        return
    print_table(
        ("name", "purpose", "state", "MiB"),
        [(row["name"], row["purpose"], row["obstacle"] or row["state"], row["size_mib"]) for row in rows],
    )
    stdout.print(f"Folder: {environments_folder()}")


@envs.command(short_help="Build environments")
@names_argument
@json_option
def install(names: tuple[str, ...], as_json: bool) -> None:
    """Build environments from pinned versions; one that is ready is left as it is.

    Uses uv if it is installed, otherwise pip, and the Python that runs the lab.

    \b
    lab envs install cpu codecarbon
    """
    install_named(names, as_json)


@envs.command(short_help="Delete environments")
@names_argument
@json_option
def remove(names: tuple[str, ...], as_json: bool) -> None:
    """Delete environments.

    \b
    lab envs remove gpu
    """
    environments = [find_environment(name) for name in names]
    removed = [one.name for one in environments if delete(one, progress_lines())]
    if as_json:
        print_json({"removed": removed})
    else:
        stdout.print(f"Removed: {', '.join(removed) or 'none'}")


def install_named(names: tuple[str, ...], as_json: bool) -> None:
    """Build the environments of these names and print where they are.

    Raises:
        ConfigurationError: there is no environment of a name.
        InstallationError: one cannot be built.
    """
    environments = [find_environment(name) for name in names]
    found = [build(environment, progress_lines()) for environment in environments]
    if as_json:
        print_json(
            [
                {"name": one.name, "found": str(state), "python": str(interpreter_in(folder_of(one)))}
                for one, state in zip(environments, found, strict=True)
            ]
        )
        return
    for environment in environments:
        stdout.print(f"{environment.name}: ready in {folder_of(environment)}")
