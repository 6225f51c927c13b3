"""Call sites and their energies in words, the same in the report and in `lab compare`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from analysis.comparing.calls import CallDifference, ComparedCalls
from records.calls import CallSite
from records.rows.calls import CallSiteRow
from reports.words.numbers import ABSENT, MINUS, in_interval, interval, plain
from reports.words.texts import counted

Part = Literal["exclusive", "inclusive"]
"""Without or with the calls within a call."""

KIND_WORDS = {
    "uncovered": "outside recorded calls",
    "gate": "waiting for a stable machine",
}


@dataclass(frozen=True)
class Joules:
    """An energy per run in J with its interval, or a bound where only that is known."""

    value: float | None
    low: float | None
    high: float | None
    u: float | None
    bound: float | None = None

    @property
    def words(self) -> str:
        """The energy as its interval allows, or ``≤`` its bound."""
        if self.bound is not None:
            return f"≤ {plain(self.bound, 3)}"
        return in_interval(self.value, self.low, self.high, self.u)

    @property
    def ends(self) -> str:
        """Its interval; nothing of a bound."""
        return ABSENT if self.bound is not None else interval(self.low, self.high)

    @property
    def size(self) -> float:
        """The energy, of a bound the bound, zero where unknown."""
        return next((v for v in (self.bound, self.value) if v is not None), 0.0)

    @property
    def order(self) -> tuple[bool, float]:
        """What to sort by for the largest energy first: bounds after all energies that are known."""
        return self.bound is not None, -self.size


def joules(row: CallSiteRow, part: Part, *, induced: bool) -> Joules:
    """Return an energy of a site: above the baseline where ``induced``, else gross."""
    bound = row.bound_exclusive_j if part == "exclusive" else row.bound_inclusive_j
    kind = "induced" if induced else "energy"
    ends = ("j", "low_j", "high_j", "u_j")
    value, low, high, u = (getattr(row, f"{kind}_{part}_{end}") for end in ends)
    if row.label != "bounded":
        return Joules(value, low, high, u)
    if induced and bound is not None and high is not None:
        bound = max(min(bound, high), 0.0)  # what is above the baseline is a part of the whole
    return Joules(None, None, None, None, bound)


def is_induced(rows: Iterable[CallSiteRow]) -> bool:
    """Say whether the energy above the baseline of some call can be told from zero."""
    return any((row.induced_exclusive_low_j or 0.0) > 0 and row.label != "bounded" for row in rows)


def site_name(row: CallSiteRow) -> str:
    """Return what is called."""
    return KIND_WORDS.get(row.kind) or row.api or row.expression or f"site {row.site}"


def site_place(row: CallSiteRow | CallSite) -> str:
    """Return where the call stands: ``train.py:12``, of a notebook ``study.ipynb, cell 3:2``."""
    if row.line is None:
        return row.file
    cell = "" if row.cell is None else f", cell {row.cell}"
    return f"{row.file}{cell}:{row.line}"


def full_name(row: CallSiteRow) -> str:
    """Return what is called and where."""
    place = site_place(row)
    return f"{site_name(row)} in {place}" if place else site_name(row)


def differences_words(compared: ComparedCalls, a: str, b: str) -> str:
    """Say which calls make the difference between two profiles.

    Args:
        compared: the call sites.
        a: name of the reference.
        b: name of what is compared with it.
    """
    significant = [one for one in compared.differences if one.is_significant]
    kind = "induced energy" if compared.induced else "energy"
    if not significant:
        return f"No call site differs significantly in {kind} between {a} and {b}."
    first = significant[0]
    more = ""
    if others := len(significant) - 1:
        more = f" {counted(others, 'further site differs', 'further sites differ')} significantly."
    way = "less" if (first.difference_j or 0.0) < 0 else "more"
    return (
        f"Largest significant difference: {full_name(first.row)} uses "
        f"{difference_cells(first)[0].lstrip(MINUS)} J {way} {kind} per run in {b} than in {a}, interval of "
        f"the difference {difference_cells(first)[1]} J.{more}"
    )


def difference_cells(one: CallDifference) -> tuple[str, str]:
    """Return the difference of a site and its interval, without units."""
    value = in_interval(one.difference_j, one.low_j, one.high_j)
    return value, interval(one.low_j, one.high_j)


def side_words(row: CallSiteRow | None, *, induced: bool) -> str:
    """Return the energy of a site on one side; a dash where that side does not have it."""
    return ABSENT if row is None else joules(row, "exclusive", induced=induced).words
