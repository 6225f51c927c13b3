"""From the runs of smelly and clean scenarios to the rows of ``smells.csv``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from analysis.comparing.verdict import verdict_of
from analysis.maths.describe import LEAST_FOR_INTERVAL, WithInterval
from analysis.scenario.groups import Group
from analysis.smells.agreement import excess
from analysis.smells.measures import GridFactor, Measure, measures_of
from analysis.smells.parts import mean_of, time_and_power
from analysis.statistics.comparison import compare
from analysis.statistics.effects import paired_effect
from analysis.statistics.families import adjust_families
from analysis.statistics.mixed import mixed_model
from analysis.statistics.repeats import smallest_difference
from analysis.statistics.samples import Pair, pair_of
from records.rows.agreement import TrackerRow
from records.rows.smells import SmellRow
from records.rows.statistics import ComparisonRow, MixedModelRow
from records.settings.analysis import AnalysisSettings
from records.settings.smell import Smell

Verdict = Literal["costs more", "costs less", "no difference found", "too few repeats", "no verdict"]

NOT_PAIRED = "no two blocks hold runs of both that take turns, so nothing is compared within blocks"


@dataclass(frozen=True, eq=False)
class _Compared:
    """A smell in one quantity by one instrument."""

    smell: Smell
    runs_with: str | None
    clean: Measure
    smelly: Measure
    row: ComparisonRow

    @property
    def family(self) -> tuple[str, str, str | None]:
        """What is adjusted together: all smells in one quantity by one instrument."""
        return *self.clean.key, self.runs_with


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
    grid = None
    if settings.grid_co2_g_per_kwh is not None:
        grid = GridFactor(settings.grid_co2_g_per_kwh, settings.grid_co2_source or "")
    named = {name for smell in settings.smells for name in (smell.clean, smell.smelly)}
    measures = {
        (group.scenario, group.tracker): measures_of(group, trackers, settings.confidence, grid)
        for group in groups
        if group.scenario in named
    }
    found = [one for smell in settings.smells for one in _of_smell(smell, measures, settings.confidence)]
    adjusted: dict[int, ComparisonRow] = {}
    models: dict[tuple[object, ...], MixedModelRow] = {}
    for family in dict.fromkeys(one.family for one in found):
        members = [one for one in found if one.family == family]
        rows = adjust_families([one.row for one in members])
        adjusted |= {id(one): row for one, row in zip(members, rows, strict=True)}
        models |= _models(members, settings.confidence)
    return [
        _row(
            replace(one, row=adjusted[id(one)]),
            models.get((one.smell.name, *one.family)),
            settings.confidence,
        )
        for one in found
    ]


_Measures = dict[tuple[str, str | None], list[Measure]]


def _of_smell(smell: Smell, measures: _Measures, confidence: float) -> Iterator[_Compared]:
    shared = [t for (name, t) in measures if name == smell.clean and (smell.smelly, t) in measures]
    for tracker in shared:
        clean = {measure.key: measure for measure in measures[smell.clean, tracker]}
        for smelly in measures[smell.smelly, tracker]:
            other = clean.get(smelly.key)
            of_tracker = smelly.instrument == tracker
            if other is None or (tracker is not None and not of_tracker and None in shared):
                continue
            yield _Compared(smell, tracker, other, smelly, _comparison(other, smelly, confidence))


def _comparison(clean: Measure, smelly: Measure, confidence: float) -> ComparisonRow:
    a, b = clean.estimate, smelly.estimate
    estimates = (a, b) if a is not None and b is not None else None
    return compare(clean.sample, smelly.sample, confidence, estimates, (clean.bound, smelly.bound))


def _models(members: list[_Compared], confidence: float) -> dict[tuple[object, ...], MixedModelRow]:
    """Fit one model for the smells of each clean scenario; it takes three scenarios or more."""
    found: dict[tuple[object, ...], MixedModelRow] = {}
    for clean in dict.fromkeys(one.smell.clean for one in members):
        own = [one for one in members if one.smell.clean == clean]
        samples = {one.smelly.sample.label: one.smelly.sample for one in own}
        rows = mixed_model([own[0].clean.sample, *samples.values()], confidence)
        by_scenario = {row.scenario: row for row in rows if row.scenario != row.reference}
        for one in own:
            if (row := by_scenario.get(one.smelly.sample.label)) is not None:
                found[one.smell.name, *one.family] = row
    return found


def _row(one: _Compared, model: MixedModelRow | None, confidence: float) -> SmellRow:
    row, pair = one.row, pair_of(one.clean.sample, one.smelly.sample)
    clean, smelly = mean_of(pair.a, confidence), mean_of(pair.b, confidence)
    notes = [one.clean.note, "" if pair.paired else NOT_PAIRED, row.note]
    by_block = _by_block(one, pair, confidence) if pair.paired else {}
    by_model = {} if model is None else _of_model(model)
    return SmellRow(
        smell=one.smell.name,
        code=one.smell.code,
        quantity=row.quantity,
        instrument=one.smelly.instrument,
        runs_with=one.runs_with,
        clean=one.smell.clean,
        smelly=one.smell.smelly,
        pairs=row.pairs or 0,
        mean_clean=clean.value,
        mean_clean_low=clean.low,
        mean_clean_high=clean.high,
        mean_smelly=smelly.value,
        mean_smelly_low=smelly.low,
        mean_smelly_high=smelly.high,
        difference=row.difference,
        pct=_pct(row.ratio),
        **by_block,
        **by_model,
        verdict=_verdict(row),
        note="; ".join(filter(None, notes)),
    )


def _by_block(one: _Compared, pair: Pair, confidence: float) -> dict[str, Any]:
    """Return the columns that rest on the differences within blocks."""
    row, effect = one.row, paired_effect(pair, confidence)
    detectable = smallest_difference(pair, confidence)
    low, high = _wider((row.difference_low, row.difference_high), (row.total_low, row.total_high))
    ratio_low, ratio_high = _wider(
        (row.ratio_low, row.ratio_high), (row.ratio_total_low, row.ratio_total_high)
    )
    return {
        "difference_low": low,
        "difference_high": high,
        "pct_low": _pct(ratio_low),
        "pct_high": _pct(ratio_high),
        "t": row.t,
        "df": row.df,
        "p": row.p,
        "p_holm": row.p_holm,
        "family_size": row.family_size,
        "wilcoxon_p": row.rank_p,
        "detectable": detectable,
        "detectable_pct": 100 * detectable / row.mean_a if detectable and row.ratio is not None else None,
        "repeats_1_pct": row.repeats_1_pct,
        "repeats_5_pct": row.repeats_5_pct,
        "repeats_observed": row.repeats_observed,
        **_ends("dz", effect),
        **_parts(one, pair, confidence),
        **_beside_meter(one, confidence),
    }


def _wider(*intervals: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
    """Return the ends that hold all intervals there are."""
    lows, highs = ([end for end in ends if end is not None] for ends in zip(*intervals, strict=True))
    return min(lows, default=None), max(highs, default=None)


def _pct(ratio: float | None) -> float | None:
    return None if ratio is None else 100 * (ratio - 1)


def _ends(name: str, found: WithInterval | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}


def _of_model(model: MixedModelRow) -> dict[str, Any]:
    return {
        "mixed_estimate": model.estimate,
        "mixed_low": model.low,
        "mixed_high": model.high,
        "mixed_p": model.p,
    }


def _parts(one: _Compared, energy: Pair, confidence: float) -> dict[str, Any]:
    if one.clean.durations is None or one.smelly.durations is None:
        return {}
    parts = time_and_power(energy, pair_of(one.clean.durations, one.smelly.durations), confidence)
    return {} if parts is None else _ends("time_part", parts.time) | _ends("power_part", parts.power)


def _beside_meter(one: _Compared, confidence: float) -> dict[str, Any]:
    found = excess(one.clean, one.smelly, confidence)
    if found is None:
        return {}
    return {
        "meter_difference": found.meter_difference,
        "meter_pct": found.meter_pct,
        "agrees": found.agrees,
        **_ends("excess", found.wh),
        **_ends("excess_pct", found.points),
    }


def _verdict(row: ComparisonRow) -> Verdict:
    """Say what the test after Holm and the interval with meter and baseline bear out (`verdict_of`)."""
    if (row.pairs or 0) < LEAST_FOR_INTERVAL:
        return "too few repeats"
    return _VERDICTS[verdict_of(row)]


_VERDICTS: dict[str, Verdict] = {
    "lower": "costs less",
    "higher": "costs more",
    "not shown": "no difference found",
    "untested": "no verdict",
}
