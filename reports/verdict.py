"""A comparison of two scenarios in words: which is better, by how much, how certain."""

from analysis.compare import Compared
from analysis.settings import CONFIDENCE
from analysis.statistics.repeats import MOST
from reports.numbers import count, in_interval, interval, plain, probability

_TESTS = {
    "paired": "paired t test over {pairs} blocks",
    "unpaired": "Welch's t test, {n_b} against {n_a} runs",
}


def verdict_words(compared: Compared) -> str:
    """Return the verdict in two or three sentences, without a claim that the data do not bear."""
    sentences = {
        "lower": _shown,
        "higher": _shown,
        "not shown": _not_shown,
        "untested": _untested,
    }[compared.verdict](compared)
    return " ".join([*sentences, *_equivalence(compared)])


def _shown(compared: Compared) -> list[str]:
    return [
        f"{_sentence(compared)}: {_figures(compared)}.",
        f"The difference is shown ({_certainty(compared)}).",
    ]


def _not_shown(compared: Compared) -> list[str]:
    words, row = compared.quantity.words, compared.row
    if row["ratio"] is None:
        needed = f"a difference of that size needs {repeats_words(row['repeats_observed'])} repeats"
    else:
        needed = (
            f"a difference of 5 % needs {repeats_words(row['repeats_5_pct'])} repeats, "
            f"one of 1 % {repeats_words(row['repeats_1_pct'])}"
        )
    return [
        f"No difference in {words} between {compared.a.label} and {compared.b.label} is shown "
        f"({_certainty(compared)}): {_figures(compared)}.",
        f"With this scatter {needed} (power 0.8).",
    ]


def _untested(compared: Compared) -> list[str]:
    if compared.row["difference"] == 0:
        said = f"{compared.b.label} and {compared.a.label} needed the same {compared.quantity.words}"
    else:
        said = _sentence(compared).replace(" needs ", " needed ", 1)
    return [f"{said} in the runs that were made ({_figures(compared)}), but nothing can be tested."]


def _sentence(compared: Compared) -> str:
    """Say by how many percent b needs less or more than a."""
    row, words = compared.row, compared.quantity.words
    side = "less" if row["difference"] < 0 else "more"
    share = ""
    if row["ratio"] is not None:
        low, high = (_percent(row[name]) for name in ("ratio_low", "ratio_high"))
        share = f"{in_interval(abs(100 * (row['ratio'] - 1)), low, high)} % "
    return f"{compared.b.label} needs {share}{side} {words} than {compared.a.label}"


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else 100 * (ratio - 1)


def _figures(compared: Compared) -> str:
    """Return the difference and the ratio with their intervals."""
    row, unit = compared.row, compared.quantity.unit
    low, high = row["difference_low"], row["difference_high"]
    text = f"difference {in_interval(row['difference'], low, high)} {unit}"
    if low is not None:
        text += f", 95 % interval {interval(low, high)} {unit}"
    if row["ratio"] is not None:
        text += f"; ratio {in_interval(row['ratio'], row['ratio_low'], row['ratio_high'])}"
        text += f" {interval(row['ratio_low'], row['ratio_high'])}" if row["ratio_low"] is not None else ""
    return text


def _certainty(compared: Compared) -> str:
    row = compared.row
    words = f"{_TESTS[row['design']].format(**row)}, {p_words(row['p'])}"
    if row.get("p_holm") is not None and row["family_size"] > 1:
        words += f", {p_words(row['p_holm'])} after Holm over {row['family_size']} comparisons"
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
