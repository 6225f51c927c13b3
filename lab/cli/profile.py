"""``lab profile``: energy per API call of a Python program or notebook."""

from pathlib import Path

import click

from lab.cli.bench_options import PercentText, bench_options, bench_sections, gate_option
from lab.cli.call_list import print_calls
from lab.cli.common import MOST_SEED, FiniteRange, json_option
from lab.cli.paths import InputPath, OutputFolder, any_file
from lab.cli.profile_options import LibraryNames, Varied, interpreter
from lab.profiling.budget import INDUCED, RUN, Budget
from lab.profiling.configuration import Gate, Mode, Profile, Variation, profile_config
from records.errors import ConfigurationError
from source.program import module_path
from workload.instrument import PROGRAM_SUFFIXES

DEFAULT_LIBRARIES = ("tensorflow", "keras", "torch", "jax", "sklearn")
REPEATS = 5
"""As in the published system."""

REPEATS_MAX = 30


@click.command()
@click.argument("program", metavar="FILE [-- ARGS]", nargs=-1, shell_complete=any_file)
@click.option("-m", "module", metavar="MODULE", help="Module or package to run instead of a file.")
@click.option(
    "--libs",
    type=LibraryNames(),
    default=DEFAULT_LIBRARIES,
    show_default=",".join(DEFAULT_LIBRARIES),
    help="Libraries whose calls are recorded.",
)
@click.option("--list", "list_only", is_flag=True, help="List the calls without running the program.")
@click.option(
    "--mode",
    type=click.Choice(["project", "method", "data-size"]),
    default="method",
    show_default=True,
    help="What to measure: the whole program, each call, or calls at several data sizes.",
)
@click.option(
    "--vary", type=Varied(), help="Option of the program with its values; each value is a scenario."
)
@gate_option
@click.option("--repeats", type=click.IntRange(min=1), help=f"Number of runs; {REPEATS} by default.")
@click.option(
    "--precision",
    "precision_pct",
    type=PercentText(),
    help="Half-width of the 95 % interval to reach, e.g. 2%; repeats until then.",
)
@click.option(
    "--repeats-max",
    type=click.IntRange(min=3),
    help=f"Most runs with --precision; {REPEATS_MAX} by default.",
)
@click.option("--sync-device", is_flag=True, help="Synchronise the accelerator before and after each call.")
@click.option("--python", metavar="PATH", help="Interpreter of the program; by default the one on PATH.")
@bench_options
@click.option(
    "--baseline",
    "baseline_s",
    type=FiniteRange(min=3, max=MOST_SEED),
    default=30.0,
    show_default=True,
    help="Seconds of each baseline.",
)
@click.option(
    "--limit",
    "limit_s",
    type=FiniteRange(min=0, min_open=True, max=MOST_SEED),
    default=3600.0,
    show_default=True,
    help="Time limit of a run in seconds.",
)
@click.option("--out", type=OutputFolder(), help="Folder of the campaign, new or empty.")
@click.option(
    "--budget",
    metavar="ENERGY",
    help="Energy limit, e.g. 50J or 0.2Wh; exit code 1 if a run exceeds it or may.",
)
@click.option(
    "--budget-of",
    metavar="WHAT",
    help="What the budget is for: run (the default), induced, or an API.",
)
@json_option
@click.pass_context
def profile(
    ctx: click.Context,
    program: tuple[str, ...],
    module: str | None,
    libs: tuple[str, ...],
    list_only: bool,
    mode: Mode,
    vary: Variation | None,
    gate: Gate,
    repeats: int | None,
    precision_pct: float | None,
    repeats_max: int | None,
    sync_device: bool,
    python: str | None,
    config_path: Path | None,
    driver: str | None,
    port: str | None,
    baseline_s: float,
    limit_s: float,
    out: Path | None,
    budget: str | None,
    budget_of: str | None,
    as_json: bool,
) -> None:
    """Measure the energy of each API call of a program: a campaign, its analysis and its report.

    \b
    lab profile train.py                                      on the bench of lab.toml
    lab profile train.py --port virtual -- --epochs 3         SIMULATED, to try it
    lab profile notebook.ipynb --libs tensorflow,keras --list
    lab profile train.py --precision 2%
    lab profile -m trainer.main --budget 50J --budget-of induced
    lab profile train.py --mode data-size --vary "--images=100,200,400"
    """
    start, words, arguments = _program(program, module)
    if list_only:
        print_calls(start, libs, as_json)
        return
    if repeats is not None and precision_pct is not None:
        raise ConfigurationError("expected either --repeats or --precision with --repeats-max, not both")
    if repeats_max is not None and precision_pct is None:
        raise ConfigurationError(
            "--repeats-max: expected --precision as well; --repeats sets the number of runs"
        )
    limit = _budget(budget, budget_of, mode)
    from lab.cli.profile_run import run_and_print  # the evaluation, which reading a program does not need

    sections, campaigns = bench_sections(config_path, driver, port)
    wanted = Profile(
        program=words,
        arguments=arguments,
        python=interpreter(python, sections.get("sut", {}).get("host")),
        libs=libs,
        mode=mode,
        vary=vary,
        gate=gate,
        sync_device=sync_device,
        repeats=repeats or (REPEATS if precision_pct is None else repeats_max or REPEATS_MAX),
        precision_pct=precision_pct,
        baseline_s=baseline_s,
        limit_s=limit_s,
    )
    config = profile_config(wanted, sections, Path.cwd(), campaigns)
    ctx.exit(run_and_print(config, list(wanted.scenarios), out, limit, as_json))


def _budget(text: str | None, of: str | None, mode: Mode) -> Budget | None:
    if text is None:
        if of is not None:
            raise ConfigurationError(f"--budget-of {of}: expected an energy as well, such as --budget 50J")
        return None
    of = of or RUN
    if mode == "project" and of not in (RUN, INDUCED):
        raise ConfigurationError(
            f"--budget-of {of}: expected run or induced, for --mode project records no calls of an API"
        )
    return Budget.of_text(text, of)


def _program(words: tuple[str, ...], module: str | None) -> tuple[Path, tuple[str, ...], tuple[str, ...]]:
    """Return the file that is run, what an interpreter is given to run it, and the program's arguments."""
    if module is None:
        if not words:
            raise ConfigurationError("expected a program: `lab profile FILE.py` or `lab profile -m MODULE`")
        path = Path(words[0])
        InputPath(file=True).check(path)
        if path.suffix not in PROGRAM_SUFFIXES:
            raise ConfigurationError(
                f"{path}: expected a Python program or notebook, whose name ends in "
                f"{' or '.join(PROGRAM_SUFFIXES)}"
            )
        return path, words[:1], words[1:]
    found = module_path(module, Path.cwd())
    if found is None:
        raise ConfigurationError(
            f"-m {module}: expected a module in {Path.cwd()}, or a package there with a __main__.py"
        )
    return found, ("-m", module), words
