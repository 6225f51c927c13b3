"""The tables of the comparison of scenarios: differences, effect sizes, descriptions, mixed models."""

from collections.abc import Callable

from analysis.statistics.samples import QUANTITIES
from records.results import Row
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.comparisons.ratios import percent_columns
from reports.campaign.comparisons.run_order import drift_words
from reports.campaign.view import View
from reports.words.comparison_lines import RANK_TESTS
from reports.words.numbers import (
    ABSENT,
    count,
    finite,
    in_interval,
    interval,
    measured,
    plain,
    probability,
    spread,
)
from reports.words.verdict import certainty, quantity_words, relative_words, repeats_words

_YES_NO = {"True": "yes", "False": "no"}

_HOW_EFFECTS = (
    "Hedges' g in the root of the mean of both variances, with the correlation over the blocks for pairs "
    "(Bonett 2008). Cliff's delta (1993) with the unbiased variance and asymmetric interval of Feng and "
    "Cliff (2004). Rank tests need no normal distribution: Wilcoxon's signed ranks (1945) for pairs, Mann "
    "and Whitney's U (1947) for scenarios apart; with few runs they cannot become small, and the remark says "
    "so. Bootstrap: BCa, 4999 samples (Efron 1987), from five runs on. Repeats for a two-sided test at 5 % "
    "with a power of 0.8 (Cohen 1988), from the scatter that was found."
)
_HOW_DESCRIBED = (
    "One value per run; of the quantities per epoch the mean over the epochs of the run. sd: standard "
    "deviation, n − 1 in the denominator. The interval of the mean is Student's t by the scatter alone; what "
    "the meter adds is in the table of scenarios. Normality: Shapiro and Wilk's test (1965), from eight runs "
    "on; a small p speaks against a normal distribution. Outliers: beyond 1.5 interquartile ranges from the "
    "quartiles (Tukey 1977), from five runs on, never dropped. Drift: change from run to run by a straight "
    "line, p of Kendall's tau (Mann 1945), from four runs on."
)
_HOW_MIXED = (
    "value = scenario + block + residual, with the block random, by restricted maximum likelihood "
    "(statsmodels MixedLM), on the blocks that hold at least two scenarios. Intervals and p values are "
    "Student's with the degrees of freedom within blocks (Pinheiro and Bates 2000, 2.4.2)."
)


def differences_table(view: View, pairs: list[Row], how: str) -> Table:
    """Tabulate differences and ratios with their intervals and p values."""
    columns = (
        _quantity_column(),
        *_pair_columns(view),
        Column("Result", _result, numeric=False, whole=True),
        _estimate("Difference", "difference"),
        _ends("95 % interval", "difference"),
        _ends("with the meter", "total"),
        *percent_columns(),
        Column("Design", _design, numeric=False, whole=True),
        _p("p", "p"),
        _p("p after Holm", "p_holm"),
    )
    return table(
        "comparison-rows", "Differences of all pairs", columns, pairs, note=how, source="comparisons"
    )


def effects_table(view: View, pairs: list[Row]) -> Table:
    """Tabulate effect sizes, rank tests and the repeats that are needed."""
    columns = (
        _quantity_column(),
        *_pair_columns(view),
        _estimate("Hedges' g", "hedges_g"),
        _ends("95 % interval", "hedges_g"),
        _estimate("Cliff's delta", "cliffs_delta"),
        _ends("95 % interval", "cliffs_delta"),
        Column("Rank test", lambda row: RANK_TESTS.get(str(row.get("rank_test")), ABSENT), numeric=False),
        _p("p", "rank_p"),
        _ends("Difference, bootstrap", "bca"),
        _repeats("Repeats for 1 %", "repeats_1_pct"),
        _repeats("5 %", "repeats_5_pct"),
        _repeats("this difference", "repeats_observed"),
        text_column("Remarks", "note"),
    )
    return table(
        "effect-rows", "Effect sizes of all pairs", columns, pairs, note=_HOW_EFFECTS, source="comparisons"
    )


