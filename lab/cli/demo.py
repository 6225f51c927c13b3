"""``lab demo``: a campaign, its analysis and its report in one command."""

from pathlib import Path

import click

from lab.cli.analyse import analyse_with_progress, print_scenarios, refusing
from lab.cli.campaigns import outcome_json, run_campaign
from lab.cli.common import json_option
from lab.cli.output import print_json, stdout
from lab.cli.paths import OutputFolder
from lab.conduct.bench_lock import hold_sut
from lab.conduct.campaign import create, draw_campaign
from lab.conduct.commands import check_bench
from lab.conduct.suts import sut_of
from lab.config.file import parse_config
from lab.config.template import demo_text
from reports.campaign.page import write_report


@click.command()
@click.option("--out", type=OutputFolder(), help="Folder of the campaign, new or empty.")
@json_option
@click.pass_context
def demo(ctx: click.Context, out: Path | None, as_json: bool) -> None:
    """Run a short, real campaign on this machine beside a virtual meter, and report it.

    Baseline, idle, a CNN and transfer learning, each training scenario with and without CodeCarbon.
    The training and the collectors are real; the meter is SIMULATED: its watts follow this
    machine's CPU load through a model. Ends with the report's path; `make demo` takes ten to fifteen
    minutes, set-up included.

    \b
    lab demo
    lab demo --out /tmp/demo
    """
    home = Path(__file__).resolve().parent.parent.parent
    config = parse_config(demo_text(), "the demonstration's lab.toml", home)
    campaign = draw_campaign(config, only=(), simulated=True)
    check_bench(config, campaign.plan, sut_of(config))
    folder = out if out is not None else Path("campaigns") / campaign.id
    with hold_sut(folder):
        opened = create(campaign, config, folder)
        outcome = run_campaign(opened)
    results = analyse_with_progress(opened.folder.path)
    report = write_report(opened.folder.path)
    if as_json:
        print_json({**outcome_json(opened, outcome), "report": str(report)})
    else:
        print_scenarios(results)
        stdout.print(f"Evidence: {opened.folder.path}")
        stdout.print(f"Open the report: {report}")
    ctx.exit(1 if outcome.missing or refusing(results) else 0)
