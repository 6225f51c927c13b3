"""``lab sut``: a system under test that is another machine."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from lab.cli.common import config_option, json_option
from lab.cli.group import LabGroup
from lab.cli.needed_envs import progress_lines
from lab.cli.output import print_json, print_table
from lab.conduct.suts import sut_of
from lab.config.file import load_config
from lab.deploy.steps import deploy as put_there
from lab.envs.catalogue import find_environment
from records.errors import ConfigurationError
from sut.remote.sut import SshSut


@click.group("sut", cls=LabGroup)
def sut() -> None:
    """Prepare another machine as the system under test, over ssh."""


@sut.command(short_help="Install the lab's programs on the SUT")
@config_option
@click.option("--envs", multiple=True, metavar="NAME", help="Environment to build on the SUT (repeatable).")
@json_option
def deploy(config_path: Path, envs: Sequence[str], as_json: bool) -> None:
    """Install collectors, probe and workload programs on the SUT of lab.toml.

    They get their own environment below `[sut] home`; libraries come from the package index that pip on the
    SUT uses. What is already installed is left as it is.

    \b
    lab sut deploy
    lab sut deploy --envs cpu --envs codecarbon
    """
    config = load_config(config_path)
    there = sut_of(config)
    if not isinstance(there, SshSut):
        raise ConfigurationError(
            f"{config_path}: expected [sut] host, the name of the SUT for ssh, but the SUT is this machine, "
            f"which needs no installation"
        )
    steps = put_there(there, config.sut.python, [find_environment(name) for name in envs], progress_lines())
    if as_json:
        print_json({"host": there.host.name, "steps": [asdict(step) for step in steps]})
        return
    print_table(
        ("on the SUT", "state", "path"),
        [(step.what, "installed" if step.done else "already there", step.path) for step in steps],
    )
