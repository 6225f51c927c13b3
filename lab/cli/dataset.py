"""``lab dataset``: energy per API call of many programs."""

from pathlib import Path
from shlex import quote

import click

from lab.cli.bench_options import bench_options, bench_sections, gate_option
from lab.cli.common import json_option
from lab.cli.group import LabGroup
from lab.cli.needed_envs import progress_lines
from lab.cli.output import print_json, print_table, stdout
from lab.cli.paths import InputPath, OutputFolder
from reports.words.numbers import plain
from reports.words.texts import counted

_MOST_SHOWN = 30


@click.group("dataset", cls=LabGroup)
def dataset() -> None:
    """Build a dataset of energy per API call from many local checkouts."""


@dataset.command(short_help="Measure the programs of many projects")
@click.argument("listing", metavar="LIST.toml", type=InputPath(file=True))
@click.option(
    "--out", type=OutputFolder(), required=True, help="Folder of the dataset, new or to be continued."
)
@bench_options
@gate_option
@json_option
@click.pass_context
def build(
    ctx: click.Context,
    listing: Path,
    out: Path,
    config_path: Path | None,
    driver: str | None,
    port: str | None,
    gate: str,
    as_json: bool,
) -> None:
    """Measure the programs of every project of a list, and put their calls into one set of tables.

    Programs run in copies; the checkouts are only read. A build that was stopped continues where it was.
    Exit code 1 when a program failed; failures.csv has the reasons.

    \b
    lab dataset build list.toml --out dataset
    lab dataset build list.toml --out dataset --port virtual --gate none     SIMULATED, to try it
    """
    from lab.cli.analyse import analyse_with_progress
    from lab.cli.campaigns import run_campaign
    from lab.dataset.build import Bench, Runner
    from lab.dataset.build import build as build_dataset
    from lab.dataset.datasheet import write_datasheet
    from lab.dataset.listing import read_listing
    from lab.dataset.tables import write_tables

    wanted = read_listing(listing)
    sections, _ = bench_sections(config_path, driver, port)
    bench = Bench(sections, gate)  # type: ignore[arg-type]
    run = Runner(run_campaign, analyse_with_progress)
    states = build_dataset(wanted, listing.absolute().parent, out, bench, run, progress_lines())
    write_tables(out)
    write_datasheet(out, wanted.title)
    failures = [(state.name, failure) for state in states for failure in state.failures]
    if as_json:
        print_json(
            {
                "dataset": str(out),
                "projects": [
                    {"name": state.name, "programs": len(state.programs), "failures": len(state.failures)}
                    for state in states
                ],
            }
        )
    else:
        for name, failure in failures:
            stdout.print(f"failed: {name}: {failure.program or 'all'}: {failure.stage}: {failure.reason}")
        programs = sum(len(state.programs) for state in states)
        projects = counted(len(states), "project")
        stdout.print(f"{projects} with {counted(programs, 'program')} in {out}")
        stdout.print(f"Next: lab dataset summary {quote(str(out))}")
    ctx.exit(1 if failures else 0)


@dataset.command(short_help="Show what a call of each API costs")
@click.argument("folder", metavar="DIR", type=InputPath(folder=True))
@json_option
def summary(folder: Path, as_json: bool) -> None:
    """Show calls, energy per call and its uncertainty for each API of a dataset.

    \b
    lab dataset summary dataset
    """
    from lab.dataset.datasheet import known_words
    from lab.dataset.summary import share, summarise

    found = summarise(folder)
    if as_json:
        print_json(found.to_json())
        return
    if found.simulated:
        stdout.print("SIMULATED meter: no energy below is a measurement", style="bold")
    parts = [
        part for part in ("cpu", "ram", "gpu") if any(share(api, part) is not None for api in found.apis)
    ]
    rows = [
        (
            *(api.api, api.programs, api.sites, api.calls, api.sites_known, _number(api.energy_p5_j)),
            *(_number(api.energy_median_j), _number(api.energy_p95_j), _number(api.half_width_median_pct)),
            *(_number(share(api, part)) for part in parts),
        )
        for api in found.apis[:_MOST_SHOWN]
    ]
    columns = ["API", "programs", "sites", "calls", "known", "5 %, J", "median, J", "95 %, J", "+-, %"]
    columns += [f"{part.upper()}, %" for part in parts]
    print_table(columns, rows, title="Gross energy of one call, with the calls within, over the sites known")
    if len(found.apis) > _MOST_SHOWN:
        stdout.print(f"and {len(found.apis) - _MOST_SHOWN} more APIs with --json")
    stdout.print(known_words(found))
    for project, program, stage, reason in found.failures:
        stdout.print(f"failed: {project}: {program or 'all'}: {stage}: {reason}")


def _number(value: float | None) -> str:
    return "" if value is None else plain(value, 3)
