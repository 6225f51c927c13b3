"""What ``lab run`` and ``lab resume`` do: conduct a campaign, and print the outcome."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from shlex import quote

import click
from click.core import ParameterSource

from lab.cli.output import make_stderr, print_json, print_table, stdout
from lab.cli.progress import make_progress
from lab.cli.status import how_to_go_on, simulated_mark
from lab.conduct.campaign import (
    OpenCampaign,
    bench_of_part,
    command_to_continue,
    create,
    draw_campaign,
    folder_of,
    model_of_fleet,
    reopen,
    slots_wanted,
)
from lab.conduct.commands import check_bench
from lab.conduct.conductor import Outcome, conduct, will_be_simulated
from lab.conduct.meters import check_meters
from lab.conduct.plan import duration, estimate, slot_name
from lab.conduct.reached import precision_json, precision_of, precision_words
from lab.conduct.shard import lease_of, open_shard
from lab.conduct.standing import entries_of
from lab.conduct.suts import sut_of
from lab.config.file import build_config, check_drivers, load_config
from lab.config.model import LabConfig
from records.campaign import Campaign, Slot
from records.errors import ConfigurationError
from records.shard import Shard

_OF_A_PLAN = ("config_path", "only", "repeats", "seed", "dry_run")


def start_campaign(
    ctx: click.Context,
    config_path: Path,
    out: Path | None,
    *,
    only: Sequence[str],
    options: Mapping[str, int | None],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Run the campaign of a configuration, or print its plan; see ``lab run``."""
    config = _with_options(load_config(config_path), options)
    campaign = draw_campaign(config, only=only, simulated=will_be_simulated(config.meter))
    if dry_run:
        _print_plan(campaign, config, as_json)
        return
    sut = sut_of(config)
    check_bench(config, campaign.plan, sut)
    folder = folder_of(campaign, config, out)
    with sut.hold(folder):
        check_meters(config)
        _conduct_and_print(ctx, create(campaign, config, folder), as_json)


