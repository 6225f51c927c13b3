"""Rows of trackers: what they claim compared with the meter, and how far they agree with it."""

from typing import ClassVar

from records.rows.row import ResultRow, column, names, result_row
from records.rows.runs import RUN_DIR, SCENARIO, SLOT

ON_SCALE = "Wh or %"
"""Wh where ``scale`` is linear, percent of the reference where it is logarithmic."""

TOLERANCE = "interval that holds 95 % of all runs, at 95 % confidence"
LOW, HIGH = "Lower end of its 95 % interval", "Upper end of its 95 % interval"
OUTCOME = (
    "ok, no-sensor, window, crashed, hung or orphan; only window keeps an energy from being compared that is "
    "there"
)
BOUND = (
    "Lower bound of ratio_net where meter minus baseline cannot be told from zero; ratio_net is then empty"
)


@result_row
class TrackerRow(ResultRow):
    """One tracker in one run; the meter's energies are those of the tracker's own window."""

    CONTRACT: ClassVar[tuple[str, ...]] = names(
        "slot scenario repeat tracker version t_start_utc_s t_stop_utc_s energy_wh cpu_wh gpu_wh ram_wh "
        "emissions_kg interval_s scope settings meter_wh meter_u_wh meter_net_wh error_wh ratio ratio_net "
        "meter_random_u_wh meter_net_u_wh collector_gpu_wh"
    )

    slot: int = column("", SLOT)
    scenario: str = column("", SCENARIO)
    repeat: int = column("", "Number of the repeat, from 1")
    tracker: str = column("", "Tracker")
    version: str = column("", "Version of the tracker")
    t_start_utc_s: float | None = column("s", "Start of the tracker's window, SUT's clock, Unix time")
    t_stop_utc_s: float | None = column("s", "End of the tracker's window, likewise")
    energy_wh: float | None = column("Wh", "Energy that the tracker claims")
    cpu_wh: float | None = column("Wh", "CPU part of it")
    gpu_wh: float | None = column("Wh", "GPU part of it")
    ram_wh: float | None = column("Wh", "Memory part of it")
    emissions_kg: float | None = column("kg", "Emissions that the tracker claims")
    interval_s: float | None = column("s", "Sampling interval of the tracker")
    scope: str = column("", "What the tracker claims to see, e.g. cpu+gpu+ram")
    settings: str = column("", "JSON object: method of each component and other settings")
    meter_wh: float | None = column("Wh", "Energy by the meter; empty where it did not cover the window")
    meter_u_wh: float | None = column("Wh", "Standard uncertainty of the meter's energy")
    meter_net_wh: float | None = column("Wh", "Energy by the meter, minus the baseline")
    error_wh: float | None = column("Wh", "Tracker minus meter")
    ratio: float | None = column("", "Tracker over meter")
    ratio_net: float | None = column("", "Tracker over meter minus baseline")
    ratio_net_bound: float | None = column("", BOUND, default=None, rare=True)
    meter_random_u_wh: float | None = column("Wh", "Part of meter_u_wh that differs from run to run")
    meter_net_u_wh: float | None = column("Wh", "Standard uncertainty of meter_net_wh")
    collector_gpu_wh: float | None = column("Wh", "Sampled GPU power over the same window")
    counter_cpu_wh: float | None = column(
        "Wh", "CPU packages by their own counters (RAPL) over the same window", default=None, rare=True
    )
    counter_ram_wh: float | None = column(
        "Wh", "Memory by its own counters, likewise", default=None, rare=True
    )
    outcome: str | None = column("", OUTCOME, default=None, rare=True)
    outcome_text: str | None = column("", "Why the outcome is not ok", default=None, rare=True)
    extent: str | None = column("", "machine, process tree or device", default=None, rare=True)
    method: str | None = column(
        "", "JSON object: how the tracker comes by each component", default=None, rare=True
    )
    window_s: float | None = column(
        "s", "How long the tracker measured, as it says itself", default=None, rare=True
    )
    tracker_cpu_s: float | None = column(
        "s", "CPU time of the tracker's own processes in the rating interval", default=None, rare=True
    )
    build_s: float | None = column("s", "Time to build the tracker, before the gate", default=None, rare=True)
    start_s: float | None = column("s", "Time to start it, before the program", default=None, rare=True)
    stop_s: float | None = column("s", "Time to stop it, after the program", default=None, rare=True)
    run_tracker: str | None = column("", "Tracker of the run by the plan")
    run_dir: str = column("", RUN_DIR)


