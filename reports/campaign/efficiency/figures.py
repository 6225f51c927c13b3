"""Useful work per energy, for every kind of useful work that the workloads reported."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from analysis.agreement.equivalence import total_ratio
from analysis.agreement.pairs import Pairs
from analysis.maths.describe import WithInterval
from records.rows.families import USEFUL_WORK, UsefulWork
from records.rows.runs import RunRow
from records.settings.analysis import CONFIDENCE
from reports.blocks.kit import Sheet, bars_panel
from reports.blocks.tables import Column, Table, table
from reports.campaign.scenario_bar import scenario_bar
from reports.campaign.view import ScenarioView, View
from reports.words.numbers import ABSENT, in_interval, interval, plain
from reports.words.texts import slug

WORK: dict[UsefulWork, tuple[str, str]] = {
    "val_accuracy": (
        "Validation accuracy",
        "the share that the finished model gets right of data it never saw",
    ),
    "macro_f1": ("Macro F1", "the mean over the classes of the harmonic mean of precision and recall"),
    "precision": ("Precision", "of what the model puts into a class, the share that belongs there"),
    "recall": ("Recall", "of what belongs in a class, the share that the model puts there"),
    "correct": ("Correct classifications", "how many items of the validation data the model gets right"),
    "samples": ("Samples seen", "how many items the training went through, over all epochs"),
    "epochs": ("Epochs", "how many passes over the training data were made"),
    "runs": ("Runs", "each run counts as one, however good its model is"),
}


@dataclass(frozen=True)
class Factor:
    """One efficiency factor: a kind of useful work per gross or induced energy."""

    kind: UsefulWork
    induced: bool

    @property
    def column(self) -> str:
        """Name of the column of the scenarios."""
        return f"{self.kind}_per_{'induced_wh' if self.induced else 'wh'}"

    @property
    def title(self) -> str:
        """Words for it."""
        return f"{WORK[self.kind][0]} {'per induced Wh' if self.induced else 'per Wh'}"

    def value(self, item: ScenarioView) -> float | None:
        """Return the factor of a scenario, as the analysis found it."""
        return item.row.efficiency.get(self.column)

    def bound(self, item: ScenarioView) -> float | None:
        """Return what the factor is at least, where the induced energy of a scenario is not resolved."""
        work, bound_wh = item.row.work.get(self.kind), item.row.induced_bound_wh
        return work / bound_wh if self.induced and work is not None and bound_wh else None

    def of_runs(self, runs: list[RunRow]) -> list[float]:
        """Return the factor of each run that has both the work and the energy."""
        return [work / energy for work, energy in self._pairs(runs) if energy]

    def interval_of(self, item: ScenarioView) -> WithInterval | None:
        """Return the interval of a ratio of sums by the scatter of the runs (Cochran 1977, section 6.4)."""
        pairs = self._pairs(item.runs)
        if not pairs:
            return None
        works, energies = zip(*pairs, strict=True)
        return total_ratio(Pairs.of(energies, works), CONFIDENCE)

    def _pairs(self, runs: list[RunRow]) -> list[tuple[float, float]]:
        pairs = [(row.work.get(self.kind), row.induced_wh if self.induced else row.energy_wh) for row in runs]
        return [(work, energy) for work, energy in pairs if work is not None and energy is not None]


MOST_BARS = 24
"""Of each figure; there is one for every kind of useful work."""


def kinds_of(view: View) -> list[UsefulWork]:
    """Return the kinds of useful work that the results have, those that the settings name first."""
    wanted = view.results.settings.get("useful_work") or []
    first = [kind for name in wanted for kind in USEFUL_WORK if kind == name]
    return [kind for kind in dict.fromkeys([*first, *USEFUL_WORK]) if factors_of(view, kind)]


def factors_of(view: View, kind: UsefulWork) -> list[Factor]:
    """Return the factors of a kind, per Wh and per induced Wh, in which any scenario did something."""
    factors = [Factor(kind, induced=induced) for induced in (False, True)]
    return [factor for factor in factors if any(factor.value(item) for item in view.scenarios)]


def efficiency_sheet(view: View, kind: UsefulWork, how: str) -> Sheet:
    """Draw the efficiency factors of one kind of useful work."""
    factors = factors_of(view, kind)
    title, words = WORK[kind]
    more = sum(any(factor.value(item) is not None for factor in factors) for item in view.scenarios)
    more -= MOST_BARS
    return Sheet(
        key=f"efficiency-{slug(kind)}",
        title=f"{title} per energy",
        size="half",
        panels=[_panel(view, factor) for factor in factors],
        caption=f"{title}: {words}. More per Wh is better. Circles: single runs; black lines: 95 % intervals "
        "by the scatter of the runs."
        + (f" {more} further scenarios are in the table only." if more > 0 else ""),
        how=how,
        data=_data(view, factors),
    )


def _panel(view: View, factor: Factor) -> Markup:
    bars = []
    for item in [item for item in view.scenarios if factor.value(item) is not None][:MOST_BARS]:
        value = factor.value(item) or 0.0
        found = factor.interval_of(item)
        low, high = (found.low, found.high) if found else (None, None)
        bars.append(
            replace(
                scenario_bar(item, value, value_words(value, found)),
                dots=factor.of_runs(item.runs) if item.n > 1 else [],
                low=low,
                high=high,
            )
        )
    key = f"efficiency-{slug(factor.column)}"
    return bars_panel("half", key, factor.title, "efficiency in 1/Wh", bars, simulated=view.simulated)


def value_words(value: float, found: WithInterval | None) -> str:
    """Return a factor to the place that its interval allows."""
    if found is None or found.low is None:
        return plain(value, 3)
    return in_interval(value, found.low, found.high)


def _data(view: View, factors: list[Factor]) -> Table:
    def columns_of(factor: Factor) -> Sequence[Column[ScenarioView]]:
        def value(item: ScenarioView) -> str:
            number, bound = factor.value(item), factor.bound(item)
            if bound is not None:
                return f"not resolved, ≥ {plain(bound, 2)}"
            return ABSENT if number is None else value_words(number, factor.interval_of(item))

        def ends(item: ScenarioView) -> str:
            found = None if factor.bound(item) is not None else factor.interval_of(item)
            return interval(found and found.low, found and found.high)

        return Column(factor.title, value, "1/Wh"), Column("95 % interval", ends, "1/Wh")

    rows = [item for item in view.scenarios if any(factor.value(item) is not None for factor in factors)]
    name: Column[ScenarioView] = Column("Scenario", lambda item: item.name, numeric=False)
    columns = [name, *(column for factor in factors for column in columns_of(factor))]
    key = f"efficiency-{slug(factors[0].kind)}-data"
    return table(key, f"Efficiency factors: {WORK[factors[0].kind][0].lower()}", columns, rows, folded=False)
