"""A scripted truth: the power of every part of a simulated machine, known exactly at every moment."""

import os

TRUTH_SCRIPT, TRUTH_MARKS = "WATTLAB_TRUTH_SCRIPT", "WATTLAB_TRUTH_MARKS"
"""Variables that name script and marks to whatever runs on a stage (`sut.virtual.stage`)."""


def is_on_stage() -> bool:
    """Tell whether this process runs on a stage: counters of RAPL and NVML are SIMULATED there."""
    return TRUTH_SCRIPT in os.environ
