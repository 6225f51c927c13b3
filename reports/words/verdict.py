"""A comparison of two scenarios in words: which is better, by how much, how certain."""

from typing import NamedTuple

from analysis.comparing.scenarios import Compared
from analysis.comparing.verdict import (
    Verdict,
    disagree,
    includes_zero,
    repeats_of,
    significant_by_test,
    total_unknown,
    verdict_of,
)
from analysis.maths.describe import LEAST_FOR_INTERVAL
from analysis.statistics.repeats import MOST
from analysis.statistics.samples import QUANTITIES
from records.rows.statistics import ComparisonRow
from records.settings.analysis import CONFIDENCE
from reports.words.energy import WH, EnergyUnit, unit_of, unit_of_results
from reports.words.numbers import count, in_interval, interval, plain, probability

CERTAINTY: dict[Verdict, str] = {
    "lower": "significant",
    "higher": "significant",
    "not shown": "not significant",
    "untested": "untested",
}
_TESTS = {
    "t": "the t test",
    "rank": "the rank test",
    "bootstrap": "the bootstrap",
    "total": "the interval with meter and baseline",
}


def verdict_words(compared: Compared) -> str:
    """Return the verdict in two or three sentences, without a claim that the data do not bear."""
    energy = unit_of_results(compared.a.results, compared.b.results)
    words = pair_words(compared.row, compared.a.label, compared.b.label, energy)
    return " ".join([words, *_equivalence(compared)])


def unit_of_compared(compared: Compared) -> EnergyUnit:
    """Return the unit of the compared quantity: energies are in that of the reports of both campaigns."""
    return unit_in(compared.quantity.name, unit_of_results(compared.a.results, compared.b.results))


def unit_in(quantity: str, energy: EnergyUnit = WH) -> EnergyUnit:
    """Return the unit of one of `QUANTITIES` where energies are given in one chosen for them."""
    unit = QUANTITIES[quantity].unit
    return energy if unit == WH.name else unit_of(unit)


def pair_words(row: ComparisonRow, a: str, b: str, energy: EnergyUnit = WH) -> str:
    """Say of a comparison which of the two needs less, by how much, how certain.

    Args:
        row: of one of `analysis.statistics.samples.QUANTITIES`.
        a: name of the reference.
        b: name of what is compared with it.
        energy: unit of energies.
    """
    unit = unit_in(row.quantity, energy)
    say = {
        "lower": _significant,
        "higher": _significant,
        "not shown": _not_significant,
        "untested": _untested,
    }
    return " ".join([say[verdict_of(row)](row, a, b, unit), *_disagreement(row)])


def certainty(row: ComparisonRow) -> str:
    """Return ``significant``, ``not significant`` or ``untested``."""
    return CERTAINTY[verdict_of(row)]


def quantity_words(name: str, energy: EnergyUnit = WH) -> str:
    """Return a quantity with its unit: ``induced energy, Wh``."""
    return f"{QUANTITIES[name].words}, {unit_in(name, energy).name}"


def relative_words(row: ComparisonRow) -> str:
    """Return ``45 % less``, to the place its interval allows; ``less`` alone where there is no ratio."""
    side = "less" if row.difference < 0 else "more"
    if row.ratio is None:
        return side
    ends, _ = ratio_intervals(row)
    size = abs(100 * (row.ratio - 1))
    if ends is None:
        return f"{plain(size, 2)} % {side}"
    return f"{in_interval(size, percent(ends.low), percent(ends.high))} % {side}"


def percent(ratio: float | None) -> float | None:
    """Return by how many percent a ratio is above one."""
    return None if ratio is None else 100 * (ratio - 1)


class Ends(NamedTuple):
    """An interval, and whether it holds the errors of meter and baseline as well as the scatter."""

    low: float
    high: float
    total: bool

    @property
    def held(self) -> str:
        """What it holds."""
        return "scatter of the runs, meter and baseline" if self.total else "scatter of the runs"


def difference_intervals(row: ComparisonRow) -> tuple[Ends | None, Ends | None]:
    """Return the wider interval of the difference, which leads, and the other one."""
    return _wider_first((row.difference_low, row.difference_high), (row.total_low, row.total_high))


def ratio_intervals(row: ComparisonRow) -> tuple[Ends | None, Ends | None]:
    """Return the wider interval of the ratio, which leads, and the other one."""
    return _wider_first((row.ratio_low, row.ratio_high), (row.ratio_total_low, row.ratio_total_high))


def _wider_first(
    scatter: tuple[float | None, float | None], total: tuple[float | None, float | None]
) -> tuple[Ends | None, Ends | None]:
    both = [
        Ends(low, high, with_meter)
        for (low, high), with_meter in ((total, True), (scatter, False))
        if low is not None and high is not None
    ]
    both.sort(key=lambda ends: ends.low - ends.high)
    first, second = [*both, None, None][:2]
    return first, second


def _significant(row: ComparisonRow, a: str, b: str, unit: EnergyUnit) -> str:
    return f"{_sentence(row, a, b)}: {_figures(row, unit)}. Significant at 95 % ({_certainty(row)})."


