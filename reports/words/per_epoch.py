"""What an epoch of a scenario needs: one quantity everywhere, with its interval or its bound."""

from dataclasses import dataclass
from typing import Literal

from analysis.statistics.samples import sample_of
from records.results import Results
from records.rows.budgets import BudgetRow
from records.rows.scenarios import ScenarioRow
from reports.words.energy import EnergyUnit


@dataclass(frozen=True)
class PerEpoch:
    """The energy of an epoch that is shown.

    Attributes:
        results: of the campaign.
        kind: ``induced`` where a baseline was measured, else ``gross``.
        unit: of the texts.
    """

    results: Results
    kind: Literal["induced", "gross"]
    unit: EnergyUnit

    @property
    def quantity(self) -> str:
        """Its name among the quantities of `analysis.statistics.samples`."""
        return "induced_wh_per_epoch" if self.kind == "induced" else "wh_per_epoch"

    def value_wh(self, row: ScenarioRow) -> float | None:
        """Return the mean over all epochs of a scenario, in Wh."""
        return row.induced_wh_per_epoch if self.kind == "induced" else row.wh_per_epoch

    def bound_wh(self, row: ScenarioRow) -> float | None:
        """Return the most that it is where it cannot be told from zero, else ``None``."""
        return row.induced_per_epoch_bound_wh if self.kind == "induced" else None

    def mean(self, row: ScenarioRow) -> str:
        """Return the mean as its uncertainty allows; its bound where it is not resolved."""
        budget, bound_wh = self._budget(row), self.bound_wh(row)
        u = budget.u if budget else None
        if bound_wh is not None:
            return f"≤ {self.unit.measured(bound_wh, u)}"
        return self.unit.in_interval(self.value_wh(row), *_ends(budget), u)

    def ends(self, row: ScenarioRow) -> str:
        """Return its interval, the values of two runs, or that it is not resolved; nothing without epochs."""
        if self.value_wh(row) is None:
            return ""
        if self.bound_wh(row) is not None:
            return "not resolved"
        budget = self._budget(row)
        if row.n == 2 and budget is not None and budget.low is None:
            values = " and ".join(self.unit.measured(value, budget.u) for value in self._of_runs(row))
            return f"n = 2: {values}"
        return self.unit.ends_words(*_ends(budget), row.n)

    def _budget(self, row: ScenarioRow) -> BudgetRow | None:
        wanted = ("scenario", row.scenario, self.quantity)
        return next((b for b in self.results.budgets if (b.of, b.scenario, b.quantity) == wanted), None)

    def _of_runs(self, row: ScenarioRow) -> list[float]:
        base = row.base_scenario or row.scenario
        runs = [r for r in self.results.runs if (r.scenario, r.tracker) == (base, row.tracker)]
        epochs = [e for e in self.results.epochs if (e.scenario, e.tracker) == (base, row.tracker)]
        return list(map(float, sample_of(row.scenario, runs, epochs, self.quantity).values))


def per_epoch_of(results: Results, unit: EnergyUnit) -> PerEpoch | None:
    """Return which energy of an epoch is shown of a campaign; ``None`` where no run has epochs."""
    for kind in (PerEpoch(results, "induced", unit), PerEpoch(results, "gross", unit)):
        if any(kind.value_wh(row) is not None for row in results.scenarios):
            return kind
    return None


def _ends(budget: BudgetRow | None) -> tuple[float | None, float | None]:
    return (budget.low, budget.high) if budget else (None, None)
