"""``lab trackers install``: the environment of a tracker."""

import click

from lab.cli.common import json_option
from lab.cli.envs import install_named, names_argument
from lab.envs.catalogue import environment_names
from records.errors import ConfigurationError
from records.near_match import unknown_name


@click.command()
@names_argument
@json_option
def install(names: tuple[str, ...], as_json: bool) -> None:
    """Build the environments of trackers, as `lab envs install` does.

    \b
    lab trackers install codecarbon eco2ai
    """
    known = environment_names("tracker")
    for name in names:
        if name not in known:
            raise ConfigurationError(unknown_name("tracker", name, known))
    install_named(names, as_json)
