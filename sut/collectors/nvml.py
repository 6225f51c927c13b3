"""What NVML says about each NVIDIA graphics card: all GPU indicators of the published method, and energy.

The indicators are those of table 2 of Guldner et al. 2021 (performance state, PCIe generation,
temperature, load, memory load, memory used, power, three clocks) and NVML's total-energy counter.
An indicator that a card does not offer is an empty field, never a guess.

Source of names, units and averaging windows: NVML API Reference (nvml.h).
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from records.errors import SutError

POWER_INSTANT = 186
"""NVML_FI_DEV_POWER_INSTANT: present power draw in mW."""
_TEMPERATURE_GPU = 0
_CLOCK_GRAPHICS, _CLOCK_SM, _CLOCK_MEMORY = 0, 1, 2
_UNKNOWN_PSTATE = 32
_MISSING = frozenset({3, 4, 13, 21, 25, 26})
"""NVML_ERROR_ NOT_SUPPORTED, NO_PERMISSION, FUNCTION_NOT_FOUND, NO_DATA, ARGUMENT_VERSION_MISMATCH,
DEPRECATED: this card, driver or user does not get that indicator."""
_NO_GPU = frozenset({9, 12})
"""NVML_ERROR_ DRIVER_NOT_LOADED, LIBRARY_NOT_FOUND: there is no NVIDIA GPU to speak of."""

INSTANT_WINDOW = (
    "instantaneous by NVML's documentation; the driver and the card decide how often it is renewed"
)
USAGE_WINDOW = (
    "by NVML's documentation the mean over 1 s on Ampere (except GA100) and newer cards, instantaneous on "
    "older ones; measured windows of 10 ms to 1 s are known and can leave a part of the time unseen"
)


# ruff: noqa: N815 - the protocol bears NVML's own names
class Nvml(Protocol):
    """The part of NVML that is used, by NVML's own names; the module ``pynvml`` is one."""

    NVMLError: type[Exception]
    nvmlInit: Callable[[], None]
    nvmlShutdown: Callable[[], None]
    nvmlSystemGetDriverVersion: Callable[[], str]
    nvmlSystemGetNVMLVersion: Callable[[], str]
    nvmlSystemGetCudaDriverVersion_v2: Callable[[], int]
    nvmlDeviceGetCount: Callable[[], int]
    nvmlDeviceGetHandleByIndex: Callable[[int], Any]
    nvmlDeviceGetName: Callable[[Any], str]
    nvmlDeviceGetPerformanceState: Callable[[Any], int]
    nvmlDeviceGetCurrPcieLinkGeneration: Callable[[Any], int]
    nvmlDeviceGetTemperature: Callable[[Any, int], int]
    nvmlDeviceGetUtilizationRates: Callable[[Any], Any]
    nvmlDeviceGetMemoryInfo: Callable[[Any], Any]
    nvmlDeviceGetPowerUsage: Callable[[Any], int]
    nvmlDeviceGetFieldValues: Callable[[Any, list[int]], Any]
    nvmlDeviceGetClockInfo: Callable[[Any, int], int]
    nvmlDeviceGetTotalEnergyConsumption: Callable[[Any], int]


@dataclass(frozen=True, slots=True)
class GpuReading:
    """The indicators of one card at one moment; ``None`` where the card does not offer one."""

    gpu: int
    pstate: int | None
    pcie_gen: int | None
    temperature_c: int | None
    load_pct: int | None
    memory_load_pct: int | None
    memory_used_mib: float | None
    power_w: float | None
    clock_sm_mhz: int | None
    clock_memory_mhz: int | None
    clock_graphics_mhz: int | None
    energy_j: float | None


