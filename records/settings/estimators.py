"""``[estimators]``: built-in estimates of the energy alongside the trackers; the section turns them on."""

from records.settings.section import Positive, Section


class EstimatorSettings(Section):
    """The section.

    Attributes:
        cpu_tdp_w: thermal design power of all processors together.
        gpu_tdp_w: of all graphics cards together.
        memory_gib: installed memory, unless the inventory of the SUT has it.
        green_algorithms_pue: power usage effectiveness in Green Algorithms' formula; its worldwide average.
        eit_pue: likewise of experiment-impact-tracker, as it is built in there.
        eit_interval_s: time between the samples of its replay.
    """

    cpu_tdp_w: Positive | None = None
    gpu_tdp_w: Positive | None = None
    memory_gib: Positive | None = None
    green_algorithms_pue: Positive = 1.67
    eit_pue: Positive = 1.58
    eit_interval_s: Positive = 8.0
