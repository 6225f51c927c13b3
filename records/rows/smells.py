"""Rows of what resource-leak smells cost: a smelly scenario against its clean twin."""

from records.rows.row import ResultRow, column, result_row

UNIT = "unit of quantity"
LOW, HIGH = "Lower end of its 95 % interval", "Upper end, likewise"
WITH_METER = "with meter and baseline where they are known"


@result_row
class SmellRow(ResultRow):
    """One smell in one quantity by one instrument: smelly minus clean, compared within blocks."""

    smell: str = column("", "Smell by its name in lab.toml")
    code: str | None = column("", "Rule of `lab smells` that finds it", default=None)
    quantity: str = column("", "Quantity compared; its suffix is the unit")
    instrument: str = column("", "meter, clock, process, gpu, or the tracker that gave the values")
    runs_with: str | None = column("", "Tracker that ran alongside; empty for none", default=None)
    clean: str = column("", "Scenario without the smell")
    smelly: str = column("", "Scenario with the smell")
    pairs: int = column("", "Blocks that hold both; 0 where the runs are not paired")
    mean_clean: float = column(UNIT, "Mean of the clean scenario over the pairs")
    mean_clean_low: float | None = column(
        UNIT, "Lower end of its 95 % interval, by the scatter of the runs", default=None
    )
    mean_clean_high: float | None = column(UNIT, HIGH, default=None)
    mean_smelly: float = column(UNIT, "Mean of the smelly scenario over the pairs")
    mean_smelly_low: float | None = column(
        UNIT, "Lower end of its 95 % interval, by the scatter of the runs", default=None
    )
    mean_smelly_high: float | None = column(UNIT, HIGH, default=None)
    difference: float = column(UNIT, "Smelly minus clean")
    difference_low: float | None = column(UNIT, f"Lower end of its 95 % interval, {WITH_METER}", default=None)
    difference_high: float | None = column(UNIT, HIGH, default=None)
    pct: float | None = column(
        "%", "Difference over the mean of clean; empty where this is not above zero", default=None
    )
    pct_low: float | None = column("%", f"Lower end of its 95 % interval, {WITH_METER}", default=None)
    pct_high: float | None = column("%", HIGH, default=None)
    t: float | None = column("", "Student's t of the paired test", default=None)
    df: float | None = column("", "Its degrees of freedom", default=None)
    p: float | None = column("", "Its p value, two-sided", default=None)
    p_holm: float | None = column(
        "", "p value adjusted over all smells of this quantity and instrument (Holm)", default=None
    )
    family_size: int | None = column("", "Number of tests in that family", default=None)
    wilcoxon_p: float | None = column("", "p value of Wilcoxon's signed-rank test, two-sided", default=None)
    mixed_estimate: float | None = column(
        UNIT, "Difference by the mixed model of all smells of this clean twin", default=None
    )
    mixed_low: float | None = column(UNIT, LOW, default=None)
    mixed_high: float | None = column(UNIT, HIGH, default=None)
    mixed_p: float | None = column("", "Its p value", default=None)
    dz: float | None = column(
        "", "Effect size: mean over standard deviation of the differences", default=None
    )
    dz_low: float | None = column("", LOW, default=None)
    dz_high: float | None = column("", HIGH, default=None)
    detectable: float | None = column(
        UNIT, "Smallest difference that these pairs show with a chance of 80 %, after Holm", default=None
    )
    detectable_pct: float | None = column("%", "The same over the mean of clean", default=None)
    repeats_1_pct: int | None = column(
        "", "Pairs that resolve a difference of 1 % after Holm; empty beyond 100 000", default=None
    )
    repeats_5_pct: int | None = column("", "Pairs that resolve a difference of 5 %, likewise", default=None)
    repeats_observed: int | None = column(
        "", "Pairs that resolve the difference found, likewise", default=None
    )
    time_part: float | None = column(
        UNIT, "Part of the difference by the longer or shorter time", default=None
    )
    time_part_low: float | None = column(UNIT, LOW, default=None)
    time_part_high: float | None = column(UNIT, HIGH, default=None)
    power_part: float | None = column(
        UNIT, "Part of the difference by the higher or lower mean power", default=None
    )
    power_part_low: float | None = column(UNIT, LOW, default=None)
    power_part_high: float | None = column(UNIT, HIGH, default=None)
    meter_difference: float | None = column(
        UNIT, "Difference by the meter in the same runs and windows", default=None
    )
    meter_pct: float | None = column("%", "The same over the mean of clean by the meter", default=None)
    excess: float | None = column(UNIT, "Difference by the tracker minus that by the meter", default=None)
    excess_low: float | None = column(UNIT, f"Lower end of its 95 % interval, {WITH_METER}", default=None)
    excess_high: float | None = column(UNIT, HIGH, default=None)
    excess_pct: float | None = column(
        "percentage points", "Percentage by the tracker minus that by the meter", default=None
    )
    excess_pct_low: float | None = column("percentage points", LOW, default=None)
    excess_pct_high: float | None = column("percentage points", HIGH, default=None)
    agrees: str | None = column(
        "",
        "Tracker and meter on the percentage: no difference found, differ, or too few repeats",
        default=None,
    )
    verdict: str = column(
        "", "costs more, costs less, no difference found, too few repeats, or no verdict (note says why)"
    )
    note: str = column("", "Limits of the result, in words")