def statistics_table(view: View) -> Table:
    """Tabulate the description of every scenario, quantity by quantity."""
    rows = [row for row in view.results.statistics if row.get("quantity") in QUANTITIES]

    def to_sd(column: str) -> Callable[[Row], str]:
        return lambda row: measured(row.get(column), row.get("sd"))

    columns = (
        Column("Scenario", lambda row: view.name_of(str(row.get("scenario"))), numeric=False),
        _quantity_column(),
        Column("n", lambda row: count(row.get("n"))),
        Column("Mean", _mean),
        Column("95 % interval", _mean_ends),
        Column("sd", lambda row: spread(row.get("sd"))),
        Column("sd", lambda row: plain(row.get("sd_pct"), 2), "%"),
        Column("Median", to_sd("median")),
        Column("Range", _range),
        _p("Normality p", "normality_p"),
        Column("Drift per run", drift_words),
        _p("Drift p", "drift_tau_p"),
        text_column("Outliers, kept", "outliers"),
    )
    return table(
        "statistics-rows",
        "Every scenario, quantity by quantity",
        columns,
        rows,
        note=_HOW_DESCRIBED,
        nothing="No run was counted, so there is nothing to describe.",
        source="statistics",
    )


def mixed_table(view: View) -> Table:
    """Tabulate the mixed models: the mean of the reference, then the differences from it."""
    found = [row for row in view.results.mixed_models if row.get("quantity") in QUANTITIES]
    said: dict[str, str] = {}
    rows = []
    for row in found:  # the remarks are on the model, and need be read only once
        again = said.get(row["quantity"]) == row.get("note")
        rows.append({**row, "note": "as above"} if again and row.get("note") else row)
        said[row["quantity"]] = row.get("note") or ""
    columns = (
        _quantity_column(),
        Column("Scenario", lambda row: _effect_words(view, row), numeric=False),
        _estimate("Estimate", "estimate", ("low", "high")),
        Column("95 % interval", lambda row: interval(row.get("low"), row.get("high"))),
        _p("p", "p"),
        Column("Runs", lambda row: count(row.get("n"))),
        Column("Blocks", lambda row: count(row.get("blocks"))),
        Column("sd between blocks", lambda row: spread(row.get("block_sd"))),
        Column("sd within", lambda row: spread(row.get("residual_sd"))),
        Column("Converged", lambda row: _YES_NO.get(str(row.get("converged")), ABSENT)),
        text_column("Remarks", "note"),
    )
    return table(
        "mixed-rows",
        "Mixed models, block as group",
        columns,
        rows,
        note=_HOW_MIXED,
        nothing="No model was fitted.",
        source="mixed_models",
    )


def _quantity_column() -> Column:
    return Column("Quantity", lambda row: quantity_words(row["quantity"]), numeric=False, whole=True)


def _pair_columns(view: View) -> tuple[Column, Column, Column]:
    def name(end: str) -> Callable[[Row], str]:
        return lambda row: view.name_of(str(row.get(end)))

    return (
        Column("Scenario b", name("b"), numeric=False),
        Column("against a", name("a"), numeric=False),
        Column("n", lambda row: f"{count(row.get('n_b'))}, {count(row.get('n_a'))}", "b, a"),
    )


def _estimate(label: str, column: str, ends: tuple[str, str] | None = None) -> Column:
    low, high = ends or (f"{column}_low", f"{column}_high")
    return Column(label, lambda row: in_interval(row.get(column), row.get(low), row.get(high)))


def _ends(label: str, column: str) -> Column:
    return Column(label, lambda row: interval(row.get(f"{column}_low"), row.get(f"{column}_high")))


def _p(label: str, column: str) -> Column:
    return Column(label, lambda row: probability(row.get(column)))


def _result(row: Row) -> str:
    words = relative_words(row) if row["difference"] else "the same"
    return f"{words}, {certainty(row)}"


def _design(row: Row) -> str:
    if row.get("design") == "paired":
        return f"{count(row.get('pairs'))} blocks, paired"
    return "apart" if row.get("design") == "unpaired" else ABSENT


def _repeats(label: str, column: str) -> Column:
    def show(row: Row) -> str:
        return ABSENT if finite(row.get("p")) is None else repeats_words(row.get(column))

    return Column(label, show)


def _mean(row: Row) -> str:
    return in_interval(row.get("mean"), row.get("mean_low"), row.get("mean_high"), row.get("sd"))


def _mean_ends(row: Row) -> str:
    text = interval(row.get("mean_low"), row.get("mean_high"))
    return "n = 1: no interval" if text == ABSENT and row.get("n") == 1 else text


def _range(row: Row) -> str:
    low, high = (measured(row.get(end), row.get("sd")) for end in ("min", "max"))
    return f"{low} to {high}"


def _effect_words(view: View, row: Row) -> str:
    name, reference = (view.name_of(str(row.get(key))) for key in ("scenario", "reference"))
    if row.get("scenario") == row.get("reference"):
        return f"{name} (mean)"
    return f"{name} minus {reference}"
