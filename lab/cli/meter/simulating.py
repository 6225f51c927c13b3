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
@click.option("--watts", type=FiniteRange(min=0, max=MOST_W), help="Constant power in W.")
@click.option("--trace", type=InputPath(file=True), help="CSV file of the power, with columns t_s,power_w.")
@click.option("--follow-host", is_flag=True, help="Power from a model of this machine's load (default).")
@click.option("--truth", type=OutputFile(), help="File for the true power and energy.")
@click.option(
    "--gain-error-pct",
    type=FiniteRange(min=-100, max=100),
    default=0.0,
    help="Gain error of the instrument in percent.",
)
@click.option("--seed", type=click.IntRange(0, MOST_SEED), default=0, help="Random seed.")
@click.option(
    "--fault",
    multiple=True,
    metavar="KIND@START+DURATION",
    help=f"Fault with start and duration in seconds: {', '.join(KINDS)}.",
)
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
    """Run a virtual instrument on a pseudo-terminal until Ctrl-C; the first line printed is its port.

    It speaks the wire protocol of NAME byte for byte; network meters get a socket on the loopback
    address. All its readings are marked SIMULATED.

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
