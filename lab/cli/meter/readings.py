"""``lab meter identify``, ``read`` and ``watch``."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click
from rich.live import Live

from lab.cli.common import json_option
from lab.cli.meter.chart import WatchedMeter
from lab.cli.meter.talking import (
    count_option,
    driver_option,
    interval_option,
    option_option,
    port_option,
    reading_line,
    session,
    until_ctrl_c,
)
from lab.cli.output import print_json, stdout
from lab.cli.visible import visible
from meter.recording.session import MeterSession
from records.errors import DeviceError
from records.meter import Reading


@click.command()
@driver_option
@port_option
@option_option
@json_option
def identify(driver: str, port: str, options: tuple[str, ...], as_json: bool) -> None:
    """Identify the meter on a port: maker, model, serial number, firmware.

    \b
    lab meter identify --driver wattsup_pro --port /dev/ttyUSB0
    """
    with session(driver, port, options) as talk:
        who = {**asdict(talk.identity), "simulated": talk.simulated}
    who.pop("extra", None)
    if as_json:
        print_json(who)
        return
    for key, value in who.items():
        stdout.print(f"{key:>10}  {value}")


@click.command()
@driver_option
@port_option
@option_option
@json_option
def read(driver: str, port: str, options: tuple[str, ...], as_json: bool) -> None:
    """Take one reading.

    \b
    lab meter read --driver wattsup_pro --port /dev/ttyUSB0 --json
    """
    with session(driver, port, options) as talk:
        reading = next(talk.readings(lambda: False), None)
        simulated = talk.simulated
    if reading is None:
        raise DeviceError(
            f"{port}: expected a reading, but the meter sent none. Check cable, plug and power of the meter"
        )
    if as_json:
        print_json({**_reading_json(reading), "simulated": simulated})
    else:
        stdout.print(reading_line(reading, simulated))


@click.command()
@driver_option
@port_option
@option_option
@interval_option
@count_option
def watch(
    driver: str, port: str, options: tuple[str, ...], interval_s: float | None, count: int | None
) -> None:
    """Watch the readings until Ctrl-C: chart, rate, jitter, missing readings.

    A silent meter is reported every few seconds; after half a minute of silence the command ends with 3.

    \b
    lab meter watch --driver wattsup_pro --port /dev/ttyUSB0
    """
    with session(driver, port, options, interval_s) as talk, until_ctrl_c() as stopped:
        watched = WatchedMeter(_name(talk), talk.interval_s, talk.simulated)
        live = stdout.is_terminal

        def over() -> bool:
            said = "" if live else watched.silence()
            if said:
                click.echo(visible(said), err=True)
            return stopped() or watched.is_given_up

        readings = _counted(talk.readings(over), count)
        if live:
            _watch_live(readings, watched)
        else:
            for reading in readings:
                watched.add(reading)
                click.echo(visible(reading_line(reading, talk.simulated)))
    if not live:
        for line in watched.summary():
            click.echo(visible(line), err=True)
    if watched.is_given_up:
        raise DeviceError(
            f"{talk.port}: no reading for {watched.silent_s:.0f} s, {watched.missing} missing. "
            f"Check cable, plug and power of the meter; `lab meter ports` lists the ports"
        )


def _counted(readings: Iterator[Reading], count: int | None) -> Iterator[Reading]:
    for number, reading in enumerate(readings, start=1):
        yield reading
        if number == count:
            return


def _watch_live(readings: Iterator[Reading], watched: WatchedMeter) -> None:
    with Live(watched, console=stdout, refresh_per_second=4):
        for reading in readings:
            watched.add(reading)


def _name(talk: MeterSession) -> str:
    who = talk.identity
    return " ".join(part for part in (who.maker, who.model, who.serial) if part)


def _reading_json(reading: Reading) -> dict[str, Any]:
    """Return the reading without the quantities that the meter does not have."""
    values = asdict(reading)
    kept = {key: value for key, value in values.items() if value is not None or key == "power_w"}
    flag = kept.pop("flag")
    return {**kept, "flag": flag}
