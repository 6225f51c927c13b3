"""``lab measure``: the energy of a command, or the difference between two."""

from pathlib import Path

import click

from lab.cli.bench_options import PercentText
from lab.cli.common import json_option
from lab.cli.measure_options import (
    BEHIND,
    CommandBehindDashes,
    DurationText,
    choose_bench,
    files_behind_dashes,
)
from lab.cli.paths import InputPath, OutputFolder
from lab.config.meter import VIRTUAL
from lab.config.model import MOST_SLOTS
from lab.measure.commands import commands_of, stray_versus
from lab.measure.configuration import Gate, Measurement, measurement_config
from records.errors import ConfigurationError

REPEATS, BASELINE_S = 5, 30.0
REPEATS_VIRTUAL, BASELINE_VIRTUAL_S = 3, 3.0
"""With a virtual meter there is nothing to measure: it is quick instead."""

REPEATS_MAX = 30
"""Most runs with --precision."""


@click.command(cls=CommandBehindDashes)
@click.argument("name", metavar="[NAME]", required=False, shell_complete=files_behind_dashes)
@click.option(
    "-n",
    "--repeats",
    metavar="N",
    type=click.IntRange(1, MOST_SLOTS),
    help=f"Number of runs of each command; {REPEATS} by default ({REPEATS_VIRTUAL} with a virtual meter).",
)
@click.option(
    "--precision",
    "precision_pct",
    metavar="PCT",
    type=PercentText(),
    help=f"Half of the wanted 95 % interval, such as 2%: runs until it is reached, at most {REPEATS_MAX}.",
)
@click.option("--driver", metavar="NAME", help="Driver of the meter; `lab meter drivers` lists them.")
@click.option("--port", metavar="PORT", help="Port of the meter; `virtual` is a simulated one, for a try.")
@click.option("--rapl", is_flag=True, help="Energy counters of the CPU instead of a meter.")
@click.option("--nvml", is_flag=True, help="Energy counters of NVIDIA graphics cards; with --rapl the sum.")
@click.option(
    "--config",
    "config_path",
    metavar="FILE",
    type=InputPath(file=True),
    help="Bench; lab.toml where there is one.",
)
@click.option(
    "--baseline",
    "baseline_s",
    metavar="TIME",
    type=DurationText(),
    help=f"Length of a baseline; {BASELINE_S:g}s by default ({BASELINE_VIRTUAL_S:g}s with a virtual meter).",
)
@click.option(
    "--warmup",
    metavar="N",
    type=click.IntRange(0, 10_000),
    default=0,
    help="Number of warm-up runs, which are not measured.",
)
@click.option(
    "--gate",
    type=click.Choice(["run", "none"]),
    default="run",
    show_default=True,
    help="Stability gate before each run, or none.",
)
@click.option("--name", "title", metavar="TITLE", help="Title of the campaign, also used for its folder.")
@click.option("--out", metavar="DIR", type=OutputFolder(), help="Folder of the campaign, new or empty.")
@json_option
@click.pass_context
def measure(
    ctx: click.Context,
    name: str | None,
    repeats: int | None,
    precision_pct: float | None,
    driver: str | None,
    port: str | None,
    rapl: bool,
    nvml: bool,
    config_path: Path | None,
    baseline_s: float | None,
    warmup: int,
    gate: Gate,
    title: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Measure the energy of a command, or compare two: baselines, runs, a sentence, a report.

    Needs no lab.toml. Without a named meter it uses the bench of lab.toml, else a meter on USB, else
    the energy counters of CPU and graphics cards, and says which.

    \b
    lab measure -- python train.py                           with what this machine has
    lab measure --port virtual -- python -c "sum(range(10**8))"   SIMULATED, to try it
    lab measure --driver shelly --port http://192.0.2.7 -- ./simulate --steps 1000
    lab measure --rapl --nvml -n 10 -- python train.py       counters of CPU and GPU, ten runs
    lab measure --precision 2% --baseline 60s -- python train.py
    lab measure old -- python old.py vs new -- python new.py   which uses less

    Each run follows a baseline, the machine left alone; the energy because of the program is what a run
    used above it. Exit code 1 when the command fails or data were rejected; Ctrl-C keeps completed
    runs; continue with `lab resume DIR`.
    """
    if repeats is not None and precision_pct is not None:
        raise ConfigurationError("expected either -n or --precision, not both")
    words = ctx.meta.get(BEHIND, ())
    commands = commands_of(name, words)
    bench = choose_bench(config_path, driver, port, rapl, nvml, words)
    quick = bench.sections["meter"]["port"] == VIRTUAL
    wanted = Measurement(
        commands=commands,
        title=title or "Measurement of " + " and ".join(command.name for command in commands),
        repeats=repeats or _repeats(precision_pct, quick),
        precision_pct=precision_pct,
        baseline_s=baseline_s or (BASELINE_VIRTUAL_S if quick else BASELINE_S),
        gate=gate,
    )
    config = measurement_config(wanted, bench.sections, Path.cwd(), bench.out)
    from lab.cli.measure_run import run_and_print  # the evaluation, which a wrong command line does not need

    notes = [*bench.notes, *filter(None, [stray_versus(commands)])]
    ctx.exit(run_and_print(config, commands, notes, warmup, out, as_json))


def _repeats(precision_pct: float | None, quick: bool) -> int:
    if precision_pct is not None:
        return REPEATS_MAX
    return REPEATS_VIRTUAL if quick else REPEATS
