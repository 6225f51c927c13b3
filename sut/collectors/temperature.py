"""The temperature of the CPU package, from the kernel's sensors in /sys.

Drivers that are read: ``coretemp`` (Intel), ``k10temp`` and ``zenpower`` (AMD); where none of them is
loaded, thermal zones that name the CPU. An ACPI zone is the mainboard's idea of a temperature and is
not taken for the CPU's.

Source: the kernel's Documentation/hwmon/{sysfs-interface,coretemp,k10temp}.rst.
"""

from dataclasses import dataclass
from pathlib import Path

_PACKAGE_LABELS = {
    "coretemp": ("Package id", "Physical id"),
    "k10temp": ("Tdie", "Tctl"),  # Tctl of some Ryzen is Tdie plus an offset, so Tdie goes first
    "zenpower": ("Tdie",),
}
_CPU_ZONES = ("x86_pkg_temp", "cpu-thermal", "cpu_thermal", "soc_thermal")
_MILLIDEGREES = 1000.0


@dataclass(frozen=True, slots=True)
class Temperatures:
    """How hot the hottest CPU package and the hottest GPU are; ``None`` where there is no sensor."""

    cpu_c: float | None
    gpu_c: float | None


class CpuThermometer:
    """Read the CPU's temperature again and again.

    Args:
        root: folder that holds ``sys``; another than ``/`` only in tests.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self._inputs = _hwmon_inputs(root) or _zone_inputs(root)

    @property
    def present(self) -> bool:
        """Whether the machine has a sensor that is known to be the CPU's."""
        return bool(self._inputs)

    def read_c(self) -> float | None:
        """Return the temperature of the hottest package in degrees Celsius, ``None`` without a sensor."""
        values = [value for value in map(_read_millidegrees, self._inputs) if value is not None]
        return max(values) / _MILLIDEGREES if values else None


def _hwmon_inputs(root: Path) -> list[Path]:
    found: list[Path] = []
    for chip in sorted(root.glob("sys/class/hwmon/hwmon*")):
        labels = _PACKAGE_LABELS.get(_text(chip / "name"))
        if labels is not None:
            found += _package_inputs(chip, labels)
    return found


def _package_inputs(chip: Path, labels: tuple[str, ...]) -> list[Path]:
    inputs = sorted(chip.glob("temp*_input"))
    for label in labels:
        chosen = [path for path in inputs if _label_of(path).startswith(label)]
        if chosen:
            return chosen
    return inputs  # old drivers label nothing: every input of such a chip is in the CPU


def _label_of(path: Path) -> str:
    return _text(path.with_name(path.name.replace("_input", "_label")))


def _zone_inputs(root: Path) -> list[Path]:
    zones = sorted(root.glob("sys/class/thermal/thermal_zone*"))
    return [zone / "temp" for zone in zones if _text(zone / "type") in _CPU_ZONES]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # an attribute that this kernel or chip lacks
        return ""


def _read_millidegrees(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.lstrip("-").isdigit() else None
