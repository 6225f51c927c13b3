"""``lab compare``: two scenarios, statistically."""

from pathlib import Path

import click

from analysis.comparing.scenarios import Compared, compare_scenarios
from analysis.statistics.samples import QUANTITIES
from lab.cli.common import campaign_argument, json_option
from lab.output import print_json, print_table, stdout
from records.results import Row
from reports.numbers import ABSENT, count, in_interval, interval, measured, probability, spread
from reports.verdict import repeats_words, verdict_words

_RANK_TESTS = {"wilcoxon": "Wilcoxon", "mann-whitney": "Mann-Whitney"}
_REPEATS = {"repeats_1_pct": "1 %", "repeats_5_pct": "5 %", "repeats_observed": "this difference"}


@click.command()
@campaign_argument
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--quantity",
    type=click.Choice(list(QUANTITIES)),
    default="induced_wh",
    show_default=True,
    help="In which they are compared.",
)
@click.option(
    "--margin",
    "margin_pct",
    metavar="PCT",
    type=click.FloatRange(0, 100, min_open=True, max_open=True),
    help="Ask also whether B is equivalent to A within this percentage.",
)
@json_option
@click.pass_context
def compare(
    ctx: click.Context, folder: Path, a: str, b: str, quantity: str, margin_pct: float | None, as_json: bool
) -> None:
    """Compare scenario B with scenario A: which is better, by how much, how certain.

    A and B are names of the scenario table, with +TRACKER for runs with a tracker, or DIR2:NAME for a
    scenario of another campaign. Reads DIR/results, so `lab analyse` comes first. Exit code 1 when a
    finding refuses data of one of the two, or when one is SIMULATED and the other is not.

    \b
    lab compare campaigns/20260131-120000-demo cnn transfer
    lab compare campaigns/now cnn campaigns/before:cnn --quantity wh_per_epoch --margin 5
    """
    compared = compare_scenarios(folder, a, b, quantity, margin_pct)
    if as_json:
        print_json({**compared.to_json(), "words": verdict_words(compared)})
    else:
        _print(compared)
    ctx.exit(1 if compared.refusals else 0)


def _print(compared: Compared) -> None:
    if compared.a.simulated or compared.b.simulated:
        stdout.print("SIMULATED meter: no number below is a measurement", style="bold", markup=False)
    stdout.print(verdict_words(compared), markup=False, soft_wrap=True)
    stdout.print()
    unit = compared.quantity.unit
    columns = ("scenario", "n", f"mean {unit}", f"sd {unit}", f"median {unit}", "range", "95 % interval")
    print_table(columns, [_side(side.statistics) for side in (compared.a, compared.b)])
    stdout.print()
    print_table(("", "value", "95 % interval", "p"), _figures(compared.row, unit))
    if compared.row["p"] is not None:
        stdout.print(f"Repeats needed with this scatter (power 0.8): {_repeats(compared.row)}", markup=False)
    for remark in compared.remarks:
        stdout.print(f"- {remark}", markup=False)
    for refusal in compared.refusals:
        stdout.print(f"refused: {refusal}", markup=False)


def _side(row: Row) -> tuple[str, ...]:
    sd = row["sd"]
    return (
        row["scenario"],
        count(row["n"]),
        in_interval(row["mean"], row["mean_low"], row["mean_high"], sd),
        spread(sd),
        measured(row["median"], sd),
        f"{measured(row['min'], sd)} .. {measured(row['max'], sd)}",
        interval(row["mean_low"], row["mean_high"]),
    )


def _figures(row: Row, unit: str) -> list[tuple[str, str, str, str]]:
    """Return the lines of the table of figures; what could not be computed is left out."""
    t_name = "paired t" if row["design"] == "paired" else "Welch's t"
    lines = [
        (f"difference {unit}, {t_name}", *_estimate(row, "difference"), _p(row["p"])),
        (f"difference {unit}, bootstrap BCa", "", interval(row["bca_low"], row["bca_high"]), ""),
        (f"difference {unit}, with the meter's part", "", interval(*_ends(row, "total")), ""),
        ("ratio, Fieller", *_estimate(row, "ratio"), ""),
        ("ratio, with the meter's part", "", interval(*_ends(row, "ratio_total")), ""),
        (_RANK_TESTS[row["rank_test"]], "", "", _p(row["rank_p"])),
        ("t, after Holm over the family", "", "", _p(row.get("p_holm"))),
        ("Hedges' g", *_estimate(row, "hedges_g"), ""),
        ("Cliff's delta", *_estimate(row, "cliffs_delta"), ""),
    ]
    return [line for line in lines if any(part not in ("", ABSENT) for part in line[1:])]


def _ends(row: Row, name: str) -> tuple[float | None, float | None]:
    return row.get(f"{name}_low"), row.get(f"{name}_high")


def _estimate(row: Row, name: str) -> tuple[str, str]:
    low, high = _ends(row, name)
    return in_interval(row[name], low, high), interval(low, high)


def _p(p: float | None) -> str:
    return "" if p is None else probability(p)


def _repeats(row: Row) -> str:
    """Return the repeats for 1 %, 5 % and the difference; percentages need a mean above zero."""
    names = ["repeats_observed"] if row["ratio"] is None else list(_REPEATS)
    return ", ".join(f"{repeats_words(row[name])} for {_REPEATS[name]}" for name in names)
