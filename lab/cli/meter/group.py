"""``lab meter``: talk to one meter, or simulate one."""

import click

from lab.cli.group import CommandAt, LabGroup


@click.group(
    cls=LabGroup,
    commands_at={
        "ports": CommandAt("lab.cli.meter.listing:ports", "List the serial ports and likely meters"),
        "drivers": CommandAt("lab.cli.meter.listing:drivers", "List the supported meters"),
        "identify": CommandAt("lab.cli.meter.readings:identify", "Identify the meter on a port"),
        "read": CommandAt("lab.cli.meter.readings:read", "Take one reading"),
        "watch": CommandAt("lab.cli.meter.readings:watch", "Watch the readings live"),
        "log": CommandAt("lab.cli.meter.recording:log_command", "Write the readings to a folder"),
        "simulate": CommandAt("lab.cli.meter.simulating:simulate_command", "Run a virtual instrument"),
        "calibrate": CommandAt("lab.cli.meter.calibrate:calibrate", "Calibrate a meter at several loads"),
        "zero": CommandAt("lab.cli.meter.checks:zero", "Check a meter without a load"),
        "delay": CommandAt("lab.cli.meter.checks:delay", "Measure the delay of a meter"),
    },
)
def meter() -> None:
    """Use one power meter: find it, read it, record it, calibrate it, or simulate one.

    \b
    lab meter ports
    lab meter identify --driver wattsup_pro --port /dev/ttyUSB0
    lab meter watch --driver wattsup_pro --port virtual
    """
