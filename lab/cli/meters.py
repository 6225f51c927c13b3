"""``lab meter``: talk to one meter, or simulate one."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.live import Live
from rich.text import Text

from lab.cli.common import LabGroup, json_option
from lab.config import MeterSection
from lab.output import make_stderr, print_json, print_table, stdout
from lab.progress import sparkline
from lab.twin import temporary_port
from meter.contract import Meter
from meter.logger import LogSettings, log
from meter.ports import list_ports
from meter.registry import create, driver_class, driver_names
from meter.session import MeterSession
from meter.simulated import is_simulated_port
from meter.virtual.bench import Simulation, simulate
from meter.virtual.faults import KINDS, Fault
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.power_model import HostPowerModel
from meter.virtual.sources import power_source
from meter.virtual.twins import virtual_drivers
from records.errors import DeviceError
from records.meter import Reading
from records.times import iso_utc

_WATCHED = 48
_UNITS = {
    "voltage_v": "V",
    "current_a": "A",
    "power_factor": "PF",
    "frequency_hz": "Hz",
    "energy_wh": "Wh",
}

driver_option = click.option("--driver", required=True, metavar="NAME", help="See `lab meter drivers`.")
port_option = click.option(
    "--port", required=True, help="/dev/ttyUSB0, socket://host:port, rfc2217://..., or `virtual`."
)
interval_option = click.option("--interval", "interval_s", default=1.0, show_default=True, help="Seconds.")
count_option = click.option("-n", "count", type=click.IntRange(min=1), help="Stop after that many readings.")


@click.group(cls=LabGroup)
def meter() -> None:
    """Talk to one power meter, or simulate one.

    \b
    lab meter ports
    lab meter identify --driver wattsup_pro --port /dev/ttyUSB0
    lab meter watch --driver wattsup_pro --port virtual
    """


@meter.command()
@json_option
def drivers(as_json: bool) -> None:
    """List the meters that can be driven.

    \b
    lab meter drivers
    """
    virtual = virtual_drivers()
    rows = [_driver_row(driver_class(name), name in virtual) for name in driver_names()]
    if as_json:
        print_json(rows)
        return
    columns = ("driver", "instrument", "reading", "fastest", "resolution", "accuracy", "virtual twin")
    print_table(columns, [_driver_texts(row) for row in rows])


@meter.command()
@json_option
def ports(as_json: bool) -> None:
    """List the serial ports that are plugged in; none is opened.

    \b
    lab meter ports
    """
    found = list_ports()
    if as_json:
        print_json([asdict(port) for port in found])
    elif found:
        rows = [(p.device, p.usb_id, p.maker, p.serial_number, p.description) for p in found]
        print_table(("port", "usb id", "maker", "serial number", "description"), rows)
    else:
        stdout.print("No serial port is plugged in. `virtual` is always there.", markup=False)


@meter.command()
@driver_option
@port_option
@json_option
def identify(driver: str, port: str, as_json: bool) -> None:
    """Ask the meter on a port who it is.

    \b
    lab meter identify --driver wattsup_pro --port /dev/ttyUSB0
    """
    with _session(driver, port, interval_s=None) as session:
        who = {**asdict(session.identity), "simulated": session.simulated}
    who.pop("extra", None)
    if as_json:
        print_json(who)
        return
    for key, value in who.items():
        stdout.print(f"{key:>10}  {value}", markup=False)


@meter.command()
@driver_option
@port_option
@json_option
def read(driver: str, port: str, as_json: bool) -> None:
    """Take one reading.

    \b
    lab meter read --driver wattsup_pro --port /dev/ttyUSB0 --json
    """
    with _session(driver, port, interval_s=None) as session:
        reading = next(session.readings(lambda: False), None)
        simulated = session.simulated
    if reading is None:
        raise DeviceError(f"{port}: the meter gave no reading")
    if as_json:
        print_json({**_reading_json(reading), "simulated": simulated})
    else:
        stdout.print(_reading_line(reading, simulated), markup=False)


@meter.command()
@driver_option
@port_option
@interval_option
@count_option
def watch(driver: str, port: str, interval_s: float, count: int | None) -> None:
    """Show the readings as they come, until Ctrl-C.

    \b
    lab meter watch --driver wattsup_pro --port /dev/ttyUSB0
    """
    with _session(driver, port, interval_s) as session, _until_ctrl_c() as stopped:
        readings = _counted(session.readings(stopped), count)
        if stdout.is_terminal:
            _watch_live(readings, session)
        else:
            for reading in readings:
                click.echo(_reading_line(reading, session.simulated))


@meter.command(name="log")
@driver_option
@port_option
@interval_option
@count_option
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of meter.csv and meter.json."
)
@json_option
def log_command(
    driver: str, port: str, interval_s: float, count: int | None, out: Path, as_json: bool
) -> None:
    """Write the readings to a folder until Ctrl-C, with flags for what is missing.

    \b
    lab meter log --driver wattsup_pro --port /dev/ttyUSB0 --out log-1
    """
    stderr = make_stderr()
    driver_class(driver)  # a wrong name is told before an instrument is started
    with _port(driver, port, interval_s) as real_port, _until_ctrl_c() as stopped:
        record = log(
            create(driver),
            LogSettings(port=real_port, out_dir=out, interval_s=interval_s, limit=count),
            stop=stopped,
            on_reading=lambda r: stderr.print(_reading_line(r, is_simulated_port(real_port)), markup=False),
            on_notice=lambda text: stderr.print(f"note: {text}", markup=False),
        )
    if as_json:
        print_json(
            {"out": str(out), "counts": record.counts, "gaps": record.gaps, "simulated": record.simulated}
        )
    else:
        mark = " SIMULATED" if record.simulated else ""
        stdout.print(
            f"Written: {out}{mark}; rows by flag: {record.counts}; gaps: {len(record.gaps)}", markup=False
        )


@meter.command(name="simulate")
@click.argument("name")
@click.option("--link", type=click.Path(path_type=Path), help="Symbolic link to the port.")
@click.option("--watts", type=float, help="Constant power.")
@click.option(
    "--trace", type=click.Path(path_type=Path, exists=True), help="CSV with the columns t_s,power_w."
)
@click.option("--follow-host", is_flag=True, help="A model of this machine's load (the default).")
@click.option("--truth", type=click.Path(path_type=Path), help="File for the true power and energy.")
@click.option("--gain-error-pct", type=float, default=0.0, help="Error of the instrument.")
@click.option("--seed", type=int, default=0, help="Of everything random.")
@click.option("--fault", multiple=True, metavar="KIND@START+DURATION", help=f"Seconds; {', '.join(KINDS)}.")
@click.pass_context
def simulate_command(
    ctx: click.Context,
    name: str,
    link: Path | None,
    watts: float | None,
    trace: Path | None,
    follow_host: bool,
    truth: Path | None,
    gain_error_pct: float,
    seed: int,
    fault: tuple[str, ...],
) -> None:
    """Run a virtual instrument on a pseudo-terminal; its port is the first line, Ctrl-C ends it.

    It speaks the wire protocol of NAME byte for byte. Whatever comes from it is marked SIMULATED.

    \b
    lab meter simulate wattsup_pro --link /tmp/meter
    lab meter simulate wattsup_pro --watts 100 --fault silence@30+10
    """
    if sum((watts is not None, trace is not None, follow_host)) > 1:
        raise click.UsageError("expected one of --watts, --trace and --follow-host", ctx)
    simulation = Simulation(
        name=name,
        source=power_source(watts, trace, HostPowerModel(seed=seed)),
        errors=InstrumentErrors(gain_error_pct=gain_error_pct),
        link=link,
        truth=truth,
        faults=tuple(Fault.parse(text) for text in fault),
        seed=seed,
    )
    with _until_ctrl_c() as stopped:
        simulate(simulation, stop=stopped, announce=click.echo)


@contextmanager
def _port(driver: str, port: str, interval_s: float) -> Iterator[str]:
    with temporary_port(MeterSection(driver=driver, port=port, interval_s=interval_s)) as real_port:
        yield real_port


@contextmanager
def _session(driver: str, port: str, interval_s: float | None) -> Iterator[MeterSession]:
    interval_s = driver_class(driver).fastest_interval_s if interval_s is None else interval_s
    with (
        _port(driver, port, interval_s) as real_port,
        MeterSession(create(driver), real_port, interval_s) as session,
    ):
        yield session


@contextmanager
def _until_ctrl_c() -> Iterator[Callable[[], bool]]:
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


def _counted(readings: Iterator[Reading], count: int | None) -> Iterator[Reading]:
    for number, reading in enumerate(readings, start=1):
        yield reading
        if number == count:
            return


def _watch_live(readings: Iterator[Reading], session: MeterSession) -> None:
    powers: list[float] = []
    missing = 0
    with Live(console=stdout, transient=False, auto_refresh=False) as live:
        for reading in readings:
            missing += bool(reading.flag)
            if reading.power_w is not None:
                powers = [*powers[-_WATCHED:], reading.power_w]
            line = Text(_reading_line(reading, session.simulated))
            line.append(f"\n{sparkline(powers) if powers else ''}")
            line.append(f"\n{missing} rows without watts; Ctrl-C ends")
            live.update(line, refresh=True)


def _reading_json(reading: Reading) -> dict[str, Any]:
    """Return the reading without the quantities that the meter does not have."""
    values = asdict(reading)
    kept = {key: value for key, value in values.items() if value is not None or key == "power_w"}
    flag = kept.pop("flag")
    return {**kept, "flag": flag}


def _reading_line(reading: Reading, simulated: bool) -> str:
    mark = "  SIMULATED" if simulated else ""
    if reading.power_w is None:
        return f"{iso_utc(reading.t_utc_s)}  no watts: {reading.flag}{mark}"
    units = {
        "voltage_v": "V",
        "current_a": "A",
        "power_factor": "PF",
        "frequency_hz": "Hz",
        "energy_wh": "Wh",
    }
    others = [
        f"{getattr(reading, name):g} {unit}"
        for name, unit in units.items()
        if getattr(reading, name) is not None
    ]
    return f"{iso_utc(reading.t_utc_s)}  {reading.power_w:8.1f} W  {'  '.join(others)}{mark}"


def _driver_row(driver: type[Meter], has_twin: bool) -> dict[str, Any]:
    accuracy = asdict(driver.accuracy)
    accuracy.pop("extra", None)
    return {
        "driver": driver.driver,
        "maker": driver.maker,
        "model": driver.model,
        "quantities": list(driver.quantities),
        "sampling": driver.sampling,
        "fastest_interval_s": driver.fastest_interval_s,
        "resolution_w": driver.resolution_w,
        "accuracy": accuracy,
        "virtual": has_twin,
    }


def _driver_texts(row: dict[str, Any]) -> tuple[str, ...]:
    accuracy = row["accuracy"]
    parts = [f"{accuracy['reading_pct']:g} % of reading"]
    if accuracy["range_pct"]:
        parts.append(f"{accuracy['range_pct']:g} % of range")
    if accuracy["counts"]:
        parts.append(f"{accuracy['counts']:g} counts")
    return (
        row["driver"],
        f"{row['maker']} {row['model']}",
        row["sampling"],
        f"{row['fastest_interval_s']:g} s",
        f"{row['resolution_w']:g} W",
        " + ".join(parts),
        "yes" if row["virtual"] else "no",
    )
