"""Tables of the values and proofs after ISO/IEC 14756."""

from records.rows.parts import Iso14756
from records.rows.standards import EfficiencyRow, ProofRow, TaskTypeRow
from reports.blocks.columns import with_interval
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.words.energy import EnergyUnit
from reports.words.numbers import count, given, plain

_HOLDS = {True: "holds", False: "does not hold", None: "cannot be said"}


def ratings_table(values: Iso14756) -> Table:
    """Tabulate the ratings of each task type, each with its reference value."""
    columns: Columns[TaskTypeRow] = (
        text_column("Scenario", lambda row: row.scenario),
        text_column("Task type", lambda row: row.task),
        Column("Runs", lambda row: count(row.runs)),
        Column("Tasks", lambda row: count(row.tasks)),
        Column("Rating interval", lambda row: plain(row.rating_interval_s), "s"),
        Column("Throughput B", lambda row: plain(row.throughput_per_h), "1/h"),
        Column("asked B_Ref", lambda row: given(row.throughput_ref_per_h), "1/h"),
        Column("R_TH", lambda row: plain(row.r_th, 3)),
        with_interval(
            "Mean execution T_ME",
            lambda row: (row.mean_execution_s, row.mean_execution_low_s, row.mean_execution_high_s),
            "s",
        ),
        Column("asked T_Ref", lambda row: given(row.mean_execution_ref_s), "s"),
        Column("R_ME", lambda row: plain(row.r_me, 3)),
        Column("Timely throughput E", lambda row: plain(row.timely_throughput_per_h), "1/h"),
        Column("R_TI", lambda row: plain(row.r_ti, 3)),
        Column(
            "Requirement", lambda row: "satisfied" if row.satisfied else "missed", numeric=False, whole=True
        ),
    )
    caption = "Ratings by scenario and task type"
    return table("iso-task-types", caption, columns, values.task_types, source="task_types")


def energy_table(values: Iso14756, unit: EnergyUnit) -> Table:
    """Tabulate the mean energies per task."""
    columns: Columns[TaskTypeRow] = (
        text_column("Scenario", lambda row: row.scenario),
        text_column("Task type", lambda row: row.task),
        Column("Tasks", lambda row: count(row.tasks)),
        Column("Energy per task", lambda row: unit.plain(row.energy_wh, 3), unit.name),
        Column("Induced energy per task", lambda row: unit.plain(row.induced_wh, 3), unit.name),
    )
    return table(
        "iso-energy",
        "Energy per task (an extension, not of the standard)",
        columns,
        values.task_types,
        note="Mean over the runs of the mean energy of a task in each. The chapters on actions and epochs "
        "have the same energies with their scatter.",
        nothing="No task of the requirement was seen.",
        source="task_types",
    )


def efficiency_table(values: Iso14756) -> Table:
    """Tabulate the software efficiency of each scenario and task type."""
    columns: Columns[EfficiencyRow] = (
        text_column("Scenario", lambda row: row.scenario),
        text_column("Reference", lambda row: row.reference),
        text_column("Task type", lambda row: row.task),
        Column("I_TH", lambda row: plain(row.i_th, 3)),
        Column("I_ME", lambda row: plain(row.i_me, 3)),
        Column("I_TI", lambda row: plain(row.i_ti, 3)),
        with_interval("I_E, gross", lambda row: (row.i_e, row.i_e_low, row.i_e_high)),
        with_interval(
            "I_E, induced", lambda row: (row.i_e_induced, row.i_e_induced_low, row.i_e_induced_high)
        ),
    )
    caption = "Software efficiency; above 1 is better than the reference"
    rows = values.efficiency
    return table("iso-software-efficiency", caption, columns, rows, source="software_efficiency")


def proofs_table(values: Iso14756) -> Table:
    """Tabulate every line of the proofs with figure, limit and verdict."""
    columns: Columns[ProofRow] = (
        text_column("Proof", lambda row: row.proof, whole=True),
        text_column("Scenario", lambda row: row.scenario),
        text_column("Quantity", lambda row: row.quantity),
        Column("Value", _figure),
        Column("Limit", lambda row: given(row.limit)),
        Column("Verdict", lambda row: _HOLDS[row.holds], numeric=False, whole=True),
        text_column("In words", lambda row: row.words),
    )
    return table(
        "iso-proofs",
        "Every line of the three proofs",
        columns,
        values.proofs,
        note="Results: exit codes, target accuracy, the bounds of [[requirement.result]], one model "
        "architecture (SHA-256). Generator: all planned runs are valid, in the order of the plan, without "
        "overlap, each begun within start_delay_max_s. Significance: the 95 % interval of each mean "
        "reaches at most half_width_max_pct (the limit, in percent) of it to either side.",
        source="proofs",
    )


def _figure(row: ProofRow) -> str:
    value = row.value
    return count(value) if value is not None and float(value).is_integer() else plain(value, 3)