@result_row
class ComparedColumns(ResultRow):
    """What the comparison of an estimator with a meter gives, part of a row."""

    groups: int | None = column("", "Independent groups of rows; empty where every row stands for itself")
    total_ratio: float | None = column("", "Sum of the estimator over sum of the reference")
    total_ratio_low: float | None = column("", LOW)
    total_ratio_high: float | None = column("", HIGH)
    factor: float | None = column("", "Calibration factor: one over total_ratio")
    factor_low: float | None = column("", LOW)
    factor_high: float | None = column("", HIGH)
    growth_p: float | None = column("", "p value of differences that grow with the level")
    scale: str = column("", "linear or logarithmic")
    mean_difference: float | None = column(ON_SCALE, "Mean of estimator minus reference")
    mean_difference_low: float | None = column(ON_SCALE, LOW)
    mean_difference_high: float | None = column(ON_SCALE, HIGH)
    sd: float | None = column(ON_SCALE, "Standard deviation of the differences")
    lower: float | None = column(ON_SCALE, "Lower limit of agreement")
    lower_low: float | None = column(ON_SCALE, LOW)
    lower_high: float | None = column(ON_SCALE, HIGH)
    upper: float | None = column(ON_SCALE, "Upper limit of agreement")
    upper_low: float | None = column(ON_SCALE, LOW)
    upper_high: float | None = column(ON_SCALE, HIGH)
    meter_share: float | None = column("", "Share of the variance that is the meter's own scatter")
    true_sd: float | None = column(ON_SCALE, "Standard deviation without the meter's scatter")
    true_lower: float | None = column(ON_SCALE, "Lower limit of agreement without the meter's scatter")
    true_lower_low: float | None = column(ON_SCALE, LOW)
    true_lower_high: float | None = column(ON_SCALE, HIGH)
    true_upper: float | None = column(ON_SCALE, "Upper limit of agreement without the meter's scatter")
    true_upper_low: float | None = column(ON_SCALE, LOW)
    true_upper_high: float | None = column(ON_SCALE, HIGH)
    mape_pct: float | None = column("%", "Mean absolute percentage error")
    concordance: float | None = column("", "Lin's concordance correlation")
    concordance_low: float | None = column("", LOW)
    concordance_high: float | None = column("", HIGH)
    error_ratio: float | None = column("", "Ratio of the error variances in Deming's line")
    deming_slope: float | None = column("", "Slope of Deming's line")
    deming_slope_low: float | None = column("", LOW)
    deming_slope_high: float | None = column("", HIGH)
    deming_intercept: float | None = column("Wh", "Intercept of Deming's line")
    deming_intercept_low: float | None = column("Wh", LOW)
    deming_intercept_high: float | None = column("Wh", HIGH)
    passing_bablok_slope: float | None = column("", "Slope of Passing and Bablok's line")
    passing_bablok_slope_low: float | None = column("", LOW)
    passing_bablok_slope_high: float | None = column("", HIGH)
    passing_bablok_intercept: float | None = column("Wh", "Intercept of Passing and Bablok's line")
    passing_bablok_intercept_low: float | None = column("Wh", LOW)
    passing_bablok_intercept_high: float | None = column("Wh", HIGH)
    linearity_p: float | None = column("", "p value of the test of linearity")
    margin_pct: float = column("%", "Margin of equivalence")
    equivalence_pct: float | None = column("%", "Mean difference that is tested for equivalence")
    equivalence_pct_low: float | None = column("%", "Lower end of its 90 % interval")
    equivalence_pct_high: float | None = column("%", "Upper end of its 90 % interval")
    equivalence_p: float | None = column("", "p value of the two one-sided tests")
    equivalent: str = column("", "yes, no or not shown, within margin_pct")
    notes: str = column("", "What is missing in this comparison, and why")


