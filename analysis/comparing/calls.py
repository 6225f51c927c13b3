"""Two profiles of a program, of which a line may have changed: call sites matched, joules compared."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from math import hypot
from typing import Any, Literal

from analysis.comparing.sides import Side
from analysis.maths.describe import WithInterval
from records.programs import read_programs, read_source
from records.rows.call_groups import with_group_names
from records.rows.calls import CallSiteRow
from source.notebooks import cells_of

Match = Literal["same", "moved", "changed", "only A", "only B"]
"""In the same line; in another one; in a line with another text; on one side only."""


@dataclass(frozen=True)
class CallDifference:
    """A call site on both sides, or on one of them.

    Attributes:
        a, b: its rows, ``None`` where that side does not have it.
        match: how they were found to belong together.
        difference_j: b minus a in J per run, without the calls within it; a site that is on one side only
            has no energy on the other. ``None`` where a side has no energy or a bound only.
        low_j, high_j: its 95 % interval, ``None`` where one of the two has none.
    """

    a: CallSiteRow | None
    b: CallSiteRow | None
    match: Match
    difference_j: float | None = None
    low_j: float | None = None
    high_j: float | None = None

    @property
    def row(self) -> CallSiteRow:
        """Row of the reference, else of the other side."""
        row = self.b if self.a is None else self.a
        if row is None:
            raise ValueError("a difference has a row on one side at least")
        return row

    @property
    def is_significant(self) -> bool:
        """Whether its own interval leaves out zero."""
        return self.low_j is not None and self.high_j is not None and not self.low_j <= 0 <= self.high_j


@dataclass(frozen=True)
class ComparedCalls:
    """All call sites of two profiles.

    Attributes:
        induced: whether energies above the baseline are compared, which both sides then have.
        differences: the largest first, those without a number last.
    """

    induced: bool
    differences: list[CallDifference]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        sites = [
            {
                **{name: getattr(one.row, name) for name in ("kind", "api", "function", "expression")},
                "match": one.match,
                "difference_j": one.difference_j,
                "low_j": one.low_j,
                "high_j": one.high_j,
                **{
                    side: None if row is None else self._side(row)
                    for side, row in (("a", one.a), ("b", one.b))
                },
            }
            for one in self.differences
        ]
        return {"induced": self.induced, "sites": sites}

    def _side(self, row: CallSiteRow) -> dict[str, Any]:
        place = {name: getattr(row, name) for name in ("file", "cell", "line", "column", "label")}
        energy = energy_of(row, induced=self.induced)
        value, low, high = (None, None, None) if energy is None else (energy.value, energy.low, energy.high)
        return {**place, "energy_j": value, "low_j": low, "high_j": high, "bound_j": row.bound_exclusive_j}


def energy_of(row: CallSiteRow, *, induced: bool) -> WithInterval | None:
    """Return the energy of a site in J per run without the calls within it; none of one that is bounded."""
    if induced:
        value, low, high = (
            row.induced_exclusive_j,
            row.induced_exclusive_low_j,
            row.induced_exclusive_high_j,
        )
    else:
        value, low, high = row.energy_exclusive_j, row.energy_exclusive_low_j, row.energy_exclusive_high_j
    return None if value is None or row.label == "bounded" else WithInterval(value, low, high)


_NOTHING = WithInterval(0.0, 0.0, 0.0)


def compare_calls(a: Side, b: Side) -> ComparedCalls | None:
    """Compare the call sites of two scenarios; ``None`` where one of them has no recorded calls.

    Sites that a group stands for are left out where they have no energy of their own on either side. A group
    that the other side does not have, though it has one of its sites, gets no difference.

    Raises:
        RecordError: the record of a program is damaged.
    """
    one, other = _sites(a), _sites(b)
    if not one or not other:
        return None
    induced = all(any(row.induced_exclusive_j is not None for row in rows) for rows in (one, other))
    texts = _line_texts(a), _line_texts(b)
    pairs = list(_matched(one, other, *texts))
    divided = _divided(pairs, 0), _divided(pairs, 1)
    differences = [
        _difference(*pair, texts, induced, divided)
        for pair in pairs
        if any(row is not None and row.group is None for row in pair)
    ]
    differences.sort(key=lambda one: -abs(one.difference_j or 0.0))
    return ComparedCalls(induced, differences)


def _sites(side: Side) -> list[CallSiteRow]:
    rows = with_group_names([row for row in side.results.call_sites if row.scenario == side.name])
    return sorted(rows, key=lambda row: (row.file, row.cell or 0, row.line or 0, row.column or 0))


LineText = Callable[[CallSiteRow], str | None]


def _line_texts(side: Side) -> LineText:
    """Return what finds the lines of a call as they are in the program; ``None`` where not on record."""
    record = read_programs(side.folder)

    @cache
    def cells(file: str) -> dict[int | None, list[str]]:
        text = None if record is None else read_source(side.folder, record, file)
        return {} if text is None else dict(cells_of(file, text))

    def line(row: CallSiteRow) -> str | None:
        lines = cells(row.file).get(row.cell, [])
        if row.line is None or not 0 < row.line <= len(lines):
            return None
        return "\n".join(text.strip() for text in lines[row.line - 1 : max(row.end_line or 0, row.line)])

    return line


Pair = tuple[CallSiteRow | None, CallSiteRow | None]


def _divided(pairs: list[Pair], side: Literal[0, 1]) -> set[int | None]:
    """Return the groups of a side of which a site is also on the other side."""
    return {row.group for pair in pairs if None not in pair and (row := pair[side]) is not None} - {None}


def _matched(
    a: list[CallSiteRow], b: list[CallSiteRow], text_a: LineText, text_b: LineText
) -> Iterator[Pair]:
    """Pair the sites: by what they call in a line of the same text, then in any line, then by a part of that.

    Each step takes what the ones before left. The first two keep the order of the program, as a diff does.
    """
    lines = [[(*_what(row), text(row)) for row in rows] for rows, text in ((a, text_a), (b, text_b))]
    yield from _taken(a, b, _in_order(*lines))
    yield from _taken(a, b, _in_order(list(map(_what, a)), list(map(_what, b))))
    for key in (_what, _api, _written):
        yield from _taken(a, b, _by_key(a, b, key))
    yield from ((row, None) for row in a)
    yield from ((None, row) for row in b)


def _what(row: CallSiteRow) -> tuple[str, ...]:
    return row.kind, row.api, row.function, row.expression


def _api(row: CallSiteRow) -> tuple[str, ...]:
    return row.kind, row.api or row.expression, row.function


def _written(row: CallSiteRow) -> tuple[str, ...]:
    return row.kind, row.function, row.expression


def _in_order(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    return [
        (block.a + place, block.b + place)
        for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
        for place in range(block.size)
    ]


def _by_key(
    a: Sequence[CallSiteRow], b: Sequence[CallSiteRow], key: Callable[[CallSiteRow], Hashable]
) -> list[tuple[int, int]]:
    free: dict[Hashable, list[int]] = {}
    for place, row in enumerate(b):
        free.setdefault(key(row), []).append(place)
    return [(place, free[key(row)].pop(0)) for place, row in enumerate(a) if free.get(key(row))]


def _taken(a: list[CallSiteRow], b: list[CallSiteRow], places: list[tuple[int, int]]) -> list[Pair]:
    """Take pairs out of both lists."""
    pairs: list[Pair] = [(a[i], b[j]) for i, j in places]
    for rows, taken in ((a, {i for i, _ in places}), (b, {j for _, j in places})):
        rows[:] = [row for place, row in enumerate(rows) if place not in taken]
    return pairs


def _difference(
    a: CallSiteRow | None,
    b: CallSiteRow | None,
    texts: Sequence[LineText],
    induced: bool,
    divided: tuple[set[int | None], set[int | None]],
) -> CallDifference:
    match = _how(a, b, texts)
    if (b is None and a is not None and a.site in divided[0]) or (
        a is None and b is not None and b.site in divided[1]
    ):
        return CallDifference(a, b, match)
    one, other = (_NOTHING if row is None else energy_of(row, induced=induced) for row in (a, b))
    if one is None or other is None:
        return CallDifference(a, b, match)
    difference_j = other.value - one.value
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return CallDifference(a, b, match, difference_j)
    # Each end by the halves of the two intervals that lead to it, taken as independent (Zou and Donner 2008).
    low_j = difference_j - hypot(other.value - other.low, one.high - one.value)
    high_j = difference_j + hypot(other.high - other.value, one.value - one.low)
    return CallDifference(a, b, match, difference_j, low_j, high_j)


def _how(a: CallSiteRow | None, b: CallSiteRow | None, texts: Sequence[LineText]) -> Match:
    if a is None or b is None:
        return "only B" if a is None else "only A"
    one, other = texts[0](a), texts[1](b)
    if one is not None and other is not None and one != other:
        return "changed"
    return "same" if (a.cell, a.line, a.column) == (b.cell, b.line, b.column) else "moved"
