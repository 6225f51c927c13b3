"""``lab trackers``: the software trackers that can be compared with the meter."""

import click

from lab.cli.group import CommandAt, LabGroup


@click.group(
    "trackers",
    cls=LabGroup,
    commands_at={
        "list": CommandAt("lab.cli.trackers.list:list_", "Try which trackers work on this machine"),
        "install": CommandAt("lab.cli.trackers.install:install", "Install trackers in their environments"),
        "calibrate": CommandAt("lab.cli.trackers.calibrate:calibrate", "Correct a tracker by the meter"),
        "apply": CommandAt("lab.cli.trackers.apply:apply", "Apply a correction to values"),
        "truth": CommandAt("lab.cli.trackers.truth:truth", "Try trackers on counters of known truth"),
        "stage": CommandAt("lab.cli.trackers.stage:stage", "Run a command on counters of known truth"),
    },
)
def trackers() -> None:
    """Install software trackers, try them on this machine and correct them by the meter."""
