"""Useful work per energy, for every kind of useful work that the workloads reported."""

from dataclasses import dataclass, replace

from markupsafe import Markup

from analysis.agreement.equivalence import total_ratio
from analysis.agreement.pairs import Pairs
from analysis.maths.describe import WithInterval
from records.results import Row
from records.rows.families import USEFUL_WORK
from records.settings.analysis import CONFIDENCE
from reports.blocks.kit import Sheet, bars_panel
from reports.blocks.tables import Column, Table, table
from reports.campaign.scenario_bar import scenario_bar
from reports.campaign.view import ScenarioView, View
from reports.words.numbers import finite, in_interval, interval, plain
from reports.words.texts import slug

WORK = {
    "val_accuracy": (
        "Validation accuracy",
        "the share that the finished model gets right of data it never saw",
    ),
    "macro_f1": ("Macro F1", "the mean over the classes of the harmonic mean of precision and recall"),
    "precision": ("Precision", "of what the model puts into a class, the share that belongs there"),
    "recall": ("Recall", "of what belongs into a class, the share that the model puts there"),
    "correct": ("Correct classifications", "how many items of the validation data the model gets right"),
    "samples": ("Samples seen", "how many items the training went through, over all epochs"),
    "epochs": ("Epochs", "how many passes over the training data were made"),
    "runs": ("Runs", "each run counts one, however good its model is"),
}
_PER = (("per_wh", "per Wh", "energy_wh"), ("per_induced_wh", "per induced Wh", "induced_wh"))


@dataclass(frozen=True)
class Factor:
    """One efficiency factor: a kind of useful work per gross or induced energy."""

    kind: str
    column: str
    energy_column: str
    title: str

    def value(self, item: ScenarioView) -> float | None:
        """Return the factor of a scenario, as the analysis found it."""
        return finite(item.row.get(self.column))

    def of_runs(self, runs: list[Row]) -> list[float]:
        """Return the factor of each run that has both the work and the energy."""
        return [work / energy for work, energy in self._pairs(runs) if energy]

    def interval_of(self, item: ScenarioView) -> WithInterval | None:
        """Return the interval of a ratio of sums by the scatter of the runs (Cochran 1977, section 6.4)."""
        pairs = self._pairs(item.runs)
        if not pairs:
            return None
        works, energies = zip(*pairs, strict=True)
        return total_ratio(Pairs.of(energies, works), CONFIDENCE)

    def _pairs(self, runs: list[Row]) -> list[tuple[float, float]]:
        pairs = [(finite(row.get(self.kind)), finite(row.get(self.energy_column))) for row in runs]
        return [(work, energy) for work, energy in pairs if work is not None and energy is not None]


MOST_BARS = 24
"""Of each figure; there is one for every kind of useful work."""


def kinds_of(view: View) -> list[str]:
    """Return the kinds of useful work that the results have, those that the settings name first."""
    wanted = [str(kind) for kind in view.results.settings.get("useful_work") or []]
    return [
        kind for kind in dict.fromkeys([*wanted, *USEFUL_WORK]) if kind in WORK and factors_of(view, kind)
    ]


def factors_of(view: View, kind: str) -> list[Factor]:
    """Return the factors of a kind, per Wh and per induced Wh, in which any scenario did something."""
    factors = [
        Factor(kind, f"{kind}_{suffix}", energy, f"{WORK[kind][0]} {words}") for suffix, words, energy in _PER
    ]
    return [factor for factor in factors if any(factor.value(item) for item in view.scenarios)]


def efficiency_sheet(view: View, kind: str, how: str) -> Sheet:
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
    def columns_of(factor: Factor) -> tuple[Column, Column]:
        return (
            Column(factor.title, lambda row: row[factor.column], "1/Wh"),
            Column("95 % interval", lambda row: row[f"{factor.column} interval"], "1/Wh"),
        )

    rows = []
    for item in view.scenarios:
        row: Row = {"name": item.name}
        for factor in factors:
            value, found = factor.value(item), factor.interval_of(item)
            row[factor.column] = plain(None) if value is None else value_words(value, found)
            row[f"{factor.column} interval"] = interval(found and found.low, found and found.high)
        if any(factor.value(item) is not None for factor in factors):
            rows.append(row)
    columns = [Column("Scenario", lambda row: str(row["name"]), numeric=False)]
    columns += [column for factor in factors for column in columns_of(factor)]
    key = f"efficiency-{slug(factors[0].kind)}-data"
    return table(key, f"Efficiency factors: {WORK[factors[0].kind][0].lower()}", columns, rows, folded=False)