class Gpus:
    """The NVIDIA cards of this machine, NVML initialised.

    Args:
        nvml: ``pynvml`` or its twin.

    Raises:
        SutError: NVML answers with an error other than "this card does not offer that".
    """

    def __init__(self, nvml: Nvml) -> None:
        self._nvml = nvml
        self.driver = str(self._ask(nvml.nvmlSystemGetDriverVersion) or "unknown")
        self.nvml_version = str(self._ask(nvml.nvmlSystemGetNVMLVersion) or "unknown")
        count = int(self._ask(nvml.nvmlDeviceGetCount) or 0)
        self._handles = [self._ask(nvml.nvmlDeviceGetHandleByIndex, index) for index in range(count)]
        self.names = [str(self._ask(nvml.nvmlDeviceGetName, handle)) for handle in self._handles]
        self.power_is_instant = bool(count) and all(
            self._instant_power_w(handle) is not None for handle in self._handles
        )
        self.has_energy_counter = bool(count) and all(
            self._ask(nvml.nvmlDeviceGetTotalEnergyConsumption, handle) is not None
            for handle in self._handles
        )

    @property
    def power_field(self) -> str:
        """NVML field or call that gives ``power_w``, the same for all cards."""
        return "NVML_FI_DEV_POWER_INSTANT" if self.power_is_instant else "nvmlDeviceGetPowerUsage"

    @property
    def averaging_window(self) -> str:
        """What is known of the time over which ``power_w`` is a mean."""
        return INSTANT_WINDOW if self.power_is_instant else USAGE_WINDOW

    @property
    def cuda_version(self) -> str | None:
        """Highest CUDA version that the driver supports, e.g. ``12.4``."""
        version = self._ask(self._nvml.nvmlSystemGetCudaDriverVersion_v2)
        return None if version is None else f"{version // 1000}.{version % 1000 // 10}"

    def memory_total_mib(self, gpu: int) -> float | None:
        """Return the memory of a card in MiB."""
        memory = self._ask(self._nvml.nvmlDeviceGetMemoryInfo, self._handles[gpu])
        return None if memory is None else memory.total / 2**20

    def temperature_c(self) -> int | None:
        """Return the temperature of the hottest card in degrees Celsius."""
        values = [
            self._ask(self._nvml.nvmlDeviceGetTemperature, handle, _TEMPERATURE_GPU)
            for handle in self._handles
        ]
        return max((value for value in values if value is not None), default=None)

    def read(self, gpu: int) -> GpuReading:
        """Read all indicators of one card.

        Raises:
            SutError: the card is lost or NVML broke.
        """
        nvml, handle = self._nvml, self._handles[gpu]
        pstate = self._ask(nvml.nvmlDeviceGetPerformanceState, handle)
        load = self._ask(nvml.nvmlDeviceGetUtilizationRates, handle)
        memory = self._ask(nvml.nvmlDeviceGetMemoryInfo, handle)
        energy_mj = self._ask(nvml.nvmlDeviceGetTotalEnergyConsumption, handle)
        return GpuReading(
            gpu=gpu,
            pstate=None if pstate == _UNKNOWN_PSTATE else pstate,
            pcie_gen=self._ask(nvml.nvmlDeviceGetCurrPcieLinkGeneration, handle),
            temperature_c=self._ask(nvml.nvmlDeviceGetTemperature, handle, _TEMPERATURE_GPU),
            load_pct=None if load is None else load.gpu,
            memory_load_pct=None if load is None else load.memory,
            memory_used_mib=None if memory is None else memory.used / 2**20,
            power_w=self._power_w(handle),
            clock_sm_mhz=self._ask(nvml.nvmlDeviceGetClockInfo, handle, _CLOCK_SM),
            clock_memory_mhz=self._ask(nvml.nvmlDeviceGetClockInfo, handle, _CLOCK_MEMORY),
            clock_graphics_mhz=self._ask(nvml.nvmlDeviceGetClockInfo, handle, _CLOCK_GRAPHICS),
            energy_j=None if energy_mj is None else energy_mj / 1000,
        )

    def close(self) -> None:
        """Shut NVML down."""
        self._nvml.nvmlShutdown()

    def _power_w(self, handle: Any) -> float | None:
        if self.power_is_instant:
            return self._instant_power_w(handle)
        power_mw = self._ask(self._nvml.nvmlDeviceGetPowerUsage, handle)
        return None if power_mw is None else power_mw / 1000

    def _instant_power_w(self, handle: Any) -> float | None:
        values = self._ask(self._nvml.nvmlDeviceGetFieldValues, handle, [POWER_INSTANT])
        if values is None or values[0].nvmlReturn in _MISSING:
            return None
        if values[0].nvmlReturn != 0:
            raise _broken(self._nvml.NVMLError(values[0].nvmlReturn))
        return float(values[0].value.uiVal) / 1000

    def _ask(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Return what NVML answers, ``None`` when this card, driver or user does not get that."""
        try:
            return call(*arguments)
        except self._nvml.NVMLError as error:
            if _code(error) in _MISSING:
                return None
            raise _broken(error) from None


def open_gpus(nvml: Nvml | None = None) -> Gpus | None:
    """Initialise NVML and return the machine's cards, or ``None`` where there is no NVIDIA GPU.

    Args:
        nvml: a twin of ``pynvml`` to speak to instead of this machine's NVML.

    Raises:
        SutError: there is a driver, but NVML does not work with it.
    """
    nvml = nvml or _load()
    if nvml is None:
        return None
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        if _code(error) in _NO_GPU:
            return None
        raise _broken(error) from None
    gpus = Gpus(nvml)
    if not gpus.names:
        gpus.close()
        return None
    return gpus


def _load() -> Nvml | None:
    """Import pynvml only where NVML is: most of its cost is the import."""
    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return None
    import pynvml

    module: Nvml = pynvml
    return module


def _code(error: Exception) -> int:
    return int(getattr(error, "value", -1))


def _broken(error: Exception) -> SutError:
    return SutError(
        f"NVML: expected the state of the GPU, but NVML says: {error}. See whether `nvidia-smi` works "
        f"and `dmesg` reports the card; after an update of the driver the machine must be restarted"
    )
