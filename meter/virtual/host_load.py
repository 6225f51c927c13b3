"""What this host does right now: CPU load from ``/proc/stat``, graphics power from NVML."""

import os
import sys
from pathlib import Path
from typing import Any

from records.errors import DeviceError


class CpuLoad:
    """CPU load since the last look, over all processors.

    Args:
        stat: the kernel's file; another one for tests.
    """

    def __init__(self, stat: Path = Path("/proc/stat")) -> None:
        self._fd = os.open(stat, os.O_RDONLY | os.O_CLOEXEC)
        self._busy, self._total = self._ticks()
        self._load = 0.0

    def load(self) -> float:
        """Return the load, 0 to 1; the same as before where no tick of the kernel went by."""
        busy, total = self._ticks()
        if total > self._total:
            self._load = min(1.0, max(0.0, (busy - self._busy) / (total - self._total)))
            self._busy, self._total = busy, total
        return self._load

    def _ticks(self) -> tuple[int, int]:
        """Return busy and total ticks; user and nice hold the guests' ticks already (proc(5))."""
        line = os.pread(self._fd, 256, 0).split(b"\n", 1)[0]
        user, nice, system, idle, iowait, irq, softirq, steal = map(int, line.split()[1:9])
        busy = user + nice + system + irq + softirq + steal
        return busy, busy + idle + iowait


class GpuPower:
    """Power of all NVIDIA cards together through NVML; zero where there are none.

    The cards are asked twice a second at most, because each question costs them and us time.
    """

    _ASK_EVERY_S = 0.5

    def __init__(self) -> None:
        self._nvml, self._cards = _nvml_cards()
        self._asked_s = -self._ASK_EVERY_S
        self._power_w = 0.0

    def power_w(self, t_s: float) -> float:
        """Return the sum of the cards' powers in watts, DC, as NVML gives them.

        Raises:
            DeviceError: a card stopped answering.
        """
        if self._cards and t_s - self._asked_s >= self._ASK_EVERY_S:
            self._asked_s = t_s
            self._power_w = self._ask_w()
        return self._power_w

    def _ask_w(self) -> float:
        try:
            power_mw = sum(int(self._nvml.nvmlDeviceGetPowerUsage(card)) for card in self._cards)
        except self._nvml.NVMLError as error:
            raise DeviceError(
                f"NVML: the graphics card gave its power before and does not any more ({error}). "
                f"Look at `nvidia-smi`, then start the virtual instrument again"
            ) from None
        return power_mw / 1000


def _nvml_cards() -> tuple[Any, list[Any]]:
    """Return the NVML module and the cards whose power it can read."""
    try:
        import pynvml
    except ImportError:
        return None, []
    try:
        pynvml.nvmlInit()
        cards = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
        for card in cards:
            pynvml.nvmlDeviceGetPowerUsage(card)
    except pynvml.NVMLError as error:
        print(f"meter.virtual: no graphics power in the model ({error})", file=sys.stderr)
        return pynvml, []
    return pynvml, cards
