"""How far a scenario is from another: difference and ratio, each with all its intervals."""

from analysis.comparing.scenarios import Compared
from records.results import Row
from reports.blocks.forest import Mark, forest_panel
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Table, table, text_column
from reports.words.numbers import in_interval, interval
from reports.words.texts import label
from reports.words.verdict import certainty, relative_words


def distance_sheet(compared: Compared, colour: str, simulated: bool) -> Sheet:
    """Draw difference and ratio, each with all its intervals."""
    row, unit = compared.row, compared.quantity.unit
    filled = certainty(row) == "shown"
    panels = [
        forest_panel(
            "half",
            "distance-difference",
            f"Difference in {compared.quantity.words}",
            f"difference / {unit}",
            _differences(row, unit, colour, filled),
            simulated=simulated,
        )
    ]
    if row["ratio"] is not None and row["ratio"] > 0:
        panels.append(
            forest_panel(
                "half",
                "distance-ratio",
                f"Ratio of {compared.quantity.words}",
                f"difference / % of {label(compared.a.label, width=30, lines=1)}",
                _ratios(row, colour, filled),
                simulated=simulated,
                ratios=True,
            )
        )
    return Sheet(
        key="distance",
        title=f"How far {compared.b.label} is from {compared.a.label}",
        size="half",
        panels=panels,
        caption="Marks: what was found, filled where the difference is shown, open where it is not; lines: "
        "95 % intervals. An interval that meets the upright line leaves open which of the two needs less.",
        how="Each line is computed as its name says; “How this was computed” below has the formulas and "
        "sources.",
        data=_distances(row, unit),
    )


def _differences(row: Row, unit: str, colour: str, filled: bool) -> list[Mark]:
    value = row["difference"]
    t_name = "paired t" if row["design"] == "paired" else "Welch's t"
    kinds = ((t_name, "difference"), ("bootstrap BCa", "bca"), ("with the meter's part", "total"))
    return [
        Mark(
            name=name,
            colour=colour,
            value=value,
            low=row.get(f"{kind}_low"),
            high=row.get(f"{kind}_high"),
            text=f"{in_interval(value, row.get(f'{kind}_low'), row.get(f'{kind}_high'))} {unit}",
            filled=filled,
        )
        for name, kind in kinds
        if kind == "difference" or row.get(f"{kind}_low") is not None
    ]


def _ratios(row: Row, colour: str, filled: bool) -> list[Mark]:
    kinds = (("Fieller", "ratio"), ("with the meter's part", "ratio_total"))
    return [
        Mark(
            name=name,
            colour=colour,
            value=row["ratio"],
            low=row.get(f"{kind}_low"),
            high=row.get(f"{kind}_high"),
            text=relative_words(row),
            filled=filled,
        )
        for name, kind in kinds
        if kind == "ratio" or row.get(f"{kind}_low") is not None
    ]


def _distances(row: Row, unit: str) -> Table:
    kinds = (
        (f"difference, {unit}", "difference", "difference"),
        (f"difference, {unit}, bootstrap", "difference", "bca"),
        (f"difference, {unit}, with the meter's part", "difference", "total"),
        ("ratio", "ratio", "ratio"),
        ("ratio, with the meter's part", "ratio", "ratio_total"),
    )
    rows = [
        {"name": name, "value": row[of], "low": row.get(f"{kind}_low"), "high": row.get(f"{kind}_high")}
        for name, of, kind in kinds
        if of == kind or row.get(f"{kind}_low") is not None
    ]
    columns = (
        text_column("Figure", "name"),
        Column("Value", lambda one: in_interval(one["value"], one["low"], one["high"])),
        Column("95 % interval", lambda one: interval(one["low"], one["high"])),
    )
    return table("distance-data", "Difference and ratio", columns, rows, folded=False)
