"""The table of the first screen: a line per scenario, with a bar."""

from dataclasses import dataclass

from reports.campaign.first_screen.energies import ends_of
from reports.campaign.view import ScenarioView, View, mean_words
from reports.words.per_epoch import PerEpoch
from reports.words.texts import shorten

_NAME_WIDTH = 60  # the tables below show names in full


@dataclass(frozen=True)
class Strip:
    """A bar with its interval, in hundredths of the longest: what the eye compares before the numbers.

    Attributes:
        baseline: where the baseline's part ends.
        gross: where the bar ends.
        low: where the interval of the gross energy begins; ``None`` without one.
        high: where it ends.
    """

    baseline: float
    gross: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Line:
    """The answer for one scenario, as texts, and its bar."""

    name: str
    colour: str
    tracked: bool
    n: int
    gross: str
    gross_interval: str
    induced: str
    induced_interval: str
    per_epoch: str
    per_epoch_interval: str
    strip: Strip | None


def lines_of(view: View, per_epoch: PerEpoch | None) -> list[Line]:
    """Return a line per scenario."""
    longest_wh = max(map(_reach_wh, view.scenarios), default=0.0)
    return [_line(view, item, per_epoch, longest_wh) for item in view.scenarios]


def _reach_wh(scenario: ScenarioView) -> float:
    return max(scenario.row.energy_wh or 0.0, scenario.row.energy_high_wh or 0.0)


def _line(view: View, item: ScenarioView, per_epoch: PerEpoch | None, longest_wh: float) -> Line:
    row = item.row
    return Line(
        name=shorten(item.name, _NAME_WIDTH),
        colour=item.colour,
        tracked=item.tracker is not None,
        n=item.n,
        gross=mean_words(row, "energy", view.unit),
        gross_interval=ends_of(view, item, "energy"),
        induced=mean_words(row, "induced", view.unit),
        induced_interval=ends_of(view, item, "induced"),
        per_epoch=per_epoch.mean(row) if per_epoch else "",
        per_epoch_interval=per_epoch.ends(row) if per_epoch else "",
        strip=_strip(item, longest_wh),
    )


def _strip(scenario: ScenarioView, longest_wh: float) -> Strip | None:
    row = scenario.row
    gross_wh, induced_wh = row.energy_wh, row.induced_wh
    if gross_wh is None or longest_wh <= 0:
        return None
    low_wh, high_wh = row.energy_low_wh, row.energy_high_wh
    of_baseline = scenario.kind == "baseline"
    below_wh = gross_wh - induced_wh if induced_wh is not None else gross_wh * of_baseline

    def place(energy_wh: float) -> float:
        return round(100 * min(max(energy_wh, 0.0), longest_wh) / longest_wh, 2)

    return Strip(
        baseline=min(place(below_wh), place(gross_wh)),
        gross=place(gross_wh),
        low=None if low_wh is None else place(low_wh),
        high=None if high_wh is None else place(high_wh),
    )
