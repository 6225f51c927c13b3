"""One smell in one quantity by one instrument, as a row of ``smells.csv``."""

from dataclasses import dataclass
from typing import Any, Literal

from analysis.comparing.verdict import verdict_of
from analysis.maths.describe import LEAST_FOR_INTERVAL, WithInterval
from analysis.smells.agreement import excess
from analysis.smells.measures import Measure
from analysis.smells.parts import mean_of, time_and_power
from analysis.statistics.effects import paired_effect
from analysis.statistics.repeats import repeats_for, smallest_difference
from analysis.statistics.samples import Pair, pair_of
from records.rows.smells import SmellRow
from records.rows.statistics import ComparisonRow, MixedModelRow
from records.settings.smell import Smell

Verdict = Literal["costs more", "costs less", "no difference found", "too few repeats", "no verdict"]

NOT_PAIRED = "no two blocks hold runs of both that take turns, so nothing is compared within blocks"


@dataclass(frozen=True, eq=False)
class Compared:
    """A smell in one quantity by one instrument.

    Attributes:
        smell: which.
        runs_with: tracker that ran alongside, or ``None``.
        clean, smelly: the values of both scenarios.
        row: their comparison.
    """

    smell: Smell
    runs_with: str | None
    clean: Measure
    smelly: Measure
    row: ComparisonRow

    @property
    def family(self) -> tuple[str, str, str | None]:
        """What is adjusted together: all smells in one quantity by one instrument."""
        return *self.clean.key, self.runs_with

    @property
    def key(self) -> tuple[str, tuple[str, str, str | None]]:
        """Tells it from all others of a campaign."""
        return self.smell.name, self.family


def smell_row(one: Compared, model: MixedModelRow | None, confidence: float) -> SmellRow:
    """Return the row of a comparison, with the difference by the mixed model where there is one."""
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


def _by_block(one: Compared, pair: Pair, confidence: float) -> dict[str, Any]:
    """Return the columns that rest on the differences within blocks.

    What could be seen, and how many pairs it takes, is at the level of Holm's first step (one minus the
    confidence, over the size of the family), so that it agrees with the verdict.
    """
    row, effect = one.row, paired_effect(pair, confidence)
    of_family = 1 - (1 - confidence) / max(row.family_size or 0, 1)
    detectable = smallest_difference(pair, of_family)
    level = row.mean_a if row.ratio is not None else 0.0
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
        "detectable_pct": 100 * detectable / level if detectable and level else None,
        "repeats_1_pct": repeats_for(pair, 0.01 * level, of_family),
        "repeats_5_pct": repeats_for(pair, 0.05 * level, of_family),
        "repeats_observed": repeats_for(pair, row.difference, of_family),
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


def _parts(one: Compared, energy: Pair, confidence: float) -> dict[str, Any]:
    if one.clean.durations is None or one.smelly.durations is None:
        return {}
    parts = time_and_power(energy, pair_of(one.clean.durations, one.smelly.durations), confidence)
    return {} if parts is None else _ends("time_part", parts.time) | _ends("power_part", parts.power)


def _beside_meter(one: Compared, confidence: float) -> dict[str, Any]:
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
