"""``lab plan``: which meter, length of runs and number of repeats reach an interval."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from analysis.planning.assumed import Assumed
from analysis.planning.pilot import Wanted, left_out, pilots, seconds_per_block
from analysis.planning.table import plan_rows
from lab.cli.bench_options import PercentText
from lab.cli.common import MOST_W, FiniteRange, json_option
from lab.cli.output import print_json
from lab.cli.paths import CampaignFolderPath
from lab.cli.plan_meters import METERS, data_sheet_meter
from lab.cli.plan_output import Planned, plan_json, print_plan
from records.campaign import CampaignFolder
from records.errors import ConfigurationError
from records.results import read_results
from records.settings.section import YEAR_S

_DURATIONS_S = (60.0, 300.0, 1800.0)
_LONGER = 4.0
_WATTS = FiniteRange(0, MOST_W, min_open=True)


@click.command()
@click.argument("folder", metavar="[CAMPAIGN]", type=CampaignFolderPath(), required=False)
@click.option(
    "--want",
    "want_pct",
    type=PercentText(),
    default="2%",
    show_default=True,
    help="Half of the 95 % interval, in percent of the energy.",
)
@click.option(
    "--of",
    type=click.Choice(["induced", "difference", "epoch"]),
    default="induced",
    show_default=True,
    help="Induced energy of a run, difference of two scenarios in it, or induced energy of an epoch.",
)
@click.option(
    "--scenario", "scenarios", multiple=True, metavar="NAME", help="Scenario of the campaign (repeatable)."
)
@click.option("--meter", "drivers", multiple=True, metavar="DRIVER", help="Meter to consider (repeatable).")
@click.option(
    "--duration",
    "durations_s",
    multiple=True,
    metavar="S",
    type=FiniteRange(0, YEAR_S, min_open=True),
    help="Seconds per run (repeatable).",
)
@click.option("--power", "power_w", metavar="W", type=_WATTS, help="Mean power during a run; 100 by default.")
@click.option(
    "--baseline-power", "baseline_power_w", metavar="W", type=_WATTS, help="Baseline power; 40 by default."
)
@click.option(
    "--scatter",
    "scatter_pct",
    type=PercentText(),
    help="Standard deviation of the energy from run to run; 1% by default.",
)
@click.option(
    "--baseline-scatter",
    "baseline_scatter_w",
    metavar="W",
    type=_WATTS,
    help="Standard deviation of the baseline from run to run; 0.3 by default.",
)
@click.option("--epochs", type=click.IntRange(min=1), help="Epochs per run; 10 by default.")
@json_option
def plan(
    folder: Path | None,
    want_pct: float,
    of: Wanted,
    scenarios: Sequence[str],
    drivers: Sequence[str],
    durations_s: Sequence[float],
    as_json: bool,
    **assumed: Any,
) -> None:
    """Plan a campaign: which meter, run length and number of repeats reach an interval.

    The scatter comes from an earlier campaign (a pilot), or from the options.

    \b
    lab plan latest --want 2%                       with the meter of that campaign, and with others
    lab plan latest --of difference --want 1%       to tell two scenarios apart
    lab plan --want 1% --power 250 --duration 600   without a pilot
    """
    missing: Sequence[str] = ()
    given = {name: value for name, value in assumed.items() if value is not None}
    if folder is not None:
        if given:
            raise ConfigurationError(
                "expected either a campaign, which gives powers, scatter and epochs, or options for them"
            )
        results = read_results(CampaignFolder(folder).results)
        own, simulated = pilots(results, of, scenarios), results.campaign.simulated
        missing = left_out(results, of, scenarios, own)
        first_s = own[0][0].duration_s
        meters = [own, *([(work, data_sheet_meter(name)) for work, _ in own] for name in drivers or METERS)]
        lengths_s, block_s = durations_s or (first_s, _LONGER * first_s), seconds_per_block(results)
    else:
        if scenarios:
            raise ConfigurationError("--scenario: expected a campaign that has it as well")
        lengths_s, simulated = durations_s or _DURATIONS_S, False
        work = Assumed(**given).work(of, lengths_s[0])
        meters = [[(work, data_sheet_meter(name))] for name in drivers or METERS]
        block_s = 2 * work.duration_s  # a baseline as long as a run
    planned = Planned(
        of=of,
        want_pct=want_pct,
        rows=plan_rows(meters, lengths_s, want_pct / 100),
        pilot=folder,
        simulated=simulated,
        block_s=block_s,
        left_out=missing,
    )
    if as_json:
        print_json(plan_json(planned))
    else:
        print_plan(planned)
