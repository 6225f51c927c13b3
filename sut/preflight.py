"""What ``lab doctor`` asks of the SUT before a campaign."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from records.errors import SutError
from records.host import BACKGROUND_LOAD_PCT
from records.powercap import TREE
from sut.collectors.collectl_tool import collectl_version, find_collectl
from sut.collectors.nvml import Gpus, open_gpus
from sut.collectors.procfs import ProcFiles, rates
from sut.collectors.rapl import readable_zones
from sut.collectors.temperature import CpuThermometer
from sut.inventory.machine import governor

FREE_DISK_MIB = 1024
FREE_MEMORY_MIB = 1024
_WATCH_S = 2.0
_MIB = 1 << 20


class Subject(StrEnum):
    """What a check is about."""

    METER = "meter"
    SUT = "SUT"
    LINK = "link"
    CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor.

    Attributes:
        name: what was looked at.
        ok: ``True``, ``False``, or ``None`` where it does not apply or is only worth knowing.
        message: what was found.
        fix: what to do about it; empty when there is nothing to do.
        subject: what kind of thing was looked at.
    """

    name: str
    ok: bool | None
    message: str
    fix: str = ""
    subject: Subject = Subject.SUT


def preflight(folder: Path, root: Path = Path("/")) -> list[Check]:
    """Look the SUT over; takes about two seconds, for the background load.

    Args:
        folder: where the campaign will be written; the nearest folder above that exists is looked at.
        root: folder that holds ``proc`` and ``sys``; another than ``/`` only in tests.
    """
    return [
        check_collectl(),
        check_governor(root),
        check_background_load(root),
        check_disk(folder),
        check_memory(root),
        check_gpu(),
        check_temperature(root),
        check_rapl(root),
    ]


def check_collectl() -> Check:
    """Look for collectl."""
    program = find_collectl()
    if program is None:
        return Check(
            "collectl",
            None,
            "collectl is not installed; the procfs sampler is used instead",
            "install it with the system's package manager, e.g. `apt-get install collectl`",
        )
    return Check(
        "collectl", True, f"collectl {collectl_version(program) or 'of unknown version'} at {program}"
    )


def check_governor(root: Path = Path("/")) -> Check:
    """Look at the CPU's frequency governor."""
    found = governor(root)
    if found is None:
        return Check("governor", None, "the kernel offers no CPU frequency governor here")
    if found == "performance":
        return Check("governor", True, "the frequency governor is performance on every CPU")
    return Check(
        "governor",
        None,
        f"the frequency governor is {found}: clock and power follow the load, which adds to the spread",
        "for the steadiest figures: `cpupower frequency-set -g performance`; keep it the same in all runs",
    )


def check_background_load(root: Path = Path("/"), wait: Callable[[float], None] = time.sleep) -> Check:
    """Measure the CPU load of the SUT left alone for two seconds."""
    proc = ProcFiles(root)
    try:
        before = proc.read(time.monotonic())
        wait(_WATCH_S)
        load_pct = rates(before, proc.read(time.monotonic())).cpu_load_pct
    finally:
        proc.close()
    if load_pct is None:
        return Check("background load", None, "the kernel's CPU counters gave no figure; ask again")
    message = f"the CPU load is {load_pct:.1f} % without a run (limit {BACKGROUND_LOAD_PCT:g} %)"
    if load_pct <= BACKGROUND_LOAD_PCT:
        return Check("background load", True, message)
    return Check("background load", False, message, "end what is running (see `top`) before a campaign")


def check_disk(folder: Path) -> Check:
    """Look at the free space where the campaign will be written."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free_mib = shutil.disk_usage(existing).free // _MIB
    message = f"{free_mib} MiB free at {existing} (at least {FREE_DISK_MIB} MiB wanted)"
    if free_mib >= FREE_DISK_MIB:
        return Check("disk space", True, message)
    return Check("disk space", False, message, "free space there or write the campaign elsewhere with --out")


def check_memory(root: Path = Path("/")) -> Check:
    """Look at the memory that programs can still get."""
    for line in (root / "proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            available_mib = int(line.split()[1]) // 1024
            break
    else:
        return Check("memory", None, "the kernel does not say how much memory is available")
    message = f"{available_mib} MiB of memory available (at least {FREE_MEMORY_MIB} MiB wanted)"
    if available_mib >= FREE_MEMORY_MIB:
        return Check("memory", True, message)
    return Check("memory", False, message, "end programs that hold memory; a swapping SUT measures its disk")


def check_gpu(open_cards: Callable[[], Gpus | None] = open_gpus) -> Check:
    """Look for NVIDIA cards and ask NVML whether it works."""
    try:
        cards = open_cards()
    except SutError as error:
        return Check("GPU", False, str(error), "repair or remove the NVIDIA driver")
    if cards is None:
        return Check("GPU", None, "no NVIDIA GPU found: gpu.csv is not written")
    try:
        energy = "with" if cards.has_energy_counter else "without"
        return Check(
            "GPU",
            True,
            f"{', '.join(cards.names)}; driver {cards.driver}; power is {cards.power_field}, "
            f"{energy} energy counter",
        )
    finally:
        cards.close()


def check_temperature(root: Path = Path("/")) -> Check:
    """Look for a CPU temperature sensor."""
    temperature_c = CpuThermometer(root).read_c()
    if temperature_c is None:
        return Check(
            "CPU temperature",
            None,
            "no CPU temperature sensor found: sensors.csv is not written and the gate cannot look at it",
            "on real hardware load the sensor's driver: `modprobe coretemp` (Intel) or `k10temp` (AMD)",
        )
    return Check("CPU temperature", True, f"the CPU is at {temperature_c:g} °C")


def check_rapl(root: Path = Path("/")) -> Check:
    """Look for the CPU's energy counters, and whether they may be read."""
    zones, refusal = readable_zones(root / TREE.relative_to("/"))
    if refusal:
        where, _, fix = refusal.partition(": ")
        return Check("RAPL", None, f"{where} cannot be read: rapl.csv lacks it", fix)
    if not zones:
        return Check("RAPL", None, "no energy counters of the CPU found: rapl.csv is not written")
    return Check("RAPL", True, f"energy counters: {', '.join(zone.name for zone in zones)}")
