"""A comparison of two scenarios in words: which is better, by how much, how certain."""

from analysis.comparing.scenarios import Compared, Verdict, verdict_of
from analysis.statistics.repeats import MOST
from analysis.statistics.samples import QUANTITIES
from records.rows.statistics import ComparisonRow
from records.settings.analysis import CONFIDENCE
from reports.words.numbers import count, in_interval, interval, plain, probability

CERTAINTY: dict[Verdict, str] = {
    "lower": "shown",
    "higher": "shown",
    "not shown": "not shown",
    "untested": "untested",
}


def verdict_words(compared: Compared) -> str:
    """Return the verdict in two or three sentences, without a claim that the data do not bear."""
    words = pair_words(compared.row, compared.a.label, compared.b.label)
    return " ".join([words, *_equivalence(compared)])


def pair_words(row: ComparisonRow, a: str, b: str) -> str:
    """Say of a comparison which of the two needs less, by how much, how certain.

    Args:
        row: of one of `analysis.statistics.samples.QUANTITIES`.
        a: name of the reference.
        b: name of what is compared with it.
    """
    say = {"lower": _shown, "higher": _shown, "not shown": _not_shown, "untested": _untested}
    return say[verdict_of(row)](row, a, b)


def certainty(row: ComparisonRow) -> str:
    """Return ``shown``, ``not shown`` or ``untested``."""
    return CERTAINTY[verdict_of(row)]


def quantity_words(name: str) -> str:
    """Return a quantity with its unit: ``induced energy, Wh``."""
    return f"{QUANTITIES[name].words}, {QUANTITIES[name].unit}"


def relative_words(row: ComparisonRow) -> str:
    """Return ``45 % less``, to the place its interval allows; ``less`` alone where there is no ratio."""
    side = "less" if row.difference < 0 else "more"
    if row.ratio is None:
        return side
    low, high = percent(row.ratio_low), percent(row.ratio_high)
    size = abs(100 * (row.ratio - 1))
    return f"{plain(size, 2) if low is None else in_interval(size, low, high)} % {side}"


def percent(ratio: float | None) -> float | None:
    """Return by how many percent a ratio is above one."""
    return None if ratio is None else 100 * (ratio - 1)


def _shown(row: ComparisonRow, a: str, b: str) -> str:
    return f"{_sentence(row, a, b)}: {_figures(row)}. The difference is shown ({_certainty(row)})."


def _not_shown(row: ComparisonRow, a: str, b: str) -> str:
    words = QUANTITIES[row.quantity].words
    if row.ratio is None:
        needed = f"a difference of that size needs {repeats_words(row.repeats_observed)} repeats"
    else:
        needed = (
            f"a difference of 5 % needs {repeats_words(row.repeats_5_pct)} repeats, "
            f"one of 1 % {repeats_words(row.repeats_1_pct)}"
        )
    return (
        f"No difference in {words} between {a} and {b} is shown ({_certainty(row)}): {_figures(row)}. "
        f"With this scatter {needed} (power 0.8)."
    )


def _untested(row: ComparisonRow, a: str, b: str) -> str:
    if row.difference == 0:
        said = f"{b} and {a} needed the same {QUANTITIES[row.quantity].words}"
    else:
        said = _sentence(row, a, b, "needed")
    why = "a single run shows no scatter" if _fewest(row) < 2 else "the repeats do not scatter"
    return f"{said} in the runs that were made ({_figures(row)}), but nothing can be tested: {why}."


def _fewest(row: ComparisonRow) -> int:
    """Return the number of values of the scenario that has fewer, or of the pairs."""
    return row.pairs or min(row.n_a, row.n_b)


def _sentence(row: ComparisonRow, a: str, b: str, verb: str = "needs") -> str:
    """Say by how many percent b needs less or more than a."""
    return f"{b} {verb} {relative_words(row)} {QUANTITIES[row.quantity].words} than {a}"


def _figures(row: ComparisonRow) -> str:
    """Return the difference and the ratio with their intervals."""
    unit = QUANTITIES[row.quantity].unit
    low, high = row.difference_low, row.difference_high
    text = f"difference {in_interval(row.difference, low, high)} {unit}"
    if low is not None:
        text += f", 95 % interval {interval(low, high)} {unit}"
    if row.ratio is not None:
        low, high = row.ratio_low, row.ratio_high
        text += f"; ratio {in_interval(row.ratio, low, high)}"
        text += f" {interval(low, high)}" if low is not None else ""
    return text


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
    return [f"Equivalence {margin} is not shown ({p_words(p)})."]
