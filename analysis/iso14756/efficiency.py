"""Software efficiency: a scenario against the reference scenario on the same SUT (ISO/IEC 14756, section 8).

``I_TH = B / B_ref``, ``I_ME = T_ME,ref / T_ME``, ``I_TI = E / E_ref``; by extension, and not of the standard,
``I_E = E_ref / E`` of the energy per task, gross and induced. Above 1 is better than the reference.
"""

from collections.abc import Sequence

import numpy as np

from analysis.iso14756.ratings import Tasks
from analysis.maths.describe import WithInterval
from analysis.statistics.difference import fieller
from analysis.statistics.samples import Pair
from records.rows.standards import EfficiencyRow
from records.settings.requirement import TaskRequirement


def compare(tasks: Tasks, reference: Tasks, wanted: TaskRequirement, confidence: float) -> EfficiencyRow:
    """Return the efficiency values of a task type."""
    classes = wanted.time_classes
    timely_ref_per_h = reference.timely_per_h(classes)
    by_energy = _ratio(reference.energy_wh, tasks.energy_wh, confidence)
    by_induced = _ratio(reference.induced_wh, tasks.induced_wh, confidence)
    return EfficiencyRow(
        scenario=tasks.scenario,
        reference=reference.scenario,
        task=tasks.name,
        i_th=tasks.throughput_per_h / reference.throughput_per_h,
        i_me=reference.mean_s / tasks.mean_s,
        i_ti=tasks.timely_per_h(classes) / timely_ref_per_h if timely_ref_per_h > 0 else None,
        i_e=by_energy.value if by_energy else None,
        i_e_low=by_energy.low if by_energy else None,
        i_e_high=by_energy.high if by_energy else None,
        i_e_induced=by_induced.value if by_induced else None,
        i_e_induced_low=by_induced.low if by_induced else None,
        i_e_induced_high=by_induced.high if by_induced else None,
    )


def _ratio(above: Sequence[float], below: Sequence[float], confidence: float) -> WithInterval | None:
    """Return a ratio of means over the runs with Fieller's interval, ``None`` where it has no meaning.

    Both were measured with the same meter, whose gain leaves their ratio.
    """
    if not above or not below or min(sum(above), sum(below)) <= 0:
        return None
    pair = Pair(np.asarray(below), np.asarray(above), paired=False)
    return WithInterval(float(pair.b.mean() / pair.a.mean()), *fieller(pair, confidence))
