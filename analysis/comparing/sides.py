"""The two scenarios of a comparison: where they are found, and their samples."""

from dataclasses import dataclass
from pathlib import Path

from analysis.statistics.description import statistics_row
from analysis.statistics.samples import QUANTITIES, Sample, sample_of
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.near_match import alternatives
from records.results import Results, read_results
from records.rows.budgets import BudgetRow
from records.rows.statistics import StatisticsRow
from records.settings.analysis import CONFIDENCE


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two scenarios.

    Attributes:
        folder: of its campaign; ``results`` of that.
        name: of the scenario, ``NAME`` or ``NAME+TRACKER``; ``label`` with the campaign where they differ.
        sample: the quantity over its runs.
        statistics: description of the sample.
    """

    folder: Path
    results: Results
    name: str
    label: str
    sample: Sample
    statistics: StatisticsRow

    @property
    def simulated(self) -> bool:
        """Whether the meter was a virtual one."""
        return self.results.campaign.simulated

    @property
    def bound(self) -> float | None:
        """Upper end of the interval of its mean induced energy where that cannot be told from zero."""
        quantity, budget = self.sample.quantity, self.budget
        if not quantity.startswith("induced"):
            return None
        if budget is None or budget.low is None or budget.high is None:
            (row,) = (row for row in self.results.scenarios if row.scenario == self.name)
            return row.induced_bound_wh if quantity == "induced_wh" else row.induced_per_epoch_bound_wh
        return budget.high if budget.low <= 0 <= budget.high else None

    @property
    def mean_u(self) -> float | None:
        """Standard uncertainty of its mean, of a single run without how runs differ; ``None`` if unknown."""
        return self.budget.u if self.budget else None

    @property
    def budget(self) -> BudgetRow | None:
        """Its mean with the whole uncertainty; ``None`` where the quantity has none, as the time."""
        wanted = ("scenario", self.name, self.sample.quantity)
        rows = (row for row in self.results.budgets if (row.of, row.scenario, row.quantity) == wanted)
        return next((row for row in rows if row.u > 0), None)


def find_sides(folder: Path, a: str, b: str, quantity: str) -> list[Side]:
    """Return both scenarios with the quantity over their runs.

    Args:
        folder: of the campaign.
        a: ``NAME``, ``NAME+TRACKER`` or ``DIR2:NAME``; ``b`` likewise.
        b: see ``a``.
        quantity: a name of `QUANTITIES`.

    Raises:
        ConfigurationError: there is no such scenario, or both are the same.
        RecordError: a campaign was not analysed, or a scenario has no run with the quantity.
    """
    places = [_place(folder, text) for text in (a, b)]
    known = {place: read_results(CampaignFolder(place).results) for place in {place for place, _ in places}}
    for place, name in places:
        _check_scenario(place, known[place], name)
    if len({(place.resolve(), name) for place, name in places}) == 1:
        raise ConfigurationError(f"{a} and {b}: expected two scenarios, but they are the same one")
    several = len(known) > 1
    return [_side(place, known[place], name, quantity, several) for place, name in places]


def _check_scenario(folder: Path, results: Results, name: str) -> None:
    names = [row.scenario for row in results.scenarios]
    if name not in names:
        raise ConfigurationError(f"{folder}: there is no scenario {name!r}; {alternatives(name, names)}")


def _place(folder: Path, text: str) -> tuple[Path, str]:
    """Split ``DIR2:NAME``."""
    other, colon, name = text.rpartition(":")
    return (Path(other), name) if colon else (folder, text)


def _side(folder: Path, results: Results, name: str, quantity: str, several: bool) -> Side:
    rows = [row for row in results.runs if label_of(row.scenario, row.tracker) == name]
    epochs = [row for row in results.epochs if label_of(row.scenario, row.tracker) == name]
    label = f"{folder.name}:{name}" if several else name
    sample = sample_of(label, rows, epochs, quantity, campaign=str(folder.resolve()))
    statistics = statistics_row(sample, CONFIDENCE)
    if statistics is None:
        has = [q for q in QUANTITIES if sample_of(name, rows, epochs, q).n]
        raise RecordError(
            f"{folder}: expected runs of {name!r} with {quantity}, but none of its {len(rows)} has it. "
            f"--quantity may be {', '.join(has) or 'none'} for it"
        )
    return Side(folder, results, name, label, sample, statistics)


def label_of(scenario: str, tracker: str | None) -> str:
    """Return ``NAME`` or ``NAME+TRACKER``."""
    return scenario if tracker is None else f"{scenario}+{tracker}"
