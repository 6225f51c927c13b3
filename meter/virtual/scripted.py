"""The power at the wall of a truth script, for a virtual instrument on a stage (``lab trackers stage``)."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from records.errors import ConfigurationError
from records.truth import TRUTH_MARKS, TRUTH_SCRIPT
from records.truth.marks import Marks, true_energies_j
from records.truth.script import TruthScript


class ScriptedPower:
    """Power at the wall of a truth script: between two calls exactly its energy.

    Args:
        script: of the truth.
        marks: file of its marks.
        now_s: the clock of the marks.
    """

    def __init__(self, script: TruthScript, marks: Path, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._script = script
        self._marks = marks
        self._last_s: float | None = None

    def power_w(self, t_s: float, step_s: float) -> float:
        """Return the energy since the call before over the step."""
        now_s = self._now_s()
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
