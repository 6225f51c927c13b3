"""``lab trackers calibrate``: the correction of a tracker, by the meter of a campaign or of a table."""

from pathlib import Path
from typing import Any, cast

import click

from analysis.agreement.calibrating import calibrate_campaign, calibrate_table
from analysis.agreement.correction import Kind
from analysis.agreement.question import Question
from analysis.agreement.verdict import short
from analysis.imports.number_forms import Mark, NumberOptions
from lab.cli.common import FiniteRange, json_option, number_options
from lab.cli.output import print_json, stdout
from lab.cli.paths import CampaignFolderPath, OutputFile
from records.campaign import CampaignFolder
from records.errors import ConfigurationError
from records.results import read_results
from records.tracker_correction import TrackerCorrection
from reports.words.texts import printable


@click.command()
@click.argument("source", metavar="CAMPAIGN|TABLE.csv", type=CampaignFolderPath(file=True))
@click.option(
    "--out",
    metavar="FILE.json",
    type=OutputFile(),
    required=True,
    help="The correction; replaced where it exists.",
)
@click.option(
    "--as",
    "kind",
    type=click.Choice(["factor", "line"]),
    help="Form of the correction; unless given, a line where one is needed and does better on held-out runs.",
)
@click.option("--tracker", metavar="NAME", help="Tracker of the campaign, where there are several.")
@click.option("--measured", metavar="COL", help="Column of the meter, for a table.")
@click.option("--estimated", metavar="COL", help="Column of the estimator in the same unit, for a table.")
@click.option("--per", metavar="COL", help="Column to divide both by, e.g. a duration, for a table.")
@click.option("--by", metavar="COL[,COL]", help="Columns that define groups, for a table.")
@click.option(
    "--resolution",
    metavar="X",
    type=FiniteRange(min=0, max=1e12),
    default=0.0,
    help="Step of the meter's display, see `lab agree`, for a table.",
)
@click.option(
    "--meter-u",
    "meter_u_pct",
    metavar="PCT",
    type=FiniteRange(min=0, max=100),
    default=0.0,
    help="Expanded uncertainty (k = 2) of the meter, common to all rows, in percent, for a table.",
)
@number_options
@json_option
def calibrate(
    source: Path,
    out: Path,
    kind: str | None,
    tracker: str | None,
    measured: str | None,
    estimated: str | None,
    per: str | None,
    by: str | None,
    resolution: float,
    meter_u_pct: float,
    decimal: Mark | None,
    thousands: str | None,
    as_json: bool,
) -> None:
    """Fit a correction of a tracker, a factor or a line, and test it on held-out runs.

    For a campaign, the mean powers of the runs are compared; run `lab analyse` first. For a table, name
    --measured and --estimated. The file also holds the error of single corrected values. A correction is
    valid for this machine, this tracker and similar loads.

    \b
    lab trackers calibrate campaigns/now --tracker codecarbon --out codecarbon.json
    lab trackers apply codecarbon.json emissions.csv
    """
    form = cast(Kind | None, kind)
    if source.is_dir():
        if measured or estimated or per or by or resolution or meter_u_pct or decimal or thousands:
            raise ConfigurationError(
                f"{source}: a campaign takes --tracker and --as alone; the other options are for a table"
            )
        folder = CampaignFolder(source)
        correction = calibrate_campaign(read_results(folder.results), source.resolve().name, tracker, form)
    else:
        if not (measured and estimated):
            raise ConfigurationError(f"{source}: of a table, name --measured COL and --estimated COL")
        if tracker:
            raise ConfigurationError(f"{source}: --tracker is for a campaign; --estimated names the column")
        groups = tuple(name.strip() for name in by.split(",")) if by else ()
        question = Question(
            measured,
            estimated,
            per,
            groups,
            resolution=resolution,
            meter_u_pct=meter_u_pct,
            numbers=NumberOptions(decimal, thousands),
        )
        correction = calibrate_table(source, question, form)
    correction.write(out)
    if as_json:
        print_json({"path": str(out), **correction.to_json()})
        return
    for line in lines_of(correction):
        stdout.print(printable(line))
    stdout.print(f"Written: {out}")


def lines_of(correction: TrackerCorrection) -> list[str]:
    """Return what a correction is and how far it helps, a sentence each."""
    simulated = ["SIMULATED meter: no number below is a measurement"] if correction.simulated else []
    held = (
        f"Held out, one of {correction.units} {correction.unit_kind} after the other: mean error "
        f"{correction.raw_pct:.3g} % before, {correction.corrected_pct:.3g} % after the correction "
        f"(bias {correction.raw_bias_pct:+.2g} %, {correction.corrected_bias_pct:+.2g} %)."
    )
    return [*simulated, f"{formula_of(correction)}.", held, *_warnings(correction)]


def formula_of(correction: TrackerCorrection) -> str:
    """Return the formula with the intervals of its coefficients."""
    slope = _with_ends(correction.slope, correction.slope_low, correction.slope_high)
    if correction.kind == "factor":
        return f"{correction.measured} = {slope} x {correction.estimated}"
    intercept = _with_ends(correction.intercept, correction.intercept_low, correction.intercept_high)
    return f"{correction.measured} = {intercept} + {slope} x {correction.estimated}, in {correction.unit}"


def _warnings(correction: TrackerCorrection) -> list[Any]:
    warnings = []
    if correction.corrected_pct >= correction.raw_pct:
        warnings.append("It does not help on held-out values. Do not use it.")
    if correction.linearity == "rejected":
        warnings.append(
            "The relation is not linear: the correction is right at some levels and wrong at others."
        )
    if correction.influential:
        warnings.append(f"It depends on {correction.influential}.")
    if correction.unit_kind == "runs":
        warnings.append("All runs are of one or two scenarios, so it is untested on others.")
    return warnings


def _with_ends(value: float, low: float | None, high: float | None) -> str:
    ends = "" if low is None or high is None else f" [{short(low)}, {short(high)}]"
    return f"{short(value)}{ends}"
