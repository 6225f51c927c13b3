"""The files of a RAPL tree whose counters are those of a truth script.

Layout as the kernel's powercap documentation has it (Documentation/power/powercap/powercap.rst): zone
``intel-rapl:0`` named ``package-0``, below it ``intel-rapl:0:0`` named ``dram``.
"""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

from records.truth.marks import Marks
from records.truth.script import Fault, Load, Package, TruthScript

_START_J = 1000.0
"""Where counters begin; a real one has counted since the machine was started."""


class RaplCounter:
    """One counter, as ``energy_uj`` shows it.

    Args:
        load: what it counts.
        max_range_j: where it wraps.
        faults: of it.
    """

    def __init__(self, load: Load, max_range_j: float, faults: tuple[Fault, ...]) -> None:
        self._load = load
        self.max_range_uj = round(max_range_j * 1e6)
        self._faults = faults

    def read_uj(self, marks: Marks, t_s: float) -> int:
        """Return the counter at ``t_s`` of the monotonic clock.

        Raises:
            PermissionError: a fault denies it.
        """
        energy_j = _START_J + marks.energy_j(self._load, t_s)
        for fault in self._faults:
            since_s = marks.since_begin_s(t_s)
            if since_s is None or since_s < fault.at_s:
                continue
            fault_t_s = t_s - since_s + fault.at_s
            if fault.kind == "denied":
                if fault.duration_s is None or since_s < fault.at_s + fault.duration_s:
                    raise PermissionError(errno.EACCES, "Permission denied")
            elif fault.kind == "reset":
                energy_j = marks.energy_j(self._load, t_s) - marks.energy_j(self._load, fault_t_s)
            else:
                energy_j = max(0.0, energy_j - fault.drop_j)
        return int(energy_j * 1e6) % self.max_range_uj


def tree(script: TruthScript) -> dict[str, str | RaplCounter]:
    """Return the files by their paths below ``intel-rapl``, constant texts and counters."""
    files: dict[str, str | RaplCounter] = {}
    for path, name, load, package, faults in _zones(script):
        counter = RaplCounter(load, package.max_energy_range_j, faults)
        files |= {
            f"{path}/name": f"{name}\n",
            f"{path}/enabled": "1\n",
            f"{path}/max_energy_range_uj": f"{counter.max_range_uj}\n",
            f"{path}/energy_uj": counter,
        }
    return files | {"enabled": "1\n"}


def _zones(script: TruthScript) -> Iterator[tuple[str, str, Load, Package, tuple[Fault, ...]]]:
    for index, package in enumerate(script.package):
        faults = tuple(fault for fault in script.fault if fault.of == f"package-{index}")
        zone = f"intel-rapl:{index}"
        yield zone, f"package-{index}", package.cpu, package, faults
        if package.dram is not None:
            yield f"{zone}/{zone}:0", "dram", package.dram, package, faults


def reader(marks_path: Path, now_s: Callable[[], float]) -> Callable[[RaplCounter], bytes]:
    """Return what reads a counter at this moment, as the bytes of its file."""

    def read(counter: RaplCounter) -> bytes:
        return f"{counter.read_uj(Marks.read(marks_path), now_s())}\n".encode()

    return read
