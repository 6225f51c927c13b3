"""Where the watts of a virtual instrument come from: a constant, a trace, or a model of this host.

Every parameter of `HostPowerModel` is an assumption of ours, chosen to look like a desktop
computer; none was measured. The model's output is SIMULATED power, whatever load drives it.
"""

import bisect
import csv
import itertools
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from meter.virtual.host_load import CpuLoad, GpuPower
from records.errors import ConfigurationError


class PowerSource(Protocol):
    """Something that has a power at any time."""

    def power_w(self, t_s: float, step_s: float) -> float:
        """Return the mean power in watts of the step of ``step_s`` that ends at ``t_s``."""


@dataclass(frozen=True)
class ConstantPower:
    """The same power always: ``watts``."""

    watts: float

    def power_w(self, t_s: float, step_s: float) -> float:
        return self.watts


class TracePower:
    """Power from a table: each value holds from its time to the next one's; the last one for ever.

    Args:
        t_s: times from the start of the instrument, rising.
        power_w: as many powers.
    """

    def __init__(self, t_s: list[float], power_w: list[float]) -> None:
        self._t_s = t_s
        self._power_w = power_w

    @classmethod
    def from_csv(cls, path: Path) -> "TracePower":
        """Read a CSV file with the columns ``t_s`` and ``power_w``.

        Raises:
            ConfigurationError: there is no such file, a column is missing, a field is no finite
                number, a power is negative, or the times do not rise.
        """
        try:
            with open(path, newline="", encoding="utf-8") as file:
                rows = [(float(row["t_s"]), float(row["power_w"])) for row in csv.DictReader(file)]
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise _trace_error(path, f"{type(error).__name__}: {error}") from None
        if not rows or any(not (math.isfinite(t) and math.isfinite(p) and p >= 0) for t, p in rows):
            raise _trace_error(path, "it has no rows, or a value that is not finite, or a negative power")
        if any(later[0] <= earlier[0] for earlier, later in itertools.pairwise(rows)):
            raise _trace_error(path, "its times do not rise")
        return cls([t for t, _ in rows], [p for _, p in rows])

    def power_w(self, t_s: float, step_s: float) -> float:
        """The value at the middle of the step stands for the step."""
        index = bisect.bisect_right(self._t_s, t_s - step_s / 2) - 1
        return self._power_w[max(index, 0)]


def _trace_error(path: Path, found: str) -> ConfigurationError:
    return ConfigurationError(f"{path}: expected a CSV table with the columns t_s,power_w, but {found}")


@dataclass(frozen=True, kw_only=True)
class HostPowerModel:
    """AC power of a desktop computer over its load; all values are assumptions of ours.

    power = (idle_w + cpu_dynamic_w * load ** load_exponent) * (1 + thermal_drift_pct/100 * warmth)
    + gpu_w / psu_efficiency + noise

    Attributes:
        idle_w: at the plug without load, without graphics card, cold.
        cpu_dynamic_w: what full CPU load adds at the plug.
        load_exponent: below 1 because the first cores to wake cost most (shared clock and cache).
        thermal_time_constant_s: of ``warmth``, which follows ``load`` as a first-order lag, 0 to 1.
        thermal_drift_pct: how much more a warm machine takes than a cold one (leakage, fans).
        psu_efficiency: of the power supply, for the graphics card's power, which NVML gives as DC.
        noise_w: standard deviation of the noise, half its variance white, half coloured.
        noise_time_constant_s: of the coloured half.
        seed: of the noise.
    """

    idle_w: float = 40.0
    cpu_dynamic_w: float = 60.0
    load_exponent: float = 0.8
    thermal_time_constant_s: float = 60.0
    thermal_drift_pct: float = 3.0
    psu_efficiency: float = 0.9
    noise_w: float = 0.5
    noise_time_constant_s: float = 5.0
    seed: int = 0


class Noise:
    """Gaussian noise of standard deviation ``noise_w``: white plus a first-order coloured part."""

    def __init__(self, noise_w: float, time_constant_s: float, seed: int) -> None:
        self._half_w = noise_w / math.sqrt(2)
        self._time_constant_s = time_constant_s
        self._random = random.Random(seed)
        self._coloured_w = 0.0

    def next_w(self, step_s: float) -> float:
        """Return the noise of the next step."""
        if self._half_w == 0:
            return 0.0
        keep = math.exp(-step_s / self._time_constant_s)
        kick_w = self._half_w * math.sqrt(1 - keep**2)
        self._coloured_w = keep * self._coloured_w + kick_w * self._random.gauss(0, 1)
        return self._coloured_w + self._half_w * self._random.gauss(0, 1)


class HostPower:
    """The model, driven by this host's CPU load and, where there is a card, its graphics power."""

    def __init__(self, model: HostPowerModel, cpu: CpuLoad, gpu: GpuPower) -> None:
        self._model = model
        self._cpu = cpu
        self._gpu = gpu
        self._noise = Noise(model.noise_w, model.noise_time_constant_s, model.seed)
        self._warmth = 0.0

    def power_w(self, t_s: float, step_s: float) -> float:
        model = self._model
        load = self._cpu.load()
        self._warmth += (load - self._warmth) * -math.expm1(-step_s / model.thermal_time_constant_s)
        cold_w = model.idle_w + model.cpu_dynamic_w * math.pow(load, model.load_exponent)
        warm_w = cold_w * (1 + model.thermal_drift_pct / 100 * self._warmth)
        gpu_w = self._gpu.power_w(t_s) / model.psu_efficiency
        return max(0.0, warm_w + gpu_w + self._noise.next_w(step_s))
