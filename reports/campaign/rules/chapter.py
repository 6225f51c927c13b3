"""What a published rule gives of the same records, next to the default one."""

from analysis.rules import rule_names, rule_source
from analysis.rules.contract import DEFAULT
from records.rows.standards import RuleRow
from reports.blocks.contract import Block, Chapter, Code, Heading, Lines, Text
from reports.blocks.tables import Column, Columns, Table, table, text_column, words
from reports.campaign.rules.differences import Beside, answer, beside_each_other, matters, sentences
from reports.campaign.rules.figures import rules_sheet
from reports.campaign.view import View
from reports.words.numbers import finite, given, in_interval, interval, plain
from reports.words.texts import quantity

MOST_SPANS = 200
"""Of more spans the first are shown; the table of the results has all."""

_DIGITS = 7  # a published number is compared to its last digit

FORMULAS = {
    "oscar": """\
E = Σ Pᵢ · Δt over the first N readings stamped at the start mark or later
E_induced = mean(E) − mean(E_baseline)
N: the fewest readings that any usage run has between its marks; no adjustment for the duration""",
    "kecolab": """\
E = Σ Pᵢ · Δt over all readings stamped from start mark to stop mark, both included
E_induced = mean(E) − mean(E_baseline) · mean(T) / mean(T_baseline)
repaired: the same with marks whose milliseconds lack leading zeros put right""",
    "mlperf": """\
P = mean of the readings with start < t < stop and P > 0, each counted once
E = P · T; the published figure is P alone, and there is no baseline""",
    "fecom": """\
E = Σ of the whole samples from the one nearest to the stored start up to, without it, the one
    nearest to the stored end; net = E − samples · mean sample of the last 20 s before the call
exact: the integral from true start to true end, borders split""",
}
"""Of the rules by name; P_i the readings as recorded, dt their interval, T the duration."""

_HOW = (
    "The rule takes the readings as recorded: no cadence is fitted, no border split, no calibration applied. "
    "It states no uncertainty; the standard uncertainty of the default value is the yardstick. As both come "
    "from the same readings, it is no uncertainty of the difference."
)


def chapter(view: View) -> Chapter:
    """Show the values of the rule in force next to the default ones."""
    results = view.results
    if results.rule == DEFAULT or not (results.rule_rows or results.rule_spans):
        absent = (
            "the default rule is in force; lab analyse --rule NAME adds a published one."
            if results.rule == DEFAULT
            else f"rule “{results.rule}” gave no rows."
        )
        return Chapter("rules", "Published rule", "Rule", [], absent)
    pairs = beside_each_other(view)
    source = rule_source(results.rule) if results.rule in rule_names() else "unknown to this version"
    blocks: list[Block] = [
        Text(
            f"Rule “{results.rule}” was applied to the same records: {source}. All other numbers of this "
            "report are those of the default rule."
        ),
        *_answer(view, pairs),
        *(_beside(view, pairs) if pairs else []),
        Heading("The rule"),
        Code(f"Formula of the rule {results.rule}", FORMULAS.get(results.rule, "not known here")),
        Text(_HOW),
        Heading("All that the rule gives"),
        rule_table(results.rule_rows, "rule-rows", "By the rule", "rules"),
        *_spans(results.rule_spans),
    ]
    return Chapter("rules", "Published rule", "Rule", blocks)


def _answer(view: View, pairs: list[Beside]) -> list[Block]:
    if pairs:
        return [Text(answer(pairs), "warn" if matters(pairs) else "good")]
    rows = [row for row in view.results.rule_rows if finite(row.values.get("difference_pct")) is not None]
    if not rows:
        return [Text("It has no quantity in common with the default rule.", "nothing")]
    caption = "By the rule and between exact borders"
    return [Text(f"{caption}:"), Lines(caption, [_exact_words(row) for row in rows])]


def _exact_words(row: RuleRow) -> tuple[str, str]:
    """Say what a rule that computes both ways itself found between its borders and exact ones."""
    values = row.values
    sign = "+" if (finite(values.get("difference_pct")) or 0.0) > 0 else ""
    share = f"{sign}{plain(values.get('difference_pct'), 2)}"
    return (
        f"{words(values.get('of'))}, {words(values.get('channel'))}",
        f"{plain(values.get('gross_j'), 6)} J by the rule, {plain(values.get('exact_j'), 6)} J between exact "
        f"borders, {share} %",
    )


def _beside(view: View, pairs: list[Beside]) -> list[Block]:
    return [
        rules_sheet(view, pairs, _HOW, beside_table(pairs)),
        Heading("Differences in words"),
        Lines("Differences in words", sentences(pairs)),
    ]


def beside_table(pairs: list[Beside]) -> Table:
    """Tabulate what both rules give, and the difference."""
    columns: Columns[Beside] = (
        text_column("Scenario", lambda pair: pair.scenario),
        text_column("Run", lambda pair: pair.run_dir, whole=True),
        text_column(
            "Quantity",
            lambda pair: " / ".join(filter(None, (quantity(pair.column)[0], pair.unit))),
            whole=True,
        ),
        Column("Rule", lambda pair: plain(pair.rule, _DIGITS)),
        Column("Default", lambda pair: in_interval(pair.default, pair.low, pair.high, pair.u)),
        Column("95 % interval", lambda pair: interval(pair.low, pair.high)),
        Column("Rule − default", lambda pair: plain(pair.difference, 3)),
        Column("of the default", lambda pair: plain(pair.pct, 2), "%"),
        Column("over u", lambda pair: plain(pair.in_u, 2)),
    )
    return table("rule-beside", "The rule in force against the default one", columns, pairs, folded=False)


def rule_table(rows: list[RuleRow], key: str, caption: str, source: str) -> Table:
    """Tabulate all columns of a rule's rows, which differ from rule to rule."""
    names = dict.fromkeys(name for row in rows for name in row.values)
    columns = tuple(_column(name, rows) for name in names)
    return table(
        key, caption, columns, rows, note=_HOW, nothing="The rule gives nothing here.", source=source
    )


def _column(name: str, rows: list[RuleRow]) -> Column[RuleRow]:
    label, unit = quantity(name)
    numeric = any(finite(row.values.get(name)) is not None for row in rows)
    if not numeric:
        return Column(label, lambda row: words(row.values.get(name)), numeric=False)
    return Column(label, lambda row: _number(row.values.get(name)), unit)


def _number(value: object) -> str:
    number = finite(value)
    if number is None:
        return words(value)
    return given(number) if number == int(number) else plain(number, _DIGITS)


def _spans(rows: list[RuleRow]) -> list[Block]:
    if not rows:
        return []
    shown = rows[:MOST_SPANS]
    more = f": the first {given(len(shown))} of {given(len(rows))}" if len(rows) > len(shown) else ""
    return [rule_table(shown, "rule-spans", f"By the rule, span by span{more}", "rule_spans")]