def _not_significant(row: ComparisonRow, a: str, b: str, unit: EnergyUnit) -> str:
    words = QUANTITIES[row.quantity].words
    why = f"not significant at 95 %, {_certainty(row)}"
    if includes_zero(row.total_low, row.total_high):
        why += "; the interval with meter and baseline includes zero"
    if row.repeats_5_pct is None and row.repeats_observed is None:
        needed = "no practical number of repeats resolves it"
    elif row.ratio is None:
        needed = f"a difference of that size needs {repeats_words(row.repeats_observed)} repeats"
    elif row.repeats_5_pct is None:
        needed = "no practical number of repeats resolves 5 %"
    else:
        needed = (
            f"a difference of 5 % needs {repeats_words(row.repeats_5_pct)} repeats, "
            f"one of 1 % {repeats_words(row.repeats_1_pct)}"
        )
    return (
        f"No clear winner in {words} between {a} and {b} ({why}): {_figures(row, unit)}. "
        f"With this scatter {needed} (power 0.8)."
    )


def _untested(row: ComparisonRow, a: str, b: str, unit: EnergyUnit) -> str:
    if row.difference == 0:
        result = f"{b} and {a} used the same {QUANTITIES[row.quantity].words}"
    else:
        result = _sentence(row, a, b, "used")
    return f"{result} in these runs ({_figures(row, unit)}), but there is no verdict: {_why_untested(row)}."


def _why_untested(row: ComparisonRow) -> str:
    n = repeats_of(row)
    if n < 2:
        return "a single run shows no scatter"
    if row.p is None:
        return "the repeats do not scatter"
    if n >= LEAST_FOR_INTERVAL and total_unknown(row):
        return "too few baseline runs for an interval with meter and baseline"
    of = "pairs" if row.pairs is not None else "runs of each"
    return f"{n} {of} are too few, at least {LEAST_FOR_INTERVAL} are needed"


def _disagreement(row: ComparisonRow) -> list[str]:
    """Say which tests find the difference significant and which do not, where they disagree."""
    if verdict_of(row) == "untested" or not disagree(row):
        return []
    results = significant_by_test(row)
    by = {
        found: " and ".join(_TESTS[name] for name, one in results.items() if one is found)
        for found in (True, False)
    }
    return [f"The tests disagree: significant by {by[True]}, not by {by[False]}."]


def _sentence(row: ComparisonRow, a: str, b: str, verb: str = "uses") -> str:
    """Say by how many percent b uses less or more than a."""
    return f"{b} {verb} {relative_words(row)} {QUANTITIES[row.quantity].words} than {a}"


def _figures(row: ComparisonRow, unit: EnergyUnit) -> str:
    """Return the difference and the ratio with their intervals, the wider of two first."""
    ends, other = difference_intervals(row)
    low, high = (None, None) if ends is None else (ends.low, ends.high)
    text = f"difference {unit.in_interval(row.difference, low, high)} {unit.name}"
    if ends is not None:
        text += f", 95 % interval {unit.interval(low, high)} {unit.name} ({ends.held})"
    if ends is not None and other is not None:
        narrower = unit.interval(other.low, other.high)
        if narrower != unit.interval(low, high):
            text += f", {narrower} {unit.name} by the {other.held}{_why_narrower(other)}"
    if row.ratio is not None:
        ends, _ = ratio_intervals(row)
        text += f"; ratio {_in(row.ratio, ends)}"
        text += f" {interval(ends.low, ends.high)}" if ends is not None else ""
    elif (bounds := _bounds(row, unit)) is not None:
        text += f"; ratio not resolved: {bounds}"
    return text


def _bounds(row: ComparisonRow, unit: EnergyUnit) -> str | None:
    """Say which of the two means cannot be told from zero, and what it is at most."""
    means = ((row.a, row.bound_a, row.mean_a), (row.b, row.bound_b, row.mean_b))
    said = [
        f"the mean of {name} cannot be told from zero "
        f"(at most {unit.measured(bound, (bound - mean) / 2)} {unit.name})"
        for name, bound, mean in means
        if bound is not None
    ]
    return ", ".join(said) or None


def _why_narrower(other: Ends) -> str:
    """Say why the second interval is the narrower one."""
    if not other.total:
        return " alone"
    return ", which is known better than the scatter of so few runs alone"


def _in(value: float, ends: Ends | None) -> str:
    return plain(value) if ends is None else in_interval(value, ends.low, ends.high)


def _certainty(row: ComparisonRow) -> str:
    test = f"Welch's t test, {row.n_b} against {row.n_a} runs"
    if row.design == "paired":
        test = f"paired t test over {row.pairs} blocks"
    words = f"{test}, {p_words(row.p)}"
    if row.p_holm is not None and row.family_size is not None and row.family_size > 1:
        words += f", {p_words(row.p_holm)} after Holm over {row.family_size} comparisons"
    return words


def p_words(p: float | None) -> str:
    """Return ``p = 0.034`` or ``p < 0.001``."""
    text = probability(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def repeats_words(n: int | None) -> str:
    """Return a number of repeats per scenario, or that it is beyond `analysis.statistics.repeats.MOST`."""
    return f"more than {count(MOST)}" if n is None else count(n)


def _equivalence(compared: Compared) -> list[str]:
    if compared.margin_pct is None:
        return []
    margin = f"within ±{plain(compared.margin_pct, 2)} %"
    p = compared.equivalence_p
    if p is None:
        return [f"Equivalence {margin} cannot be tested."]
    if p < 1 - CONFIDENCE:
        return [f"They are equivalent {margin} ({p_words(p)})."]
    return [f"Equivalence {margin} is not significant ({p_words(p)})."]
