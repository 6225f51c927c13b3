"""Values and proofs after ISO/IEC 14756: enough done, in time, and is the measurement valid?"""

from collections.abc import Callable
from typing import Any

from records.results import Row
from reports.chapters.columns import with_interval
from reports.chapters.contract import Block, Chapter, Heading, Text
from reports.figures.iso14756 import efficiency_sheet, ratings_sheet
from reports.numbers import count, given, in_interval, interval, plain
from reports.tables import Column, Table, table, text_column
from reports.view import View

_ABSENT = (
    "no requirement was set, so there is nothing to rate the measurement against. Add [requirement] with a "
    "[[requirement.task]] (name of an action or “epoch”, throughput_per_h, time_classes) to lab.toml."
)
_WHAT = (
    "The standard rates a computer system by what was asked of it: per type of task, is enough done per "
    "hour, is it done fast enough in the mean, and is it done in time? A rating of 1 or more satisfies the "
    "requirement. A task type is here an action or an epoch, the rating interval the run."
)
_RATINGS_HOW = (
    "With b tasks in the rating interval T_R (the sum of the runs): throughput B = b / T_R, R_TH = B / "
    "B_Ref; R_ME = T_Ref / T_ME with T_ME the mean execution time over all tasks, its 95 % interval by the "
    "means of the runs, because tasks of one run are not independent; timely throughput E = e / T_R, R_TI "
    "= E / B, where e is the largest number of tasks that, the slowest left out, keeps to every time "
    "class: e = min(b, floor(c_k / r_k)) with c_k tasks within limit k and its share r_k (our reading of "
    "the standard). T_Ref is given, or the mean of the limits, each weighted with the share that it adds."
)
_EFFICIENCY_HOW = (
    "I_TH = B / B_ref, I_ME = T_ME,ref / T_ME, I_TI = E / E_ref (ISO/IEC 14756, section 8). I_E = energy "
    "per task of the reference over energy per task, gross and induced, is an extension and not the "
    "standard's: ratio of the means over the runs with Fieller's 95 % interval; both were measured with "
    "the same meter, whose gain leaves the ratio."
)
_PROOFS = ("correct results", "correct generator", "statistical significance")
_ASKED = {
    "correct results": "did the workloads compute what they should, the same in every run?",
    "correct generator": "was what was planned done, when it was planned?",
    "statistical significance": "are the means known well enough?",
}
_MOST_SAID = 2
_LONG = 40
_HOLDS = {True: "holds", False: "does not hold", None: "cannot be said"}


def chapter(view: View) -> Chapter:
    """Show ratings, software efficiency and the three proofs."""
    values = view.results.iso14756
    title, short = "ISO/IEC 14756: rating and validity", "ISO 14756"
    if not values:
        return Chapter("iso14756", title, short, [], _ABSENT)
    blocks: list[Block] = [_verdict(values), Text(_WHAT)]
    if values.get("marked"):
        blocks.append(Text(str(values["marked"]), "small"))
    blocks += [Heading("Ratings"), ratings_sheet(view, _RATINGS_HOW, ratings_table(values))]
    blocks.append(energy_table(values))
    if values.get("efficiency"):
        blocks.append(Heading("Software efficiency"))
        blocks.append(efficiency_sheet(view, _EFFICIENCY_HOW, efficiency_table(values)))
    blocks += [
        Heading("The three proofs of validity"),
        *map(_proof_words(values), _PROOFS),
        proofs_table(values),
    ]
    return Chapter("iso14756", title, short, blocks)


def _verdict(values: dict[str, Any]) -> Text:
    satisfied, valid = values.get("satisfied") is True, values.get("valid") is True
    rows = values.get("task_types", [])
    missed = sum(row.get("satisfied") is not True for row in rows)
    if satisfied:
        first = f"The requirement is satisfied: no rating of the {len(rows)} task types is below 1."
    elif rows:
        first = f"The requirement is not satisfied: {missed} of {len(rows)} task types rate below 1."
    else:
        first = "The requirement is not satisfied: no counted run has a task that it names."
    second = (
        "All three proofs of the standard hold, so the measurement is valid in its sense."
        if valid
        else "Not every line of the three proofs holds, so the measurement is not valid in its sense."
    )
    return Text(f"{first} {second}", "good" if satisfied and valid else "warn")


def ratings_table(values: dict[str, Any]) -> Table:
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


def energy_table(values: dict[str, Any]) -> Table:
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


def efficiency_table(values: dict[str, Any]) -> Table:
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


def _proof_words(values: dict[str, Any]) -> Callable[[str], Text]:
    def words(proof: str) -> Text:
        rows = [row for row in values.get("proofs", []) if row.get("proof") == proof]
        held = sum(row.get("holds") is True for row in rows)
        if rows and held == len(rows):
            verdict, tone = f"holds, all {held} lines", "good"
        else:
            verdict, tone = f"not proven, {held} of {len(rows)} lines hold", "warn"
        open_lines = [_where(row) + str(row.get("words")) for row in rows if row.get("holds") is not True]
        more = len(open_lines) - _MOST_SAID
        missing = f" Missing: {'; '.join(open_lines[:_MOST_SAID])}" if open_lines else ""
        missing += f"; and {more} more in the table." if more > 0 else "." * bool(open_lines)
        said = f"{proof.capitalize()} ({_ASKED[proof]}): {verdict}.{missing}"
        return Text(said, "good" if tone == "good" else "warn")

    return words


def _where(row: Row) -> str:
    return f"{row['scenario']}: " if row.get("scenario") else ""


def proofs_table(values: dict[str, Any]) -> Table:
    """Tabulate every line of the proofs with figure, limit and verdict."""
    rows = values.get("proofs", [])
    columns = (
        text_column("Proof", "proof", whole=True),
        text_column("Scenario", "scenario"),
        text_column("Quantity", "quantity"),
        Column("Figure", _figure),
        Column("Limit", lambda row: given(row.get("limit"))),
        Column("Verdict", _verdict_of_line, numeric=False, whole=True),
        text_column("In words", "words"),
    )
    return table(
        "iso-proofs",
        "Every line of the three proofs",
        columns,
        rows,
        folded=len(rows) > _LONG,
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
