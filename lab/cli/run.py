"""``lab run`` and ``lab resume``: their options; the work is in `lab.cli.campaigns`, which loads far more."""

from collections.abc import Sequence
from pathlib import Path

import click

from lab.cli.common import campaign_argument, config_option, json_option
from lab.cli.paths import InputPath, OutputFolder


@click.command()
@config_option
@click.option("--out", type=OutputFolder(), help="Folder of the campaign, new or empty.")
@click.option(
    "--only", multiple=True, metavar="NAME", help="Only this scenario (repeatable); baselines stay."
)
@click.option("--repeats", type=click.IntRange(min=1), help="Number of repeats, instead of campaign.repeats.")
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help="Seed of the order of runs, e.g. that of a --dry-run."
)
@click.option(
    "--plan", "shard_json", type=InputPath(file=True), help="Part of a fleet's campaign, instead of --config."
)
@click.option("--dry-run", is_flag=True, help="Print the plan and its duration, and run nothing.")
@json_option
@click.pass_context
def run(
    ctx: click.Context,
    config_path: Path,
    out: Path | None,
    only: Sequence[str],
    repeats: int | None,
    seed: int | None,
    shard_json: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Run a campaign: every scenario, in blocks, with the meter and the collectors recording.

    \b
    lab run                                  the campaign of lab.toml
    lab run --only idle --repeats 1          a quick try
    lab run --dry-run                        the plan and its duration
    lab run --seed 1234                      in the order of a dry run with this seed
    lab run --plan shard.json --out DIR      whole blocks on a bench of a fleet, started or resumed in DIR
    """
    from lab.cli.campaigns import run_shard, start_campaign

    if shard_json is not None:
        run_shard(ctx, shard_json, out, as_json)
        return
    options = {"repeats": repeats, "seed": seed}
    start_campaign(ctx, config_path, out, only=only, options=options, dry_run=dry_run, as_json=as_json)


@click.command()
@campaign_argument
@json_option
@click.pass_context
def resume(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Resume a campaign. Completed runs are kept; the rest are run again.

    \b
    lab resume latest
    lab resume campaigns/20260131-120000-demo
    """
    from lab.cli.campaigns import resume_campaign

    resume_campaign(ctx, folder, as_json)
