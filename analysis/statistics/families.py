"""Families of tests: the more pairs are asked, the more will differ by chance."""

from records.results import Row


def adjust_families(rows: list[Row]) -> None:
    """Write ``family`` and ``p_holm`` into rows of comparisons, in place.

    A family is all comparisons of one quantity in a campaign; p values are adjusted after Holm
    (1979), so that the chance of any false difference in the family stays at the level of one test.
    """
    if not rows:
        return
    from statsmodels.stats.multitest import multipletests

    for quantity in dict.fromkeys(row["quantity"] for row in rows):
        family = [row for row in rows if row["quantity"] == quantity and row["p"] is not None]
        adjusted = multipletests([row["p"] for row in family], method="holm")[1] if family else []
        for row in (row for row in rows if row["quantity"] == quantity):
            row |= {"family": quantity, "family_size": len(family), "p_holm": None}
        for row, p in zip(family, adjusted, strict=True):
            row["p_holm"] = float(p)
