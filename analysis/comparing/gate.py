"""Whether a scenario needs more energy than it may: the gate of a CI (``lab compare --fail-if-more``).

The whole 95 % interval of their ratio has to show that b needs no more than a limit above a. Where the limit
lies within it there is no answer, and the gate stays shut.
"""

from dataclasses import dataclass

from analysis.comparing.verdict import repeats_of, total_unknown
from analysis.maths.describe import LEAST_FOR_INTERVAL
from analysis.maths.limits import LimitVerdict, decide
from records.rows.statistics import ComparisonRow


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit and what was found.

    Attributes:
        limit_pct: how much more b may need than a, in percent.
        verdict: ``within``, ``above`` or ``cannot say``.
        more_pct: how much more b needs; ``None`` where a cannot be told from zero.
        low_pct, high_pct: ends of its 95 % interval, the widest that is known; ``None`` where there is none.
    """

    limit_pct: float
    verdict: LimitVerdict
    more_pct: float | None = None
    low_pct: float | None = None
    high_pct: float | None = None


def judge(row: ComparisonRow, limit_pct: float) -> Gate:
    """Say whether b needs more than so many percent above a.

    Args:
        row: their comparison.
        limit_pct: the limit.
    """
    more_pct = None if row.ratio is None else _percent(row.ratio)
    known = repeats_of(row) >= LEAST_FOR_INTERVAL and not total_unknown(row)
    pairs = ((row.ratio_low, row.ratio_high), (row.ratio_total_low, row.ratio_total_high))
    ends = [(low, high) for low, high in pairs if low is not None and high is not None]
    if not known or not ends:
        return Gate(limit_pct, "cannot say", more_pct)
    low_pct, high_pct = _percent(min(low for low, _ in ends)), _percent(max(high for _, high in ends))
    return Gate(limit_pct, decide(low_pct, high_pct, limit_pct), more_pct, low_pct, high_pct)


def _percent(ratio: float) -> float:
    return 100 * (ratio - 1)
