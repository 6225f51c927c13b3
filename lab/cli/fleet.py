"""``lab fleet``: one campaign over several benches."""

from contextlib import closing
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from lab.cli.campaigns import missing_json
from lab.cli.common import FiniteRange, json_option
from lab.cli.group import LabGroup
from lab.cli.link import link_options
from lab.cli.output import print_json, print_table, stdout
from lab.cli.paths import CampaignFolderPath, InputPath, OutputFolder
from lab.cli.status import simulated_mark
from lab.conduct.campaign import create, draw_campaign, folder_of, model_of_fleet, reopen
from lab.conduct.conductor import will_be_simulated
from lab.conduct.plan import duration, slot_name
from lab.config.file import load_config
from records.campaign import CampaignFolder
from records.errors import ConfigurationError
from records.times import now_utc_s

if TYPE_CHECKING:
    from lab.conduct.campaign import OpenCampaign
    from lab.fleet.cluster import Cluster
    from lab.fleet.link import Link
    from lab.fleet.orders import Kind
    from lab.fleet.run import FleetOutcome


@click.group("fleet", cls=LabGroup)
def fleet() -> None:
    """Run one campaign over several benches that have joined a Dask scheduler."""


@fleet.command(short_help="Offer the bench of this controller")
@click.option("--bench", "bench_toml", type=InputPath(file=True), required=True, help="File of the bench.")
@link_options("Address of a Dask scheduler.", required=True)
def worker(bench_toml: Path, link: "Link") -> None:
    """Offer the bench of this controller to a scheduler, until Ctrl-C.

    It runs one block at a time, as `lab run --plan`. After a fault the bench is tested before it measures
    again. Whoever has a certificate that this worker accepts can run any code on it.

    \b
    lab fleet worker --bench bench.toml --scheduler tcp://127.0.0.1:8786
    """
    from lab.fleet.agent import BenchAgent
    from lab.fleet.bench import load_bench
    from lab.fleet.worker import serve

    bench = load_bench(bench_toml)
    bench.folder.mkdir(parents=True, exist_ok=True)
    serve(BenchAgent(bench), link, _say)


@fleet.command(short_help="Run a campaign over the benches")
@click.argument("campaign", metavar="CAMPAIGN", type=CampaignFolderPath(file=True))
@link_options("Address of a Dask scheduler.", required=True)
@click.option("--out", type=OutputFolder(), help="Folder of a new campaign.")
@click.option("--model", help="Model of the SUTs, where benches of several have joined.")
@click.option(
    "--gone-s",
    type=FiniteRange(1, 86_400),
    default=300.0,
    show_default=True,
    help="Seconds without a bench before its block goes to another, or the campaign stops.",
)
@json_option
def run(
    campaign: Path, link: "Link", out: Path | None, model: str | None, gone_s: float, as_json: bool
) -> None:
    """Run a campaign over the benches of one model; whole blocks stay within a bench.

    CAMPAIGN is a lab.toml, or the folder of a campaign to be resumed. The plan is that of one bench; the
    sections of the bench are taken from the file of each.

    \b
    lab fleet run lab.toml --scheduler tcp://127.0.0.1:8786
    lab fleet run campaigns/20260131-120000-demo --scheduler tcp://127.0.0.1:8786
    """
    from lab.fleet.cluster import Cluster
    from lab.fleet.run import run_fleet

    if campaign.is_dir():
        CampaignFolder(campaign).read()  # what is wrong with it is said before anything is connected
    with closing(Cluster(link)) as cluster:
        opened, kind = _open(campaign, out, model, cluster, gone_s)
        outcome = run_fleet(opened, cluster, kind, gone_s, _say)
    _print_outcome(opened, outcome, as_json)


@fleet.command(short_help="Show the state of the benches")
@link_options("Address of a Dask scheduler.", required=True)
@json_option
def status(link: "Link", as_json: bool) -> None:
    """Show the state of each bench, since when and why, and what it runs.

    \b
    lab fleet status --scheduler tcp://127.0.0.1:8786
    """
    from lab.fleet.standing import standing_of

    with link.client() as client:
        states = standing_of(client)
    if as_json:
        print_json({"scheduler": link.scheduler, "benches": [state.to_json() for state in states]})
        return
    if not states:
        stdout.print("No bench has joined. Start `lab fleet worker` on the controller of each.")
        return
    now = now_utc_s()
    rows = [
        (
            s.name,
            f"{s.model}, SIMULATED meter" if s.simulated else s.model,
            s.state,
            duration(max(0.0, now - s.since_utc_s)),
            s.runs_words,
            s.reason,
        )
        for s in states
    ]
    print_table(("bench", "model", "state", "for", "running", "reason"), rows)
    if any(state.simulated for state in states):
        stdout.print("Benches with a SIMULATED meter take part in simulated campaigns only.")


def _open(
    source: Path, out: Path | None, model: str | None, cluster: "Cluster", wait_s: float
) -> "tuple[OpenCampaign, Kind]":
    """Open a campaign, or draw a new one once it is known from the benches whether it will be simulated."""
    from lab.fleet.cluster import wait_for_kind
    from lab.fleet.run import check_config, check_fleets_own

    if source.is_dir():
        if out is not None:
            raise ConfigurationError(
                "--out: expected a lab.toml with it; a campaign that is continued has its folder"
            )
        opened = reopen(source)
        check_fleets_own(opened)
        return opened, _kind_of(opened, model, cluster, wait_s)
    config = load_config(source)
    check_config(config)
    campaign = draw_campaign(config, only=(), simulated=will_be_simulated(config.meter))
    kind = wait_for_kind(cluster, wait_s, model)
    campaign.simulated = kind.simulated
    return create(campaign, config, folder_of(campaign, config, out)), kind


def _kind_of(opened: "OpenCampaign", model: str | None, cluster: "Cluster", wait_s: float) -> "Kind":
    """Return the kind of the benches that have begun a campaign, or that are to begin it."""
    from lab.fleet.cluster import wait_for_kind
    from lab.fleet.orders import Kind, measuring_code

    begun = model_of_fleet(opened.folder)
    if begun is None:
        begun = wait_for_kind(cluster, wait_s, model).model
    elif model not in (None, begun):
        raise ConfigurationError(
            f"--model {model!r}: expected {begun!r}, on which {opened.folder.path} was begun"
        )
    return Kind(begun, opened.campaign.simulated, measuring_code())


def _print_outcome(opened: "OpenCampaign", outcome: "FleetOutcome", as_json: bool) -> None:
    folder, planned = opened.folder.path, len(opened.campaign.plan)
    if as_json:
        print_json(
            {
                "campaign": str(folder),
                "simulated": opened.campaign.simulated,
                "planned": planned,
                "completed": len(outcome.completed),
                "missing": missing_json(outcome.missing),
            }
        )
    else:
        for slot, reason in outcome.missing:
            stdout.print(f"missing: [{slot.slot}] {slot_name(slot)}: {reason}")
        mark = simulated_mark(opened.campaign)
        stdout.print(f"{len(outcome.completed)} of {planned} runs completed in {folder}{mark}")
        stdout.print(f"Next: lab check {quote(str(folder))}")
    click.get_current_context().exit(1 if outcome.missing else 0)


def _say(text: str) -> None:
    click.echo(text, err=True)
