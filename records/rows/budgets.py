"""Rows of the uncertainty budget."""

from records.rows.families import TERMS, BudgetTerm
from records.rows.row import ResultRow, column, family, result_row

UNIT = "unit of quantity"


@result_row
class BudgetRow(ResultRow):
    """One quantity of one thing with all terms of its uncertainty."""

    of: str = column("", "scenario, comparison, tracker, baseline, run, action, epoch or call")
    scenario: str = column("", "Scenario; of a comparison the one that is compared")
    slot: int | None = column("", "Number of the run in the plan", default=None, omit_empty=True)
    run_dir: str | None = column("", "Folder of the run below runs/", default=None, omit_empty=True)
    name: str | None = column(
        "", "Action, call, epoch or tracker; reference of a comparison", default=None, omit_empty=True
    )
    quantity: str = column("", "Quantity; its suffix is the unit")
    value: float = column(UNIT, "Best estimate")
    u: float = column(UNIT, "Combined standard uncertainty (k = 1)")
    df: float | None = column("", "Effective degrees of freedom; empty where infinite")
    low: float | None = column(
        UNIT, "Lower end of the 95 % interval; empty for a mean of fewer than three runs"
    )
    high: float | None = column(UNIT, "Upper end, likewise")
    terms: dict[BudgetTerm, float] = family(TERMS, prefix="u_")
