"""Tables of the values and proofs after ISO/IEC 14756."""

from typing import Any

from records.results import Row
from reports.blocks.columns import with_interval
from reports.blocks.tables import Column, Table, table, text_column
from reports.words.numbers import count, given, in_interval, interval, plain

"""Lines of the proofs that are shown without being asked for: they are what the chapter is about."""

_HOLDS = {True: "holds", False: "does not hold", None: "cannot be said"}


def ratings_table(values: Any) -> Table:
    """Tabulate the ratings of each task type, each with its reference value."""
    columns = (
        text_column("Scenario", "scenario"),
        text_column("Task type", "task"),
        Column("Runs", lambda row: count(row.get("runs"))),
        Column("Tasks", lambda row: count(row.get("tasks"))),
        Column("Rating interval", lambda row: plain(row.get("rating_interval_s")), "s"),
        Column("Throughput B", lambda row: plain(row.get("throughput_per_h")), "1/h"),
        Column("asked B_Ref", lambda row: given(row.get("throughput_ref_per_h")), "1/h"),
        Column("R_TH", lambda row: plain(row.get("r_th"), 3)),
        Column("Mean execution T_ME", _mean_execution, "s"),
        Column("95 % interval", _mean_interval, "s"),
        Column("asked T_Ref", lambda row: given(row.get("mean_execution_ref_s")), "s"),
        Column("R_ME", lambda row: plain(row.get("r_me"), 3)),
        Column("Timely throughput E", lambda row: plain(row.get("timely_throughput_per_h")), "1/h"),
        Column("R_TI", lambda row: plain(row.get("r_ti"), 3)),
        Column("Requirement", _satisfied, numeric=False, whole=True),
    )
    caption = "Ratings by scenario and task type"
    return table("iso-task-types", caption, columns, values.get("task_types", []), source="task_types")


def _ends(row: Row) -> tuple[Any, Any]:
    return row.get("mean_execution_low_s"), row.get("mean_execution_high_s")


def _mean_execution(row: Row) -> str:
    return in_interval(row.get("mean_execution_s"), *_ends(row))


def _mean_interval(row: Row) -> str:
    return interval(*_ends(row))


def _satisfied(row: Row) -> str:
    return "satisfied" if row.get("satisfied") is True else "missed"


def energy_table(values: Any) -> Table:
    """Tabulate the mean energies per task."""
    columns = (
        text_column("Scenario", "scenario"),
        text_column("Task type", "task"),
        Column("Tasks", lambda row: count(row.get("tasks"))),
        Column("Energy per task", lambda row: plain(row.get("energy_wh"), 3), "Wh"),
        Column("Induced energy per task", lambda row: plain(row.get("induced_wh"), 3), "Wh"),
    )
    return table(
        "iso-energy",
        "Energy per task (an extension, not of the standard)",
        columns,
        values.get("task_types", []),
        note="Mean over the runs of the mean energy of a task in each. The chapters on actions and epochs "
        "have the same energies with their scatter.",
        nothing="No task of the requirement was seen.",
        source="task_types",
    )


def efficiency_table(values: Any) -> Table:
    """Tabulate the software efficiency of each scenario and task type."""
    columns = (
        text_column("Scenario", "scenario"),
        text_column("Reference", "reference"),
        text_column("Task type", "task"),
        Column("I_TH", lambda row: plain(row.get("i_th"), 3)),
        Column("I_ME", lambda row: plain(row.get("i_me"), 3)),
        Column("I_TI", lambda row: plain(row.get("i_ti"), 3)),
        *with_interval("I_E, gross", "i_e"),
        *with_interval("I_E, induced", "i_e_induced"),
    )
    caption = "Software efficiency; above 1 is better than the reference"
    rows = values.get("efficiency", [])
    return table("iso-software-efficiency", caption, columns, rows, source="software_efficiency")


def proofs_table(values: Any) -> Table:
    """Tabulate every line of the proofs with figure, limit and verdict."""
    rows = values.get("proofs", [])
    columns = (
        text_column("Proof", "proof", whole=True),
        text_column("Scenario", "scenario"),
        text_column("Quantity", "quantity"),
        Column("Value", _figure),
        Column("Limit", lambda row: given(row.get("limit"))),
        Column("Verdict", _verdict_of_line, numeric=False, whole=True),
        text_column("In words", "words"),
    )
    return table(
        "iso-proofs",
        "Every line of the three proofs",
        columns,
        rows,
        note="Results: exit codes, target accuracy, the bounds of [[requirement.result]], one model "
        "architecture (SHA-256). Generator: all planned runs count, in the order of the plan, without "
        "overlap, each begun within start_delay_max_s. Significance: the 95 % interval of each mean "
        "reaches at most half_width_max_pct (the limit, in percent) of it to either side.",
        source="proofs",
    )


def _verdict_of_line(row: Row) -> str:
    holds = row.get("holds")
    return _HOLDS[holds if isinstance(holds, bool) else None]


def _figure(row: Row) -> str:
    value = row.get("value")
    return count(value) if value is not None and float(value).is_integer() else plain(value, 3)
