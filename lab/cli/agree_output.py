"""What `lab agree` prints: words first, then tables."""

from analysis.agreement.table import Part, TableAgreement
from analysis.agreement.verdict import conclusions, short, statement
from analysis.maths.describe import WithInterval
from lab.cli.output import print_table, stdout
from reports.words.texts import printable

_MOST_LINES_NAMED = 20


def _name(part: Part) -> str:
    return printable(part.name)  # a table may hold what would drive a terminal


def statement_of(agreement: TableAgreement, part: Part) -> str:
    """Return the answer for a group in a sentence."""
    question = agreement.question
    return statement(question.estimated, question.measured, part.name, part.found, part.assessed)


def print_agreement(agreement: TableAgreement) -> None:
    """Print the answers in words, then the numbers."""
    if agreement.simulated:
        stdout.print("SIMULATED meter: no number below is a measurement", style="bold")
    for part in agreement.parts:
        stdout.print(f"{printable(statement_of(agreement, part))}.")
        if part.found.notes:
            stdout.print(f"  {'; '.join(part.found.notes)}")
        for words in conclusions(part.found, part.assessed):
            stdout.print(f"  {printable(words)}.")
    _print_agreement(agreement)
    _print_limits(agreement)
    _print_ratios(agreement)
    _print_levels(agreement)
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
            _percent(part),
            part.assessed.decision.verdict,
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
        "lower, meter noise removed",
        "upper, meter noise removed",
    )
    print_table(columns, rows, title="Limits of agreement, estimated minus measured")


def _print_ratios(agreement: TableAgreement) -> None:
    rows = [
        (
            _name(part),
            _with_ends(ratios.geometric) if ratios else "",
            _with_ends(ratios.lower) if ratios else "",
            _with_ends(ratios.upper) if ratios else "",
            "%" if part.found.scale.logarithmic else "unit",
            f"{short(row.tolerance_lower)} to {short(row.tolerance_upper)}" if row.tolerance_lower else "",
            short(row.design_effect),
            short(row.effective_n),
        )
        for part in agreement.parts
        for ratios, row in [(part.assessed.ratios, part.assessed.columns(part.found))]
    ]
    columns = (
        "group",
        "geometric ratio",
        "lower limit",
        "upper limit",
        "in",
        "95 % of all rows",
        "design effect",
        "effective n",
    )
    print_table(columns, rows, title="Single rows: ratio, its limits, and the tolerance interval (95 %)")


def _print_levels(agreement: TableAgreement) -> None:
    rows = [
        (
            _name(part),
            short(found.at),
            _with_ends(found.bias),
            short(found.p_equal),
            short(found.allowable),
            short(found.p_within),
            found.decision.verdict,
            found.decision.reason,
        )
        for part in agreement.parts
        for found in part.levels
    ]
    columns = ("group", "at", "bias", "p (no bias)", "allowed", "p (more)", "verdict", "reason")
    if rows:
        print_table(columns, rows, title="Bias at levels of the measured value, by Deming's line")


def _print_lines(agreement: TableAgreement) -> None:
    rows = [
        (
            _name(part),
            _with_ends(deming.slope) if deming else "",
            _with_ends(deming.intercept) if deming else "",
            _with_ends(weighted.slope) if weighted else "",
            short(deming.error_ratio) if deming else "",
            _with_ends(passing.slope) if passing else "",
            _with_ends(passing.intercept) if passing else "",
            short(passing.linearity_p) if passing else "",
            part.assessed.linearity.verdict,
        )
        for part in agreement.parts
        for deming, passing, weighted in [
            (part.found.deming, part.found.passing_bablok, part.assessed.weighted)
        ]
    ]
    columns = (
        "group",
        "Deming slope",
        "intercept",
        "weighted slope",
        "error ratio",
        "Passing-Bablok slope",
        "intercept",
        "linearity p",
        "linearity",
    )
    print_table(columns, rows, title="Lines: estimated = intercept + slope x measured")


def _print_left_out(agreement: TableAgreement) -> None:
    if not agreement.left_out:
        rows = "The only row has" if agreement.rows == 1 else f"All {agreement.rows} rows have"
        stdout.print(f"{rows} both values.")
        return
    stdout.print(f"{len(agreement.left_out)} of {agreement.rows} rows left out:")
    for row in agreement.left_out[:_MOST_LINES_NAMED]:
        stdout.print(f"  line {row.line}: {row.reason}")
    if len(agreement.left_out) > _MOST_LINES_NAMED:
        stdout.print(f"  and {len(agreement.left_out) - _MOST_LINES_NAMED} more (--json names all)")


def _with_ends(estimate: WithInterval | None) -> str:
    if estimate is None:
        return ""
    if estimate.low is None or estimate.high is None:
        return short(estimate.value)
    return f"{short(estimate.value)} [{short(estimate.low)}, {short(estimate.high)}]"


def _percent(part: Part) -> str:
    row = part.found.columns()  # without what is not finite
    return _ends(row.equivalence_pct, row.equivalence_pct_low, row.equivalence_pct_high)


def _ends(value: float | None, low: float | None, high: float | None) -> str:
    return "" if value is None else _with_ends(WithInterval(value, low, high))


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"
