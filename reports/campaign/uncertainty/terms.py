"""The terms of an uncertainty budget in words (docs/explanation/uncertainty.md)."""

from collections.abc import Iterable
from dataclasses import dataclass

from records.rows.budgets import BudgetRow
from records.rows.families import BUDGET_TERMS, BudgetTerm


@dataclass(frozen=True)
class Term:
    """A term.

    Attributes:
        name: in words.
        what: what it is the uncertainty of.
        size: how its standard uncertainty comes about.
        shape: its distribution and type (JCGM 100:2008, 4.2 and 4.3).
        shared: what has the same error, and with which results it is therefore correlated.
        remedy: what would make it smaller.
        family: of `FAMILIES`.
    """

    name: str
    what: str
    size: str
    shape: str
    shared: str
    remedy: str
    family: str


FAMILIES = {
    "repeats": "scatter of the repeats",
    "baseline": "scatter of the baseline",
    "meter": "limits of error of the meter",
    "time": "borders in time",
    "readings": "readings and gaps",
}
"""Groups of terms as the figures show them."""

_METER = "everything measured with one meter on one range"
_SHIFT = "times the step of the power at the borders"

TERMS: dict[BudgetTerm, Term] = {
    "gain": Term(
        "the meter's gain",
        "error in proportion to the reading",
        "percent of reading / √3, times the energy",
        "rectangular, type B",
        _METER,
        "only a calibration or a better meter makes it smaller, more repeats do not",
        "meter",
    ),
    "offset": Term(
        "the meter's offset",
        "error that does not depend on the reading",
        "(percent of range + counts) / √3, times the time",
        "rectangular, type B",
        _METER,
        "only a calibration, a smaller range or a better meter makes it smaller",
        "meter",
    ),
    "calibration": Term(
        "the calibration",
        "gain and offset of the line that was found, with their covariance",
        "of the line, reference included",
        "normal, types A and B",
        _METER,
        "a better reference or more levels make it smaller",
        "meter",
    ),
    "power_factor": Term(
        "the influence of the power factor",
        "error in proportion to the reactive power",
        "percent of the reactive power / √3, times the reactive energy",
        "rectangular, type B",
        _METER,
        "a meter with a smaller influence of the power factor makes it smaller",
        "meter",
    ),
    "latency": Term(
        "the meter's delay",
        "when a reading was true",
        f"standard uncertainty of the delay, {_SHIFT}",
        "normal, type B, or A where it was measured",
        "everything measured with one meter",
        "measuring the delay (lab meter delay) or longer runs make it smaller",
        "time",
    ),
    "clock": Term(
        "the clock of the SUT",
        "its difference from the controller's clock",
        f"of the fit to the exchanges, {_SHIFT}",
        "normal, type A",
        "the campaign",
        "a closer link between the clocks or longer runs make it smaller",
        "time",
    ),
    "fit": Term(
        "the meter's cadence",
        "where its intervals lie",
        f"of the fit to the stamps, {_SHIFT}",
        "normal, type A",
        "one run",
        "longer runs make it smaller",
        "time",
    ),
    "split": Term(
        "borders that cut a reading",
        "a border within an interval in which the power steps",
        "of the share of the cut reading, by the scatter of the readings before and after it",
        "normal, type A",
        "one run",
        "a faster meter or longer runs make it smaller",
        "time",
    ),
    "unresolved": Term(
        "spans too short for the meter",
        "a span that holds no whole reading next to a border",
        "length of the cut reading times the range of it and its neighbours",
        "largest possible error, type B",
        "the campaign",
        "a faster meter or longer spans make it smaller",
        "time",
    ),
    "resolution": Term(
        "the resolution",
        "rounding of the readings",
        "resolution / √12, times the time, times the share that is left in the mean",
        "rectangular, type B",
        "the runs of a scenario",
        "finer digits make it smaller",
        "readings",
    ),
    "gap": Term(
        "gaps",
        "readings that are missing",
        "length times the spread of the neighbours / √3",
        "rectangular, type B",
        "one run",
        "a log without gaps makes it smaller",
        "readings",
    ),
    "sampling": Term(
        "instantaneous readings",
        "what happens between them",
        "per interval the change / √12 and the fluctuation, times the interval",
        "normal, type A",
        "one run",
        "a faster meter makes it smaller",
        "readings",
    ),
    "baseline": Term(
        "the scatter of the baseline",
        "baseline runs that differ from each other",
        "their standard deviation about the drift, by the weight of each",
        "Student's t, type A",
        "whatever used the same baseline runs",
        "more or longer baseline runs make it smaller",
        "baseline",
    ),
    "repeats": Term(
        "the scatter of the repeats",
        "runs of one scenario that differ from each other",
        "standard deviation / √n",
        "Student's t, type A, n − 1 degrees of freedom",
        "one scenario",
        "more repeats make it smaller",
        "repeats",
    ),
}
"""By the names of `records.rows.families.BUDGET_TERMS`, in their order."""

NEGLIGIBLE = 5e-5
"""Share of the variance below which a term is only said to be there."""


def shares(row: BudgetRow) -> dict[BudgetTerm, float]:
    """Return the share of each term in the variance, the largest first; empty where u is zero or unknown."""
    squares = {name: u * u for name in BUDGET_TERMS if (u := row.terms.get(name)) is not None}
    total = sum(squares.values())
    if total <= 0:
        return {}
    ordered = sorted(squares.items(), key=lambda item: -item[1])
    return {name: square / total for name, square in ordered}


def family_shares(row: BudgetRow) -> dict[str, float]:
    """Return the share of each family of terms in the variance, in the order of `FAMILIES`."""
    sums = dict.fromkeys(FAMILIES, 0.0)
    for name, share in shares(row).items():
        sums[TERMS[name].family] += share
    return sums if any(sums.values()) else {}


def terms_in(rows: Iterable[BudgetRow]) -> list[BudgetTerm]:
    """Return the terms that are more than negligible in any of some rows, in their order."""
    present = {name for row in rows for name, share in shares(row).items() if share >= NEGLIGIBLE}
    return [name for name in BUDGET_TERMS if name in present]
