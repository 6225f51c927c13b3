"""Rows of the profiler: energy per call site, the calling contexts, folded power, and how well it is known.

Energies are means per run, in joules, as calls are small. `low` and `high` are the ends of the 95 % interval.
"""

from records.rows import row
from records.rows.row import ResultRow, result_row
from records.rows.runs import SCENARIO as BARE_SCENARIO

SCENARIO = f"{BARE_SCENARIO}, with +TRACKER where its runs had one"
SITE = "Number of the site within the scenario"
LOW = "Lower end of the 95 % interval"
HIGH = "Upper end, likewise"
EXCLUSIVE = "of the calls without the calls within them"
INCLUSIVE = "of the calls with the calls within them"


@result_row
class CallSiteRow(ResultRow):
    """One call site of a scenario: its calls, their time and their energy, means per run.

    The exclusive energies of all rows without `group`, those of the kinds `group`, `uncovered` and `gate`
    included, add up to the energy of the run.
    """

    scenario: str = row.column("", SCENARIO)
    site: int = row.column("", f"{SITE}, from 1")
    kind: str = row.column(
        "",
        "call, decorator, with, or span (marked by hand); gate: waits for a stable machine; uncovered: time "
        "outside all calls; group: sites that always come together, as one",
    )
    api: str = row.column("", "Canonical name of what is called; empty where there is none")
    file: str = row.column("", "Source file, from the root of the project where it lies below it")
    line: int | None = row.column("", "Line of the call, from 1; of a notebook within the cell")
    column: int | None = row.column("", "Column of the call, from 1")
    end_line: int | None = row.column("", "Line in which the call ends")
    cell: int | None = row.column("", "Cell of a notebook, from 1", default=None)
    execution_count: int | None = row.column("", "Execution count of the cell as stored", default=None)
    function: str = row.column("", "Qualified name of the enclosing function; empty at module level")
    expression: str = row.column("", "The call as it is written")
    runs: int = row.column("", "Number of runs in which it was called")
    calls: int = row.column("", "Number of calls in all runs")
    calls_per_run: float = row.column("", "Mean number of calls of a run")
    raised: int = row.column("", "Calls that ended with an exception, in all runs")
    traced: int = row.column("", "Calls made while a graph was traced, in all runs")
    suspended: int = row.column("", "Calls during which others ran (await), in all runs")
    time_inclusive_s: float = row.column("s", f"Time {INCLUSIVE}")
    time_exclusive_s: float = row.column(
        "s", f"Time {EXCLUSIVE}; where threads ran at once, their share of it"
    )
    duration_mean_s: float | None = row.column("s", "Mean duration of a call")
    duration_median_s: float | None = row.column("s", "Median, to 1 %")
    duration_p95_s: float | None = row.column("s", "95th percentile, likewise")
    duration_min_s: float | None = row.column("s", "Shortest call")
    duration_max_s: float | None = row.column("s", "Longest call")
    argument_bytes: float | None = row.column("byte", "Mean size of the arguments of a call, by value")
    label: str = row.column(
        "",
        "measured: long enough for the meter; pooled: by regression over the meter's intervals; bounded: "
        "only an upper bound is known; empty where there is no energy",
    )
    energy_exclusive_j: float | None = row.column("J", f"Energy {EXCLUSIVE}")
    energy_exclusive_u_j: float | None = row.column("J", "Its standard uncertainty")
    energy_exclusive_low_j: float | None = row.column("J", LOW)
    energy_exclusive_high_j: float | None = row.column("J", HIGH)
    energy_inclusive_j: float | None = row.column("J", f"Energy {INCLUSIVE}")
    energy_inclusive_u_j: float | None = row.column("J", "Its standard uncertainty")
    energy_inclusive_low_j: float | None = row.column("J", LOW)
    energy_inclusive_high_j: float | None = row.column("J", HIGH)
    induced_exclusive_j: float | None = row.column("J", f"Energy above the baseline {EXCLUSIVE}")
    induced_exclusive_u_j: float | None = row.column("J", "Its standard uncertainty")
    induced_exclusive_low_j: float | None = row.column("J", LOW)
    induced_exclusive_high_j: float | None = row.column("J", HIGH)
    induced_inclusive_j: float | None = row.column("J", f"Energy above the baseline {INCLUSIVE}")
    induced_inclusive_u_j: float | None = row.column("J", "Its standard uncertainty")
    induced_inclusive_low_j: float | None = row.column("J", LOW)
    induced_inclusive_high_j: float | None = row.column("J", HIGH)
    energy_per_call_j: float | None = row.column("J", f"Mean energy of one call, {INCLUSIVE}")
    power_w: float | None = row.column("W", f"Mean power {EXCLUSIVE}")
    power_u_w: float | None = row.column("W", "Its standard uncertainty")
    bound_exclusive_j: float | None = row.column(
        "J", f"Upper bound of the energy {EXCLUSIVE}; only where bounded"
    )
    bound_inclusive_j: float | None = row.column(
        "J", f"Upper bound of the energy {INCLUSIVE}; only where bounded"
    )
    group: int | None = row.column(
        "", "Site number of the row that holds the energy of this and the sites that always come with it"
    )
    identifiability: float | None = row.column(
        "", "Share of the variation of its time over the intervals that no other site explains: 0 to 1"
    )
    intervals: int = row.column("", "Intervals of the meter in which it ran, in all runs")
    counter_cpu_j: float | None = row.column(
        "J", f"Energy {INCLUSIVE} by the CPU's own counters", default=None, rare=True
    )
    counter_ram_j: float | None = row.column("J", "The same of the memory", default=None, rare=True)
    counter_gpu_j: float | None = row.column("J", "The same of the graphics cards", default=None, rare=True)


