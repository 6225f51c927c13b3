"""Rows of the statistics: descriptions, comparisons, correlations, mixed models."""

from typing import ClassVar

from records.rows.row import ResultRow, column, names, result_row

UNIT = "unit of quantity"
SCENARIO = "Scenario, with +TRACKER where its runs had one"
QUANTITY = "Quantity compared; its suffix is the unit"
NOTE = "Limits of the result, in words"


@result_row
class ComparisonRow(ResultRow):
    """Two scenarios in one quantity: b against the reference a."""

    CONTRACT: ClassVar[tuple[str, ...]] = names(
        "a b quantity n_a n_b mean_a mean_b difference difference_low difference_high ratio family "
        "family_size design pairs se df t p p_holm rank_test rank_p bca_low bca_high bca_seed ratio_low "
        "ratio_high hedges_g hedges_g_low hedges_g_high cliffs_delta cliffs_delta_low cliffs_delta_high "
        "repeats_1_pct repeats_5_pct repeats_observed total_u total_low total_high ratio_total_low "
        "ratio_total_high note"
    )

    a: str = column("", "Scenario that is the reference")
    b: str = column("", "Scenario compared with it")
    quantity: str = column("", QUANTITY)
    n_a: int = column("", "Number of runs of a")
    n_b: int = column("", "Number of runs of b")
    mean_a: float = column(UNIT, "Mean of a; over the pairs where the design is paired")
    mean_b: float = column(UNIT, "Mean of b, likewise")
    difference: float = column(UNIT, "b minus a")
    difference_low: float | None = column(UNIT, "Lower end of its 95 % interval, by the scatter of the runs")
    difference_high: float | None = column(UNIT, "Upper end, likewise")
    ratio: float | None = column("", "b over a; empty where one of them cannot be told from zero")
    design: str = column("", "paired (by block) or unpaired")
    pairs: int | None = column("", "Number of pairs; empty where unpaired")
    se: float | None = column(UNIT, "Standard error of the difference")
    df: float | None = column("", "Degrees of freedom of the t test")
    t: float | None = column("", "Student's t")
    p: float | None = column("", "p value of the t test, two-sided")
    rank_test: str = column("", "wilcoxon or mann-whitney")
    rank_p: float | None = column("", "p value of the rank test, two-sided")
    bca_low: float | None = column(UNIT, "Lower end of the bootstrap interval (BCa) of the difference")
    bca_high: float | None = column(UNIT, "Upper end, likewise")
    bca_seed: int | None = column("", "Seed of the bootstrap")
    ratio_low: float | None = column("", "Lower end of Fieller's interval of the ratio")
    ratio_high: float | None = column("", "Upper end, likewise")
    hedges_g: float | None = column("", "Effect size: difference in standard deviations, without bias")
    hedges_g_low: float | None = column("", "Lower end of its 95 % interval")
    hedges_g_high: float | None = column("", "Upper end of its 95 % interval")
    cliffs_delta: float | None = column("", "Effect size: share of pairs of runs with b above a, minus below")
    cliffs_delta_low: float | None = column("", "Lower end of its 95 % interval")
    cliffs_delta_high: float | None = column("", "Upper end of its 95 % interval")
    repeats_1_pct: int | None = column(
        "", "Repeats that resolve a difference of 1 %; empty beyond 100 000 and without a ratio"
    )
    repeats_5_pct: int | None = column("", "Repeats that resolve a difference of 5 %; likewise")
    repeats_observed: int | None = column("", "Repeats that resolve the difference found; likewise")
    total_u: float | None = column(
        UNIT, "Standard uncertainty of the difference, meter and baseline included", default=None
    )
    total_low: float | None = column(UNIT, "Lower end of the 95 % interval with these", default=None)
    total_high: float | None = column(UNIT, "Upper end, likewise", default=None)
    ratio_total_low: float | None = column(
        "", "Lower end of the 95 % interval of the ratio, meter and baseline included", default=None
    )
    ratio_total_high: float | None = column("", "Upper end, likewise", default=None)
    bound_a: float | None = column(
        UNIT,
        "Upper end of the interval of a's mean where this cannot be told from zero; then there is no ratio",
        default=None,
        rare=True,
    )
    bound_b: float | None = column(UNIT, "The same of b", default=None, rare=True)
    equivalence_pct: float | None = column(
        "%", "Margin of a tracker's own cost, of the mean without it", default=None, rare=True
    )
    equivalence_low_pct: float | None = column(
        "%",
        "Lower end of the 90 % interval of that cost, meter and baseline included",
        default=None,
        rare=True,
    )
    equivalence_high_pct: float | None = column("%", "Upper end, likewise", default=None, rare=True)
    equivalence_p: float | None = column(
        "", "p value of two one-sided tests that the cost is within the margin", default=None, rare=True
    )
    equivalent: str | None = column(
        "", "yes: shown to be within the margin; no: outside; not shown: neither", default=None, rare=True
    )
    note: str = column("", NOTE)
    family: str | None = column("", "Quantity whose tests are adjusted together", default=None)
    family_size: int | None = column("", "Number of tests in the family", default=None)
    p_holm: float | None = column("", "p value adjusted over the family (Holm)", default=None)


