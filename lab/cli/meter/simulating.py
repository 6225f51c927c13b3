"""``lab meter simulate``."""

from pathlib import Path

import click

from lab.cli.common import MOST_SEED, MOST_W, FiniteRange
from lab.cli.meter.talking import until_ctrl_c
from lab.cli.paths import InputPath, OutputFile
from meter.virtual.bench import Simulation, simulate
from meter.virtual.faults import KINDS, Fault
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.power_model import HostPowerModel
from meter.virtual.sources import power_source


@click.command(name="simulate")
@click.argument("name")
@click.option("--link", type=OutputFile(), help="Symbolic link to the port.")
@click.option("--watts", type=FiniteRange(min=0, max=MOST_W), help="Constant power.")
@click.option("--trace", type=InputPath(file=True), help="CSV with the columns t_s,power_w.")
@click.option("--follow-host", is_flag=True, help="A model of this machine's load (the default).")
@click.option("--truth", type=OutputFile(), help="File for the true power and energy.")
@click.option(
    "--gain-error-pct", type=FiniteRange(min=-100, max=100), default=0.0, help="Error of the instrument."
)
@click.option("--seed", type=click.IntRange(0, MOST_SEED), default=0, help="Of everything random.")
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

    with until_ctrl_c() as stopped:
        simulate(simulation, stop=stopped, announce=announce)
