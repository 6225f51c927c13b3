"""Values and proofs after ISO/IEC 14756: enough done, in time, and is the measurement valid?"""

from collections.abc import Callable

from records.rows.parts import Iso14756
from records.rows.standards import ProofRow
from reports.blocks.contract import Block, Chapter, Heading, Text
from reports.campaign.iso14756.figures import efficiency_sheet, ratings_sheet
from reports.campaign.iso14756.tables import (
    efficiency_table,
    energy_table,
    proofs_table,
    ratings_table,
)
from reports.campaign.view import View

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
    "correct generator": "did all planned runs take place, at their planned times?",
    "statistical significance": "are the means known well enough?",
}
_MOST_SAID = 2


def chapter(view: View) -> Chapter:
    """Show ratings, software efficiency and the three proofs."""
    values = view.results.iso14756
    title, short = "ISO/IEC 14756: rating and validity", "ISO 14756"
    if not values:
        return Chapter("iso14756", title, short, [], _ABSENT)
    blocks: list[Block] = [_verdict(values), Text(_WHAT)]
    if values.marked:
        blocks.append(Text(values.marked, "small"))
    blocks += [Heading("Ratings"), ratings_sheet(view, _RATINGS_HOW, ratings_table(values))]
    blocks.append(energy_table(values, view.unit))
    if values.efficiency:
        blocks.append(Heading("Software efficiency"))
        blocks.append(efficiency_sheet(view, _EFFICIENCY_HOW, efficiency_table(values)))
    blocks += [
        Heading("The three proofs of validity"),
        *map(_proof_words(values), _PROOFS),
        proofs_table(values),
    ]
    return Chapter("iso14756", title, short, blocks)


def _verdict(values: Iso14756) -> Text:
    rows = values.task_types
    missed = sum(not row.satisfied for row in rows)
    if values.satisfied:
        first = f"The requirement is satisfied: no rating of the {len(rows)} task types is below 1."
    elif rows:
        first = f"The requirement is not satisfied: {missed} of {len(rows)} task types rate below 1."
    else:
        first = "The requirement is not satisfied: no counted run has a task that it names."
    second = (
        "All three proofs of the standard hold, so the measurement is valid in its sense."
        if values.valid
        else "Not every line of the three proofs holds, so the measurement is not valid in its sense."
    )
    return Text(f"{first} {second}", "good" if values.satisfied and values.valid else "warn")


def _proof_words(values: Iso14756) -> Callable[[str], Text]:
    def words(proof: str) -> Text:
        rows = [row for row in values.proofs if row.proof == proof]
        held = sum(row.holds is True for row in rows)
        if rows and held == len(rows):
            verdict, tone = f"holds, all {held} lines", "good"
        else:
            verdict, tone = f"not proven, {held} of {len(rows)} lines hold", "warn"
        open_lines = [_where(row) + row.words for row in rows if row.holds is not True]
        more = len(open_lines) - _MOST_SAID
        missing = f" Missing: {'; '.join(open_lines[:_MOST_SAID])}" if open_lines else ""
        missing += f"; and {more} more in the table." if more > 0 else "." * bool(open_lines)
        sentence = f"{proof.capitalize()} ({_ASKED[proof]}): {verdict}.{missing}"
        return Text(sentence, "good" if tone == "good" else "warn")

    return words


def _where(row: ProofRow) -> str:
    return f"{row.scenario}: " if row.scenario else ""