@result_row
class StatisticsRow(ResultRow):
    """One quantity of one scenario over its runs, by its scatter alone."""

    scenario: str = column("", SCENARIO)
    quantity: str = column("", "Quantity described; its suffix is the unit")
    n: int = column("", "Number of runs")
    mean: float = column(UNIT, "Mean")
    sd: float | None = column(UNIT, "Standard deviation")
    sd_pct: float | None = column("%", "Standard deviation over the mean")
    median: float = column(UNIT, "Median")
    min: float = column(UNIT, "Smallest value")
    max: float = column(UNIT, "Largest value")
    iqr: float = column(UNIT, "Interquartile range")
    mean_low: float | None = column(UNIT, "Lower end of the 95 % interval of the mean")
    mean_high: float | None = column(UNIT, "Upper end, likewise")
    normality_p: float | None = column("", "p value of Shapiro and Wilk's test")
    outliers: str = column("", "Run folders beyond 1.5 interquartile ranges, separated by spaces; kept")
    drift_per_run: float | None = column(UNIT, "Change from run to run, by a straight line")
    drift_low: float | None = column(UNIT, "Lower end of its 95 % interval")
    drift_high: float | None = column(UNIT, "Upper end, likewise")
    drift_p: float | None = column("", "p value of the slope")
    drift_tau: float | None = column("", "Kendall's tau against the order of the runs")
    drift_tau_p: float | None = column("", "p value of tau")


@result_row
class CorrelationRow(ResultRow):
    """The energy of the epochs of a scenario with one companion."""

    scenario: str = column("", SCENARIO)
    x: str = column("", "Column of epochs.csv: the energy")
    y: str = column("", "Column of epochs.csv that it is correlated with")
    epochs: int = column("", "Number of epochs with both")
    runs: int = column("", "Number of runs they belong to")
    r: float | None = column("", "Pearson's r over all epochs")
    r_low: float | None = column("", "Lower end of its 95 % interval")
    r_high: float | None = column("", "Upper end, likewise")
    p: float | None = column("", "p value of r")
    rho: float | None = column("", "Spearman's rho")
    rho_p: float | None = column("", "p value of rho")
    r_within: float | None = column("", "Repeated-measures correlation within the runs")
    r_within_low: float | None = column("", "Lower end of its 95 % interval")
    r_within_high: float | None = column("", "Upper end, likewise")
    r_within_df: int | None = column("", "Its degrees of freedom")
    r_within_p: float | None = column("", "Its p value")
    published_r: float | None = column("", "r in the literature, where one is published")
    note: str = column("", NOTE)


@result_row
class MixedModelRow(ResultRow):
    """One scenario in the mixed model of a quantity, with the block as group."""

    CONTRACT: ClassVar[tuple[str, ...]] = names(
        "quantity reference scenario estimate se df low high p n blocks block_sd residual_sd converged note"
    )

    scenario: str = column("", "Scenario")
    estimate: float | None = column(UNIT, "Mean of the reference, else the difference from it")
    se: float | None = column(UNIT, "Standard error")
    df: int | None = column("", "Degrees of freedom within blocks")
    low: float | None = column(UNIT, "Lower end of the 95 % interval")
    high: float | None = column(UNIT, "Upper end, likewise")
    p: float | None = column("", "p value, two-sided")
    quantity: str = column("", "Quantity; its suffix is the unit")
    reference: str = column("", "Scenario that the others are compared with")
    n: int = column("", "Number of runs")
    blocks: int = column("", "Number of blocks")
    block_sd: float | None = column(UNIT, "Standard deviation between blocks")
    residual_sd: float | None = column(UNIT, "Residual standard deviation")
    converged: bool = column("", "Whether the fit converged")
    note: str = column("", NOTE)
