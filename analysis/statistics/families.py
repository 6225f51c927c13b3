"""Families of tests: the more pairs are asked, the more will differ by chance."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from records.rows.statistics import ComparisonRow


def adjust_families(rows: list[ComparisonRow]) -> list[ComparisonRow]:
    """Return comparisons with ``family``, ``family_size`` and ``p_holm``.

    A family is all comparisons of one quantity in a campaign; p values are adjusted after Holm
    (1979), so that the chance of any false difference in the family stays at the level of one test.
    """
    adjusted: dict[str, Iterator[float]] = {}
    sizes: dict[str, int] = {}
    for quantity in dict.fromkeys(row.quantity for row in rows):
        p = [row.p for row in rows if row.quantity == quantity and row.p is not None]
        sizes[quantity], adjusted[quantity] = len(p), iter(holm(p))
    return [
        replace(
            row,
            family=row.quantity,
            family_size=sizes[row.quantity],
            p_holm=None if row.p is None else next(adjusted[row.quantity]),
        )
        for row in rows
    ]


def holm(p: list[float]) -> list[float]:
    """Return p values adjusted after Holm (1979): the smallest of n times n, the next times n - 1, ...

    None is adjusted to less than a smaller one. Here, because that of statsmodels clears up all memory
    of the process each time, which took longer than all tests of a campaign together.
    """
    order = np.argsort(p)
    ranked = np.maximum.accumulate(np.take(p, order) * np.arange(len(p), 0, -1)).tolist()
    return [min(ranked[place], 1.0) for place in np.argsort(order)]
