"""``lab meter``: talk to one meter, or simulate one."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.live import Live

from lab.cli.common import CommandAt, FiniteRange, LabGroup, json_option
from lab.cli.meter_chart import WatchedMeter
from lab.cli.output import make_stderr, print_json, print_table, stdout, visible
from lab.conduct.twin import temporary_port
from lab.config.meter import MeterSection
from meter.adapters import Proposal, recognise
from meter.contract import Meter
from meter.describe import accuracy_in_words, declared, link, option_in_words, rows
from meter.line.ports import SerialPort, list_ports
from meter.line.simulated import is_simulated_port
from meter.options import read_pairs
from meter.recording.log import log
from meter.recording.session import MeterSession
from meter.registry import create, driver_class, loadable_specs, virtual_drivers
from meter.spec import MeterSpec
from meter.virtual.bench import Simulation, simulate
from meter.virtual.faults import KINDS, Fault
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.power_model import HostPowerModel
from meter.virtual.sources import power_source
from records.errors import DeviceError
from records.meter import Reading
from records.settings.logger import LoggedMeter
from records.times import iso_utc

_UNITS = {
    "voltage_v": "V",
    "current_a": "A",
    "power_factor": "PF",
    "frequency_hz": "Hz",
    "energy_wh": "Wh",
}

driver_option = click.option("--driver", required=True, metavar="NAME", help="See `lab meter drivers`.")
port_option = click.option(
    "--port", required=True, help="/dev/ttyUSB0, socket://host:port, visa://..., or `virtual`."
)
interval_option = click.option(
    "--interval",
    "interval_s",
    type=FiniteRange(min=0, min_open=True),
    help="Seconds; 1 s, or the fastest that the meter offers.",
)
option_option = click.option(
    "--option", "options", multiple=True, metavar="NAME=VALUE", help="See `lab meter drivers NAME`."
)
count_option = click.option("-n", "count", type=click.IntRange(min=1), help="Stop after that many readings.")


_TRUST = {
    "calibrate": CommandAt("lab.cli.meter_trust:calibrate", "Calibrate a meter at three or more loads"),
    "zero": CommandAt("lab.cli.meter_trust:zero", "Check a meter without a load"),
    "delay": CommandAt("lab.cli.meter_trust:delay", "Measure how late the readings come"),
}


@click.group(cls=LabGroup, commands_at=_TRUST)
def meter() -> None:
    """Talk to one power meter, or simulate one.

    \b
    lab meter ports
    lab meter identify --driver wattsup_pro --port /dev/ttyUSB0
    lab meter watch --driver wattsup_pro --port virtual
    """


@meter.command()
@click.argument("name", required=False)
@json_option
def drivers(name: str | None, as_json: bool) -> None:
    """List the meters that can be driven; with NAME, all about one of them and its options.

    \b
    lab meter drivers
    lab meter drivers eastron_sdm120
    """
    virtual = virtual_drivers()
    if name is not None:
        spec = driver_class(name).spec
        if as_json:
            print_json(declared(spec, name in virtual))
        else:
            _print_driver(spec, name in virtual)
        return
    specs = list(loadable_specs(lambda error: click.echo(f"lab: {visible(str(error))}", err=True)))
    if as_json:
        print_json([declared(spec, spec.driver in virtual) for spec in specs])
        return
    columns = ("driver", "instrument", "connection", "fastest", "resolution", "limits of error")
    print_table(columns, [_driver_texts(spec) for spec in specs])


@meter.command()
@json_option
def ports(as_json: bool) -> None:
    """List the serial ports that are plugged in, and what may be behind them; none is opened.

    \b
    lab meter ports
    """
    found = [(port, recognise(port.usb_id)) for port in list_ports()]
    if as_json:
        print_json([{**asdict(port), **asdict(proposal)} for port, proposal in found])
        return
    if not found:
        stdout.print(
            "No serial port is plugged in. `virtual` is always there; network meters need no port here.",
        )
        return
    columns = ("port", "usb id", "adapter", "serial number", "likely driver")
    print_table(columns, [_port_texts(port, proposal) for port, proposal in found])
    for port, proposal in found:
        if proposal.possible:
            stdout.print(f"{port.device}: any serial meter can be behind it: {', '.join(proposal.possible)}")
        if port.stable:
            stdout.print(f"{port.device}: keeps its name as {port.stable}")
        if port.remedy:
            stdout.print(f"{port.device}: {port.remedy}")


@meter.command()
@driver_option
@port_option
@option_option
@json_option
def identify(driver: str, port: str, options: tuple[str, ...], as_json: bool) -> None:
    """Ask the meter on a port who it is.

    \b
    lab meter identify --driver wattsup_pro --port /dev/ttyUSB0
    """
    with _session(driver, port, options) as session:
        who = {**asdict(session.identity), "simulated": session.simulated}
    who.pop("extra", None)
    if as_json:
        print_json(who)
        return
    for key, value in who.items():
        stdout.print(f"{key:>10}  {value}")


@meter.command()
@driver_option
@port_option
@option_option
@json_option
def read(driver: str, port: str, options: tuple[str, ...], as_json: bool) -> None:
    """Take one reading.

    \b
    lab meter read --driver wattsup_pro --port /dev/ttyUSB0 --json
    """
    with _session(driver, port, options) as session:
        reading = next(session.readings(lambda: False), None)
        simulated = session.simulated
    if reading is None:
        raise DeviceError(f"{port}: the meter gave no reading")
    if as_json:
        print_json({**_reading_json(reading), "simulated": simulated})
    else:
        stdout.print(_reading_line(reading, simulated))


@meter.command()
@driver_option
@port_option
@option_option
@interval_option
@count_option
def watch(
    driver: str, port: str, options: tuple[str, ...], interval_s: float | None, count: int | None
) -> None:
    """Show the readings as they come, until Ctrl-C: chart, rate, jitter, what is missing.

    A meter that is silent is told of every few seconds; after half a minute of it the command ends with 3.

    \b
    lab meter watch --driver wattsup_pro --port /dev/ttyUSB0
    """
    with _session(driver, port, options, interval_s) as session, _until_ctrl_c() as stopped:
        watched = WatchedMeter(_name(session), session.interval_s, session.simulated)
        live = stdout.is_terminal

        def over() -> bool:
            said = "" if live else watched.silence()
            if said:
                click.echo(visible(said), err=True)
            return stopped() or watched.is_given_up

        readings = _counted(session.readings(over), count)
        if live:
            _watch_live(readings, watched)
        else:
            for reading in readings:
                watched.add(reading)
                click.echo(visible(_reading_line(reading, session.simulated)))
    if not live:
        for line in watched.summary():
            click.echo(visible(line), err=True)
    if watched.is_given_up:
        raise DeviceError(
            f"{session.port}: no reading for {watched.silent_s:.0f} s, {watched.missing} missing. "
            f"Check cable, plug and power of the meter; `lab meter ports` lists what is plugged in"
        )


@meter.command(name="log")
@driver_option
@port_option
@option_option
@interval_option
@count_option
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of meter.csv and meter.json."
)
@click.option("--raw", is_flag=True, help="Keep every byte, too, in meter_raw.csv.")
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
    """Write the readings to a folder until Ctrl-C, with flags for what is missing.

    \b
    lab meter log --driver wattsup_pro --port /dev/ttyUSB0 --out log-1
    """
    stderr = make_stderr()
    driven = create(driver, read_pairs(options))  # a mistake is told before an instrument is started
    interval_s = _usual_s(driven) if interval_s is None else interval_s
    driven.check_interval(interval_s)
    with _port(driver, port, interval_s) as real_port, _until_ctrl_c() as stopped:
        simulated = is_simulated_port(real_port)
        record = log(
            driven,
            LoggedMeter(driver=driver, port=real_port, interval_s=interval_s),
            out,
            stop=stopped,
            limit=count,
            raw=raw,
            on_reading=lambda r: stderr.print(_reading_line(r, simulated)),
            on_notice=lambda text: stderr.print(f"note: {text}"),
        )
    if as_json:
        print_json(
            {"out": str(out), "counts": record.counts, "gaps": record.gaps, "simulated": record.simulated}
        )
    else:
        mark = " SIMULATED" if record.simulated else ""
        stdout.print(f"Written: {out}{mark}; rows by flag: {record.counts}; gaps: {len(record.gaps)}")


@meter.command(name="simulate")
@click.argument("name")
@click.option("--link", type=click.Path(path_type=Path), help="Symbolic link to the port.")
@click.option("--watts", type=FiniteRange(min=0), help="Constant power.")
@click.option(
    "--trace", type=click.Path(path_type=Path, exists=True), help="CSV with the columns t_s,power_w."
)
@click.option("--follow-host", is_flag=True, help="A model of this machine's load (the default).")
@click.option("--truth", type=click.Path(path_type=Path), help="File for the true power and energy.")
@click.option("--gain-error-pct", type=FiniteRange(), default=0.0, help="Error of the instrument.")
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

    It speaks the wire protocol of NAME byte for byte; meters on the network get a socket of the
    loopback address. Whatever comes from it is marked SIMULATED.

    \b
    lab meter simulate wattsup_pro --link /tmp/meter
    lab meter simulate wattsup_pro --watts 100 --fault silence@30+10
    lab meter simulate shelly --trace powers.csv
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

    def announce(path: str) -> None:
        click.echo(path)
        click.echo(f"SIMULATED; read it with: lab meter watch --driver {name} --port {path}", err=True)

    with _until_ctrl_c() as stopped:
        simulate(simulation, stop=stopped, announce=announce)


@contextmanager
def _port(driver: str, port: str, interval_s: float) -> Iterator[str]:
    with temporary_port(MeterSection(driver=driver, port=port, interval_s=interval_s)) as real_port:
        yield real_port


@contextmanager
def _session(
    driver: str, port: str, options: tuple[str, ...], interval_s: float | None = None
) -> Iterator[MeterSession]:
    driven = create(driver, read_pairs(options))  # a mistake is told before an instrument is started
    interval_s = _usual_s(driven) if interval_s is None else interval_s
    driven.check_interval(interval_s)
    with _port(driver, port, interval_s) as real_port, MeterSession(driven, real_port, interval_s) as session:
        yield session


def _usual_s(driven: Meter) -> float:
    """Return the interval of someone who names none."""
    return max(1.0, driven.spec.fastest_interval_s)


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


def _watch_live(readings: Iterator[Reading], watched: WatchedMeter) -> None:
    with Live(watched, console=stdout, refresh_per_second=4):
        for reading in readings:
            watched.add(reading)


def _name(session: MeterSession) -> str:
    who = session.identity
    return " ".join(part for part in (who.maker, who.model, who.serial) if part)


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
    others = [
        f"{getattr(reading, name):g} {unit}"
        for name, unit in _UNITS.items()
        if getattr(reading, name) is not None
    ]
    return f"{iso_utc(reading.t_utc_s)}  {reading.power_w:8.1f} W  {'  '.join(others)}{mark}"


def _driver_texts(spec: MeterSpec) -> tuple[str, ...]:
    return (
        spec.driver,
        f"{spec.maker} {spec.model}",
        link(spec),
        f"{spec.fastest_interval_s:g} s",
        f"{spec.resolution_w:g} W",
        accuracy_in_words(spec.accuracy),
    )


def _port_texts(port: SerialPort, proposal: Proposal) -> tuple[str, ...]:
    adapter = proposal.adapter or port.maker or port.description
    return port.device, port.usb_id, adapter, port.serial_number, ", ".join(proposal.likely)


def _print_driver(spec: MeterSpec, has_twin: bool) -> None:
    print_table(("", ""), rows(spec, has_twin))
    if spec.options:
        stdout.print("\nOptions (--option NAME=VALUE, or [meter.options] in lab.toml):")
        texts = [(option.name, option_in_words(option), option.meaning) for option in spec.options]
        print_table(("option", "value", "meaning"), texts)
    if spec.unverified:
        stdout.print("\nFrom memory only, no source was read; check it on the instrument:")
        for fact in spec.unverified:
            stdout.print(f"- {fact}")
