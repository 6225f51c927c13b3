"""Two scenarios of one campaign or of two: what ``lab compare`` shows."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import hypot, sqrt
from pathlib import Path
from typing import Any

from analysis.comparing.calls import ComparedCalls, compare_calls
from analysis.comparing.caveats import about_pair, about_sample, refusals
from analysis.comparing.programs import ProgramDifference, ProgramSide, compare_programs
from analysis.comparing.sides import Side, find_sides
from analysis.comparing.verdict import Verdict, decisive_p, significant_by_test, verdict_of
from analysis.statistics.comparison import compare
from analysis.statistics.difference import equivalence_p
from analysis.statistics.samples import QUANTITIES, Quantity, pair_of
from records.rows.statistics import ComparisonRow
from records.settings.analysis import CONFIDENCE


@dataclass(frozen=True, eq=False)
class Compared:
    """Two scenarios compared.

    Attributes:
        quantity: in which.
        a: the reference; ``b`` what is compared with it.
        b: see ``a``.
        row: the comparison.
        verdict: see `analysis.comparing.verdict`.
        margin_pct: within which equivalence was asked for, and ``equivalence_p``; ``None`` if not asked.
        equivalence_p: see ``margin_pct``.
        remarks: warnings about the comparison.
        refusals: what refuses it.
        program: what differs between the measured programs.
        calls: their call sites against each other, ``None`` where one of the two recorded no calls.
    """

    quantity: Quantity
    a: Side
    b: Side
    row: ComparisonRow
    verdict: Verdict
    margin_pct: float | None = None
    equivalence_p: float | None = None
    remarks: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    program: ProgramDifference = field(default_factory=ProgramDifference)
    calls: ComparedCalls | None = None

    @property
    def decisive_p(self) -> float | None:
        """The p value that the verdict is by."""
        return decisive_p(self.row)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        return {
            "quantity": self.quantity.name,
            "unit": self.quantity.unit,
            "verdict": self.verdict,
            "tests": significant_by_test(self.row),
            "a": self.a.statistics.to_json(),
            "b": self.b.statistics.to_json(),
            "comparison": self.row.to_json(),
            "margin_pct": self.margin_pct,
            "equivalence_p": self.equivalence_p,
            "simulated": self.a.simulated or self.b.simulated,
            "remarks": self.remarks,
            "refusals": self.refusals,
            "program": self.program.to_json(),
            "calls": self.calls.to_json() if self.calls else None,
        }


def compare_scenarios(
    folder: Path, a: str, b: str, quantity: str = "induced_wh", margin_pct: float | None = None
) -> Compared:
    """Compare two scenarios of analysed campaigns.

    Args:
        folder: of the campaign.
        a: name of the reference, ``NAME``, ``NAME+TRACKER`` or ``DIR2:NAME``.
        b: of what is compared with it, likewise.
        quantity: a name of `QUANTITIES`.
        margin_pct: ask also whether b is equivalent to a within this percentage.

    Raises:
        ConfigurationError: there is no such scenario, or both are the same.
        RecordError: a campaign was not analysed, or a scenario has no run with the quantity.
    """
    one, other = find_sides(folder, a, b, quantity)
    row = _with_whole_budget(
        compare(one.sample, other.sample, CONFIDENCE, bounds=(one.bound, other.bound)), one, other
    )
    p = None
    if margin_pct is not None:
        p = equivalence_p(pair_of(one.sample, other.sample), margin_pct / 100)
    return Compared(
        quantity=QUANTITIES[quantity],
        a=one,
        b=other,
        row=row,
        verdict=verdict_of(row),
        margin_pct=margin_pct,
        equivalence_p=p,
        remarks=[*about_sample(one), *about_sample(other), *about_pair(one, other, row)],
        refusals=refusals(one, other),
        program=compare_programs(_program_of(one), _program_of(other)),
        calls=compare_calls(one, other),
    )


def _program_of(side: Side) -> ProgramSide:
    return ProgramSide(side.folder, side.name.partition("+")[0], side.label)


def _with_whole_budget(row: ComparisonRow, a: Side, b: Side) -> ComparisonRow:
    """Add what only the analysis of the campaigns knows: the family, and the part of meter and baseline."""
    if a.folder != b.folder:
        return _of_two_campaigns(row, a, b)
    for known in a.results.comparisons:
        if (
            known.quantity == row.quantity
            and known.family is not None
            and {known.a, known.b} == {a.name, b.name}
        ):
            same_way = known.a == a.name
            low, high = _ends(known.total_low, known.total_high, lambda end: -end, same_way)
            inverse = known.ratio_total_low is not None and known.ratio_total_low > 0
            ratio_low, ratio_high = (
                _ends(known.ratio_total_low, known.ratio_total_high, lambda end: 1 / end, same_way)
                if same_way or inverse
                else (None, None)
            )
            return replace(
                row,
                family=known.family,
                family_size=known.family_size,
                p_holm=known.p_holm,
                total_u=known.total_u,
                total_low=low,
                total_high=high,
                ratio_total_low=ratio_low,
                ratio_total_high=ratio_high,
            )
    return row


def _of_two_campaigns(row: ComparisonRow, a: Side, b: Side) -> ComparisonRow:
    """Add the interval with meter and baseline of a difference between two campaigns.

    The uncertainties of both means are taken as independent, the half-widths of their intervals added
    in squares (Zou and Donner 2008). Errors that one meter makes in both campaigns would cancel in part,
    so the interval is rather too wide.
    """
    budgets = [side.budget for side in (a, b)]
    known = [budget for budget in budgets if budget is not None]
    if len(known) < len(budgets) or min(row.n_a, row.n_b) < 2:
        return row
    row = replace(row, total_u=hypot(*(one.u for one in known)))
    halves = [(one.high - one.low) / 2 for one in known if one.low is not None and one.high is not None]
    if len(halves) < len(known):
        return row
    reach = hypot(*halves)
    row = replace(row, total_low=row.difference - reach, total_high=row.difference + reach)
    half_a, half_b = halves
    if row.ratio is None or row.mean_a <= half_a:
        return row
    ratio_low, ratio_high = _ratio_ends(row.mean_a, half_a, row.mean_b, half_b)
    return replace(row, ratio_total_low=ratio_low, ratio_total_high=ratio_high)


def _ratio_ends(a: float, half_a: float, b: float, half_b: float) -> tuple[float, float]:
    """Return the ends of b / a from two independent intervals (Donner and Zou 2012, MOVER for a ratio)."""
    below = a**2 - half_a**2
    reach = sqrt(max(0.0, (a * b) ** 2 - below * (b**2 - half_b**2)))
    return (a * b - reach) / below, (a * b + reach) / below


def _ends(
    low: float | None, high: float | None, turn: Callable[[float], float], same_way: bool
) -> tuple[float | None, float | None]:
    """Return the ends of an interval, turned round where the campaign compared the two the other way."""
    if same_way:
        return low, high
    return None if high is None else turn(high), None if low is None else turn(low)
