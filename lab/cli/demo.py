"""``lab demo``: a campaign, its analysis and its report in one command."""

from pathlib import Path

import click

from lab.cli.analyse import analyse_with_progress, print_scenarios
from lab.cli.campaigns import outcome_json, run_campaign
from lab.cli.common import json_option
from lab.cli.needed_envs import install_envs_option, install_line, offer, progress_lines
from lab.cli.output import print_json, stdout
from lab.cli.paths import OutputFolder
from lab.conduct.campaign import OpenCampaign, check_new
from lab.conduct.conductor import Outcome
from lab.conduct.demo import adapted, at_rest_or_not, parsed, quick_part
from lab.conduct.evaluated import run_and_evaluate
from lab.conduct.plan import slot_name
from lab.config.template import TEMPLATE_ENVIRONMENTS, full_demo_text
from records.errors import ConfigurationError


@click.command()
@click.option("--out", type=OutputFolder(), help="Folder of the campaign, new or empty.")
@click.option(
    "--full", is_flag=True, help="Longer runs, all with and without the tracker: a quarter of an hour."
)
@click.option("--quick", is_flag=True, help="One repeat, without transfer learning: about a minute.")
@install_envs_option
@json_option
@click.pass_context
def demo(
    ctx: click.Context, out: Path | None, full: bool, quick: bool, install_envs: bool, as_json: bool
) -> None:
    """Run a short, real campaign on this machine with a virtual meter, and report it.

    A CNN trained from nothing and transfer learning on a pretrained net reach the same accuracy; the report
    compares what each used, and how far CodeCarbon is from the meter. Training and collectors are real; the
    meter is SIMULATED: its watts follow this machine's CPU load through a model. Takes four minutes on two
    quiet cores; on a slow or busy machine it uses fewer pictures, and still ends with a report. Offers to
    build missing environments.

    \b
    lab demo
    lab demo --full
    lab demo --out /tmp/demo
    """
    if full and quick:
        raise click.UsageError("expected either --full or --quick, not both")
    if out is not None:
        check_new(out)
    missing = offer(TEMPLATE_ENVIRONMENTS, build=install_envs, ask=not as_json)
    if missing:
        raise ConfigurationError(
            f"the demonstration needs the environments {', '.join(missing)}. "
            f"Build them with `{install_line(missing)}`, or add --install-envs"
        )
    config = parsed(full_demo_text()) if full else adapted(progress_lines())
    done = run_and_evaluate(quick_part(config) if quick else config, out, _run, analyse_with_progress)
    if as_json:
        print_json({**outcome_json(done.opened, done.outcome), "report": str(done.report)})
    else:
        print_scenarios(done.results)
        for slot, reason in done.outcome.missing:
            stdout.print(f"Warning: no valid run of {slot_name(slot)}: {reason}")
        stdout.print(f"Evidence: {done.opened.folder.path}")
        stdout.print(f"Open the report: {done.report}")
    planned = {slot.scenario for slot in done.opened.campaign.plan}
    ctx.exit(0 if planned == {slot.scenario for slot in done.outcome.completed} else 1)


def _run(opened: OpenCampaign) -> Outcome:
    return at_rest_or_not(opened, run_campaign, progress_lines())
