"""``lab agree``: an estimator against a meter, from any table."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from analysis.agreement.table import Part, Question, TableAgreement, agree_table
from analysis.agreement.verdict import short, verdict
from analysis.imports.number_forms import Mark, NumberOptions
from analysis.maths.describe import WithInterval
from lab.cli.common import FiniteRange, json_option, number_options
from lab.cli.output import print_json, print_table, stdout
from lab.cli.paths import InputPath, OutputFile
from reports.words.texts import printable

_MOST_LINES_NAMED = 20


@click.command()
@click.argument("table", metavar="TABLE.csv", type=InputPath(file=True))
@click.option("--measured", required=True, metavar="COL", help="What the meter says.")
@click.option("--estimated", required=True, metavar="COL", help="What the estimator says, in the same unit.")
@click.option("--per", metavar="COL", help="Divides both, e.g. a duration: energy becomes power.")
@click.option("--by", metavar="COL[,COL]", help="Columns whose values make groups.")
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
    help="Step of the meter's display, in the unit of --measured, whose values are taken to be differences "
    "of two readings of that display (u = X / sqrt(6)). For single readings give X / sqrt(2).",
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
    tolerance: float,
    resolution: float,
    decimal: Mark | None,
    thousands: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Compare an estimator with a meter, from a plain table: is it right, for what, by how much?

    Rows in which a value is missing are left out and named. Exit code 1 when no row has both values.

    \b
    lab agree pairs.csv --measured meter_j --estimated codecarbon_j --per duration_s --by device
    """
    groups = tuple(name.strip() for name in by.split(",")) if by else ()
    numbers = NumberOptions(decimal, thousands)
    question = Question(measured, estimated, per, groups, tolerance, resolution, numbers=numbers)
    agreement = agree_table(table, question)
    if out is not None:
        from reports.pages.agree.page import write_agreement  # it draws, which the others need not

        write_agreement(agreement, out)
    if as_json:
        print_json(_document(agreement))
        return
    _print(agreement)
    if out is not None:
        stdout.print(f"Written: {out}")


def _document(agreement: TableAgreement) -> dict[str, Any]:
    return {
        "source": agreement.source,
        "simulated": agreement.simulated,
        **asdict(agreement.question),
        "rows": agreement.rows,
        "left_out": [asdict(row) for row in agreement.left_out],
        "groups": [
            {
                "group": part.name,
                "verdict": _verdict(agreement, part),
                "n": part.found.n,
                "bias": part.found.bias.value,
                "bias_low": part.found.bias.low,
                "bias_high": part.found.bias.high,
                **part.found.columns().to_json(),
            }
            for part in agreement.parts
        ],
    }


def _name(part: Part) -> str:
    return printable(part.name)  # a table may hold what would drive a terminal


def _verdict(agreement: TableAgreement, part: Part) -> str:
    return verdict(agreement.question.estimated, agreement.question.measured, part.name, part.found)


def _print(agreement: TableAgreement) -> None:
    if agreement.simulated:
        stdout.print("SIMULATED meter: no number below is a measurement", style="bold")
    for part in agreement.parts:
        stdout.print(f"{printable(_verdict(agreement, part))}.", soft_wrap=True)
        if part.found.notes:
            stdout.print(f"  {'; '.join(part.found.notes)}", soft_wrap=True)
    _print_agreement(agreement)
    _print_limits(agreement)
    _print_lines(agreement)
    _print_left_out(agreement)


def _print_agreement(agreement: TableAgreement) -> None:
    rows = [
        (
            _name(part),
            part.found.n,
            _with_ends(part.found.ratio),
            _with_ends(part.found.factor),
            _with_ends(part.found.bias),
            short(part.found.mape_pct),
            _with_ends(part.found.concordance),
            _with_ends(part.found.equivalence.interval_pct),
            part.found.equivalence.verdict,
        )
        for part in agreement.parts
    ]
    columns = (
        "group",
        "n",
        "total ratio",
        "factor",
        "bias",
        "MAPE %",
        "Lin",
        "mean %, 90 % interval",
        f"within {agreement.question.margin_pct:g} %",
    )
    unit = printable(agreement.question.unit)
    print_table(columns, rows, title=f"Totals, in the unit of {unit}; 95 % intervals")


def _print_limits(agreement: TableAgreement) -> None:
    rows = []
    for part in agreement.parts:
        row = part.found.columns()
        rows.append(
            (
                _name(part),
                "%" if part.found.scale.logarithmic else "unit",
                _ends(row.mean_difference, row.mean_difference_low, row.mean_difference_high),
                _ends(row.lower, row.lower_low, row.lower_high),
                _ends(row.upper, row.upper_low, row.upper_high),
                _share(row.meter_share),
                _ends(row.true_lower, row.true_lower_low, row.true_lower_high),
                _ends(row.true_upper, row.true_upper_low, row.true_upper_high),
            )
        )
    columns = (
        "group",
        "in",
        "mean difference",
        "lower",
        "upper",
        "meter's share",
        "lower without meter",
        "upper without meter",
    )
    print_table(columns, rows, title="Limits of agreement, estimated minus measured")


def _print_lines(agreement: TableAgreement) -> None:
    rows = [
        (
            _name(part),
            _with_ends(deming.slope) if deming else "",
            _with_ends(deming.intercept) if deming else "",
            short(deming.error_ratio) if deming else "",
            _with_ends(passing.slope) if passing else "",
            _with_ends(passing.intercept) if passing else "",
            short(passing.linearity_p) if passing else "",
        )
        for part in agreement.parts
        for deming, passing in [(part.found.deming, part.found.passing_bablok)]
    ]
    columns = (
        "group",
        "Deming slope",
        "intercept",
        "error ratio",
        "Passing-Bablok slope",
        "intercept",
        "linearity p",
    )
    print_table(columns, rows, title="Lines: estimated = intercept + slope x measured")


def _print_left_out(agreement: TableAgreement) -> None:
    if not agreement.left_out:
        stdout.print(f"All {agreement.rows} rows have both values.")
        return
    stdout.print(f"{len(agreement.left_out)} of {agreement.rows} rows left out:")
    for row in agreement.left_out[:_MOST_LINES_NAMED]:
        stdout.print(f"  line {row.line}: {row.reason}", soft_wrap=True)
    if len(agreement.left_out) > _MOST_LINES_NAMED:
        stdout.print(f"  and {len(agreement.left_out) - _MOST_LINES_NAMED} more (--json names all)")


def _with_ends(estimate: WithInterval | None) -> str:
    if estimate is None:
        return ""
    if estimate.low is None or estimate.high is None:
        return short(estimate.value)
    return f"{short(estimate.value)} [{short(estimate.low)}, {short(estimate.high)}]"


def _ends(value: float | None, low: float | None, high: float | None) -> str:
    return "" if value is None else _with_ends(WithInterval(value, low, high))


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"
