"""``lab meter drivers`` and ``ports``."""

from dataclasses import asdict

import click

from lab.cli.common import json_option
from lab.cli.output import print_json, print_table, stdout
from lab.cli.visible import visible
from meter.adapters import Proposal, recognise
from meter.describe import declared, link, option_in_words, rows
from meter.line.ports import SerialPort, list_ports
from meter.registry import driver_class, loadable_specs, virtual_drivers
from meter.spec import MeterSpec


@click.command()
@click.argument("name", required=False)
@json_option
def drivers(name: str | None, as_json: bool) -> None:
    """List the supported meters; with NAME, show one of them with its options.

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


@click.command()
@json_option
def ports(as_json: bool) -> None:
    """List the serial ports and the meters that may be behind them, without opening any.

    \b
    lab meter ports
    """
    found = [(port, recognise(port.usb_id)) for port in list_ports()]
    if as_json:
        print_json([{**asdict(port), **asdict(proposal)} for port, proposal in found])
        return
    if not found:
        stdout.print(
            "No serial port found. `virtual` is always available; network meters need no port here.",
        )
        return
    columns = ("port", "usb id", "adapter", "serial number", "likely driver")
    print_table(columns, [_port_texts(port, proposal) for port, proposal in found])
    for port, proposal in found:
        if proposal.possible:
            stdout.print(f"{port.device}: any serial meter may be behind it: {', '.join(proposal.possible)}")
        if port.stable:
            stdout.print(f"{port.device}: keeps its name as {port.stable}")
        if port.remedy:
            stdout.print(f"{port.device}: {port.remedy}")


def _driver_texts(spec: MeterSpec) -> tuple[str, ...]:
    return (
        spec.driver,
        f"{spec.maker} {spec.model}",
        link(spec),
        f"{spec.fastest_interval_s:g} s",
        f"{spec.resolution_w:g} W",
        spec.accuracy.in_words(),
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
        stdout.print("\nNot verified against a data sheet; check on the instrument:")
        for fact in spec.unverified:
            stdout.print(f"- {fact}")
