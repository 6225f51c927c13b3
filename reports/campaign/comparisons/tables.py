"""The tables of the comparison of scenarios: differences, effect sizes, descriptions, mixed models."""

from collections.abc import Sequence
from dataclasses import replace

from analysis.statistics.samples import QUANTITIES
from records.rows.statistics import ComparisonRow, MixedModelRow, StatisticsRow
from reports.blocks.columns import with_interval
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.comparisons.ratios import percent_columns
from reports.campaign.comparisons.run_order import drift_words
from reports.campaign.view import View
from reports.words.comparison_lines import RANK_TESTS
from reports.words.energy import in_unit
from reports.words.numbers import (
    ABSENT,
    count,
    ends_words,
    in_interval,
    interval,
    measured,
    plain,
    probability,
    spread,
)
from reports.words.verdict import certainty, quantity_words, relative_words, repeats_words

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


def differences_table(view: View, pairs: list[ComparisonRow], how: str) -> Table:
    """Tabulate differences and ratios with their intervals and p values."""
    columns: Columns[ComparisonRow] = (
        _pair_columns(view),
        Column("Result", _result, numeric=False, whole=True),
        with_interval("Difference", lambda row: (row.difference, row.difference_low, row.difference_high)),
        Column("with the meter", lambda row: interval(row.total_low, row.total_high)),
        percent_columns(),
        Column("Design", _design, numeric=False, whole=True),
        Column("p", lambda row: probability(row.p)),
        Column("p after Holm", lambda row: probability(row.p_holm)),
    )
    return table(
        "comparison-rows",
        "Differences of all pairs",
        columns,
        _shown(view, pairs),
        note=how,
        source="comparisons",
    )


def effects_table(view: View, pairs: list[ComparisonRow]) -> Table:
    """Tabulate effect sizes, rank tests and the repeats that are needed."""
    columns: Columns[ComparisonRow] = (
        _pair_columns(view),
        with_interval("Hedges' g", lambda row: (row.hedges_g, row.hedges_g_low, row.hedges_g_high)),
        with_interval(
            "Cliff's delta", lambda row: (row.cliffs_delta, row.cliffs_delta_low, row.cliffs_delta_high)
        ),
        Column("Rank test", lambda row: RANK_TESTS.get(row.rank_test, ABSENT), numeric=False),
        Column("p", lambda row: probability(row.rank_p)),
        Column("Difference, bootstrap", lambda row: interval(row.bca_low, row.bca_high)),
        Column("Repeats for 1 %", lambda row: _relative_repeats(row, row.repeats_1_pct)),
        Column("5 %", lambda row: _relative_repeats(row, row.repeats_5_pct)),
        Column("this difference", lambda row: _repeats(row, row.repeats_observed)),
        text_column("Remarks", lambda row: row.note),
    )
    return table(
        "effect-rows",
        "Effect sizes of all pairs",
        columns,
        _shown(view, pairs),
        note=_HOW_EFFECTS,
        source="comparisons",
    )


def statistics_table(view: View) -> Table:
    """Tabulate the description of every scenario, quantity by quantity."""
    rows = [row for row in view.results.statistics if row.quantity in QUANTITIES]
    columns: Columns[StatisticsRow] = (
        Column("Scenario", lambda row: view.name_of(row.scenario), numeric=False),
        Column("Quantity", lambda row: quantity_words(row.quantity, view.unit), numeric=False, whole=True),
        Column("n", lambda row: count(row.n)),
        Column("Mean", lambda row: in_interval(row.mean, row.mean_low, row.mean_high, row.sd)),
        Column("95 % interval", lambda row: ends_words(row.mean_low, row.mean_high, row.n)),
        Column("sd", lambda row: spread(row.sd)),
        Column("sd", lambda row: plain(row.sd_pct, 2), "%"),
        Column("Median", lambda row: measured(row.median, row.sd)),
        Column("Range", lambda row: f"{measured(row.min, row.sd)} to {measured(row.max, row.sd)}"),
        Column("Normality p", lambda row: probability(row.normality_p)),
        Column("Drift per run", drift_words),
        Column("Drift p", lambda row: probability(row.drift_tau_p)),
        text_column("Outliers, kept", lambda row: row.outliers),
    )
    return table(
        "statistics-rows",
        "Every scenario, quantity by quantity",
        columns,
        [in_unit(row, view.unit) for row in rows],
        note=_HOW_DESCRIBED,
        nothing="No run was counted, so there is nothing to describe.",
        source="statistics",
    )


def mixed_table(view: View) -> Table:
    """Tabulate the mixed models: the mean of the reference, then the differences from it."""
    notes: dict[str, str] = {}
    rows = []
    for row in view.results.mixed_models:
        if row.quantity in QUANTITIES:  # the remarks are on the model, and need be read only once
            again = bool(row.note) and notes.get(row.quantity) == row.note
            rows.append(replace(row, note="as above") if again else row)
            notes[row.quantity] = row.note
    columns: Columns[MixedModelRow] = (
        Column("Quantity", lambda row: quantity_words(row.quantity, view.unit), numeric=False, whole=True),
        Column("Scenario", lambda row: _effect_words(view, row), numeric=False),
        with_interval("Estimate", lambda row: (row.estimate, row.low, row.high)),
        Column("p", lambda row: probability(row.p)),
        Column("Runs", lambda row: count(row.n)),
        Column("Blocks", lambda row: count(row.blocks)),
        Column("sd between blocks", lambda row: spread(row.block_sd)),
        Column("sd within", lambda row: spread(row.residual_sd)),
        Column("Converged", lambda row: "yes" if row.converged else "no"),
        text_column("Remarks", lambda row: row.note),
    )
    return table(
        "mixed-rows",
        "Mixed models, block as group",
        columns,
        [in_unit(row, view.unit) for row in rows],
        note=_HOW_MIXED,
        nothing="No model was fitted.",
        source="mixed_models",
    )


def _shown(view: View, pairs: list[ComparisonRow]) -> list[ComparisonRow]:
    return [in_unit(row, view.unit) for row in pairs]


def _pair_columns(view: View) -> Sequence[Column[ComparisonRow]]:
    return (
        Column("Quantity", lambda row: quantity_words(row.quantity, view.unit), numeric=False, whole=True),
        Column("Scenario b", lambda row: view.name_of(row.b), numeric=False),
        Column("against a", lambda row: view.name_of(row.a), numeric=False),
        Column("n", lambda row: f"{count(row.n_b)}, {count(row.n_a)}", "b, a"),
    )


def _result(row: ComparisonRow) -> str:
    words = relative_words(row) if row.difference else "the same"
    return f"{words}, {certainty(row)}"


def _design(row: ComparisonRow) -> str:
    if row.design == "paired":
        return f"{count(row.pairs)} blocks, paired"
    return "apart" if row.design == "unpaired" else ABSENT


def _relative_repeats(row: ComparisonRow, n: int | None) -> str:
    return ABSENT if row.ratio is None else _repeats(row, n)


def _repeats(row: ComparisonRow, n: int | None) -> str:
    return ABSENT if row.p is None else repeats_words(n)


def _effect_words(view: View, row: MixedModelRow) -> str:
    name, reference = view.name_of(row.scenario), view.name_of(row.reference)
    if row.scenario == row.reference:
        return f"{name} (mean)"
    return f"{name} minus {reference}"
