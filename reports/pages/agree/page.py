"""The page of `lab agree`: an estimator against a meter, one HTML file that opens offline."""

from collections.abc import Sequence
from pathlib import Path

from analysis.agreement.levels import BiasAt
from analysis.agreement.table import Part, TableAgreement
from analysis.agreement.table_pairs import LeftOut
from analysis.agreement.verdict import conclusions, statement
from analysis.maths.describe import WithInterval
from records.files import write_atomically
from records.rows.agreement import AssessmentColumns, ComparedColumns
from reports.blocks.agreement_columns import (
    equivalence_columns,
    error_column,
    evidence_columns,
    limits_columns,
    lines_columns,
    ratios_columns,
    totals_columns,
    true_limits_columns,
    weighted_columns,
)
from reports.blocks.columns import with_interval
from reports.blocks.rendering import page_scripts, render_page
from reports.blocks.svg import drawing_style
from reports.blocks.tables import Column, Columns, Table, columns_of_part, table, text_column
from reports.pages.agree.figures import bland_altman_sheet, regression_sheet
from reports.words.numbers import count, given, plain, probability

_MOST_LEFT_OUT = 200


def write_agreement(agreement: TableAgreement, path: Path) -> None:
    """Write the page of a comparison.

    Args:
        agreement: what came out.
        path: the HTML file, replaced if it exists.

    Raises:
        OSError: it cannot be written.
    """
    write_atomically(path, render(agreement))


def render(agreement: TableAgreement) -> str:
    """Return the page as HTML; the same comparison always gives the same text."""
    question = agreement.question
    with drawing_style():
        sheets = [bland_altman_sheet(agreement), regression_sheet(agreement)]
    context = {
        "summary": {
            "title": f"{question.estimated} against {question.measured}",
            "facts": _facts(agreement),
        },
        "verdicts": [
            (
                _class_of(part.assessed.decision.verdict),
                _words(agreement, index),
                [*part.found.notes, *(f"{words}." for words in conclusions(part.found, part.assessed))],
            )
            for index, part in enumerate(agreement.parts)
        ],
        "tables": [
            ("Totals and bias", _totals(agreement)),
            ("Equivalence and concordance", _equivalence(agreement)),
            ("Limits of agreement", _limits(agreement)),
            ("Limits with meter noise removed", _true_limits(agreement)),
            ("Ratio of single rows", _ratios(agreement)),
            ("Verdict, and what it rests on", _evidence(agreement)),
            *([("Bias at levels", _levels(agreement))] if agreement.question.at else []),
            ("Lines", _lines(agreement)),
        ],
        "sheets": sheets,
        "left_out": _left_out(agreement),
        "left_out_count": len(agreement.left_out),
        "rows": agreement.rows,
        "question": question,
    }
    return render_page("agree.html.j2", context, simulated=agreement.simulated, scripts=page_scripts())


def _facts(agreement: TableAgreement) -> list[tuple[str, str]]:
    question = agreement.question
    step = (
        f"{given(question.resolution)}, differences of two readings" if question.resolution else "not known"
    )
    meter = f"U = {given(question.meter_u_pct)} % (k = 2)" if question.meter_u_pct else "not known"
    return [
        ("Table", agreement.source),
        ("Measured", question.measured),
        ("Estimated", question.estimated),
        ("Both divided by", question.per or "nothing"),
        ("Groups by", ", ".join(question.by) or "nothing"),
        ("Repeats by", ", ".join(question.nested) or "nothing"),
        ("Rows", f"{agreement.rows}, of which {len(agreement.left_out)} left out"),
        ("Step of the meter", step),
        ("Meter, common to all rows", meter),
        ("Margin", f"{given(question.margin_pct)} %"),
    ]


def _words(agreement: TableAgreement, index: int) -> str:
    part, question = agreement.parts[index], agreement.question
    return f"{statement(question.estimated, question.measured, part.name, part.found, part.assessed)}."


def _class_of(decision: str) -> str:
    return {"within": "good", "outside": "warn"}.get(decision, "")


def _table(key: str, caption: str, columns: Columns[Part], agreement: TableAgreement) -> Table:
    group: Column[Part] = text_column("Group", lambda part: part.name)
    return table(key, caption, (group, *columns), agreement.parts, folded=False)


def _compared(columns: Columns[ComparedColumns]) -> Sequence[Column[Part]]:
    return columns_of_part(lambda part: part.found.columns(), columns)


def _assessed(columns: Columns[AssessmentColumns]) -> Sequence[Column[Part]]:
    return columns_of_part(lambda part: part.assessed.columns(part.found), columns)


def _totals(agreement: TableAgreement) -> Table:
    columns: Columns[Part] = (
        Column("n", lambda part: count(part.found.n)),
        _compared(totals_columns()),
        with_interval(
            "Bias", lambda part: (part.found.bias.value, part.found.bias.low, part.found.bias.high)
        ),
        _compared([error_column()]),
    )
    return _table("totals", f"In the unit of {agreement.question.unit}", columns, agreement)


def _equivalence(agreement: TableAgreement) -> Table:
    margin = f"{given(agreement.question.margin_pct)} %"
    columns = _compared(equivalence_columns(margin))
    return _table("equivalence", f"Margin {margin} of the meter", columns, agreement)


def _limits(agreement: TableAgreement) -> Table:
    columns = _compared(limits_columns("unit"))
    return _table("limits", "Estimated minus measured, as observed", columns, agreement)


def _true_limits(agreement: TableAgreement) -> Table:
    caption = "Estimated minus measured, the meter's own scatter taken out"
    return _table("true-limits", caption, _compared(true_limits_columns("unit")), agreement)


def _ratios(agreement: TableAgreement) -> Table:
    caption = "Estimated over measured, and the interval that holds 95 % of all rows at 95 % confidence"
    return _table("ratios", caption, _assessed(ratios_columns("unit")), agreement)


def _evidence(agreement: TableAgreement) -> Table:
    caption = "Guard band from the meter's own uncertainty; slope and ratio without the most influential rows"
    return _table("evidence", caption, _assessed(evidence_columns()), agreement)


def _levels(agreement: TableAgreement) -> Table:
    columns: Columns[tuple[str, BiasAt]] = (
        text_column("Group", lambda row: row[0]),
        Column("At", lambda row: plain(row[1].at)),
        with_interval("Bias", lambda row: _ends(row[1].bias)),
        Column("p of none", lambda row: probability(row[1].p_equal)),
        Column("Allowed", lambda row: plain(row[1].allowable)),
        Column("p of more", lambda row: probability(row[1].p_within)),
        text_column("Verdict", lambda row: row[1].decision.verdict, whole=True),
        text_column("Because", lambda row: row[1].decision.reason),
    )
    rows = [(part.name, bias) for part in agreement.parts for bias in part.levels]
    return table("levels", "Bias upon Deming's line", columns, rows, folded=False)


def _ends(bias: WithInterval | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if bias is None else (bias.value, bias.low, bias.high)


def _lines(agreement: TableAgreement) -> Table:
    caption = "Estimated = intercept + slope × measured"
    columns = (_compared(lines_columns()), _assessed(weighted_columns()))
    return _table("lines", caption, columns, agreement)


def _left_out(agreement: TableAgreement) -> Table:
    columns: Columns[LeftOut] = (
        Column("Line", lambda row: count(row.line)),
        text_column("Reason", lambda row: row.reason),
    )
    rows = agreement.left_out[:_MOST_LEFT_OUT]
    return table("left-out", "Rows left out", columns, rows, nothing="None: all rows have both values.")
