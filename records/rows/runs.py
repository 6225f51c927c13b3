"""Rows of one run each: the run, its actions, epochs and calls, and attempts that are not counted."""

from typing import ClassVar

from records.rows.families import HARDWARE, WORK, HardwareMeans, WorkDone
from records.rows.row import ResultRow, column, family, names, result_row

SLOT = "Number of the run in the plan"
SCENARIO = "Scenario"
TRACKER = "Tracker that ran alongside; empty for none"
RUN_DIR = "Folder of the run below runs/"
COVERAGE = "Share of the time that the meter covered"
ENERGY = "Energy"
ENERGY_U = "Standard uncertainty of the energy"
INDUCED = "Energy above the baseline"
INDUCED_U = "Standard uncertainty of the induced energy"


@result_row
class RunRow(ResultRow):
    """One completed run."""

    CONTRACT: ClassVar[tuple[str, ...]] = names(
        "slot scenario kind repeat block tracker t_start_utc_s duration_s coverage_pct mean_power_w "
        "energy_wh energy_u_wh baseline_power_w baseline_wh induced_wh induced_u_wh"
    )

    slot: int = column("", SLOT)
    scenario: str = column("", SCENARIO)
    repeat: int = column("", "Number of the repeat, from 1")
    kind: str = column("", "Kind of the scenario: baseline, idle or workload")
    block: int = column("", "Block of the plan, from 1")
    tracker: str | None = column("", TRACKER)
    t_start_utc_s: float = column("s", "Start of the rating interval, controller's clock, Unix time")
    duration_s: float = column("s", "Length of the rating interval, SUT's monotonic clock")
    coverage_pct: float = column("%", COVERAGE)
    energy_wh: float | None = column("Wh", ENERGY)
    energy_u_wh: float | None = column("Wh", ENERGY_U)
    induced_wh: float | None = column("Wh", INDUCED)
    induced_u_wh: float | None = column("Wh", INDUCED_U)
    mean_power_w: float | None = column("W", "Mean power")
    baseline_power_w: float | None = column("W", "Baseline power for this run")
    baseline_wh: float | None = column("Wh", "Energy of the baseline over the same time")
    run_dir: str = column("", RUN_DIR)
    hardware: HardwareMeans = family(HARDWARE)
    work: WorkDone = family(WORK)
    wh_to_target: float | None = column("Wh", "Energy up to the end of the first epoch that meets the target")
    readings: int = column("", "Readings with power")
    readings_missing: int = column("", "Readings missing by the meter's cadence")
    readings_late: int = column("", "Readings that arrived late")
    readings_duplicate: int = column("", "Readings that arrived twice")
    interval_found_s: float = column("s", "Sampling interval found in the stamps")
    jitter_s: float = column("s", "Jitter of the stamps, robust standard deviation")
    bench: str | None = column("", "Bench of a fleet", default=None, rare=True)


@result_row
class SpanRow(ResultRow):
    """One action or call of a run."""

    CONTRACT: ClassVar[tuple[str, ...]] = names(
        "slot scenario repeat name depth duration_s coverage_pct energy_wh energy_u_wh induced_wh "
        "induced_u_wh"
    )

    slot: int = column("", SLOT)
    scenario: str = column("", SCENARIO)
    repeat: int = column("", "Number of the repeat, from 1")
    name: str = column("", "Name given to the probe")
    depth: int = column("", "Nesting: 1 directly below the run")
    duration_s: float = column("s", "Length, SUT's monotonic clock")
    coverage_pct: float = column("%", COVERAGE)
    energy_wh: float | None = column("Wh", ENERGY)
    energy_u_wh: float | None = column("Wh", ENERGY_U)
    induced_wh: float | None = column("Wh", INDUCED)
    induced_u_wh: float | None = column("Wh", INDUCED_U)
    tracker: str | None = column("", TRACKER)
    run_dir: str = column("", RUN_DIR)
    start_s: float = column("s", "Start, from the start of the rating interval")
    hardware: HardwareMeans = family(HARDWARE)


@result_row
class EpochRow(ResultRow):
    """One epoch of a run."""

    CONTRACT: ClassVar[tuple[str, ...]] = names(
        "slot scenario repeat epoch duration_s coverage_pct energy_wh energy_u_wh induced_wh induced_u_wh "
        "accuracy val_accuracy loss val_loss gpu_temperature_c"
    )

    slot: int = column("", SLOT)
    scenario: str = column("", SCENARIO)
    repeat: int = column("", "Number of the repeat, from 1")
    epoch: int = column("", "Number of the epoch, from 1 unless the program numbers them")
    duration_s: float = column("s", "Length, SUT's monotonic clock")
    coverage_pct: float = column("%", COVERAGE)
    energy_wh: float | None = column("Wh", ENERGY)
    energy_u_wh: float | None = column("Wh", ENERGY_U)
    induced_wh: float | None = column("Wh", INDUCED)
    induced_u_wh: float | None = column("Wh", INDUCED_U)
    accuracy: float | None = column("", "Accuracy on the training data, a share")
    val_accuracy: float | None = column("", "Validation accuracy, a share")
    loss: float | None = column("", "Loss on the training data")
    val_loss: float | None = column("", "Validation loss")
    hardware: HardwareMeans = family(HARDWARE)
    samples: float | None = column("", "Samples processed")
    tracker: str | None = column("", TRACKER)
    run_dir: str = column("", RUN_DIR)
    epoch_start_s: float = column("s", "Start, from the start of the rating interval")
    cumulative_wh: float | None = column(
        "Wh", "Energy from the start of the rating interval to the end of the epoch"
    )
    tracker_wh: float | None = column(
        "Wh", "Energy of the epoch by the series of the run's tracker", default=None, rare=True
    )
    rss_mib: float | None = column(
        "MiB", "Resident memory of the process at the end of the epoch", default=None, rare=True
    )


@result_row
class RefusedRow(ResultRow):
    """One attempt that is not counted."""

    run_dir: str = column("", RUN_DIR)
    scenario: str | None = column("", SCENARIO)
    tracker: str | None = column("", TRACKER)
    status: str = column("", "Status in run.json, or damaged")
    reason: str | None = column("", "Why it is not counted")
