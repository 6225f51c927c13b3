"""Software efficiency: a scenario against the reference scenario on the same SUT (ISO/IEC 14756, section 8).

``I_TH = B / B_ref``, ``I_ME = T_ME,ref / T_ME``, ``I_TI = E / E_ref``; by extension, and not of the standard,
``I_E = E_ref / E`` of the energy per task, gross and induced. Above 1 is better than the reference.
"""

from collections.abc import Sequence

import numpy as np

from analysis.iso14756.ratings import Tasks
from analysis.maths.describe import WithInterval, interval_columns
from analysis.statistics.difference import fieller
from analysis.statistics.samples import Pair
from records.results import Row
from records.settings.requirement import TaskRequirement


def compare(tasks: Tasks, reference: Tasks, wanted: TaskRequirement, confidence: float) -> Row:
    """Return the efficiency values of a task type, by `records.result_columns.EFFICIENCY_COLUMNS`."""
    classes = wanted.time_classes
    timely_ref_per_h = reference.timely_per_h(classes)
    return {
        "scenario": tasks.scenario,
        "reference": reference.scenario,
        "task": tasks.name,
        "i_th": tasks.throughput_per_h / reference.throughput_per_h,
        "i_me": reference.mean_s / tasks.mean_s,
        "i_ti": tasks.timely_per_h(classes) / timely_ref_per_h if timely_ref_per_h > 0 else None,
        **_ratio("i_e", reference.energy_wh, tasks.energy_wh, confidence),
        **_ratio("i_e_induced", reference.induced_wh, tasks.induced_wh, confidence),
    }


def _ratio(
    name: str, above: Sequence[float], below: Sequence[float], confidence: float
) -> dict[str, float | None]:
    """Return a ratio of means over the runs with Fieller's interval.

    Both were measured with the same meter, whose gain leaves their ratio.
    """
    if not above or not below or min(sum(above), sum(below)) <= 0:
        return interval_columns(name, None)
    pair = Pair(np.asarray(below), np.asarray(above), paired=False)
    return interval_columns(
        name, WithInterval(float(pair.b.mean() / pair.a.mean()), *fieller(pair, confidence))
    )