@result_row
class AssessmentColumns(ResultRow):
    """What may be concluded from the comparison, part of a row; empty in results of earlier versions."""

    geometric_ratio: float | None = column("", "Geometric mean of estimator over reference, row by row")
    geometric_ratio_low: float | None = column("", LOW)
    geometric_ratio_high: float | None = column("", HIGH)
    ratio_lower: float | None = column("", "Lower limit of agreement of the ratio of single rows")
    ratio_lower_low: float | None = column("", LOW)
    ratio_lower_high: float | None = column("", HIGH)
    ratio_upper: float | None = column("", "Upper limit of agreement of the ratio of single rows")
    ratio_upper_low: float | None = column("", LOW)
    ratio_upper_high: float | None = column("", HIGH)
    tolerance_lower: float | None = column(ON_SCALE, f"Lower end of the {TOLERANCE}")
    tolerance_upper: float | None = column(ON_SCALE, f"Upper end of the {TOLERANCE}")
    intraclass_correlation: float | None = column("", "Correlation of two rows of one group")
    design_effect: float | None = column("", "Variance of the mean over that of as many independent rows")
    effective_n: float | None = column("", "Independent rows that would tell as much: n over design_effect")
    linearity: str | None = column("", "Line through the rows: rejected, not rejected or cannot say")
    weighted_slope: float | None = column("", "Slope of Deming's line weighted by the level")
    weighted_slope_low: float | None = column("", LOW)
    weighted_slope_high: float | None = column("", HIGH)
    weighted_intercept: float | None = column("Wh", "Intercept of that line")
    weighted_intercept_low: float | None = column("Wh", LOW)
    weighted_intercept_high: float | None = column("Wh", HIGH)
    influential: str | None = column("", "Groups or runs on which slope or ratio depend")
    most_influential: str | None = column("", "Group or run whose absence changes the result most")
    slope_without: float | None = column("", "Slope of Deming's line without it")
    intercept_without: float | None = column("Wh", "Intercept of Deming's line without it")
    ratio_without: float | None = column("", "total_ratio without it")
    decision: str | None = column("", "Mean difference against margin_pct: within, outside or cannot say")
    decision_reason: str | None = column("", "Why, with interval and guard band")
    meter_u_pct: float | None = column("%", "Expanded uncertainty (k = 2) of the reference's mean")
    statement: str | None = column(
        "", "Result in one sentence, with decision, and no line that the rows contradict", default=None
    )


@result_row
class AgreementRow(ResultRow):
    """One tracker over the runs of one scenario, or of all, against one reference."""

    tracker: str = column("", "Tracker")
    scenario: str = column("", "Scenario, or all")
    n: int = column("", "Number of runs")
    tracker_wh: float = column("Wh", "Sum of the tracker's energies")
    meter_wh: float | None = column("Wh", "Sum of the meter's energies")
    meter_net_wh: float | None = column("Wh", "Sum of the meter's energies minus the baseline")
    ratio: float | None = column("", "tracker_wh over meter_wh")
    ratio_net: float | None = column("", "Tracker over meter minus baseline, of the runs that have both")
    bias_wh: float | None = column("Wh", "Mean of tracker minus reference per run")
    bias_low_wh: float | None = column("Wh", LOW)
    bias_high_wh: float | None = column("Wh", HIGH)
    against: str = column("", "Reference: wall, wall net, gpu, cpu, ram, induced or structural")
    scope: str = column("", "What is compared with what, in words")
    reference_wh: float = column("Wh", "Sum of the reference's energies")
    compared: ComparedColumns
    verdict: str = column("", "Result in one sentence")
    assessed: AssessmentColumns
    ratio_net_bound: float | None = column("", BOUND, default=None, rare=True)
    structural_slope: float | None = column("", "b of P_wall = a + b P_tracker", default=None, rare=True)
    structural_slope_low: float | None = column("", LOW, default=None, rare=True)
    structural_slope_high: float | None = column("", HIGH, default=None, rare=True)
    structural_intercept_w: float | None = column("W", "a of that line", default=None, rare=True)
    structural_intercept_low_w: float | None = column("W", LOW, default=None, rare=True)
    structural_intercept_high_w: float | None = column("W", HIGH, default=None, rare=True)
