"""``lab trackers``: the software trackers that can be compared with the meter."""

import click

from lab.cli.common import CommandAt, LabGroup


@click.group(
    "trackers",
    cls=LabGroup,
    commands_at={
        "install": CommandAt("lab.cli.trackers.install:install", "Install trackers in their environments"),
    },
)
def trackers() -> None:
    """Install software trackers and see what they can do on this machine."""
