"""What the commands share that talk to a meter: options, a session, how a reading is printed."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from lab.cli.common import MOST_READINGS, FiniteRange
from lab.conduct.twin import temporary_port
from lab.config.meter import MeterSection
from meter.contract import Meter
from meter.options import read_pairs
from meter.recording.session import MeterSession
from meter.registry import create
from meter.trust.calibration import Target
from records.meter import Reading
from records.times import iso_utc

driver_option = click.option(
    "--driver", required=True, metavar="NAME", help="Driver of the meter; `lab meter drivers` lists them."
)
port_option = click.option(
    "--port",
    required=True,
    help="Port of the meter: /dev/ttyUSB0, socket://host:port, visa://... or `virtual`.",
)
interval_option = click.option(
    "--interval",
    "interval_s",
    type=FiniteRange(min=0, min_open=True, max=3600),
    help="Seconds between readings; by default 1 s, or the fastest that the meter offers.",
)
option_option = click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="Option of the driver; `lab meter drivers NAME` lists them.",
)
count_option = click.option(
    "-n", "count", type=click.IntRange(1, MOST_READINGS), help="Number of readings, instead of until Ctrl-C."
)


_UNITS = {
    "voltage_v": "V",
    "current_a": "A",
    "power_factor": "PF",
    "frequency_hz": "Hz",
    "energy_wh": "Wh",
}


def driver_with(driver: str, options: tuple[str, ...], interval_s: float | None) -> tuple[Meter, float]:
    """Return a driver, not open, and the interval, which is 1 s or the fastest where none is asked for.

    Raises:
        ConfigurationError: the driver is unknown, or does not take an option or the interval.
    """
    meter = create(driver, read_pairs(options))
    interval_s = max(1.0, meter.spec.fastest_interval_s) if interval_s is None else interval_s
    meter.check_interval(interval_s)
    return meter, interval_s


def target_of(driver: str, port: str, options: tuple[str, ...], interval_s: float | None) -> Target:
    """Return a meter to be read; its driver and options are checked before anything is started."""
    _, interval_s = driver_with(driver, options, interval_s)
    return Target(driver, port, interval_s, read_pairs(options))


@contextmanager
def session(
    driver: str, port: str, options: tuple[str, ...], interval_s: float | None = None
) -> Iterator[MeterSession]:
    """Talk to a meter; a mistake is told before an instrument is started."""
    meter, interval_s = driver_with(driver, options, interval_s)
    section = MeterSection(driver=driver, port=port, interval_s=interval_s)
    with temporary_port(section) as real_port, MeterSession(meter, real_port, interval_s) as talk:
        yield talk


@contextmanager
def until_ctrl_c() -> Iterator[Callable[[], bool]]:
    """Yield a function that turns true on Ctrl-C or SIGTERM, so that the meter is left clean."""
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def reading_line(reading: Reading, simulated: bool) -> str:
    """Return a reading as a line of text."""
    mark = "  SIMULATED" if simulated else ""
    if reading.power_w is None:
        return f"{iso_utc(reading.t_utc_s)}  no power: {reading.flag}{mark}"
    others = [
        f"{getattr(reading, name):g} {unit}"
        for name, unit in _UNITS.items()
        if getattr(reading, name) is not None
    ]
    return f"{iso_utc(reading.t_utc_s)}  {reading.power_w:8.1f} W  {'  '.join(others)}{mark}"


def never() -> bool:
    """Say that nobody asked to stop."""
    return False
