"""The energy counters of the CPU (RAPL) as the kernel's powercap interface shows them.

A tree of zones under ``/sys/class/powercap``: ``intel-rapl:0`` is named ``package-0``, below it are its
parts, such as ``core`` and ``dram``; ``psys``, where there is one, is a zone of its own. AMD's counters have
the same names. Each zone has ``energy_uj``, which counts up and begins again at ``max_energy_range_uj``.

Source: the kernel's Documentation/power/powercap/powercap.rst and drivers/powercap/intel_rapl_common.c.
Standard library only: collectors read them on the SUT, the meter driver on the controller.
"""

import re
from dataclasses import dataclass
from pathlib import Path

TREE = Path("/sys/class/powercap")

MOST_W = 5000.0
"""No zone draws that much: a counter that would have to have gone round with more power was reset."""

_ZONE = re.compile(r"intel-rapl:\d+(:\d+)?")  # not intel-rapl-mmio, which counts the same package again
_UJ_PER_J = 1e6

REMEDY = (
    "since 2020 only root may read it (CVE-2020-8694: it tells other programs' secrets, so open it on a "
    "machine of your own only). Until the next start: `sudo chmod a+r "
    "/sys/class/powercap/intel-rapl:*/energy_uj`. For good, this line in /etc/udev/rules.d/70-rapl.rules: "
    'SUBSYSTEM=="powercap", ACTION=="add", RUN+="/bin/chmod a+r /sys%p/energy_uj"'
)
"""What to do where a counter may not be read."""


@dataclass(frozen=True)
class Zone:
    """One counter.

    Attributes:
        name: ``package-0``, ``psys``, or of a part ``package-0/dram``.
        path: its folder.
        range_uj: where the counter begins again.
    """

    name: str
    path: Path
    range_uj: int

    @property
    def part(self) -> str:
        """What it counts, without the number of the package: ``package``, ``dram``, ``core``, ``psys``."""
        return re.sub(r"-\d+$", "", self.name.rpartition("/")[2])

    def read_uj(self) -> int:
        """Return the counter in microjoules.

        Raises:
            OSError: it cannot be read; `PermissionError` where this user may not.
            ValueError: it holds no number.
        """
        return int((self.path / "energy_uj").read_bytes())


def find_zones(tree: Path = TREE) -> list[Zone]:
    """Return the zones of this machine in the order of their names; none where it has no RAPL.

    Args:
        tree: another than that of the kernel only in tests.
    """
    folders = {path.name: path for path in sorted(tree.glob("intel-rapl:*"))}
    for path in sorted(tree.glob("intel-rapl*/intel-rapl:*")):  # only below their parents in a copied tree
        folders.setdefault(path.name, path)
    for path in sorted(tree.glob("intel-rapl*/intel-rapl:*/intel-rapl:*:*")):
        folders.setdefault(path.name, path)
    zones: list[Zone] = []
    for name in sorted(folder for folder in folders if _ZONE.fullmatch(folder)):
        path = folders[name]
        try:
            own = (path / "name").read_text(encoding="ascii").strip()
            range_uj = int((path / "max_energy_range_uj").read_text(encoding="ascii"))
        except (OSError, ValueError):  # a zone without a counter
            continue
        package = next((zone.name for zone in zones if name.startswith(f"{zone.path.name}:")), "")
        zones.append(Zone(f"{package}/{own}" if package else own, path, range_uj))
    return zones


def gained_j(before_uj: int, now_uj: int, range_uj: int, seconds: float) -> float | None:
    """Return what a counter gained in joules, ``None`` where it was reset.

    A counter that is lower than before has gone round once, unless that means more than `MOST_W`.
    """
    gained_uj = now_uj - before_uj
    if gained_uj < 0:
        gained_uj += range_uj
    gained = gained_uj / _UJ_PER_J
    return gained if gained_uj >= 0 and gained <= MOST_W * max(seconds, 0.0) else None


def cannot_read(path: Path, error: Exception) -> str:
    """Return what to say of a counter that cannot be read."""
    if isinstance(error, PermissionError):
        return f"{path / 'energy_uj'}: {REMEDY}"
    return f"{path / 'energy_uj'}: expected a number of microjoules, but: {error}"
