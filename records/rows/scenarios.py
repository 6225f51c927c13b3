"""The row of a scenario: its counted runs together."""

from typing import ClassVar

from records.rows.families import EFFICIENCY, HARDWARE, WORK, HardwareMeans, WorkDone
from records.rows.row import ResultRow, column, family, names, result_row


@result_row
class ScenarioRow(ResultRow):
    """One scenario with one tracker, or without."""

    CONTRACT: ClassVar[tuple[str, ...]] = names(
        "scenario kind n duration_s duration_sd_s mean_power_w energy_wh energy_sd_wh energy_u_wh "
        "induced_wh induced_sd_wh induced_u_wh induced_low_wh induced_high_wh wh_per_epoch "
        "induced_wh_per_epoch"
    )

    scenario: str = column("", "NAME for runs without a tracker, NAME+TRACKER for runs with one")
    kind: str = column("", "Kind of the scenario: baseline, idle or workload")
    n: int = column("", "Number of counted runs")
    duration_s: float | None = column("s", "Mean length of the runs")
    duration_sd_s: float | None = column("s", "Standard deviation of the length")
    mean_power_w: float | None = column("W", "Mean power: sum of energies over sum of lengths")
    energy_wh: float | None = column("Wh", "Mean energy of a run")
    energy_sd_wh: float | None = column("Wh", "Standard deviation of the energy")
    energy_u_wh: float | None = column("Wh", "Standard uncertainty of the mean energy")
    energy_low_wh: float | None = column("Wh", "Lower end of its 95 % interval")
    energy_high_wh: float | None = column("Wh", "Upper end of its 95 % interval")
    energy_median_wh: float | None = column("Wh", "Median energy")
    energy_min_wh: float | None = column("Wh", "Smallest energy")
    energy_max_wh: float | None = column("Wh", "Largest energy")
    energy_iqr_wh: float | None = column("Wh", "Interquartile range of the energy")
    induced_wh: float | None = column("Wh", "Mean energy above the baseline")
    induced_sd_wh: float | None = column("Wh", "Standard deviation of the induced energy")
    induced_u_wh: float | None = column("Wh", "Standard uncertainty of the mean induced energy")
    induced_low_wh: float | None = column("Wh", "Lower end of its 95 % interval")
    induced_high_wh: float | None = column("Wh", "Upper end of its 95 % interval")
    induced_bound_wh: float | None = column(
        "Wh",
        "Upper end of the interval where the induced energy cannot be told from zero; then what derives from "
        "it is empty",
        default=None,
        rare=True,
    )
    wh_per_epoch: float | None = column("Wh", "Mean energy of an epoch")
    induced_wh_per_epoch: float | None = column("Wh", "Mean induced energy of an epoch")
    induced_per_epoch_bound_wh: float | None = column(
        "Wh",
        "Upper end of its interval where it cannot be told from zero",
        default=None,
        rare=True,
    )
    base_scenario: str = column("", "Name of the scenario without the tracker")
    tracker: str | None = column("", "Tracker that ran alongside; empty for none")
    work: WorkDone = family(WORK)
    wh_to_target: float | None = column("Wh", "Mean energy to the target accuracy, of the runs that reach it")
    n_to_target: int = column("", "Number of runs that reach the target accuracy")
    hardware: HardwareMeans = family(HARDWARE)
    efficiency: dict[str, float | None] = family(EFFICIENCY)
