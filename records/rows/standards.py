"""Rows of the standards: ISO/IEC 14756, DE-UZ 215, published rules, the control chart."""

from records.rows.row import ResultRow, Value, column, family, result_row
from records.rows.runs import RUN_DIR

LOW, HIGH = "Lower end of its 95 % interval", "Upper end of its 95 % interval"
SCENARIO = "Scenario"
TASK = "Task type: an action, or epoch"


@result_row
class TaskTypeRow(ResultRow):
    """One task type of the requirement in one scenario; energies are means per task."""

    scenario: str = column("", SCENARIO)
    task: str = column("", TASK)
    runs: int = column("", "Number of counted runs")
    tasks: int = column("", "Number of tasks that ended, b")
    rating_interval_s: float = column("s", "Sum of the rating intervals, T_R")
    throughput_per_h: float = column("1/h", "Throughput, B")
    throughput_ref_per_h: float = column("1/h", "Required throughput, B_Ref")
    mean_execution_s: float = column("s", "Mean execution time, T_ME")
    mean_execution_low_s: float | None = column("s", LOW)
    mean_execution_high_s: float | None = column("s", HIGH)
    mean_execution_ref_s: float = column("s", "Required mean execution time, T_Ref")
    timely_throughput_per_h: float = column("1/h", "Throughput of timely tasks, E")
    r_th: float = column("", "Rating of the throughput, B / B_Ref")
    r_me: float = column("", "Rating of the mean execution time, T_Ref / T_ME")
    r_ti: float = column("", "Rating of the timeliness, E / B")
    satisfied: bool = column("", "Whether no rating is below 1")
    energy_wh: float | None = column("Wh", "Mean energy of a task")
    induced_wh: float | None = column("Wh", "Mean induced energy of a task")


@result_row
class EfficiencyRow(ResultRow):
    """Software efficiency of one scenario against the reference scenario; above 1 is better."""

    scenario: str = column("", SCENARIO)
    reference: str = column("", "Reference scenario")
    task: str = column("", TASK)
    i_th: float = column("", "By throughput, B / B_ref")
    i_me: float = column("", "By mean execution time, T_ME,ref / T_ME")
    i_ti: float | None = column("", "By timeliness, E / E_ref")
    i_e: float | None = column("", "By energy per task, E_ref / E; an extension")
    i_e_low: float | None = column("", LOW)
    i_e_high: float | None = column("", HIGH)
    i_e_induced: float | None = column("", "By induced energy per task; an extension")
    i_e_induced_low: float | None = column("", LOW)
    i_e_induced_high: float | None = column("", HIGH)


@result_row
class ProofRow(ResultRow):
    """One line of a validity proof."""

    proof: str = column("", "Which of the three proofs")
    scenario: str = column("", "Scenario; empty for the campaign")
    quantity: str = column("", "What is proved")
    value: float | None = column("unit of quantity", "What was found")
    limit: float | None = column("unit of quantity", "What is allowed")
    holds: bool | None = column("", "Whether the line holds; empty where nothing can be said")
    words: str = column("", "The same in words")


@result_row
class EcolabelRow(ResultRow):
    """One quantity of DE-UZ 215 in one scenario."""

    scenario: str = column("", SCENARIO)
    quantity: str = column("", "cpu, ram, storage, network or power")
    unit: str = column("", "Unit of the loads")
    n: int = column("", "Number of counted runs")
    load: float | None = column("see unit", "Mean load")
    base: float | None = column("see unit", "Mean load of the baseline")
    full: float | None = column("see unit", "Full capacity; empty where unknown")
    net: float | None = column("see unit", "Load minus baseline")
    allocation: float | None = column("", "Net load over free capacity")
    effective: float | None = column("see unit", "Net load plus allocated share of the baseline")
    effective_u: float | None = column("see unit", "Standard uncertainty of the effective load")
    duration_s: float | None = column("s", "Mean length of the runs")
    utilisation: float | None = column("see utilisation_unit", "Effective load times length")
    utilisation_u: float | None = column("see utilisation_unit", "Standard uncertainty of the utilisation")
    utilisation_unit: str = column("", "Unit of the utilisation")
    certified: float | None = column("see utilisation_unit", "Utilisation of the certified version")
    change_pct: float | None = column("%", "Utilisation against the certified version")
    within: bool | None = column("", "Whether the change is within what is allowed")


@result_row
class RuleRow(ResultRow):
    """What a published rule gives for a scenario, run, channel or span; each rule has its own columns."""

    rule: str = column("", "Name of the published rule")
    values: dict[str, Value] = family({}, open_ended=True)


@result_row
class HealthRow(ResultRow):
    """One run of the control workload on the control chart."""

    campaign: str = column("", "Id of the campaign that the run belongs to")
    run_dir: str = column("", RUN_DIR)
    t_utc_s: float = column("s", "Start of the run, Unix time")
    energy_wh: float = column("Wh", "Energy")
    energy_u_wh: float = column("Wh", "Standard uncertainty of the energy")
    phase: int = column("", "Number of acknowledged stops before the run")
    signals: str = column("", "Rules that were met, separated by spaces")
    centre_wh: float | None = column("Wh", "Centre line that the run was judged by")
    lower_wh: float | None = column("Wh", "Lower limit, likewise")
    upper_wh: float | None = column("Wh", "Upper limit, likewise")
    energy_random_u_wh: float = column("Wh", "Part of energy_u_wh that differs from run to run")
