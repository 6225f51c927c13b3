"""Families of tests: the more pairs are asked, the more will differ by chance."""

import numpy as np

from records.results import Row


def adjust_families(rows: list[Row]) -> None:
    """Write ``family`` and ``p_holm`` into rows of comparisons, in place.

    A family is all comparisons of one quantity in a campaign; p values are adjusted after Holm
    (1979), so that the chance of any false difference in the family stays at the level of one test.
    """
    for quantity in dict.fromkeys(row["quantity"] for row in rows):
        family = [row for row in rows if row["quantity"] == quantity and row["p"] is not None]
        for row in (row for row in rows if row["quantity"] == quantity):
            row |= {"family": quantity, "family_size": len(family), "p_holm": None}
        for row, p in zip(family, _holm([row["p"] for row in family]), strict=True):
            row["p_holm"] = p


def _holm(p: list[float]) -> list[float]:
    """Return p values adjusted after Holm (1979): the smallest of n times n, the next times n - 1, ...

    None is adjusted to less than a smaller one. Here, because that of statsmodels clears up all memory
    of the process each time, which took longer than all tests of a campaign together.
    """
    order = np.argsort(p)
    ranked = np.maximum.accumulate(np.take(p, order) * np.arange(len(p), 0, -1)).tolist()
    return [min(ranked[place], 1.0) for place in np.argsort(order)]
