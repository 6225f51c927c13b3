"""The figures of `lab agree`: difference over level (Bland and Altman), and estimated over measured."""

from markupsafe import Markup

from analysis.agreement.table import TableAgreement
from reports.blocks.clouds import (
    LIMITS_CAPTION,
    LIMITS_HOW,
    LINES_CAPTION,
    LINES_HOW,
    Cloud,
    difference_panels,
    line_panel,
)
from reports.blocks.kit import Sheet
from reports.words.texts import label

MOST_PANELS = 7
"""Further groups are in the tables only."""


def bland_altman_sheet(agreement: TableAgreement) -> Sheet:
    """Draw the difference over the level, with bias and limits of agreement, a panel per group."""
    return Sheet(
        key="bland-altman",
        title="Difference over level",
        size="half",
        panels=difference_panels(_clouds(agreement), "bland-altman", simulated=agreement.simulated),
        caption=f"Dots: rows. {LIMITS_CAPTION} {_only(agreement)}",
        how=LIMITS_HOW,
    )


def regression_sheet(agreement: TableAgreement) -> Sheet:
    """Draw estimated over measured, with equality, Deming's and Passing and Bablok's line."""
    return Sheet(
        key="lines",
        title="Estimated over measured",
        size="half",
        panels=_line_panels(agreement),
        caption=f"Dots: rows. {LINES_CAPTION} {_only(agreement)}",
        how=LINES_HOW,
    )


def _line_panels(agreement: TableAgreement) -> list[Markup]:
    clouds = enumerate(_clouds(agreement))
    return [line_panel(cloud, f"lines-{i}", simulated=agreement.simulated) for i, cloud in clouds]


def _clouds(agreement: TableAgreement) -> list[Cloud]:
    unit = label(agreement.question.unit, width=48, lines=1)
    return [
        Cloud(
            name=part.name,
            measured=part.pairs.measured,
            estimated=part.pairs.estimated,
            measured_u=part.pairs.measured_u,
            compared=part.found.columns(),
            unit=unit,
            difference_unit="same unit",
            measured_words=agreement.question.unit,
            estimated_words=agreement.question.estimated,
        )
        for part in agreement.parts[:MOST_PANELS]
    ]


def _only(agreement: TableAgreement) -> str:
    more = len(agreement.parts) - MOST_PANELS
    return f"{more} further groups are in the tables only." if more > 0 else ""
