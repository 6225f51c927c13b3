"""Any table of measured and estimated values, compared as a whole and by groups."""

from dataclasses import dataclass
from pathlib import Path

from analysis.agreement.assessment import Assessment, assess
from analysis.agreement.comparison import Comparison, compare
from analysis.agreement.levels import BiasAt, bias_at
from analysis.agreement.pairs import Pairs
from analysis.agreement.question import Question
from analysis.agreement.table_pairs import LeftOut, gather

ALL = "all rows"


@dataclass(frozen=True, eq=False)
class Part:
    """The rows of a group, or all, and what came out of them.

    Attributes:
        name: of the group.
        pairs: its rows.
        found: the comparison; ``assessed`` what may be concluded from it.
        levels: bias at each level that was asked for.
    """

    name: str
    pairs: Pairs
    found: Comparison
    assessed: Assessment
    levels: list[BiasAt]


@dataclass(frozen=True, eq=False)
class TableAgreement:
    """The answer.

    Attributes:
        source: name of the file.
        question: what was asked.
        parts: all rows first, then series of groups whose names differ only by a date, then the groups in
            the order of their names; only the one where there is one.
        rows: of the table; ``left_out`` those among them that are in no part.
        simulated: whether the table says of a row that a simulated meter measured it.
    """

    source: str
    question: Question
    parts: list[Part]
    rows: int
    left_out: list[LeftOut]
    simulated: bool


def agree_table(path: Path, question: Question) -> TableAgreement:
    """Compare the estimator with the meter in a delimited text file.

    Delimiter, decimal mark and encoding are found by content.

    Args:
        path: the file.
        question: columns, groups, margin and resolution.

    Raises:
        ConfigurationError: the table has no such column; the nearest is named.
        RecordError: it is no table, or no row has both values.
    """
    table, columns, left_out, simulated = gather(path, question)
    parts = list(columns.by_group().items()) if question.by else []
    if len(parts) != 1:
        parts.insert(0, (ALL, columns.pairs()))
    return TableAgreement(
        source=path.name,
        question=question,
        parts=[_part(name, pairs, question) for name, pairs in parts],
        rows=len(table.rows),
        left_out=left_out,
        simulated=simulated,
    )


def _part(name: str, pairs: Pairs, question: Question) -> Part:
    found = compare(pairs, question.confidence, question.margin_pct)
    assessed = assess(pairs, found, question.confidence)
    biases = bias_at(
        pairs, found.scale, question.at, assessed.linearity, question.margin_pct, question.confidence
    )
    return Part(name, pairs, found, assessed, biases)
