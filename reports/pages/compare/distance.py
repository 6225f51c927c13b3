"""How far a scenario is from another: difference and ratio, each with all its intervals."""

from typing import NamedTuple

from analysis.comparing.scenarios import Compared
from analysis.comparing.verdict import is_significant
from records.rows.statistics import ComparisonRow
from reports.blocks.columns import with_interval
from reports.blocks.forest import Mark, forest_panel
from reports.blocks.kit import Sheet
from reports.blocks.tables import Columns, Table, table, text_column
from reports.words.energy import EnergyUnit, in_unit
from reports.words.numbers import in_interval
from reports.words.texts import label
from reports.words.verdict import relative_words


def distance_sheet(compared: Compared, colour: str, unit: EnergyUnit, simulated: bool) -> Sheet:
    """Draw difference and ratio, each with all its intervals."""
    row = in_unit(compared.row, unit)
    filled = is_significant(row)
    panels = [
        forest_panel(
            "half",
            "distance-difference",
            f"Difference in {compared.quantity.words}",
            f"difference / {unit.name}",
            _differences(row, unit.name, colour, filled),
            simulated=simulated,
        )
    ]
    if row.ratio is not None and row.ratio > 0:
        panels.append(
            forest_panel(
                "half",
                "distance-ratio",
                f"Ratio of {compared.quantity.words}",
                f"difference / % of {label(compared.a.label, width=20, lines=1)}",
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
        caption="Marks: what was found, filled where the difference is significant, open where it is not; "
        "lines: 95 % intervals. An interval that meets the upright line leaves open which uses less.",
        how="Each line is computed as its name says; “How this was computed” below has the formulas and "
        "sources.",
        data=_distances(row, unit.name),
    )


def _differences(row: ComparisonRow, unit: str, colour: str, filled: bool) -> list[Mark]:
    t_name = "paired t" if row.design == "paired" else "Welch's t"
    return [
        Mark(
            name=distance.kind or t_name,
            colour=colour,
            value=row.difference,
            low=distance.low,
            high=distance.high,
            text=f"{in_interval(row.difference, distance.low, distance.high)} {unit}",
            filled=filled,
        )
        for distance in _all_differences(row, unit)
    ]


def _ratios(row: ComparisonRow, colour: str, filled: bool) -> list[Mark]:
    return [
        Mark(
            name=distance.kind or "Fieller",
            colour=colour,
            value=row.ratio,
            low=distance.low,
            high=distance.high,
            text=relative_words(row),
            filled=filled,
        )
        for distance in _all_ratios(row)
    ]


def _distances(row: ComparisonRow, unit: str) -> Table:
    rows = [*_all_differences(row, unit), *_all_ratios(row)]
    columns: Columns[_Distance] = (
        text_column("Figure", lambda one: one.name),
        with_interval("Value", lambda one: (one.value, one.low, one.high)),
    )
    return table("distance-data", "Difference and ratio", columns, rows, folded=False, source="comparisons")


class _Distance(NamedTuple):
    """A difference or ratio with one of its intervals; ``kind`` is empty for the interval of its test."""

    name: str
    kind: str
    value: float | None
    low: float | None
    high: float | None


def _all_differences(row: ComparisonRow, unit: str) -> list[_Distance]:
    name, meter = f"difference, {unit}", "with the meter's part"
    all_of_them = [
        _Distance(name, "", row.difference, row.difference_low, row.difference_high),
        _Distance(f"{name}, bootstrap", "bootstrap BCa", row.difference, row.bca_low, row.bca_high),
        _Distance(f"{name}, {meter}", meter, row.difference, row.total_low, row.total_high),
    ]
    return [distance for distance in all_of_them if not distance.kind or distance.low is not None]


def _all_ratios(row: ComparisonRow) -> list[_Distance]:
    meter = "with the meter's part"
    all_of_them = [
        _Distance("ratio", "", row.ratio, row.ratio_low, row.ratio_high),
        _Distance(f"ratio, {meter}", meter, row.ratio, row.ratio_total_low, row.ratio_total_high),
    ]
    return [distance for distance in all_of_them if not distance.kind or distance.low is not None]
