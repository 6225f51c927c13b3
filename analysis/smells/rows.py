"""From the runs of smelly and clean scenarios to the rows of ``smells.csv``."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis.scenario.groups import Group
from analysis.smells.columns import Compared, smell_row
from analysis.smells.measures import GridFactor, Measure, measures_of
from analysis.statistics.comparison import compare
from analysis.statistics.families import adjust_families
from analysis.statistics.mixed import mixed_model
from records.rows.agreement import TrackerRow
from records.rows.smells import SmellRow
from records.rows.statistics import ComparisonRow, MixedModelRow
from records.settings.analysis import AnalysisSettings
from records.settings.smell import Smell

_Key = tuple[str, tuple[str, str, str | None]]
_Measures = dict[tuple[str, str | None], list[Measure]]


def smell_rows(
    groups: Sequence[Group], trackers: Sequence[TrackerRow], settings: AnalysisSettings
) -> list[SmellRow]:
    """Compare each smelly scenario with its clean twin, within blocks.

    Runs without a tracker are compared by meter, clock, process and GPU, runs with one by that tracker;
    where no runs were made without one, those with one are compared by all.

    Args:
        groups: runs of the campaign by scenario and tracker.
        trackers: rows of the campaign.
        settings: with the smells, and the emissions of the grid.

    Returns:
        The rows smell by smell; none for a smell of which no runs of both scenarios count.
    """
    if not settings.smells:
        return []
    named = {name for smell in settings.smells for name in (smell.clean, smell.smelly)}
    grid = _grid(settings)
    measures = {
        (group.scenario, group.tracker): measures_of(group, trackers, settings.confidence, grid)
        for group in groups
        if group.scenario in named
    }
    found = [one for smell in settings.smells for one in _of_smell(smell, measures, settings.confidence)]
    models = _models(found, settings.confidence)
    return [smell_row(one, models.get(one.key), settings.confidence) for one in _adjusted(found)]


def _grid(settings: AnalysisSettings) -> GridFactor | None:
    if settings.grid_co2_g_per_kwh is None:
        return None
    return GridFactor(settings.grid_co2_g_per_kwh, settings.grid_co2_source or "")


def _of_smell(smell: Smell, measures: _Measures, confidence: float) -> Iterator[Compared]:
    shared = [t for (name, t) in measures if name == smell.clean and (smell.smelly, t) in measures]
    for tracker in shared:
        clean = {measure.key: measure for measure in measures[smell.clean, tracker]}
        for smelly in measures[smell.smelly, tracker]:
            other = clean.get(smelly.key)
            of_tracker = smelly.instrument == tracker
            if other is None or (tracker is not None and not of_tracker and None in shared):
                continue
            yield Compared(smell, tracker, other, smelly, _comparison(other, smelly, confidence))


def _comparison(clean: Measure, smelly: Measure, confidence: float) -> ComparisonRow:
    a, b = clean.estimate, smelly.estimate
    estimates = (a, b) if a is not None and b is not None else None
    return compare(clean.sample, smelly.sample, confidence, estimates, (clean.bound, smelly.bound))


def _by_family(found: list[Compared]) -> Iterator[list[Compared]]:
    for family in dict.fromkeys(one.family for one in found):
        yield [one for one in found if one.family == family]


def _adjusted(found: list[Compared]) -> list[Compared]:
    """Adjust the p values over all smells in one quantity by one instrument."""
    rows: dict[_Key, ComparisonRow] = {}
    for members in _by_family(found):
        adjusted = adjust_families([one.row for one in members])
        rows |= {one.key: row for one, row in zip(members, adjusted, strict=True)}
    return [replace(one, row=rows[one.key]) for one in found]


def _models(found: list[Compared], confidence: float) -> dict[_Key, MixedModelRow]:
    """Fit one model for the smells of each clean scenario; it takes three scenarios or more."""
    models: dict[_Key, MixedModelRow] = {}
    for members in _by_family(found):
        for clean in dict.fromkeys(one.smell.clean for one in members):
            own = [one for one in members if one.smell.clean == clean]
            samples = {one.smelly.sample.label: one.smelly.sample for one in own}
            rows = mixed_model([own[0].clean.sample, *samples.values()], confidence)
            by_scenario = {row.scenario: row for row in rows if row.scenario != row.reference}
            for one in own:
                if (row := by_scenario.get(one.smelly.sample.label)) is not None:
                    models[one.key] = row
    return models
