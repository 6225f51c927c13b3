"""``lab agree``: an estimator against a meter, from any table."""

from pathlib import Path

import click

from analysis.agreement.levels import Level
from analysis.agreement.question import Question
from analysis.agreement.table import agree_table
from analysis.imports.number_forms import Mark, NumberOptions
from lab.cli.agree_document import document_of
from lab.cli.agree_output import print_agreement
from lab.cli.common import FiniteRange, json_option, number_options
from lab.cli.output import print_json, stdout
from lab.cli.paths import InputPath, OutputFile


class LevelsParam(click.ParamType[tuple[Level, ...]]):
    """Decision levels, each with the largest bias that is allowed there: ``50,100:2.5``."""

    name = "levels"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Level, ...]:
        """Return the levels of a text."""
        if isinstance(value, tuple):
            return value
        number = FiniteRange(min=0, min_open=True, max=1e12)
        levels = []
        for part in str(value).split(","):
            at, colon, allowable = part.partition(":")
            allowed = number.convert(allowable.strip(), param, ctx) if colon else None
            levels.append(Level(number.convert(at.strip(), param, ctx), allowed))
        return tuple(levels)


@click.command()
@click.argument("table", metavar="TABLE.csv", type=InputPath(file=True))
@click.option("--measured", required=True, metavar="COL", help="Column of the meter.")
@click.option("--estimated", required=True, metavar="COL", help="Column of the estimator, in the same unit.")
@click.option("--per", metavar="COL", help="Column to divide both by, e.g. a duration: energy becomes power.")
@click.option("--by", metavar="COL[,COL]", help="Columns that define groups.")
@click.option("--nested", metavar="COL[,COL]", help="Columns that identify repeats of the same work.")
@click.option(
    "--tolerance",
    metavar="PCT",
    type=FiniteRange(min=0, min_open=True, max=100),
    default=5.0,
    show_default=True,
    help="Margin of equivalence, in percent of the meter.",
)
@click.option(
    "--resolution",
    metavar="X",
    type=FiniteRange(min=0, max=1e12),
    default=0.0,
    help="Step of the meter's display, in the unit of --measured. Values are assumed to be differences of "
    "two readings (u = X / sqrt(6)); for single readings give X / sqrt(2).",
)
@click.option(
    "--meter-u",
    "meter_u_pct",
    metavar="PCT",
    type=FiniteRange(min=0, max=100),
    default=0.0,
    help="Expanded uncertainty (k = 2) of the meter, common to all rows, in percent of a value.",
)
@click.option(
    "--at",
    metavar="X[:ALLOWED],...",
    type=LevelsParam(),
    default=(),
    help="Measured values at which to give the bias, each with the largest allowed bias (by default "
    "--tolerance of the value).",
)
@number_options
@click.option("--out", metavar="FILE.html", type=OutputFile(), help="Also write a page.")
@json_option
def agree(
    table: Path,
    measured: str,
    estimated: str,
    per: str | None,
    by: str | None,
    nested: str | None,
    tolerance: float,
    resolution: float,
    meter_u_pct: float,
    at: tuple[Level, ...],
    decimal: Mark | None,
    thousands: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Compare an estimator with a meter, from a plain table: bias, limits of agreement, linearity.

    Rows with a missing value are left out and listed. Exit code 1 when no row has both values.

    \b
    lab agree pairs.csv --measured meter_j --estimated codecarbon_j --per duration_s --by device
    """
    groups, works = (tuple(map(str.strip, names.split(","))) if names else () for names in (by, nested))
    numbers = NumberOptions(decimal, thousands)
    question = Question(
        measured,
        estimated,
        per,
        groups,
        tolerance,
        resolution,
        at=at,
        meter_u_pct=meter_u_pct,
        nested=works,
        numbers=numbers,
    )
    agreement = agree_table(table, question)
    if out is not None:
        from reports.pages.agree.page import write_agreement  # it draws, which the others need not

        write_agreement(agreement, out)
    if as_json:
        print_json(document_of(agreement))
        return
    print_agreement(agreement)
    if out is not None:
        stdout.print(f"Written: {out}")