def resume_campaign(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Run what is left of a campaign; see ``lab resume``."""
    opened = reopen(folder)
    if (model := model_of_fleet(opened.folder)) is not None:
        raise ConfigurationError(
            f"{folder}: expected a campaign of one bench, but a fleet runs this one. Continue with "
            f"`{command_to_continue(folder, model)}`"
        )
    if (bench := bench_of_part(opened.folder)) is not None:
        raise ConfigurationError(
            f"{folder}: expected a whole campaign, but this is a part of one that bench {bench} of a fleet "
            f"measured under its lease. Continue with `lab fleet run` and the folder of the campaign"
        )
    check_drivers(opened.config, opened.folder.campaign_json)
    sut = sut_of(opened.config)
    check_bench(opened.config, opened.campaign.plan, sut)
    with sut.hold(folder):
        _conduct_and_print(ctx, opened, as_json)


def run_shard(ctx: click.Context, shard_json: Path, out: Path | None, as_json: bool) -> None:
    """Start or resume blocks of a fleet's campaign under the lease of the bench."""
    taken = [name for name in _OF_A_PLAN if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if taken or out is None:
        raise click.UsageError("--plan stands alone with --out DIR (and --json): it holds everything else")
    shard = Shard.read(shard_json)
    with lease_of(shard).held() as lease:
        opened = replace(open_shard(shard, shard_json, out), lease=lease)
        sut = sut_of(opened.config)
        check_bench(opened.config, opened.campaign.plan, sut)
        # Virtual benches share this machine without harm to any measurement; another one is held by each.
        shared = opened.campaign.simulated and opened.config.sut.host is None
        with nullcontext() if shared else sut.hold(out):
            check_meters(opened.config)
            _conduct_and_print(ctx, opened, as_json)


def _with_options(config: LabConfig, options: Mapping[str, int | None]) -> LabConfig:
    """Return the configuration with what was said on the command line instead of keys of ``[campaign]``."""
    given = {key: value for key, value in options.items() if value is not None}
    if not given:
        return config
    document = config.to_json()
    document["campaign"] |= given
    return build_config(document, ", ".join(f"--{key}" for key in given), config.base_dir)


def run_campaign(opened: OpenCampaign) -> Outcome:
    """Run what is left of a campaign, with progress on standard error."""
    with make_progress(opened.config, make_stderr()) as progress:
        return conduct(opened, progress)


def _conduct_and_print(ctx: click.Context, opened: OpenCampaign, as_json: bool) -> None:
    """Run what is left of a campaign and print the outcome; exit 1 when a run is missing, or it stopped."""
    outcome = run_campaign(opened)
    folder, precision = opened.folder.path, precision_of(entries_of(opened))
    if as_json:
        print_json(outcome_json(opened, outcome))
    else:
        for slot, reason in outcome.missing:
            stdout.print(f"missing: [{slot.slot}] {slot_name(slot)}: {reason}")
        if outcome.stopped:
            stdout.print(how_to_go_on(outcome.stopped, folder))
        if precision is not None:
            stdout.print(f"Precision: {precision_words(precision)}")
        planned = len(slots_wanted(opened))
        stdout.print(
            f"{len(outcome.completed)} of {planned} runs completed in {folder}"
            f"{simulated_mark(opened.campaign)}"
        )
        if outcome.missing:
            stdout.print(f"Run the missing ones again with: lab resume {quote(str(folder))}")
        stdout.print(f"Next: lab analyse {quote(str(folder))} && lab report {quote(str(folder))}")
    ctx.exit(1 if outcome.missing or outcome.stopped else 0)


def outcome_json(opened: OpenCampaign, outcome: Outcome) -> dict[str, object]:
    """Return what came of a campaign, as ``--json`` prints it."""
    return {
        "campaign": str(opened.folder.path),
        "simulated": opened.campaign.simulated,
        "planned": len(slots_wanted(opened)),
        "completed": len(outcome.completed),
        "missing": missing_json(outcome.missing),
        "stopped": outcome.stopped,
        "precision": precision_json(precision_of(entries_of(opened))),
    }


def missing_json(missing: Sequence[tuple[Slot, str]]) -> list[dict[str, object]]:
    """Return the slots without a completed run, each with its reason."""
    return [
        {"slot": slot.slot, "scenario": slot.scenario, "tracker": slot.tracker, "reason": reason}
        for slot, reason in missing
    ]


def _print_plan(campaign: Campaign, config: LabConfig, as_json: bool) -> None:
    estimates = [estimate(config, slot) for slot in campaign.plan]
    total_s = sum(item.seconds for item in estimates)
    if as_json:
        plan = [vars(slot) for slot in campaign.plan]
        print_json({"seed": campaign.seed, "simulated": campaign.simulated, "seconds": total_s, "plan": plan})
        return
    rows = [
        _plan_row(slot, item.seconds, item.exact) for slot, item in zip(campaign.plan, estimates, strict=True)
    ]
    print_table(("slot", "block", "scenario", "tracker", "repeat", "about"), rows)
    guess = "" if all(item.exact for item in estimates) else "; times marked ? are guesses (set expected_s)"
    stdout.print(
        f"{len(campaign.plan)} runs, about {duration(total_s)}, order from seed {campaign.seed} (--seed)"
        f"{simulated_mark(campaign)}{guess}",
    )
    if config.campaign.precision_pct is not None:
        stdout.print(
            f"At most {config.campaign.repeats} blocks: the campaign ends when every workload is known to "
            f"±{config.campaign.precision_pct:g} % (95 %), or repeats cannot reach that"
        )


def _plan_row(slot: Slot, seconds: float, exact: bool) -> tuple[object, ...]:
    about = duration(seconds) + ("" if exact else " ?")
    return slot.slot, slot.block, slot.scenario, slot.tracker or "", slot.repeat, about
