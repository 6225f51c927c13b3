"""Two scenarios of one campaign or of two: what ``lab compare`` shows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from analysis.comparing.caveats import about_pair, about_sample, refusals
from analysis.comparing.programs import ProgramDifference, ProgramSide, compare_programs
from analysis.comparing.sides import Side, find_sides
from analysis.statistics.comparison import compare
from analysis.statistics.difference import equivalence_p
from analysis.statistics.samples import QUANTITIES, Quantity, pair_of
from records.results import Row
from records.settings.analysis import CONFIDENCE

Verdict = Literal["lower", "higher", "not shown", "untested"]
"""What b is to a: ``not shown`` when the test does not refuse that they are equal."""


@dataclass(frozen=True, eq=False)
class Compared:
    """Two scenarios compared.

    Attributes:
        quantity: in which.
        a: the reference; ``b`` what is compared with it.
        b: see ``a``.
        row: by `records.result_columns.COMPARISON_COLUMNS` and `PAIR_COLUMNS`.
        verdict: see `Verdict`; by the p value after Holm where the pair is one of a family.
        margin_pct: within which equivalence was asked for, and ``equivalence_p``; ``None`` if not asked.
        equivalence_p: see ``margin_pct``.
        remarks: what weakens the comparison.
        refusals: what refuses it.
        program: what differs between the measured programs.
    """

    quantity: Quantity
    a: Side
    b: Side
    row: Row
    verdict: Verdict
    margin_pct: float | None = None
    equivalence_p: float | None = None
    remarks: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    program: ProgramDifference = field(default_factory=ProgramDifference)

    @property
    def decisive_p(self) -> float | None:
        """The p value that the verdict is by."""
        return _decisive(self.row)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        return {
            "quantity": self.quantity.name,
            "unit": self.quantity.unit,
            "verdict": self.verdict,
            "a": self.a.statistics,
            "b": self.b.statistics,
            "comparison": self.row,
            "margin_pct": self.margin_pct,
            "equivalence_p": self.equivalence_p,
            "simulated": self.a.simulated or self.b.simulated,
            "remarks": self.remarks,
            "refusals": self.refusals,
            "program": self.program.to_json(),
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
    row = compare(one.sample, other.sample, CONFIDENCE)
    row |= _from_results(one, other, quantity)
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
    )


def _program_of(side: Side) -> ProgramSide:
    return ProgramSide(side.folder, side.name.partition("+")[0], side.label)


def _from_results(a: Side, b: Side, quantity: str) -> Row:
    """Return what only the analysis of the campaign knows: the family, and the meter's part."""
    if a.folder != b.folder:
        return {}
    for row in a.results.comparisons:
        if row["quantity"] == quantity and "family" in row and {row["a"], row["b"]} == {a.name, b.name}:
            names = ("family", "family_size", "p_holm", "total_u", "total_low", "total_high")
            found = {name: row.get(name) for name in (*names, "ratio_total_low", "ratio_total_high")}
            return found if row["a"] == a.name else _turned(found)
    return {}


def _turned(row: Row) -> Row:
    """Turn the columns of the whole budget round: a minus b, and one over the ratio."""
    low, high = row["total_low"], row["total_high"]
    turned = {"total_low": None if high is None else -high, "total_high": None if low is None else -low}
    low, high = row["ratio_total_low"], row["ratio_total_high"]
    known = low is not None and high is not None and low > 0
    turned |= {
        "ratio_total_low": 1 / high if known else None,
        "ratio_total_high": 1 / low if known else None,
    }
    return {**row, **turned}


def _decisive(row: Row) -> float | None:
    p: float | None = row.get("p") if row.get("p_holm") is None else row["p_holm"]
    return p


def verdict_of(row: Row) -> Verdict:
    """Return the verdict of a comparison, by the p value after Holm where the pair is one of a family."""
    p = _decisive(row)
    if p is None:
        return "untested"
    if p >= 1 - CONFIDENCE:
        return "not shown"
    return "lower" if row["difference"] < 0 else "higher"
