"""Is an estimator right, for what, and by how much? Agreement with the meter (METHOD section 7)."""

from analysis.agreement.cost import cost_rows, difference_row
from analysis.agreement.trackers import agreement_rows

__all__ = ["agreement_rows", "cost_rows", "difference_row"]
