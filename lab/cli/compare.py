"""``lab compare``: two scenarios, statistically."""

from dataclasses import asdict
from pathlib import Path

import click

from analysis.comparing.calls import ComparedCalls
from analysis.comparing.gate import Gate, judge
from analysis.comparing.scenarios import Compared, compare_scenarios
from analysis.statistics.samples import QUANTITIES
from lab.cli.bench_options import PercentText
from lab.cli.common import FiniteRange, campaign_argument, json_option
from lab.cli.output import print_json, print_table, stdout
from lab.cli.paths import OutputFile, ScenarioName
from reports.exports.comparison import append_summary
from reports.words.calls import difference_cells, differences_words, side_words, site_name, site_place
from reports.words.comparison_lines import figure_lines, repeats_line, sample_cells, sample_columns
from reports.words.gate import gate_words
from reports.words.program import program_lines
from reports.words.verdict import unit_of_compared, verdict_words

_MOST_CALLS = 10


@click.command()
@campaign_argument
@click.argument("a", metavar="A", type=ScenarioName())
@click.argument("b", metavar="B", type=ScenarioName())
@click.option(
    "--quantity",
    type=click.Choice(list(QUANTITIES)),
    default="induced_wh",
    show_default=True,
    help="Quantity to compare.",
)
@click.option(
    "--margin",
    "margin_pct",
    metavar="PCT",
    type=FiniteRange(0, 100, min_open=True, max_open=True),
    help="Also test whether B is equivalent to A within this percentage.",
)
@click.option(
    "--fail-if-more",
    "limit_pct",
    type=PercentText(),
    help="Gate: exit 1 unless B is shown to need at most this much more, such as 5%.",
)
@click.option(
    "--summary", metavar="FILE.md", type=OutputFile(), help="Also append a Markdown summary to this file."
)
@click.option("--out", metavar="FILE.html", type=OutputFile(), help="Also write a page.")
@json_option
@click.pass_context
def compare(
    ctx: click.Context,
    folder: Path,
    a: str,
    b: str,
    quantity: str,
    margin_pct: float | None,
    limit_pct: float | None,
    summary: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Compare scenario B with scenario A: which is better, by how much, how certain.

    A and B are names of the scenario table, with +TRACKER for runs with a tracker, or DIR2:NAME for a
    scenario of another campaign. Reads DIR/results, so `lab analyse` comes first. Exit code 1 when a
    finding rejects data of one of the two, or when one is SIMULATED and the other is not.

    \b
    lab compare campaigns/20260131-120000-demo cnn transfer --out cnn-transfer.html
    lab compare campaigns/now cnn campaigns/before:cnn --quantity wh_per_epoch --margin 5
    lab compare campaigns/before train campaigns/now:train --fail-if-more 5% --summary summary.md
    """
    compared = compare_scenarios(folder, a, b, quantity, margin_pct)
    gate = None if limit_pct is None else judge(compared.row, limit_pct)
    if summary is not None:
        append_summary(compared, gate, summary)
    if out is not None:
        from reports.pages.compare.page import write_comparison  # it draws, which the others need not

        write_comparison(compared, out)
    if as_json:
        document = {**compared.to_json(), "words": verdict_words(compared)}
        print_json(document if gate is None else {**document, "gate": asdict(gate)})
    else:
        _print(compared, gate)
        if out is not None:
            stdout.print(f"Written: {out}")
    ctx.exit(1 if compared.refusals or (gate is not None and gate.verdict != "within") else 0)


def _print(compared: Compared, gate: Gate | None) -> None:
    if compared.a.simulated or compared.b.simulated:
        stdout.print("SIMULATED meter: no number below is a measurement", style="bold")
    if gate is not None:
        stdout.print(gate_words(gate, compared))
    stdout.print(verdict_words(compared))
    stdout.print()
    unit = unit_of_compared(compared)
    print_table(
        sample_columns(unit),
        [sample_cells(side.statistics, side.mean_u, unit) for side in (compared.a, compared.b)],
    )
    stdout.print()
    lines = figure_lines(compared.row, unit)
    print_table(
        ("", "value", "95 % interval", "p"), [(line.name, line.value, line.ends, line.p) for line in lines]
    )
    if compared.row.p is not None:
        stdout.print(repeats_line(compared.row))
    if compared.calls is not None:
        _print_calls(compared.calls, compared.a.label, compared.b.label)
    for remark in compared.remarks:
        stdout.print(f"- {remark}")
    for line in program_lines(compared.program):
        stdout.print(f"- {line}")
    for refusal in compared.refusals:
        stdout.print(f"rejected: {refusal}")


def _print_calls(calls: ComparedCalls, a: str, b: str) -> None:
    stdout.print(differences_words(calls, a, b))
    stdout.print()
    shown = calls.differences[:_MOST_CALLS]
    print_table(
        ("call", "place", "line", f"{a} J", f"{b} J", "difference J", "95 % interval"),
        [
            (
                site_name(one.row),
                site_place(one.row),
                one.match,
                side_words(one.a, induced=calls.induced),
                side_words(one.b, induced=calls.induced),
                *difference_cells(one),
            )
            for one in shown
        ],
    )
    if len(calls.differences) > len(shown):
        stdout.print(f"{len(calls.differences) - len(shown)} further call sites: --out or --json has them")
