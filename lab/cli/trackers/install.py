"""``lab trackers install``: the environment of a tracker."""

import click

from lab.cli.common import json_option
from lab.cli.envs import install_named, names_argument
from records.errors import ConfigurationError
from records.near_match import unknown_name
from workload.registry import environment_of, tracker_names


@click.command()
@names_argument
@json_option
def install(names: tuple[str, ...], as_json: bool) -> None:
    """Build the environments of trackers, as `lab envs install` does.

    CodeCarbon's API and its command, codecarbon-cli, share one environment.

    \b
    lab trackers install codecarbon eco2ai
    """
    environments = [environment_of(name) for name in names]
    for name, environment in zip(names, environments, strict=True):
        if environment is None:
            known = [tracker for tracker in tracker_names() if environment_of(tracker)]
            raise ConfigurationError(unknown_name("tracker", name, known))
    install_named(tuple(dict.fromkeys(filter(None, environments))), as_json)
