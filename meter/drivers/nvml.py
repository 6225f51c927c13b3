"""The energy counters of NVIDIA graphics cards in the place of a meter, for those who have none.

This is a stand-in, as `meter.drivers.rapl` is: the counters hold what the cards draw, and neither processor
and memory nor power supply, board, disks and fans. What is recorded says so, its measuring point is inside
(`records.meter.measuring_point`), and `lab check` finds ``meter-is-counter``.

Source: NVML API Reference (nvml.h), nvmlDeviceGetTotalEnergyConsumption: millijoules since the driver was
loaded, on Volta and newer cards. The port is ``nvml``: the cards of this machine. The controller has to be
the SUT.
"""

import math
from collections.abc import Mapping
from typing import Any

from meter.kinds.counters import CounterMeter
from meter.line.errors import PortLost
from meter.options import Option, Value
from meter.spec import MeterSpec
from records.errors import ConfigurationError, DeviceError
from records.meter import STAND_IN, Accuracy, Identity, MeasuringPoint

PORT = "nvml"
ALL = "all"
_MJ_PER_J = 1000
_RENEWED_S = 0.1
"""NVIDIA does not publish how often the counter is renewed; the driver assumes at least this often."""

SPEC = MeterSpec(
    driver="nvml",
    maker="NVIDIA",
    model=f"NVML ({STAND_IN})",
    quantities=("power_w",),
    sampling="interval_mean",
    fastest_interval_s=0.5,
    latency_s=_RENEWED_S / 2,
    latency_u_s=_RENEWED_S / 2 / math.sqrt(3),
    resolution_w=0.002,
    accuracy=Accuracy(reading_pct=0.0),  # nobody publishes limits of error
    power_limits_w=(0.0, 100_000.0),
    options=(
        Option(
            "gpus",
            str,
            "Which cards are added: all, or numbers as nvidia-smi counts them, with commas between.",
            ALL,
        ),
    ),
    unverified=("The counter is assumed to be renewed at least every 0.1 s; NVIDIA does not publish it.",),
)


class NvmlCounters(CounterMeter):
    """The driver. A reading is the mean power since the one before, of all chosen cards together."""

    spec = SPEC

    def __init__(self, options: Mapping[str, object] | None = None, nvml: Any = None) -> None:
        super().__init__(options)
        self._chosen = str(self.settings["gpus"])
        self._nvml = nvml  # a twin of `pynvml`; that itself if None
        self._is_open = False
        self._cards: dict[int, Any] = {}

    def open(self, port: str, interval_s: float) -> None:
        self.check_interval(interval_s)
        if port != PORT:
            raise ConfigurationError(f"port {port!r}: expected {PORT}, the graphics cards of this machine")
        self.interval_s = interval_s
        self._nvml = self._nvml or _pynvml()
        try:
            self._nvml.nvmlInit()
            self._is_open = True
            handles = map(self._nvml.nvmlDeviceGetHandleByIndex, range(self._nvml.nvmlDeviceGetCount()))
            self._cards = self._choice(dict(enumerate(handles)))
            self._read_mj()
        except self._nvml.NVMLError as error:
            raise DeviceError(
                f"{PORT}: expected the energy counters of the graphics cards, but NVML says: {error}. See "
                f"whether `nvidia-smi` works; cards older than Volta have no such counter"
            ) from None

    def identify(self) -> Identity:
        """Name the cards that are added."""
        return Identity(maker=SPEC.maker, model=f"NVML {self._names} ({STAND_IN})")

    def release(self) -> None:
        if self._is_open:
            self._nvml.nvmlShutdown()
        self._is_open, self._cards = False, {}

    def instrument_settings(self) -> dict[str, Value]:
        """Which cards are added."""
        return {"measuring_point": MeasuringPoint.INSIDE.value, "gpus": self._names}

    @property
    def _names(self) -> str:
        names = {index: self._nvml.nvmlDeviceGetName(card) for index, card in self._cards.items()}
        return " + ".join(f"{index} {name}" for index, name in names.items())

    def _choice(self, cards: dict[int, Any]) -> dict[int, Any]:
        texts = [text.strip() for text in self._chosen.split(",")]
        wanted = list(map(str, cards)) if self._chosen == ALL else texts
        if not cards or not set(wanted) <= set(map(str, cards)):
            there = ", ".join(map(str, cards)) or "none"
            raise DeviceError(
                f"{PORT}: expected the graphics cards {self._chosen!r} (option gpus), found {there}"
            )
        return {index: card for index, card in cards.items() if str(index) in wanted}

    def read_counters(self) -> list[int]:
        """Return millijoules by card."""
        try:
            return self._read_mj()
        except self._nvml.NVMLError as error:
            raise PortLost(f"{PORT}: {error}") from None

    def _read_mj(self) -> list[int]:
        return list(map(self._nvml.nvmlDeviceGetTotalEnergyConsumption, self._cards.values()))

    def gained_j(self, before: list[int], now: list[int], seconds: float) -> float | None:
        gained_mj = [is_ - was for was, is_ in zip(before, now, strict=True)]
        return None if min(gained_mj) < 0 else sum(gained_mj) / _MJ_PER_J


def _pynvml() -> Any:
    import pynvml  # most of its cost is the import

    return pynvml
