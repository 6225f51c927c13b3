"""``lab meter log``."""

import os
from pathlib import Path

import click

from lab.cli.common import json_option
from lab.cli.meter.talking import (
    count_option,
    driver_option,
    driver_with,
    interval_option,
    option_option,
    port_option,
    reading_line,
    until_ctrl_c,
)
from lab.cli.output import make_stderr, print_json, stdout
from lab.cli.paths import OutputFolder
from lab.conduct.twin import temporary_port
from lab.config.meter import MeterSection
from meter.line.simulated import is_simulated_port
from meter.recording.log import log
from records.errors import ConfigurationError
from records.run import RunFolder
from records.settings.logger import LoggedMeter


@click.command(name="log")
@driver_option
@port_option
@option_option
@interval_option
@count_option
@click.option("--out", required=True, type=OutputFolder(), help="Folder for meter.csv and meter.json.")
@click.option("--raw", is_flag=True, help="Also keep every byte, in meter_raw.csv.")
@json_option
def log_command(
    driver: str,
    port: str,
    options: tuple[str, ...],
    interval_s: float | None,
    count: int | None,
    out: Path,
    raw: bool,
    as_json: bool,
) -> None:
    """Write the readings to a folder until Ctrl-C, with flags for missing ones.

    \b
    lab meter log --driver wattsup_pro --port /dev/ttyUSB0 --out log-1
    """
    _refuse_earlier(out)
    stderr = make_stderr()
    driven, interval_s = driver_with(driver, options, interval_s)
    section = MeterSection(driver=driver, port=port, interval_s=interval_s)
    with temporary_port(section) as real_port, until_ctrl_c() as stopped:
        simulated = is_simulated_port(real_port)
        record = log(
            driven,
            LoggedMeter(driver=driver, port=real_port, interval_s=interval_s),
            out,
            stop=stopped,
            limit=count,
            raw=raw,
            on_reading=lambda r: stderr.print(reading_line(r, simulated)),
            on_notice=lambda text: stderr.print(f"note: {text}"),
        )
    if as_json:
        print_json(
            {"out": str(out), "counts": record.counts, "gaps": record.gaps, "simulated": record.simulated}
        )
    else:
        mark = " SIMULATED" if record.simulated else ""
        stdout.print(f"Written: {out}{mark}; rows by flag: {record.counts}; gaps: {len(record.gaps)}")


def _refuse_earlier(out: Path) -> None:
    """Refuse a folder that holds readings already: two logs in one file are no record of either."""
    folder = RunFolder(out)
    for path in (folder.meter_csv, folder.meter_json):
        if os.path.lexists(path):
            raise ConfigurationError(f"{path}: expected a new file, but it exists. Name another folder")
