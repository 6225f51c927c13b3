"""Run a virtual instrument: ``python -m meter.virtual wattsup_pro --follow-host --link PATH``.

Prints the path of its port as the first line, then runs until it is ended.
"""

import argparse
import sys
from pathlib import Path

from meter.registry import virtual_drivers
from meter.virtual.bench import Simulation, simulate
from meter.virtual.faults import KINDS, Fault
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.power_model import HostPowerModel, PowerSource
from meter.virtual.sources import power_source
from records.errors import WattlabError
from records.stop_signal import StopSignal


def _parse(argv: list[str] | None) -> argparse.Namespace:
    model = HostPowerModel()
    parser = argparse.ArgumentParser(
        prog="python -m meter.virtual", description="A virtual power meter. Its readings are SIMULATED."
    )
    parser.add_argument("name", help=f"one of: {', '.join(virtual_drivers())}")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--watts", type=float, help="constant power in W")
    source.add_argument("--trace", type=Path, help="CSV file with the columns t_s,power_w")
    source.add_argument("--follow-host", action="store_true", help="a model of this host's load (default)")
    source.add_argument(
        "--follow-truth", action="store_true", help="the truth script of the stage it runs on"
    )
    parser.add_argument("--idle-w", type=float, default=model.idle_w, help="of the model, in W")
    parser.add_argument("--cpu-w", type=float, default=model.cpu_dynamic_w, help="of the model, in W")
    parser.add_argument("--noise-w", type=float, default=model.noise_w, help="of the model, in W")
    parser.add_argument("--gain-error-pct", type=float, default=0.0, help="of the instrument")
    parser.add_argument("--offset-w", type=float, default=0.0, help="of the instrument, in W")
    parser.add_argument("--seed", type=int, default=0, help="of everything random")
    parser.add_argument("--link", type=Path, help="symbolic link to the port")
    parser.add_argument("--truth", type=Path, help="file for the true energy: t_utc_s,power_w,energy_j")
    parser.add_argument(
        "--emissions", type=Path, help="file for the ends of its intervals: t_utc_s,readings,lost_bytes"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND@START+DURATION",
        help="seconds from the first streamed reading; KIND: "
        + "; ".join(f"{kind}: {what}" for kind, what in KINDS.items()),
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input ends")
    return parser.parse_args(argv)


def _source(options: argparse.Namespace, model: HostPowerModel) -> PowerSource:
    if options.follow_truth:
        from meter.virtual.scripted import scripted_power

        return scripted_power()
    return power_source(options.watts, options.trace, model)


def _simulation(options: argparse.Namespace) -> Simulation:
    model = HostPowerModel(
        idle_w=options.idle_w, cpu_dynamic_w=options.cpu_w, noise_w=options.noise_w, seed=options.seed
    )
    return Simulation(
        name=options.name,
        source=_source(options, model),
        errors=InstrumentErrors(gain_error_pct=options.gain_error_pct, offset_w=options.offset_w),
        link=options.link,
        truth=options.truth,
        emissions=options.emissions,
        faults=tuple(Fault.parse(text) for text in options.fault),
        seed=options.seed,
    )


def main(argv: list[str] | None = None) -> int:
    """Run the instrument as a process; return its exit code."""
    options = _parse(argv)
    stop = StopSignal(options.until_stdin_closes)
    try:
        simulate(_simulation(options), stop=stop.now, announce=lambda path: print(path, flush=True))
    except WattlabError as error:
        print(f"meter.virtual: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
