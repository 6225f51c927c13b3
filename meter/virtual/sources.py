"""Choose the power source of a virtual instrument from its options."""

import os
import time
from pathlib import Path

from meter.virtual.host_load import CpuLoad, GpuPower
from meter.virtual.power_model import ConstantPower, HostPower, HostPowerModel, PowerSource, TracePower
from records.errors import ConfigurationError
from records.truth.marks import TRUTH_MARKS, TRUTH_SCRIPT, Marks, true_energies_j
from records.truth.script import TruthScript


def power_source(watts: float | None, trace: Path | None, model: HostPowerModel) -> PowerSource:
    """Return a constant power, a trace, or, with neither, the model driven by this host.

    Args:
        watts: constant power in watts, without noise.
        trace: CSV file with the columns ``t_s,power_w``.
        model: of the host.

    Raises:
        ConfigurationError: the power is negative, or the trace cannot be used.
    """
    if watts is not None:
        if not 0 <= watts < float("inf"):
            raise ConfigurationError(f"--watts {watts}: expected a power of 0 W or more")
        return ConstantPower(watts)
    if trace is not None:
        return TracePower.from_csv(trace)
    return HostPower(model, CpuLoad(), GpuPower())


class ScriptedPower:
    """Power at the wall of a truth script: between two calls exactly its energy.

    Args:
        script: of the truth.
        marks: file of its marks.
    """

    def __init__(self, script: TruthScript, marks: Path) -> None:
        self._script = script
        self._marks = marks
        self._last_s: float | None = None

    def power_w(self, t_s: float, step_s: float) -> float:
        """Return the energy since the call before over the step."""
        now_s = time.monotonic()
        since_s, self._last_s = self._last_s or now_s - step_s, now_s
        energies_j = true_energies_j(self._script, Marks.read(self._marks), since_s, now_s)
        return energies_j["wall"] / step_s


def scripted_power() -> ScriptedPower:
    """Return the power of the truth script of the stage that this process runs on.

    Raises:
        ConfigurationError: it runs on no stage, or the script has mistakes.
    """
    try:
        script, marks = (Path(os.environ[name]) for name in (TRUTH_SCRIPT, TRUTH_MARKS))
    except KeyError as error:
        raise ConfigurationError(
            f"the virtual meter is to follow a truth script, but {error} is not set: "
            f"run the lab by `lab trackers stage SCRIPT -- lab run`"
        ) from None
    return ScriptedPower(TruthScript.read(script), marks)
