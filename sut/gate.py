"""The stability gate: a run begins only on a machine that has come to rest.

A pure decision. The conductor feeds it readings and its clock, and asks what is still wrong.
"""

import math
import statistics
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from records.settings.gate import GateLimits

Status = Literal["waiting", "open", "given up"]


@dataclass(frozen=True, slots=True)
class GateState:
    """What the gate says after a reading.

    Attributes:
        status: ``waiting`` | ``open`` | ``given up``; the last two are final.
        waiting_for: what is still wrong, one phrase each; empty when open.
        tries: number of the present try, from 1.
        waited_s: time since the gate was set up.
    """

    status: Status
    waiting_for: tuple[str, ...]
    tries: int
    waited_s: float


class StabilityGate:
    """Decide whether the SUT is at rest.

    Args:
        limits: what that means.
        t_mono_s: now, on a monotonic clock in seconds.
    """

    def __init__(self, limits: GateLimits, t_mono_s: float) -> None:
        self._limits = limits
        self._begun_s = self._try_begun_s = t_mono_s
        self._power_w: deque[float] = deque(maxlen=limits.readings)
        self._cpu_temperature_c: float | None = None
        self._gpu_temperature_c: float | None = None
        self._state = GateState("waiting", (), 1, 0.0)

    @property
    def state(self) -> GateState:
        """What the gate said last."""
        return self._state

    def see(
        self,
        t_mono_s: float,
        power_w: float | None,
        cpu_temperature_c: float | None = None,
        gpu_temperature_c: float | None = None,
    ) -> GateState:
        """Take a reading into account.

        Args:
            t_mono_s: now, on the clock of the constructor.
            power_w: a new reading of the meter; ``None`` when only time has passed.
            cpu_temperature_c: temperature now; ``None`` where there is no sensor.
            gpu_temperature_c: likewise, of the hottest card.

        Returns:
            The state after it. Once the gate is open or the run given up, nothing changes it.
        """
        if self._state.status != "waiting":
            return self._state
        self._cpu_temperature_c, self._gpu_temperature_c = cpu_temperature_c, gpu_temperature_c
        if power_w is not None and math.isfinite(power_w):
            self._power_w.append(power_w)
        wrong = tuple(self._what_is_wrong())
        tries = self._state.tries
        status: Status = "waiting" if wrong else "open"
        if wrong and t_mono_s - self._try_begun_s >= self._limits.try_s:
            if tries >= self._limits.tries:
                status = "given up"
            else:
                tries += 1
                self._try_begun_s = t_mono_s
                self._power_w.clear()
        self._state = GateState(status, wrong, tries, t_mono_s - self._begun_s)
        return self._state

    def record(self) -> dict[str, Any]:
        """Return what the gate saw, for ``gate`` in ``run.json``."""
        mean_w, spread = self._mean_and_spread()
        opened = self._state.status == "open"
        return {
            "open": opened,
            "tries": self._state.tries,
            "waited_s": round(self._state.waited_s, 3),
            "power_mean_w": mean_w,
            "power_std_over_mean": spread,
            "cpu_temperature_c": self._cpu_temperature_c,
            "gpu_temperature_c": self._gpu_temperature_c,
            "limits": self._limits.model_dump(include=set(GateLimits.model_fields)),
            "reason": None if opened else "; ".join(self._state.waiting_for) or "no reading yet",
        }

    def _mean_and_spread(self) -> tuple[float | None, float | None]:
        if len(self._power_w) < 2:
            return None, None
        mean_w = statistics.fmean(self._power_w)
        return mean_w, statistics.stdev(self._power_w) / mean_w if mean_w > 0 else None

    def _what_is_wrong(self) -> list[str]:
        return [
            *self._wrong_with_power(),
            *_too_hot("CPU", self._cpu_temperature_c, self._limits.cpu_temperature_c),
            *_too_hot("GPU", self._gpu_temperature_c, self._limits.gpu_temperature_c),
        ]

    def _wrong_with_power(self) -> list[str]:
        limits = self._limits
        if len(self._power_w) < limits.readings:
            return [f"{len(self._power_w)} of {limits.readings} readings"]
        mean_w, spread = self._mean_and_spread()
        if mean_w is None or spread is None:
            return [f"mean power is {mean_w} W: is the SUT plugged in through the meter?"]
        if spread > limits.power_std_over_mean:
            return [
                f"power varies by {spread:.3f} of its mean {mean_w:.1f} W, "
                f"limit {limits.power_std_over_mean:g}"
            ]
        return []


def _too_hot(what: str, temperature_c: float | None, limit_c: float) -> list[str]:
    if temperature_c is None or temperature_c <= limit_c:
        return []
    return [f"{what} is at {temperature_c:g} °C, limit {limit_c:g} °C"]
