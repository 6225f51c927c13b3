"""The tiles below the answer: a number each, with its interval."""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.agreement.estimators.claims import ESTIMATORS
from analysis.agreement.trackers import ALL
from records.rows.agreement import AgreementRow
from reports.campaign.first_screen.energies import ends_of, place, quoted
from reports.campaign.first_screen.headline import Headline
from reports.campaign.trackers.ratios import ratio_interval
from reports.campaign.view import EnergyKind, ScenarioView, View, mean_words
from reports.words.numbers import in_interval, interval, measured, spread
from reports.words.per_epoch import per_epoch_of
from reports.words.texts import counted, shorten

_MOST = 3
_NAME_WIDTH = 30


@dataclass(frozen=True)
class Tile:
    """A number of the first screen.

    Attributes:
        label: what it is.
        value, unit: the number.
        ends: its interval, or why there is none.
        note: what it is of.
        place: id of the chapter that has the rest.
    """

    label: str
    value: str
    unit: str
    ends: str
    note: str
    place: str


def tiles_of(view: View, headline: Headline) -> list[Tile]:
    """Return energy per run, per epoch and the error of a tracker; what does not apply gives its place up."""
    focus = headline.focus
    if focus is None:
        return []
    found = [
        _energy(view, focus, headline.kind, "Energy per run", f", {place(view, headline.kind)}"),
        *_per_epoch(view, focus, headline.kind),
        *_tracker(view),
        *([_energy(view, focus, "energy", "Gross energy per run")] if headline.kind == "induced" else []),
        *_baseline(view),
    ]
    return found[:_MOST]


def _energy(view: View, item: ScenarioView, kind: EnergyKind, label: str, where: str = "") -> Tile:
    value, ends = mean_words(item.row, kind, view.unit), quoted(ends_of(view, item, kind))
    return Tile(label, value, view.unit.name, ends, f"{_name(item)}{where}", "energy")


def _per_epoch(view: View, focus: ScenarioView, told: EnergyKind) -> Iterator[Tile]:
    """Return the energy of an epoch; which energy it is where the tile before it is of another kind."""
    mean = per_epoch_of(view.results, view.unit)
    if mean is None:
        return
    having = [item for item in view.scenarios if mean.value_wh(item.row) is not None]
    item = focus if focus in having else having[0]
    kind: EnergyKind = "induced" if mean.kind == "induced" else "energy"
    note = _name(item) if kind == told else f"{_name(item)}, {place(view, kind)}"
    yield Tile(
        "Energy per epoch", mean.mean(item.row), view.unit.name, quoted(mean.ends(item.row)), note, "epochs"
    )


def _tracker(view: View) -> Iterator[Tile]:
    rows = [
        row
        for row in view.results.agreement
        if row.scenario == ALL and row.tracker not in ESTIMATORS and row.ratio is not None
    ]
    if not rows:
        return
    row = max(rows, key=_error_pct)
    error_pct = 100 * ((row.ratio or 0.0) - 1)
    low, high = (None if end is None else 100 * (end - 1) for end in ratio_interval(view, row))
    ends = quoted(interval(low, high)) if low is not None else "no interval"
    which = f"{row.tracker}, worst of {len(rows)}" if len(rows) > 1 else row.tracker
    note = f"{which}, against {'the meter' if view.at_wall else 'the counters'}"
    yield Tile("Tracker error", in_interval(error_pct, low, high), "%", ends, note, "trackers")


def _error_pct(row: AgreementRow) -> float:
    return abs((row.ratio or 0.0) - 1)


def _baseline(view: View) -> Iterator[Tile]:
    baseline = view.results.baseline
    power_w, u_w = baseline.mean_power_w, baseline.mean_power_u_w
    if power_w is None:
        return
    ends = f"± {spread(u_w)} W (k = 1)" if u_w else "no interval"
    yield Tile("Baseline power", measured(power_w, u_w), "W", ends, counted(baseline.n, "run"), "energy")


def _name(item: ScenarioView) -> str:
    return shorten(item.name, _NAME_WIDTH)
