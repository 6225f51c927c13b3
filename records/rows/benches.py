"""Rows of a fleet's campaign: what a scenario took on each bench, and how the benches differ."""

from records.rows.row import ResultRow, column, result_row

UNIT = "unit of quantity"


@result_row
class BenchRow(ResultRow):
    """One quantity of one scenario on one bench."""

    scenario: str = column("", "Scenario, with its tracker")
    quantity: str = column("", "Quantity; its suffix is the unit")
    bench: str = column("", "Name of the bench")
    n: int = column("", "Number of its runs")
    mean: float = column(UNIT, "Mean of its runs")
    sd: float | None = column(UNIT, "Their standard deviation", default=None)
    pct: float | None = column("%", "Difference from the mean of all benches", default=None)
    benches: int = column("", "Number of benches that ran the scenario")
    between_sd: float | None = column(UNIT, "Standard deviation between benches", default=None)
    within_sd: float | None = column(UNIT, "Standard deviation of the runs of a bench, pooled", default=None)
    p: float | None = column("", "p value of the F test that the benches are alike", default=None)
    p_holm: float | None = column(
        "", "p value adjusted over all scenarios of the quantity (Holm)", default=None
    )