@result_row
class CallEdgeRow(ResultRow):
    """One calling context of a scenario: a site below the sites that called it, means per run."""

    scenario: str = row.column("", SCENARIO)
    node: int = row.column("", "Number of the context within the scenario, from 1; callers before callees")
    parent: int | None = row.column("", "Context of the caller; empty for calls by the program itself")
    site: int = row.column("", f"{SITE} that is called")
    caller: int | None = row.column("", "Number of the calling site; empty for the program itself")
    depth: int = row.column("", "Nesting: 0 for calls by the program itself")
    calls: int = row.column("", "Number of calls in all runs")
    time_inclusive_s: float = row.column("s", f"Time {INCLUSIVE}")
    time_exclusive_s: float = row.column("s", f"Time {EXCLUSIVE}")
    energy_inclusive_j: float | None = row.column("J", f"Energy {INCLUSIVE}; by the mean power of each site")
    energy_exclusive_j: float | None = row.column("J", f"Energy {EXCLUSIVE}; by the mean power of the site")


@result_row
class CallProfileRow(ResultRow):
    """One phase of a repeated call or epoch: its mean power over all executions (Lang and Ruenger 2013)."""

    scenario: str = row.column("", SCENARIO)
    kind: str = row.column("", "call or epoch")
    site: int | None = row.column("", f"{SITE}; empty for epochs")
    executions: int = row.column("", "Number of executions in all runs")
    duration_s: float = row.column("s", "Mean duration of an execution")
    phase_low: float = row.column("", "Start of the phase, as a share of the duration")
    phase_high: float = row.column("", "End of the phase")
    power_w: float = row.column("W", "Mean power in this phase")
    power_u_w: float = row.column("W", "Its standard uncertainty")
    power_low_w: float | None = row.column("W", LOW)
    power_high_w: float | None = row.column("W", HIGH)


@result_row
class CallFitRow(ResultRow):
    """One scenario: how its energy was shared out among its calls, and how well that is known."""

    scenario: str = row.column("", SCENARIO)
    runs: int = row.column("", "Number of runs with a record of calls")
    calls: int = row.column("", "Number of calls in all runs")
    sites: int = row.column("", "Number of call sites that were called")
    interval_s: float = row.column("s", "The meter's interval")
    resolved_s: float = row.column("s", "Shortest call that is measured by itself")
    intervals: int = row.column("", "Intervals of the meter in the regression; 0 without one")
    parameters: int = row.column("", "Mean powers that were estimated from them")
    condition: float | None = row.column("", "Condition number of the regression, columns of equal length")
    explained: float | None = row.column(
        "", "Share of the variance of the intervals' powers that it explains"
    )
    autocorrelation: float | None = row.column("", "Correlation of a residual with the one before, AR(1)")
    residual_sd_w: float | None = row.column("W", "Standard deviation of the residuals")
    energy_j: float | None = row.column("J", "Energy of the run, mean over the runs")
    energy_u_j: float | None = row.column("J", "Its standard uncertainty")
    covered_s: float = row.column("s", "Time within calls, mean over the runs")
    uncovered_s: float = row.column("s", "Time outside all calls, likewise")
    gate_s: float = row.column("s", "Time of waiting for a stable machine, likewise")
    sum_j: float | None = row.column("J", "Sum of all exclusive energies, uncovered time and waits included")
    lost_records: int = row.column("", "Records that were not read, in all runs")
