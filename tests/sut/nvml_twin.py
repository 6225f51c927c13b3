"""A virtual twin of NVML: cards made of numbers, NVML's function names, NVML's error codes."""

# ruff: noqa: N802 - the twin bears NVML's own names
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pynvml


@dataclass
class Card:
    """One card; ``refuses`` maps a function's name to the error code it answers with."""

    name: str = "NVIDIA GeForce GTX 1060 3GB"
    power_mw: int = 31_250
    instant_mw: int = 30_500
    energy_mj: int = 123_456_789
    temperature_c: int = 41
    refuses: dict[str, int] = field(default_factory=dict)


class NvmlTwin:
    """Speaks as the module ``pynvml`` does."""

    NVMLError = pynvml.NVMLError

    def __init__(self, *cards: Card, init_error: int = 0) -> None:
        self.cards = list(cards)
        self.init_error = init_error
        self.open = 0

    def nvmlInit(self) -> None:
        if self.init_error:
            raise pynvml.NVMLError(self.init_error)
        self.open += 1

    def nvmlShutdown(self) -> None:
        self.open -= 1

    def nvmlSystemGetDriverVersion(self) -> str:
        return "560.35.03"

    def nvmlSystemGetNVMLVersion(self) -> str:
        return "12.560.35.03"

    def nvmlSystemGetCudaDriverVersion_v2(self) -> int:
        return 12060

    def nvmlDeviceGetCount(self) -> int:
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> Card:
        return self.cards[index]

    def nvmlDeviceGetFieldValues(self, card: Card, fields: list[int]) -> list[Any]:
        self._refuse(card, "nvmlDeviceGetFieldValues")
        assert fields == [pynvml.NVML_FI_DEV_POWER_INSTANT]
        code = card.refuses.get("NVML_FI_DEV_POWER_INSTANT", 0)
        value = SimpleNamespace(uiVal=0 if code else card.instant_mw)
        return [SimpleNamespace(nvmlReturn=code, value=value)]

    def nvmlDeviceGetClockInfo(self, card: Card, clock: int) -> int:
        self._refuse(card, "nvmlDeviceGetClockInfo")
        clocks = {pynvml.NVML_CLOCK_SM: 1506, pynvml.NVML_CLOCK_MEM: 4006, pynvml.NVML_CLOCK_GRAPHICS: 1507}
        return clocks[clock]

    def nvmlDeviceGetTemperature(self, card: Card, sensor: int) -> int:
        assert sensor == pynvml.NVML_TEMPERATURE_GPU
        self._refuse(card, "nvmlDeviceGetTemperature")
        return card.temperature_c

    def _refuse(self, card: Card, name: str) -> None:
        if card.refuses.get(name):
            raise pynvml.NVMLError(card.refuses[name])


def _answer(name: str, value: Callable[[Card], Any]) -> None:
    def ask(self: NvmlTwin, card: Card) -> Any:
        self._refuse(card, name)
        return value(card)

    setattr(NvmlTwin, name, ask)


_answer("nvmlDeviceGetName", lambda card: card.name)
_answer("nvmlDeviceGetPerformanceState", lambda _: 8)
_answer("nvmlDeviceGetCurrPcieLinkGeneration", lambda _: 3)
_answer("nvmlDeviceGetUtilizationRates", lambda _: SimpleNamespace(gpu=97, memory=44))
_answer("nvmlDeviceGetMemoryInfo", lambda _: SimpleNamespace(total=3 * 2**30, used=512 * 2**20))
_answer("nvmlDeviceGetPowerUsage", lambda card: card.power_mw)
_answer("nvmlDeviceGetTotalEnergyConsumption", lambda card: card.energy_mj)
