"""``lab demo``: a campaign, its analysis and its report in one command."""

from pathlib import Path

import click

from lab.cli.analyse import analyse_with_progress, print_scenarios, refusing
from lab.cli.campaigns import outcome_json, run_campaign
from lab.cli.common import json_option
from lab.cli.needed_envs import install_envs_option, install_line, offer
from lab.cli.output import print_json, stdout
from lab.cli.paths import OutputFolder
from lab.conduct.campaign import check_new, create, draw_campaign
from lab.conduct.commands import check_bench
from lab.conduct.suts import sut_of
from lab.config.file import parse_config
from lab.config.model import LabConfig
from lab.config.template import TEMPLATE_ENVIRONMENTS, demo_text
from lab.envs.places import HOME, is_checkout
from records.errors import ConfigurationError
from reports.campaign.page import write_report

_QUICK = ("idle", "cnn")


@click.command()
@click.option("--out", type=OutputFolder(), help="Folder of the campaign, new or empty.")
@click.option("--quick", is_flag=True, help="One repeat, without transfer learning: about three minutes.")
@install_envs_option
@json_option
@click.pass_context
def demo(ctx: click.Context, out: Path | None, quick: bool, install_envs: bool, as_json: bool) -> None:
    """Run a short, real campaign on this machine beside a virtual meter, and report it.

    Baseline, idle, a CNN and transfer learning, each training scenario with and without CodeCarbon.
    The training and the collectors are real; the meter is SIMULATED: its watts follow this
    machine's CPU load through a model. Ends with the report's path; `make demo` takes ten to fifteen
    minutes, set-up included. Offers to build the environments where they are missing.

    \b
    lab demo
    lab demo --quick
    lab demo --out /tmp/demo
    """
    if out is not None:
        check_new(out)
    missing = offer(TEMPLATE_ENVIRONMENTS, build=install_envs, ask=not as_json)
    if missing:
        raise ConfigurationError(
            f"the demonstration needs the environments {', '.join(missing)}. "
            f"Build them with `{install_line(missing)}`, or add --install-envs"
        )
    config = _configuration(quick)
    campaign = draw_campaign(config, only=_QUICK if quick else (), simulated=True)
    sut = sut_of(config)
    check_bench(config, campaign.plan, sut)
    folder = out if out is not None else Path("campaigns") / campaign.id
    with sut.hold(folder):
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


def _configuration(quick: bool) -> LabConfig:
    text = demo_text()
    config = parse_config(text, "the demonstration's lab.toml", HOME if is_checkout() else Path.cwd())
    if not quick:
        return config
    return config.model_copy(update={"campaign": config.campaign.model_copy(update={"repeats": 1})})
