"""What a published rule gives of the same records, beside the default one."""

from analysis.rules import rule_names, rule_source
from analysis.rules.contract import DEFAULT
from records.results import Row
from reports.blocks.contract import Block, Chapter, Code, Heading, Lines, Text
from reports.blocks.tables import Column, Table, table, text_column, words
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
    """Show the values of the rule in force beside the default ones."""
    results = view.results
    if results.rule == DEFAULT or not (results.rule_rows or results.rule_spans):
        absent = (
            "the default rule is in force; lab analyse --rule NAME puts a published one beside it."
            if results.rule == DEFAULT
            else f"rule “{results.rule}” gave no rows."
        )
        return Chapter("rules", "Published rule", "Rule", [], absent)
    found = beside_each_other(view)
    source = rule_source(results.rule) if results.rule in rule_names() else "unknown to this version"
    blocks: list[Block] = [
        Text(
            f"Rule “{results.rule}” was applied to the same records: {source}. All other numbers of this "
            "report are those of the default rule."
        ),
        *_answer(view, found),
        *(_beside(view, found) if found else []),
        Heading("The rule"),
        Code(f"Formula of the rule {results.rule}", FORMULAS.get(results.rule, "not known here")),
        Text(_HOW),
        Heading("All that the rule gives"),
        rule_table(results.rule_rows, "rule-rows", "By the rule", "rules"),
        *_spans(results.rule_spans),
    ]
    return Chapter("rules", "Published rule", "Rule", blocks)


def _answer(view: View, found: list[Beside]) -> list[Block]:
    if found:
        return [Text(answer(found), "warn" if matters(found) else "good")]
    rows = [row for row in view.results.rule_rows if finite(row.get("difference_pct")) is not None]
    if not rows:
        return [Text("It gives no quantity that the default rule gives, too.", "nothing")]
    caption = "By the rule and between exact borders"
    return [Text(f"{caption}:"), Lines(caption, [_exact_words(row) for row in rows])]


def _exact_words(row: Row) -> tuple[str, str]:
    """Say what a rule that computes both ways itself found between its borders and exact ones."""
    sign = "+" if (finite(row.get("difference_pct")) or 0.0) > 0 else ""
    share = f"{sign}{plain(row.get('difference_pct'), 2)}"
    return (
        f"{words(row.get('of'))}, {words(row.get('channel'))}",
        f"{plain(row.get('gross_j'), 6)} J by the rule, {plain(row.get('exact_j'), 6)} J between exact "
        f"borders, {share} %",
    )


def _beside(view: View, found: list[Beside]) -> list[Block]:
    return [
        rules_sheet(view, found, _HOW, beside_table(found)),
        Heading("Differences in words"),
        Lines("Differences in words", sentences(found)),
    ]


def beside_table(found: list[Beside]) -> Table:
    """Tabulate what both rules give, and the difference."""
    rows = [
        {
            "name": item.scenario,
            "run": item.run_dir,
            "quantity": " / ".join(part for part in quantity(item.column) if part),
            "rule": plain(item.rule, _DIGITS),
            "default": in_interval(item.default, item.low, item.high, item.u),
            "ends": interval(item.low, item.high),
            "difference": plain(item.difference, 3),
            "pct": plain(item.pct, 2),
            "in_u": plain(item.in_u, 2),
        }
        for item in found
    ]
    columns = (
        text_column("Scenario", "name"),
        text_column("Run", "run", whole=True),
        text_column("Quantity", "quantity", whole=True),
        Column("Rule", lambda row: str(row["rule"])),
        Column("Default", lambda row: str(row["default"])),
        Column("95 % interval", lambda row: str(row["ends"])),
        Column("Rule − default", lambda row: str(row["difference"])),
        Column("of the default", lambda row: str(row["pct"]), "%"),
        Column("over u", lambda row: str(row["in_u"])),
    )
    return table("rule-beside", "The rule in force beside the default one", columns, rows, folded=False)


def rule_table(rows: list[Row], key: str, caption: str, source: str) -> Table:
    """Tabulate all columns of a rule's rows, which differ from rule to rule."""
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if name != "rule"]
    columns = tuple(_column(name, rows) for name in names)
    return table(
        key, caption, columns, rows, note=_HOW, nothing="The rule gives nothing here.", source=source
    )


def _column(name: str, rows: list[Row]) -> Column:
    label, unit = quantity(name)
    numeric = any(finite(row.get(name)) is not None for row in rows)
    if not numeric:
        return Column(label, lambda row: words(row.get(name)), numeric=False)
    return Column(label, lambda row: _number(row.get(name)), unit)


def _number(value: object) -> str:
    number = finite(value)
    if number is None:
        return words(value)
    return given(number) if number == int(number) else plain(number, _DIGITS)


def _spans(rows: list[Row]) -> list[Block]:
    if not rows:
        return []
    shown = rows[:MOST_SPANS]
    more = f": the first {given(len(shown))} of {given(len(rows))}" if len(rows) > len(shown) else ""
    return [rule_table(shown, "rule-spans", f"By the rule, span by span{more}", "rule_spans")]
